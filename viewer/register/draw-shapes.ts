import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { LOOK_NAMES, LOOKS } from './shape-paint.ts';
import type { Shape, ShapeLook } from './shapes.ts';

const SOURCE = 'register-shapes';
const CANDIDATE_LAYER = `${SOURCE}-candidate-fill`;

/** Puts the layers of the register on a map whose style is ready; nothing when they are there. */
function addLayers(map: MapLibreMap, casing: string): void {
  if (map.getSource(SOURCE)) return;
  map.addSource(SOURCE, { type: 'geojson', data: collection([]) as never });
  for (const look of LOOK_NAMES.filter((name) => name !== 'place')) {
    for (const layer of areaLayers(look, casing)) map.addLayer(layer);
  }
  for (const layer of placeLayers(casing)) map.addLayer(layer);
}

function areaLayers(look: ShapeLook, casing: string): LayerSpecification[] {
  const { colour, widthPx, dash, casing: own, fillOpacity } = LOOKS[look];
  const drawn = { source: SOURCE, filter: ['==', ['get', 'look'], look] };
  const opacity = look === 'candidate' ? ['*', fillOpacity, ['get', 'weight']] : fillOpacity;
  // MapLibre measures dashes in widths of the line.
  const dashed = (lineWidthPx: number) =>
    dash === null ? {} : { 'line-dasharray': dash.map((px) => px / lineWidthPx) };
  const casingPx = widthPx + 3;
  return [
    {
      ...drawn,
      // Outlines without an area are lines.
      filter: ['all', drawn.filter, ['==', ['geometry-type'], 'Polygon']],
      id: `${SOURCE}-${look}-fill`,
      type: 'fill',
      paint: { 'fill-color': colour, 'fill-opacity': opacity },
    },
    {
      ...drawn,
      id: `${SOURCE}-${look}-casing`,
      type: 'line',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': own ?? casing,
        'line-width': casingPx,
        'line-opacity': look === 'candidate' ? 0.5 : 0.85,
        ...(own === null ? {} : dashed(casingPx)),
      },
    },
    {
      ...drawn,
      id: `${SOURCE}-${look}-line`,
      type: 'line',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': widthPx, ...dashed(widthPx) },
    },
  ] as LayerSpecification[];
}

/** A ring round a place, so that what is there stays visible. */
function placeLayers(casing: string): LayerSpecification[] {
  const drawn = { source: SOURCE, type: 'circle', filter: ['==', ['get', 'look'], 'place'] };
  const ring = { 'circle-radius': 13, 'circle-opacity': 0 };
  const { colour, widthPx } = LOOKS.place;
  return [
    {
      ...drawn,
      id: `${SOURCE}-place-casing`,
      paint: { ...ring, 'circle-stroke-color': casing, 'circle-stroke-width': widthPx + 3 },
    },
    {
      ...drawn,
      id: `${SOURCE}-place-line`,
      paint: { ...ring, 'circle-stroke-color': colour, 'circle-stroke-width': widthPx },
    },
  ] as LayerSpecification[];
}

function collection(shapes: readonly Shape[]) {
  return {
    type: 'FeatureCollection',
    features: shapes.map(({ look, geometry, id = '', weight = 1 }) => ({
      type: 'Feature',
      properties: { look, id, weight },
      geometry,
    })),
  };
}

/** Shows shapes on one map, now or as soon as its style is ready. Returns what takes them away. */
export function drawShapes(map: MapLibreMap, shapes: readonly Shape[], casing: string): () => void {
  const draw = () => {
    addLayers(map, casing);
    (map.getSource(SOURCE) as GeoJSONSource | undefined)?.setData(collection(shapes) as never);
  };
  if (map.isStyleLoaded()) draw();
  else map.once('idle', draw);
  return () => {
    map.off('idle', draw);
  };
}

/** Id of the suggestion at a point of the window; null without one. */
export function candidateAt(map: MapLibreMap, point: { readonly x: number; readonly y: number }): string | null {
  if (!map.getLayer(CANDIDATE_LAYER)) return null;
  const [found] = map.queryRenderedFeatures([point.x, point.y], { layers: [CANDIDATE_LAYER] });
  return found ? String(found.properties.id) : null;
}

/** Takes every shape and layer of the register off a map. */
export function clearShapes(map: MapLibreMap): void {
  for (const id of map.getLayersOrder().filter((one) => one.startsWith(SOURCE))) map.removeLayer(id);
  if (map.getSource(SOURCE)) map.removeSource(SOURCE);
}
