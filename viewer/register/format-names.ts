import type { ParcelFormat } from '../../shared/parcel-check.ts';

/** Names of formats, the same in every language. */
export const FORMAT_NAMES: Readonly<Record<ParcelFormat, string>> = {
  geojson: 'GeoJSON',
  geopackage: 'GeoPackage',
  flatgeobuf: 'FlatGeobuf',
  shapefile: 'Shapefile',
  kml: 'KML',
  kmz: 'KMZ',
  gpx: 'GPX',
  csv: 'CSV',
};
