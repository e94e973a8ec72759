import { gridBbox, gridOfWindow, type Window } from '../../shared/grid.ts';
import { projectRings } from '../../shared/transform.ts';
import { COVER_GROUPS, type CoverGroup } from '../eligibility/classes.ts';
import { binCover, COVER_BIN } from '../eligibility/cover-bins.ts';
import type { ParcelFigures } from '../eligibility/figures.ts';
import type { EligibilitySettings } from '../eligibility/settings.ts';
import { addBins, type BinnedWindow, unknownOf } from '../eligibility/tally.ts';
import { isOlderThan, lastOf } from '../eligibility/years.ts';
import { measureGround } from '../ground.ts';
import { cellAreasHa } from '../raster/cell-area.ts';
import { ringsBbox } from '../raster/clip.ts';
import type { LayerRole, OpenLayer } from './eligibility-layers.ts';
import { readSlope } from './eligibility-terrain.ts';
import { type CoverLegend, protectedBins, readCover, readCoverOn, readStored } from './eligibility-values.ts';

/** A parcel: rings in lon/lat, exteriors counter-clockwise, and its true area. */
export interface Site {
  readonly rings: readonly Float64Array[];
  readonly parcelHa: number;
}

export interface LayerSet {
  readonly layers: ReadonlyMap<LayerRole, readonly OpenLayer[]>;
  readonly spareCover: readonly OpenLayer[];
  readonly legends: ReadonlyMap<OpenLayer, CoverLegend>;
}

/** Measures everything the rules rest on, each layer on its own grid and with exact coverage. */
export async function measureSite(site: Site, set: LayerSet, settings: EligibilitySettings): Promise<ParcelFigures> {
  const of = (role: LayerRole) => set.layers.get(role) ?? [];
  return {
    parcelHa: site.parcelHa,
    coverBefore: of('tree-cover-before')[0]?.facts ?? null,
    ...(await measureCovers(
      site,
      { now: of('tree-cover-now'), spare: set.spareCover, before: of('tree-cover-before') },
      settings,
    )),
    landCover: await measureLandCover(site, of('land-cover'), set.legends),
    steep: await measureSteep(site, of('dem'), settings),
    protectedArea: await measureProtected(site, of('protected')),
  };
}

type BinReader = (
  layer: OpenLayer,
  window: Window,
) => Promise<{ readonly bins: Uint8Array; readonly valid: Uint8Array }>;

/** True hectares of a site in each bin. The layers are asked in the order of how much of the site they cover. */
async function sumBins(
  { rings }: Site,
  layers: readonly OpenLayer[],
  count: number,
  readBins: BinReader,
): Promise<Float64Array> {
  const sums = new Float64Array(count);
  const order = layers.map((_, i) => i).sort((a, b) => sharedArea(rings, layers[b]!) - sharedArea(rings, layers[a]!));
  const read = async (i: number, window: Window): Promise<BinnedWindow> => {
    const { bins, valid } = await readBins(layers[i]!, window);
    return { window, observed: valid, bins };
  };
  await measureGround({ crs: 'EPSG:4326', rings }, order, layers, read, (i, parcel, cells) => {
    addBins(sums, parcel, cells, cellAreasHa(layers[i]!.grid));
  });
  return sums;
}

/** Area that the boxes of a site and a layer share, in cells of the layer. */
function sharedArea(rings: readonly Float64Array[], { grid }: OpenLayer): number {
  const site = ringsBbox(projectRings(rings, grid.crs));
  const box = gridBbox(grid);
  const width = Math.min(site[2], box[2]) - Math.max(site[0], box[0]);
  const height = Math.min(site[3], box[3]) - Math.max(site[1], box[1]);
  return Math.max(0, width) * Math.max(0, height);
}

interface Covers {
  readonly now: readonly OpenLayer[];
  readonly before: readonly OpenLayer[];
}

/**
 * Tree cover of the results of a monitored period. Ground near no monitored parcel is not computed: where the results know
 * so little of a parcel that no rule can be decided by it, a map beside them answers for all of the parcel, so that the
 * evidence has one date; not one that is much older, for it has not seen what the results have.
 */
async function measureCovers(
  site: Site,
  { now, spare, before }: Covers & { readonly spare: readonly OpenLayer[] },
  settings: EligibilitySettings,
): Promise<Pick<ParcelFigures, 'cleared' | 'wooded'>> {
  const preferred = await measureCover(site, { now, before }, settings);
  const [newest, other] = [preferred.wooded, spare[0]?.facts];
  if (newest === null || other === undefined || other.date === null || newest.date === null) return preferred;
  const knownHa = site.parcelHa - newest.unknownHa;
  if (knownHa > (settings.tolerancePct / 100) * site.parcelHa) return preferred;
  if (isOlderThan(other.date, lastOf(newest.date), settings.oldestNowYears)) return preferred;
  return measureCover(site, { now: spare, before }, settings);
}

async function measureCover(
  site: Site,
  { now, before }: Covers,
  settings: EligibilitySettings,
): Promise<Pick<ParcelFigures, 'cleared' | 'wooded'>> {
  const [first] = now;
  if (first === undefined) return { cleared: null, wooded: null };
  const sums = await sumBins(site, now, 4, async (layer, window) => {
    const cover = await readCover(layer, window);
    const earlier = before.length === 0 ? null : await readCoverOn(before, gridOfWindow(layer.grid, window));
    return { bins: binCover(cover, earlier, settings), valid: cover.valid };
  });
  const unknownHa = unknownOf(sums, site.parcelHa);
  const wooded = { ha: sums[COVER_BIN.wooded]!, unknownHa, ...first.facts };
  if (before[0] === undefined) return { wooded, cleared: null };
  const unknownBefore = sums[COVER_BIN.openUnknownBefore]!;
  return {
    wooded,
    cleared: {
      ha: sums[COVER_BIN.cleared]!,
      unknownHa: unknownHa + unknownBefore,
      before: before[0].facts,
      now: first.facts,
    },
  };
}

async function measureLandCover(
  site: Site,
  layers: readonly OpenLayer[],
  legends: ReadonlyMap<OpenLayer, CoverLegend>,
): Promise<ParcelFigures['landCover']> {
  const [first] = layers;
  if (first === undefined) return null;
  const sums = await sumBins(site, layers, COVER_GROUPS.length, async (layer, window) => {
    const { data, valid } = await readStored(layer, window);
    const { groups } = legends.get(layer)!;
    const bins = Uint8Array.from(data, (value, i) => {
      const group = groups.get(value);
      // A class that nobody knows the meaning of is ground that nothing is known of.
      if (group === undefined) valid[i] = 0;
      return group === undefined ? 0 : COVER_GROUPS.indexOf(group);
    });
    return { bins, valid };
  });
  const groupHa = Object.fromEntries(COVER_GROUPS.map((group, i) => [group, sums[i]!])) as Record<CoverGroup, number>;
  return { groupHa, unknownHa: unknownOf(sums, site.parcelHa), ...first.facts };
}

async function measureSteep(
  site: Site,
  layers: readonly OpenLayer[],
  { steepPct }: EligibilitySettings,
): Promise<ParcelFigures['steep']> {
  const sums = await sumBins(site, layers, 2, async (layer, window) => {
    const { slope, valid } = await readSlope(layer, window);
    return { bins: Uint8Array.from(slope, (rise) => (100 * rise > steepPct ? 1 : 0)), valid };
  });
  return amountOf(site, layers, sums);
}

async function measureProtected(site: Site, layers: readonly OpenLayer[]): Promise<ParcelFigures['protectedArea']> {
  const sums = await sumBins(site, layers, 2, async (layer, window) => {
    const { data, valid } = await readStored(layer, window);
    return { bins: protectedBins(layer, data), valid };
  });
  return amountOf(site, layers, sums);
}

function amountOf({ parcelHa }: Site, [first]: readonly OpenLayer[], sums: Float64Array) {
  return first === undefined ? null : { ha: sums[1]!, unknownHa: unknownOf(sums, parcelHa), ...first.facts };
}
