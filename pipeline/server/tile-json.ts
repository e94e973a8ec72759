import type { LayerInfo } from '../../shared/api.ts';
import { YEAR_CLASS } from '../../shared/change.ts';
import { type LayerValue, layerValue } from '../../shared/layer-values.ts';
import { LAYER_KINDS, type LayerKind } from '../../shared/result.ts';
import { TILE_NODATA, type TileFormat } from './tile-format.ts';

/** TileJSON 3.0.0 and what it takes to understand value tiles. */
export function buildTileJson(
  info: LayerInfo,
  { base, version, format }: { readonly base: string; readonly version: string; readonly format: TileFormat },
): Record<string, unknown> {
  const [west, south, east, north] = info.bboxDeg;
  return {
    tilejson: '3.0.0',
    name: info.id,
    scheme: 'xyz',
    tiles: [`${base}/tiles/${info.id}/{z}/{x}/{y}.${format}?v=${encodeURIComponent(version)}`],
    bounds: info.bboxDeg,
    center: [(west + east) / 2, (south + north) / 2, info.minZoom],
    minzoom: info.minZoom,
    maxzoom: info.maxZoom,
    // Maps show this text as HTML, and it comes from files.
    attribution: escapeHtml(info.attribution.join('; ')),
    kind: info.kind,
    // What the numbers of value tiles are: a picture of one acquisition has plain ones, if any.
    values: valuesOf(info),
    ...(valuesOf(info) === 'class' ? { classes: YEAR_CLASS } : {}),
    ...(info.years ? { years: info.years } : {}),
    days: info.days,
    unit: info.unit,
    scale: info.scale,
    nodata: TILE_NODATA,
  };
}

function valuesOf({ kind, form }: LayerInfo): LayerValue {
  if ((LAYER_KINDS as readonly string[]).includes(kind)) return layerValue(kind as LayerKind);
  return form === 'value' ? 'number' : 'colour';
}

function escapeHtml(words: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };
  return words.replaceAll(/[&<>"']/g, (sign) => `&${names[sign]};`);
}
