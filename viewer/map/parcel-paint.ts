import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl';
import type { ParcelQuery } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import { type ParcelStatus, type Rgb, STATUS_COLOURS } from '../../shared/ramps.ts';
import type { Palette } from './palette.ts';

/** Layers of the parcels in the map's style, bottom first, and how status, query and raster change their paint. */

export const PARCEL_SOURCE = 'parcels';
/** Layers that answer to the pointer. */
export const PICK_LAYERS = ['parcels-fill', 'parcels-hatch'] as const;
export const HATCH_IMAGE = 'hatch';

/** Outlines of parcels by status: told apart by their dashes as well as by colour. */
const OUTLINES: readonly { id: string; status: readonly ParcelStatus[]; dash: number[] | null; width: number }[] = [
  { id: 'parcels-line', status: ['loss', 'gain', 'stable'], dash: null, width: 1.2 },
  { id: 'parcels-line-dashed', status: ['not_distinguishable'], dash: [2.5, 1.5], width: 1.2 },
  { id: 'parcels-line-thin', status: ['no_data'], dash: [0.6, 1.6], width: 0.9 },
];

const CASING = 'rgb(255, 255, 255)';

const css = ([red, green, blue]: Rgb) => `rgb(${red}, ${green}, ${blue})`;

/**
 * Whether the table's query keeps a parcel, as the server decides it: part of the id in any case, its status, what its
 * series says and how sure that is.
 */
export function matchesQuery({
  q,
  status,
  change,
  confidence,
}: Pick<ParcelQuery, 'q' | 'status' | 'change' | 'confidence'>): ExpressionSpecification | true {
  const parts: ExpressionSpecification[] = [];
  if (q !== '') parts.push(['in', q.toLowerCase(), ['downcase', ['to-string', ['get', 'id']]]]);
  if (status.length > 0) parts.push(['in', ['get', 'status'], ['literal', [...status]]]);
  if (change.length > 0)
    parts.push(['in', ['coalesce', ['get', 'change_finding'], 'not_judged'], ['literal', [...change]]]);
  if (confidence.length > 0) parts.push(['in', ['get', 'change_confidence'], ['literal', [...confidence]]]);
  if (parts.length === 0) return true;
  return parts.length === 1 ? parts[0]! : (['all', ...parts] as ExpressionSpecification);
}

/** Colour by status. No-data outlines take the theme's grey: their own light one is for fills. */
function statusColour(palette: Palette): ExpressionSpecification {
  const { loss, gain, stable, not_distinguishable } = STATUS_COLOURS;
  return [
    'match',
    ['get', 'status'],
    'loss',
    css(loss),
    'gain',
    css(gain),
    'stable',
    css(stable),
    'not_distinguishable',
    css(not_distinguishable),
    palette.inkSoft,
  ];
}

/** `shown` for parcels that the query keeps, `faded` for the others. */
function byQuery(query: ParcelQuery, shown: number, faded: number): ExpressionSpecification | number {
  const keeps = matchesQuery(query);
  return keeps === true ? shown : ['case', keeps, shown, faded];
}

export interface ParcelLook {
  readonly query: ParcelQuery;
  readonly palette: Palette;
  /** With a raster beneath, fills step back so that its colours can be read. */
  readonly hasRaster: boolean;
  /** Zoom from which outlines are drawn in full, see `outlineZoom`. */
  readonly fullZoom: number;
}

/** Distance of neighbouring parcels, CSS pixels, from which there is room for outlines with their casing. */
const ROOM_PX = 16;

/** MapLibre zoom from which parcels, were they spread evenly over their box, stand far enough apart for full outlines. */
export function outlineZoom({
  bboxDeg: [west, south, east, north],
  parcels,
}: {
  bboxDeg: Bbox;
  parcels: number;
}): number {
  const spacingDeg = Math.sqrt(((east - west) * (north - south)) / Math.max(1, parcels));
  const zoom = Math.log2((ROOM_PX * 360) / (512 * Math.max(spacingDeg, 1e-6)));
  return Math.min(14, Math.max(4, Math.round(zoom * 10) / 10));
}

/** Paint properties that follow the look, by layer. */
export function parcelPaint({
  query,
  palette,
  hasRaster,
  fullZoom,
}: ParcelLook): Record<string, Record<string, unknown>> {
  const fill = hasRaster ? 0.08 : palette.isDark ? 0.65 : 0.45;
  const line: Record<string, unknown> = {
    'line-color': statusColour(palette),
    'line-opacity': byQuery(query, 1, 0.25),
  };
  return {
    'parcels-fill': {
      'fill-color': statusColour(palette),
      'fill-opacity': byQuery(query, fill, fill * 0.2),
    },
    'parcels-hatch': { 'fill-opacity': byQuery(query, hasRaster ? 0.4 : 0.8, 0.15) },
    'parcels-casing': {
      // Light in both themes: the colours of the statuses are dark.
      'line-color': CASING,
      'line-opacity': ['interpolate', ['linear'], ['zoom'], fullZoom - 2, 0, fullZoom, byQuery(query, 0.85, 0.15)],
    },
    ...Object.fromEntries(OUTLINES.map(({ id }) => [id, line])),
    'hover-casing': { 'line-color': palette.casing },
    'hover-line': { 'line-color': palette.ink },
    'controls-casing': { 'line-color': palette.casing },
    'controls-line': { 'line-color': palette.control },
    'open-casing': { 'line-color': palette.casing },
    'open-line': { 'line-color': palette.accent },
  };
}

/** The layers without their changing paint, which `parcelPaint` gives. */
export function parcelLayers(look: ParcelLook): LayerSpecification[] {
  const paint = parcelPaint(look);
  const source = { source: PARCEL_SOURCE, 'source-layer': 'parcels' };
  const hasData: FilterSpecification = ['!=', ['get', 'status'], 'no_data'];
  const hasNone: FilterSpecification = ['==', ['get', 'status'], 'no_data'];
  const round = { 'line-join': 'round' } as const;
  return [
    {
      id: 'parcels-fill',
      type: 'fill',
      ...source,
      filter: hasData,
      paint: { 'fill-antialias': false, ...paint['parcels-fill'] },
    },
    {
      id: 'parcels-hatch',
      type: 'fill',
      ...source,
      filter: hasNone,
      paint: { 'fill-pattern': HATCH_IMAGE, 'fill-antialias': false, ...paint['parcels-hatch'] },
    },
    {
      id: 'parcels-casing',
      type: 'line',
      ...source,
      layout: round,
      paint: { 'line-width': widthByZoom(look, 2.1), ...paint['parcels-casing'] },
    },
    ...OUTLINES.map(
      ({ id, status, dash, width }): LayerSpecification => ({
        id,
        type: 'line',
        ...source,
        filter: ['in', ['get', 'status'], ['literal', [...status]]],
        layout: round,
        paint: {
          'line-width': widthByZoom(look, width),
          ...(dash ? { 'line-dasharray': dash } : {}),
          ...paint[id],
        },
      }),
    ),
    {
      id: 'hover-casing',
      type: 'line',
      source: 'hover',
      layout: round,
      paint: { 'line-width': 5.5, ...paint['hover-casing'] },
    },
    {
      id: 'hover-line',
      type: 'line',
      source: 'hover',
      layout: round,
      paint: { 'line-width': 2.5, ...paint['hover-line'] },
    },
    {
      id: 'controls-casing',
      type: 'line',
      source: 'controls',
      layout: round,
      paint: { 'line-width': 4.5, 'line-opacity': 0.9, ...paint['controls-casing'] },
    },
    {
      id: 'controls-line',
      type: 'line',
      source: 'controls',
      layout: round,
      paint: { 'line-width': 2, 'line-dasharray': [3, 2], ...paint['controls-line'] },
    },
    {
      id: 'open-casing',
      type: 'line',
      source: 'open',
      layout: round,
      paint: { 'line-width': 7, ...paint['open-casing'] },
    },
    {
      id: 'open-line',
      type: 'line',
      source: 'open',
      layout: round,
      paint: { 'line-width': 3.5, ...paint['open-line'] },
    },
  ] as LayerSpecification[];
}

/** Line widths, CSS pixels: thin far away, wider near. */
function widthByZoom({ fullZoom }: ParcelLook, base: number): ExpressionSpecification {
  return [
    'interpolate',
    ['linear'],
    ['zoom'],
    fullZoom - 2,
    base * 0.5,
    fullZoom,
    base * 1.2,
    fullZoom + 4,
    base * 1.8,
  ];
}

/** A seamless diagonal hatch, RGBA, for ground without data. */
export function hatchImage(sizePx: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(sizePx * sizePx * 4);
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) {
      const isStroke = (row + col) % sizePx < sizePx / 4;
      data.set(isStroke ? [110, 116, 120, 255] : [226, 226, 226, 90], (row * sizePx + col) * 4);
    }
  }
  return { width: sizePx, height: sizePx, data };
}
