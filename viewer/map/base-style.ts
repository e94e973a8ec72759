import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import type { GeoJsonGeometry, RegionInfo, RunInfo, TwinInfo } from '../../shared/api.ts';
import type { Palette } from './palette.ts';
import { PARCEL_SOURCE, type ParcelLook, parcelLayers } from './parcel-paint.ts';

/** Rasters are drawn right below this layer. */
export const ABOVE_RASTERS = 'graticule';
const EMPTY: GeoJSONish = { type: 'FeatureCollection', features: [] };
/** Parcels' vector tiles of the full detail. */
const PARCEL_MAX_ZOOM = 16;

interface Feature {
  readonly type: 'Feature';
  readonly properties: Record<string, string>;
  readonly geometry: unknown;
}
type GeoJSONish = { readonly type: 'FeatureCollection'; readonly features: readonly Feature[] };

export function featureCollection(geometries: readonly unknown[]): GeoJSONish {
  return {
    type: 'FeatureCollection',
    features: geometries.map((geometry) => ({ type: 'Feature', properties: {}, geometry })),
  };
}

/** The map's whole style: nothing in it asks another host, unless a basemap is configured. */
export function baseStyle({
  run,
  twin,
  look,
  origin,
}: {
  run: RunInfo;
  twin: TwinInfo | null;
  look: ParcelLook;
  origin: string;
}): StyleSpecification {
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: {} },
    ...(run.basemap ? [{ id: 'basemap', type: 'raster', source: 'basemap' } as const] : []),
    { id: ABOVE_RASTERS, type: 'line', source: 'graticule', paint: { 'line-width': 0.6 } },
    { id: 'regions-casing', type: 'line', source: 'regions', paint: { 'line-width': 4, 'line-opacity': 0.6 } },
    { id: 'regions', type: 'line', source: 'regions', paint: { 'line-width': 1.6, 'line-dasharray': [5, 2.5] } },
    ...parcelLayers(look),
    { id: 'measure-area', type: 'fill', source: 'measure', paint: { 'fill-opacity': 0.15 } },
    { id: 'measure-casing', type: 'line', source: 'measure', paint: { 'line-width': 5 } },
    { id: 'measure-line', type: 'line', source: 'measure', paint: { 'line-width': 2.5 } },
    {
      id: 'measure-points',
      type: 'circle',
      source: 'measure',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 4.5, 'circle-stroke-width': 2 },
    },
    {
      id: 'region-names',
      type: 'symbol',
      source: 'region-names',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['sans-serif'],
        'text-size': 14,
        'text-anchor': 'bottom',
        'text-offset': [0, -0.4],
      },
      paint: { 'text-halo-width': 1.6 },
    },
  ];
  const style: StyleSpecification = { version: 8, sources: sourcesOf(run, twin, origin), layers };
  const theme = themePaint(look.palette);
  return { ...style, layers: layers.map((layer) => withPaint(layer, theme[layer.id])) };
}

function withPaint(layer: LayerSpecification, paint: Record<string, unknown> | undefined): LayerSpecification {
  return { ...layer, paint: { ...layer.paint, ...paint } } as LayerSpecification;
}

/** Paint properties that follow the theme, by layer; those of parcels see `parcelPaint`. */
export function themePaint(palette: Palette): Record<string, Record<string, unknown>> {
  return {
    ground: { 'background-color': palette.ground },
    basemap: palette.isDark
      ? { 'raster-brightness-max': 0.65, 'raster-saturation': -0.4 }
      : { 'raster-saturation': -0.2 },
    [ABOVE_RASTERS]: { 'line-color': palette.line, 'line-opacity': 0.45 },
    'regions-casing': { 'line-color': palette.casing },
    regions: { 'line-color': palette.ink },
    'region-names': { 'text-color': palette.ink, 'text-halo-color': palette.casing },
    'measure-area': { 'fill-color': palette.accent },
    'measure-casing': { 'line-color': palette.casing },
    'measure-line': { 'line-color': palette.accent },
    'measure-points': { 'circle-color': palette.casing, 'circle-stroke-color': palette.accent },
  };
}

function sourcesOf(run: RunInfo, twin: TwinInfo | null, origin: string): Record<string, SourceSpecification> {
  const regions = [...(twin?.sinks ?? []), ...(twin?.sources ?? [])].filter((region) => region.boundary !== null);
  const [west, south, east, north] = run.bboxDeg;
  const geojson = (data: GeoJSONish) => ({ type: 'geojson', data }) as unknown as SourceSpecification;
  return {
    ...(run.basemap ? { basemap: { type: 'raster', tiles: [run.basemap.tiles], tileSize: 256 } as const } : {}),
    graticule: geojson(EMPTY),
    regions: geojson(featureCollection(regions.map((region) => region.boundary))),
    'region-names': geojson({ type: 'FeatureCollection', features: regions.map(nameOf) }),
    [PARCEL_SOURCE]: {
      type: 'vector',
      tiles: [`${origin}/tiles/parcels/{z}/{x}/{y}.mvt?v=${encodeURIComponent(run.version)}`],
      maxzoom: PARCEL_MAX_ZOOM,
      bounds: [west, south, east, north],
    },
    hover: geojson(EMPTY),
    open: geojson(EMPTY),
    controls: geojson(EMPTY),
    measure: geojson(EMPTY),
  };
}

/** The region's name at the top of its boundary. */
function nameOf(region: RegionInfo): Feature {
  const points = (region.boundary as GeoJsonGeometry).coordinates.flat(
    region.boundary?.type === 'MultiPolygon' ? 2 : 1,
  ) as readonly (readonly [number, number])[];
  const top = points.reduce((best, point) => (point[1] > best[1] ? point : best));
  return { type: 'Feature', properties: { name: region.name }, geometry: { type: 'Point', coordinates: [...top] } };
}
