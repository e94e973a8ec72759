import { join } from 'node:path';
import type { AcquisitionInfo, LayerInfo, RunPeriod, YearText } from '../../shared/api.ts';
import type { Affine, Bbox, Grid } from '../../shared/grid.ts';
import { layerValue } from '../../shared/layer-values.ts';
import { LAYER_KINDS, type LayerKind, type Period } from '../../shared/result.ts';
import { isGeographic } from '../../shared/transform.ts';
import { CHANGE_KINDS } from '../layer-forms.ts';
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
    readonly start_datetime?: string;
    readonly end_datetime?: string;
  };
  readonly links: readonly { readonly rel: string; readonly title?: string }[];
  readonly assets: {
    readonly data: { readonly 'raster:bands': readonly { readonly scale: number; readonly unit: string }[] };
  };
}

type PeriodName = RunPeriod | YearText;

interface Part {
  readonly file: LayerFile;
  readonly item: LayerItem;
}

interface Found {
  readonly kind: LayerKind;
  readonly period: PeriodName;
  readonly parts: Part[];
}

interface Made {
  readonly periods: Readonly<Record<RunPeriod, Period>>;
  readonly acquisitions: readonly AcquisitionInfo[];
}

const ITEM_NAME = new RegExp(String.raw`^layers/(${LAYER_KINDS.join('|')})-(baseline|period|\d{4})-(.+)\.json$`);
/** Kinds that rest on whole series, both periods and all months. */
const OF_SERIES: readonly LayerKind[] = ['year-class', ...CHANGE_KINDS];
/** Ground width of a pixel of a 256-pixel tile at zoom 0 on the equator. */
const ZOOM_0_PIXEL_M = (2 * Math.PI * 6_378_137) / 256;
const METRES_PER_DEGREE = 111_320;
const MAX_ZOOM = 22;

/**
 * The layers of a run by id, kind by kind, baseline and period before years, each with its COGs, one per source grid.
 * Throws as `readListed` does.
 */
export async function readLayers(dir: string, record: RunRecord, made: Made): Promise<Map<string, ServedLayer>> {
  const outputs = new Map(record.outputs.map((file) => [file.name, file]));
  const found = new Map<string, Found>();
  for (const { name, sha256 } of record.outputs) {
    const [, kind, period] = ITEM_NAME.exec(name) ?? [];
    const data = outputs.get(name.replace(/json$/, 'tif'));
    if (kind === undefined || !data) continue;
    const id = `${kind}-${period}`;
    const layer = found.get(id) ?? { kind: kind as LayerKind, period: period as PeriodName, parts: [] };
    found.set(id, layer);
    // Scale and place of the figures stand in the item: it has to be the run's own.
    const item = JSON.parse(await readListed(join(dir, name), sha256)) as LayerItem;
    layer.parts.push({ item, file: toLayerFile(dir, data, item) });
  }
  const layers = [...found.values()]
    .sort((a, b) => rankOf(a) - rankOf(b))
    .map((layer) => toServed(layer, made, record));
  return new Map(layers.map((layer) => [layer.info.id, layer]));
}

function rankOf({ kind, period }: Found): number {
  const place = period === 'baseline' ? 0 : period === 'period' ? 1 : Number(period);
  return LAYER_KINDS.indexOf(kind) * 10_000 + place;
}

function toServed({ kind, period, parts }: Found, made: Made, record: RunRecord): ServedLayer {
  const isOfSeries = OF_SERIES.includes(kind);
  const inSeason = made.acquisitions.filter((a) => a.inSeason || isOfSeries || kind.startsWith('season-'));
  const whole = wholeOf(period, parts, made.periods);
  const isOf = (acquisition: AcquisitionInfo) => isWithin(acquisition, period, whole);
  // Series rest on all scenes: to name them for every layer would make the run's description many times as long.
  const used = isOfSeries ? [] : inSeason.filter((a) => (kind === 'change' ? a.inBaseline || a.inPeriod : isOf(a)));
  const days = daysOf(inSeason.filter(isOf), whole);
  const years = layerValue(kind) === 'day' ? yearsOf(made.periods.period) : null;
  const info = describeLayer({ kind, period, days, years, used }, parts, record.attribution);
  return { info, files: parts.map(({ file }) => file) };
}

/** Days that a layer's name stands for; of a year those that its items state, for a season may begin in the year before. */
function wholeOf(period: PeriodName, [part]: readonly Part[], periods: Made['periods']): Period {
  if (period === 'baseline' || period === 'period') return periods[period];
  const { start_datetime: start, end_datetime: end } = part!.item.properties;
  return start && end
    ? { start: start.slice(0, 10), end: end.slice(0, 10) }
    : { start: `${period}-01-01`, end: `${period}-12-31` };
}

function isWithin(acquisition: AcquisitionInfo, period: PeriodName, { start, end }: Period): boolean {
  if (period === 'baseline') return acquisition.inBaseline;
  if (period === 'period') return acquisition.inPeriod;
  const day = dayOf(acquisition.datetime);
  return day >= start && day <= end;
}

function yearsOf({ start, end }: Period): [first: number, last: number] {
  return [Number(start.slice(0, 4)), Number(end.slice(0, 4))];
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
    readonly period: PeriodName;
    readonly days: Period;
    readonly years: LayerInfo['years'];
    readonly used: readonly AcquisitionInfo[];
  },
  parts: readonly Part[],
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
    years: of.years,
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
