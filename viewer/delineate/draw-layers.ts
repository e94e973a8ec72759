import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from '../map/palette.ts';

/** Layers of the map for drawing: registered parcels, other drafts, the open one, and what shows where a point goes. */

export const DRAW_SOURCES = ['registered', 'drafts', 'open', 'overlap', 'sketch', 'points'] as const;
export type DrawSource = (typeof DRAW_SOURCES)[number];

export interface DrawFeature {
  readonly properties: Readonly<Record<string, string>>;
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
}

/** Vermilion of Okabe and Ito: told from green and brown by people who see no red, and hatched beside. */
const OVERLAP = [213, 94, 0] as const;
const OVERLAP_CSS = `rgb(${OVERLAP.join(', ')})`;
const OVERLAP_IMAGE = 'draw-overlap-hatch';
const FAULT = '#c2185b';

const prefixed = (name: string) => `draw-${name}`;
const of = (kind: string) => ['==', ['get', 'kind'], kind] as never;
const round = { 'line-join': 'round', 'line-cap': 'round' } as const;

function lines(
  source: DrawSource,
  [casingPx, linePx]: readonly [number, number],
  dash?: number[],
): LayerSpecification[] {
  const line = { type: 'line', source: prefixed(source), layout: round } as const;
  return [
    { ...line, id: prefixed(`${source}-casing`), paint: { 'line-width': casingPx, 'line-opacity': 0.9 } },
    {
      ...line,
      id: prefixed(`${source}-line`),
      layout: dash ? { 'line-join': 'round' } : round,
      paint: { 'line-width': linePx, ...(dash ? { 'line-dasharray': dash } : {}) },
    },
  ];
}

function circles(kind: string, radius: number, stroke: number): LayerSpecification {
  const paint = { 'circle-radius': radius, 'circle-stroke-width': stroke };
  return { id: prefixed(`points-${kind}`), type: 'circle', source: prefixed('points'), filter: of(kind), paint };
}

const LAYERS: readonly LayerSpecification[] = [
  { id: prefixed('registered-fill'), type: 'fill', source: prefixed('registered'), paint: { 'fill-opacity': 0.1 } },
  ...lines('registered', [4, 1.6]),
  { id: prefixed('drafts-fill'), type: 'fill', source: prefixed('drafts'), paint: { 'fill-opacity': 0.12 } },
  ...lines('drafts', [4, 1.8], [3, 2]),
  { id: prefixed('open-fill'), type: 'fill', source: prefixed('open'), paint: { 'fill-opacity': 0.2 } },
  {
    id: prefixed('overlap-fill'),
    type: 'fill',
    source: prefixed('overlap'),
    paint: { 'fill-pattern': OVERLAP_IMAGE, 'fill-antialias': false },
  },
  {
    id: prefixed('overlap-line'),
    type: 'line',
    source: prefixed('overlap'),
    paint: { 'line-width': 1.5, 'line-color': OVERLAP_CSS },
  },
  ...lines('open', [6, 3]),
  ...lines('sketch', [5, 2.2], [2, 1.6]),
  name('registered'),
  name('drafts'),
  circles('middle', 4, 1.5),
  circles('corner', 5.5, 2.2),
  circles('chosen', 8, 3),
  circles('carried', 10, 3),
  circles('snap-corner', 11, 3),
  circles('snap-side', 8, 3),
  circles('fault', 12, 3.5),
  circles('fault-dot', 3.5, 1.5),
  circles('walker', 8, 3),
];

function name(source: DrawSource): LayerSpecification {
  return {
    id: prefixed(`${source}-names`),
    type: 'symbol',
    source: prefixed(source),
    minzoom: 11.5,
    // No glyphs come from elsewhere: the browser's own font is drawn.
    layout: { 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 12.5, 'text-max-width': 8 },
    paint: { 'text-halo-width': 1.8 },
  };
}

function paintOf({ ink, accent, casing, isDark }: Palette): Record<string, Record<string, string>> {
  const line = (source: string, colour: string) => ({
    [prefixed(`${source}-casing`)]: { 'line-color': casing },
    [prefixed(`${source}-line`)]: { 'line-color': colour },
  });
  const circle = (kind: string, fill: string, stroke: string) => ({
    [prefixed(`points-${kind}`)]: { 'circle-color': fill, 'circle-stroke-color': stroke },
  });
  const fault = isDark ? '#ff7aa8' : FAULT;
  const clear = 'rgba(0, 0, 0, 0)';
  return {
    [prefixed('registered-fill')]: { 'fill-color': ink },
    ...line('registered', ink),
    [prefixed('registered-names')]: { 'text-color': ink, 'text-halo-color': casing },
    [prefixed('drafts-fill')]: { 'fill-color': accent },
    ...line('drafts', accent),
    [prefixed('drafts-names')]: { 'text-color': accent, 'text-halo-color': casing },
    [prefixed('open-fill')]: { 'fill-color': accent },
    ...line('open', accent),
    ...line('sketch', accent),
    ...circle('middle', accent, casing),
    ...circle('corner', casing, accent),
    ...circle('chosen', accent, casing),
    ...circle('carried', clear, accent),
    ...circle('snap-corner', clear, OVERLAP_CSS),
    ...circle('snap-side', clear, OVERLAP_CSS),
    ...circle('fault', clear, fault),
    ...circle('fault-dot', fault, casing),
    ...circle('walker', accent, casing),
  };
}

/** Puts the layers on a map, above all others; their colours follow the theme. */
export function addDrawLayers(map: MapLibreMap, palette: Palette): void {
  if (!map.hasImage(OVERLAP_IMAGE)) map.addImage(OVERLAP_IMAGE, overlapHatch(), { pixelRatio: 2 });
  for (const source of DRAW_SOURCES) {
    if (map.getSource(prefixed(source))) continue;
    const data = { type: 'FeatureCollection' as const, features: [] };
    // Simplifying drops an outline whose crossing halves cancel out; the open draft is drawn however it is.
    const exact = source === 'open' ? { tolerance: 0 } : {};
    map.addSource(prefixed(source), { type: 'geojson', data, ...exact });
  }
  const paint = paintOf(palette);
  for (const layer of LAYERS) {
    if (!map.getLayer(layer.id)) map.addLayer(layer);
    for (const [name, value] of Object.entries(paint[layer.id] ?? {}))
      map.setPaintProperty(layer.id, name as never, value as never);
  }
}

export function removeDrawLayers(map: MapLibreMap): void {
  for (const { id } of LAYERS) if (map.getLayer(id)) map.removeLayer(id);
  for (const source of DRAW_SOURCES) if (map.getSource(prefixed(source))) map.removeSource(prefixed(source));
}

export function drawFeatures(map: MapLibreMap, source: DrawSource, features: readonly DrawFeature[]): void {
  const collection = { type: 'FeatureCollection', features: features.map((one) => ({ type: 'Feature', ...one })) };
  (map.getSource(prefixed(source)) as GeoJSONSource | undefined)?.setData(collection as never);
}

/** Strokes from the upper right to the lower left, each with a light edge, so that they show on dark and on pale ground. */
function overlapHatch(sizePx = 16): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(sizePx * sizePx * 4);
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) {
      const across = (row + col) % sizePx;
      const colour =
        across < sizePx * 0.4 ? [...OVERLAP, 255] : across < sizePx * 0.55 ? [255, 255, 255, 220] : [...OVERLAP, 50];
      data.set(colour, (row * sizePx + col) * 4);
    }
  }
  return { width: sizePx, height: sizePx, data };
}
