import { gzipSync } from 'node:zlib';
import { geoJSONToTile } from '@maplibre/geojson-vt';
import Flatbush from 'flatbush';
// @ts-expect-error the package has no types
import vtPbf from 'vt-pbf';
import { statusOf } from '../../shared/api.ts';

/** Address of a vector tile in web mercator. */
export interface VectorTile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

interface ParcelFeature {
  readonly id: number;
  readonly properties: Readonly<Record<string, string | number | null>>;
  readonly bbox: readonly [number, number, number, number];
  /** Where its geometry stands in the file. */
  readonly start: number;
  readonly end: number;
}

interface FileFeature {
  readonly id: string;
  readonly properties: Readonly<Record<string, number | string | null>>;
  readonly geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon | null;
}

export const PARCEL_MAX_ZOOM = 16;
const GEOMETRY = ',"geometry":';
const EXTENT = 4096;
const BUFFER = 64;
/** In units of the extent: an eighth of a pixel of a 512-pixel tile, less than a gap between neighbours that shows. */
const TOLERANCE = 1;
const CUT = { maxZoom: PARCEL_MAX_ZOOM, extent: EXTENT, buffer: BUFFER, tolerance: TOLERANCE, clip: true } as const;
const encodeTile = (vtPbf as { fromGeojsonVt: (layers: object, options: object) => Uint8Array }).fromGeojsonVt;

/**
 * Vector tiles (Mapbox Vector Tile 2.1, packed with gzip) of parcels.geojson, cut when asked for: boxes are indexed, the
 * geometries stay text until a tile needs them. Layer `parcels`; feature id = position in the file; properties id,
 * status, ndvi_change, cover_change (tree-cover fraction), and where the run looked at change over time change_finding
 * (`not_judged` where there is none) and change_confidence.
 */
export function createParcelTileIndex(file: Buffer): { readonly tile: (address: VectorTile) => Uint8Array | null } {
  const features = readFeatures(file);
  const tree = features.length === 0 ? null : new Flatbush(features.length, 16, Float64Array);
  for (const { bbox } of features) tree?.add(...bbox);
  tree?.finish();
  return {
    tile(address) {
      const found = tree?.search(...tileBbox(address)).sort((a, b) => a - b) ?? [];
      if (found.length === 0) return null;
      // One after the other: 100,000 parsed geometries at a time would take a gigabyte.
      const cut = found.flatMap((at) => cutFeature(toGeoJson(file, features[at]!), address));
      if (cut.length === 0) return null;
      return gzipSync(encodeTile({ parcels: { features: cut } }, { version: 2, extent: EXTENT }), { level: 4 });
    },
  };
}

function cutFeature(feature: GeoJSON.Feature, { z, x, y }: VectorTile) {
  return geoJSONToTile(feature, z, x, y, CUT).features;
}

function readFeatures(file: Buffer): ParcelFeature[] {
  const features: ParcelFeature[] = [];
  let id = 0;
  for (let start = 0, end = file.indexOf(10); end !== -1; start = end + 1, end = file.indexOf(10, start)) {
    if (file.toString('latin1', start, start + 17) !== '{"type":"Feature"') continue;
    const last = file[end - 1] === 44 ? end - 1 : end;
    const { properties, geometry } = JSON.parse(file.toString('utf8', start, last)) as FileFeature;
    // The geometry is a line's last member; text within strings has its quotation marks escaped.
    const at = file.lastIndexOf(GEOMETRY, last) + GEOMETRY.length;
    if (geometry)
      features.push({ id, start: at, end: last - 1, bbox: bboxOf(geometry), properties: toProperties(properties) });
    id += 1;
  }
  return features;
}

function toProperties(cells: FileFeature['properties']): ParcelFeature['properties'] {
  const { parcel_id, outcome, finding, ndvi_change, cover_change_pct, change_finding, change_confidence } = cells;
  return {
    id: String(parcel_id),
    status: statusOf({ outcome, finding } as Parameters<typeof statusOf>[0]),
    ndvi_change: typeof ndvi_change === 'number' ? roundFraction(ndvi_change) : null,
    cover_change: typeof cover_change_pct === 'number' ? roundFraction(cover_change_pct / 100) : null,
    ...(change_finding === undefined
      ? {}
      : { change_finding: change_finding ?? 'not_judged', change_confidence: change_confidence ?? null }),
  };
}

/** Four decimals, as the layers have; a tile stores each number once. */
function roundFraction(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function toGeoJson(file: Buffer, { id, properties, start, end }: ParcelFeature): GeoJSON.Feature {
  const geometry = JSON.parse(file.toString('utf8', start, end)) as GeoJSON.Polygon | GeoJSON.MultiPolygon;
  return { type: 'Feature', id, properties: { ...properties }, geometry };
}

function bboxOf({ type, coordinates }: GeoJSON.Polygon | GeoJSON.MultiPolygon): ParcelFeature['bbox'] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [outer = []] of type === 'Polygon' ? [coordinates] : coordinates) {
    for (const [lon = 0, lat = 0] of outer) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}

/** The tile with its buffer in degrees. */
function tileBbox({ z, x, y }: VectorTile): [number, number, number, number] {
  const margin = BUFFER / EXTENT;
  const lon = (column: number) => (column / 2 ** z) * 360 - 180;
  const lat = (row: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / 2 ** z))) * 180) / Math.PI;
  return [lon(x - margin), lat(y + 1 + margin), lon(x + 1 + margin), lat(y - margin)];
}
