import { type Window, windowOfBbox } from '../../shared/grid.ts';
import type { LayerKind } from '../../shared/result.ts';
import { projectRings } from '../../shared/transform.ts';
import { edgeFraction, misregistration, shiftedCoverages } from '../change/edge.ts';
import { addYearAreas, type ChangeSurface, emptySums } from '../change/year-areas.ts';
import type { ChangePlan } from '../change-plan.ts';
import type { ParcelGround } from '../change-results.ts';
import { type Cog, openCog, readWindow } from '../cog/read.ts';
import { openFileSource } from '../cog/source.ts';
import { measureGround } from '../ground.ts';
import { FRACTION_SCALE, type LayerPeriod } from '../layer-forms.ts';
import type { Plan } from '../plan.ts';
import { cellAreasHa } from '../raster/cell-area.ts';
import { ringsBbox } from '../raster/clip.ts';
import { computeCoverage } from '../raster/coverage.ts';
import { runFolder } from './folder.ts';

interface OpenLayers {
  readonly years: readonly Cog[];
  /** Composite of the monitoring period. */
  readonly ndvi: Cog;
  readonly history: Cog;
  readonly magnitude: Cog;
  readonly magnitudeSe: Cog;
}

/**
 * Areas of parcels by year and class, read off the published layers of change, so that anyone can recompute them from
 * these files. Ground that the first grid never saw is measured on the next.
 */
export async function measureYears(
  plan: Plan,
  change: ChangePlan,
  wanted: { readonly out: string; readonly parcels: readonly number[] },
): Promise<ParcelGround[]> {
  const opened = new Map<number, OpenLayers>();
  const open = async (gridIndex: number): Promise<OpenLayers> => {
    const known = opened.get(gridIndex) ?? (await openLayers(plan, change, { out: wanted.out, gridIndex }));
    opened.set(gridIndex, known);
    return known;
  };
  try {
    const found: ParcelGround[] = [];
    for (const parcel of wanted.parcels) found.push(await measureParcel(plan, change, parcel, open));
    return found;
  } finally {
    for (const { years, ndvi, history, magnitude, magnitudeSe } of opened.values())
      for (const { source } of [...years, ndvi, history, magnitude, magnitudeSe]) await source.close();
  }
}

async function measureParcel(
  plan: Plan,
  change: ChangePlan,
  parcel: number,
  open: (gridIndex: number) => Promise<OpenLayers>,
): Promise<ParcelGround> {
  const { rings, gridOrder } = plan.parcels[parcel]!;
  const { minMagnitude } = plan.params.change!;
  const ground = { crs: 'EPSG:4326', rings: rings.map((ring) => Float64Array.from(ring)) };
  const sums = emptySums(change.years);
  const read = async (gridIndex: number, window: Window) => readSurface(await open(gridIndex), window);
  await measureGround(ground, gridOrder, plan.grids, read, (gridIndex, covered, surface) => {
    addYearAreas(sums, covered, surface, { areas: cellAreasHa(plan.grids[gridIndex]!.grid), minMagnitude });
  });
  return {
    parcel,
    ...(await measureEdge(plan, parcel, open)),
    years: sums.map((sum) => ({ ...sum, classHa: Array.from(sum.classHa) })),
  };
}

/** On the parcel's first grid: how much of it lies in cut cells, and what half a cell of misregistration does to its NDVI. */
async function measureEdge(
  plan: Plan,
  parcel: number,
  open: (gridIndex: number) => Promise<OpenLayers>,
): Promise<Pick<ParcelGround, 'edgeFraction' | 'misregistrationNdvi'>> {
  const { rings, gridOrder } = plan.parcels[parcel]!;
  const gridIndex = gridOrder[0]!;
  const { grid } = plan.grids[gridIndex]!;
  const here = projectRings(
    rings.map((ring) => Float64Array.from(ring)),
    grid.crs,
  );
  const inside = windowOfBbox(grid, ringsBbox(here));
  if (!inside) return { edgeFraction: null, misregistrationNdvi: null };
  const window = {
    col: inside.col - 1,
    row: inside.row - 1,
    widthPx: inside.widthPx + 2,
    heightPx: inside.heightPx + 2,
  };
  if (window.widthPx * window.heightPx > MAX_EDGE_PX) return { edgeFraction: null, misregistrationNdvi: null };
  const { data, valid } = await readWindow((await open(gridIndex)).ndvi, { level: 0, window, sample: 0 });
  const coverage = computeCoverage(here, grid, window);
  const largest = misregistration(data, valid, coverage, shiftedCoverages(here, grid, window));
  return {
    edgeFraction: edgeFraction(coverage),
    misregistrationNdvi: largest === null ? null : largest * FRACTION_SCALE,
  };
}

/** Six arrays of this size are held; a parcel of 40,000 ha at 10 m has no edge worth the name. */
const MAX_EDGE_PX = 4_000_000;

async function openLayers(
  plan: Plan,
  { years }: ChangePlan,
  { out, gridIndex }: { readonly out: string; readonly gridIndex: number },
): Promise<OpenLayers> {
  const { key } = plan.grids[gridIndex]!;
  const cog = async (kind: LayerKind, period: LayerPeriod) =>
    openCog(await openFileSource(runFolder.layer(out, kind, period, key)));
  const opened: Cog[] = [];
  for (const year of years) opened.push(await cog('year-class', `${year}`));
  return {
    years: opened,
    ndvi: await cog('ndvi', 'period'),
    history: await cog('history-count', 'period'),
    magnitude: await cog('break-magnitude', 'period'),
    magnitudeSe: await cog('magnitude-se', 'period'),
  };
}

async function readSurface(layers: OpenLayers, window: Window): Promise<ChangeSurface> {
  const request = { level: 0, window, sample: 0 };
  const classes: Uint8Array[] = [];
  for (const cog of layers.years) classes.push((await readWindow(cog, request)).data as Uint8Array);
  const figures = async (cog: Cog) => {
    const { data, valid } = await readWindow(cog, request);
    return Float32Array.from(data, (stored, i) => (valid[i] ? stored * FRACTION_SCALE : Number.NaN));
  };
  return {
    window,
    observed: (await readWindow(layers.history, request)).valid,
    classes,
    magnitude: await figures(layers.magnitude),
    magnitudeSe: await figures(layers.magnitudeSe),
  };
}
