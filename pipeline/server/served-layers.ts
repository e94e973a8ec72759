import { join } from 'node:path';
import type { AcquisitionInfo, LayerInfo, RunPeriod } from '../../shared/api.ts';
import type { Affine, Bbox, Grid } from '../../shared/grid.ts';
import type { LayerKind, Period } from '../../shared/result.ts';
import { isGeographic } from '../../shared/transform.ts';
import { layersOf } from '../composite-unit.ts';
import { dayOf } from '../season.ts';
import type { OutputFile } from '../store/exports.ts';
import type { RunRecord } from '../store/run-record.ts';
import { unionBbox } from './parcel-file.ts';
import { readListed } from './read-chunks.ts';
import type { LayerFile, ServedLayer } from './results.ts';

/** What serving reads of a layer's STAC item. */
interface LayerItem {
  readonly bbox: Bbox;
  readonly properties: {
    readonly 'proj:code': string;
    readonly 'proj:transform': Affine;
    readonly 'proj:shape': readonly [heightPx: number, widthPx: number];
  };
  readonly links: readonly { readonly rel: string; readonly title?: string }[];
  readonly assets: {
    readonly data: { readonly 'raster:bands': readonly { readonly scale: number; readonly unit: string }[] };
  };
}

const ITEM_NAME = /^layers\/(ndvi|cover|change|clear-count|true-color)-(baseline|period)-(.+)\.json$/;
/** Ground width of a pixel of a 256-pixel tile at zoom 0 on the equator. */
const ZOOM_0_PIXEL_M = (2 * Math.PI * 6_378_137) / 256;
const METRES_PER_DEGREE = 111_320;
const MAX_ZOOM = 22;

/** The layers of a run by id, in the order of the pipeline, each with its COGs, one per source grid. Throws as `readListed` does. */
export async function readLayers(
  dir: string,
  record: RunRecord,
  made: { readonly periods: Readonly<Record<RunPeriod, Period>>; readonly acquisitions: readonly AcquisitionInfo[] },
): Promise<Map<string, ServedLayer>> {
  const outputs = new Map(record.outputs.map((file) => [file.name, file]));
  const parts = new Map<string, { file: LayerFile; item: LayerItem }[]>();
  for (const { name, sha256 } of record.outputs) {
    const [, kind, period] = ITEM_NAME.exec(name) ?? [];
    const data = outputs.get(name.replace(/json$/, 'tif'));
    if (kind === undefined || !data) continue;
    const id = `${kind}-${period}`;
    // Scale and place of the figures stand in the item: it has to be the run's own.
    const item = JSON.parse(await readListed(join(dir, name), sha256)) as LayerItem;
    parts.set(id, [...(parts.get(id) ?? []), { item, file: toLayerFile(dir, data, item) }]);
  }
  const layers = new Map<string, ServedLayer>();
  for (const { kind, period } of layersOf({ hasColour: true })) {
    const found = parts.get(`${kind}-${period}`);
    if (!found) continue;
    const used = made.acquisitions.filter((a) => a.inSeason && (kind === 'change' || isOf(a, period)));
    const days = daysOf(
      used.filter((a) => isOf(a, period)),
      made.periods[period],
    );
    const info = describeLayer({ kind, period, days, used }, found, record.attribution);
    layers.set(info.id, { info, files: found.map(({ file }) => file) });
  }
  return layers;
}

/** The lowest zoom whose tile pixels are no wider on the ground than the grid's cells. */
export function fullZoom(grid: Grid, latDeg: number): number {
  const shrink = Math.cos((latDeg * Math.PI) / 180);
  const [width, height] = [grid.transform[0], -grid.transform[4]];
  const cellM = isGeographic(grid.crs) ? Math.min(width * shrink, height) * METRES_PER_DEGREE : Math.min(width, height);
  const zoom = Math.ceil(Math.log2((ZOOM_0_PIXEL_M * shrink) / cellM));
  return Math.min(MAX_ZOOM, Math.max(0, zoom));
}

function describeLayer(
  of: {
    readonly kind: LayerKind;
    readonly period: RunPeriod;
    readonly days: Period;
    readonly used: readonly AcquisitionInfo[];
  },
  parts: readonly { file: LayerFile; item: LayerItem }[],
  attribution: readonly string[],
): LayerInfo {
  const [band] = parts[0]!.item.assets.data['raster:bands'];
  const bboxDeg = unionBbox(parts.map(({ item }) => item.bbox));
  // The item names every scene of its grid; a composite rests on those of its own period and season.
  const ofGrid = parts.flatMap(({ item }) => item.links.map(({ title }) => title));
  const used = new Set(of.used.flatMap(({ sceneIds }) => sceneIds));
  const sceneIds = ofGrid.filter((id): id is string => id !== undefined && used.has(id));
  return {
    id: `${of.kind}-${of.period}`,
    kind: of.kind,
    period: of.period,
    days: of.days,
    form: of.kind === 'true-color' ? 'colour' : 'value',
    scale: band!.scale,
    unit: band!.unit,
    bboxDeg,
    minZoom: 0,
    maxZoom: Math.max(...parts.map(({ file, item }) => fullZoom(file.grid, (item.bbox[1] + item.bbox[3]) / 2))),
    sceneIds: [...new Set(sceneIds)].sort(),
    attribution,
  };
}

function isOf(acquisition: AcquisitionInfo, period: RunPeriod): boolean {
  return period === 'baseline' ? acquisition.inBaseline : acquisition.inPeriod;
}

/** First and last day that entered a composite; the period itself where none did. */
function daysOf(acquisitions: readonly AcquisitionInfo[], whole: Period): Period {
  const days = acquisitions.map(({ datetime }) => dayOf(datetime));
  return { start: days[0] ?? whole.start, end: days.at(-1) ?? whole.end };
}

function toLayerFile(dir: string, { name, sha256, bytes }: OutputFile, { properties }: LayerItem): LayerFile {
  const [heightPx, widthPx] = properties['proj:shape'];
  const grid = { crs: properties['proj:code'], transform: properties['proj:transform'], widthPx, heightPx };
  return { path: join(dir, name), sha256, bytes, grid };
}
