import { makeGeopackageBlob } from '../pipeline/parcels/export/wkb.ts';
import { loadSqlite } from '../pipeline/parcels/formats/geopackage-sqlite.ts';
import type { GeoJsonGeometry } from '../shared/api.ts';
import { lonLatToCrs } from '../shared/transform.ts';

/** Files that leave a question open: in which CRS they are, or which of their layers is meant. */

/** A table with one corner a row in metres of a CRS that it does not name; each parcel by its name and its outer ring. */
export function cornersInMetres(crs: string, parcels: Readonly<Record<string, GeoJsonGeometry>>): string {
  const toCrs = lonLatToCrs(crs);
  const rows = Object.entries(parcels).flatMap(([name, { coordinates }]) => {
    const [ring] = coordinates as readonly (readonly (readonly [number, number])[])[];
    return ring!.slice(0, -1).map((corner) => `${name};${[...toCrs(Float64Array.from(corner))].join(';')}`);
  });
  return ['parcelle;x;y', ...rows, ''].join('\n');
}

/** A GeoJSON in metres of a CRS that it does not name, which no GeoJSON may be and many are. */
export function geojsonInMetres(crs: string, parcels: Readonly<Record<string, GeoJsonGeometry>>): string {
  const toCrs = lonLatToCrs(crs);
  const features = Object.entries(parcels).map(([name, { coordinates }]) => {
    const rings = coordinates as readonly (readonly (readonly [number, number])[])[];
    const turned = rings.map((ring) => ring.map((corner) => [...toCrs(Float64Array.from(corner))]));
    return { type: 'Feature', properties: { name }, geometry: { type: 'Polygon', coordinates: turned } };
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}

/** A GeoPackage with a layer for each name, each with one parcel that is called like its layer. */
export async function makeGeopackage(layers: Readonly<Record<string, GeoJsonGeometry>>): Promise<Uint8Array> {
  const { Database } = await loadSqlite();
  const file = new Database();
  file.run(`
    PRAGMA application_id = 1196444487;
    CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY, organization, organization_coordsys_id, definition);
    INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
    CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);`);
  for (const [name, geometry] of Object.entries(layers)) {
    const blob = Buffer.from(makeGeopackageBlob(geometry)).toString('hex');
    file.run(`
      INSERT INTO gpkg_contents VALUES ('${name}', 'features');
      INSERT INTO gpkg_geometry_columns VALUES ('${name}', 'geom', 4326);
      CREATE TABLE "${name}" (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
      INSERT INTO "${name}" VALUES (7, x'${blob}', '${name}');`);
  }
  const bytes = file.export();
  file.close();
  return bytes;
}
