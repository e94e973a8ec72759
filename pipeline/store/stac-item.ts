import { type Bbox, epsgOf, type Grid } from '../../shared/grid.ts';
import type { Period } from '../../shared/result.ts';
import type { Provenance } from './geojson.ts';

/** How the stored numbers of one band are read: value = DN·scale + offset, in `unit`. */
interface LayerBand {
  readonly name: string;
  readonly dataType: 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';
  readonly scale: number;
  readonly offset: number;
  readonly nodata: number | null;
  /** `1` for a plain ratio, else as UCUM writes it (`%`, `ha`). */
  readonly unit: string;
}

export interface LayerDescription {
  /** File name without folder, such as `ndvi-baseline-33TWL.tif`; the item lies beside it. */
  readonly fileName: string;
  /** What the numbers are, such as `ndvi`, `change` or `true-color`. */
  readonly kind: string;
  /** Days whose scenes went in (a change layer spans both its periods), or the moment of the only one (ISO 8601, UTC). */
  readonly period: Period | { readonly datetime: string };
  readonly grid: Grid;
  /** Ground of the layer in lon/lat, counter-clockwise and closed, and its bbox. */
  readonly footprintDeg: readonly (readonly [number, number])[];
  readonly bboxDeg: Bbox;
  readonly bands: readonly LayerBand[];
  /** How the layer was made, one sentence or two, parameters included. */
  readonly method: string;
  readonly sources: readonly { readonly id: string; readonly href: string }[];
  readonly sha256: string;
  readonly bytes: number;
  readonly provenance: Provenance;
}

/**
 * STAC 1.0 item of an output layer, with the projection, raster and file extensions. Of a period `datetime` is null and
 * the first and last instant are given, as STAC wants it for a span.
 */
export function buildLayerItem(layer: LayerDescription): Readonly<Record<string, unknown>> {
  const { grid, period, provenance } = layer;
  const id = layer.fileName.replace(/\.tif$/, '');
  const sources = [...layer.sources].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    stac_extensions: [
      'https://stac-extensions.github.io/projection/v1.2.0/schema.json',
      'https://stac-extensions.github.io/raster/v1.1.0/schema.json',
      'https://stac-extensions.github.io/file/v2.1.0/schema.json',
    ],
    id,
    geometry: { type: 'Polygon', coordinates: [layer.footprintDeg] },
    bbox: layer.bboxDeg,
    properties: {
      ...describeTime(period),
      'proj:code': grid.crs,
      'proj:epsg': epsgOf(grid.crs),
      'proj:transform': grid.transform,
      'proj:shape': [grid.heightPx, grid.widthPx],
      'twin_canopy:kind': layer.kind,
      'twin_canopy:method': layer.method,
      'twin_canopy:synthetic': provenance.synthetic,
      attribution: provenance.attribution.join('; '),
    },
    links: [
      { rel: 'self', href: `./${id}.json`, type: 'application/geo+json' },
      ...sources.map(({ id: title, href }) => ({ rel: 'derived_from', href, type: 'application/geo+json', title })),
    ],
    assets: { data: describeAsset(layer) },
  };
}

/** Text of an item file. Equal items give equal bytes. */
export function formatItem(item: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(item, null, 2)}\n`;
}

function describeTime(period: LayerDescription['period']): object {
  if ('datetime' in period) return period;
  const { start, end } = period;
  return { datetime: null, start_datetime: `${start}T00:00:00Z`, end_datetime: `${end}T23:59:59Z` };
}

function describeAsset(layer: LayerDescription): object {
  return {
    href: `./${layer.fileName}`,
    type: 'image/tiff; application=geotiff; profile=cloud-optimized',
    roles: layer.kind === 'true-color' ? ['visual'] : ['data'],
    // The file extension names the hash by its multihash prefix: 12 for SHA-256, 20 for its 32 bytes.
    'file:checksum': `1220${layer.sha256}`,
    'file:size': layer.bytes,
    'raster:bands': layer.bands.map(({ name, dataType, scale, offset, nodata, unit }) => ({
      name,
      data_type: dataType,
      scale,
      offset,
      ...(nodata === null ? {} : { nodata }),
      unit,
      spatial_resolution: layer.grid.transform[0],
      sampling: 'area',
    })),
  };
}
