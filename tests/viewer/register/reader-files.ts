import { geojson } from 'flatgeobuf';
import { loadSqlite } from '../../../pipeline/parcels/formats/geopackage-sqlite.ts';
import { readProperties } from '../../../pipeline/parcels/formats/properties.ts';
import type { ParcelFile } from '../../../pipeline/parcels/formats/read-file.ts';
import type { CheckFinding } from '../../../shared/parcel-check.ts';
import { collectionOf, readAs, squareAt } from '../../pipeline/parcels/formats/parcel-text.ts';
import {
  dbfFile,
  type HandmadeField,
  polygonContent,
  shapeFiles,
  WGS84_PRJ,
} from '../../pipeline/parcels/formats/shapefile-bytes.ts';
import { makeZip } from '../../pipeline/parcels/formats/zip-maker.ts';

const SQUARE = squareAt(1, 9);
const WKT = 'POLYGON((1 9, 1.1 9, 1.1 9.1, 1 9))';
const UTM = { assumeCrs: 'EPSG:32631' };

/** Small files of every format, made so that together the readers find and note of them all that they can. */
export async function readAllKinds(): Promise<ParcelFile[]> {
  return [
    ...(await readGeojson()),
    ...(await readTables()),
    ...(await readXmlFiles()),
    ...(await readShapefiles()),
  ].concat(await readGeopackages(), await readFlatgeobufs());
}

/** What no file brings about today: a value that is no JSON. */
export function leftOutKind(): readonly CheckFinding[] {
  return readProperties([['picture', new Uint8Array(2)]]).findings;
}

function featuresOf(...geometries: object[]): string {
  const features = geometries.map((geometry) => ({ type: 'Feature', properties: {}, geometry }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

async function readGeojson(): Promise<ParcelFile[]> {
  const open = SQUARE.slice(0, 4).concat([[1, 9.0005]]);
  const attributes = [
    { nom: '\u200b' },
    { nom: 'A'.repeat(501) },
    { nom: 'Bora\u200b Nord' },
    { pratique: 'karité' },
    { pratique: 'plantation, semis' },
    { 'date début': [1] },
    { 'date début': 'bientôt' },
    { 'date début': 2024 },
    { 'date début': '01/06/2025' },
    { 'date début': '3 foo 2025' },
    { 'date début': '2025-02-31' },
    { surface: 'grande', unit: 1 },
    { surface: 3 },
    { 'surface (ha)': '1,234' },
    { 'surface (ha)': -1 },
    { ['p'.repeat(300)]: 1 },
    { inner: { constructor: 1 } },
    { text: 'x'.repeat(20_001) },
    Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`p${i}`, i])),
  ];
  const ids = [{ id: 'x'.repeat(300) }, { id: 'A' }, { id: 'A' }];
  const feature = (id: string | number, properties: object) =>
    JSON.stringify({ type: 'Feature', id, properties, geometry: null });
  return [
    await readAs('a.geojson', collectionOf(...attributes)),
    await readAs('a.geojson', collectionOf({ a: 1 }).replace('"a":', '"__proto__":')),
    await readAs('a.geojson', collectionOf(...ids)),
    await readAs('a.geojson', collectionOf(...Array.from({ length: 20 }, () => ({ id: 'A' })))),
    await readAs(
      'a.geojson',
      `{"type":"FeatureCollection","features":[${feature('A', {})},${feature(0, { id: 'A' })}]}`,
    ),
    await readAs('a.geojson', collectionOf({}).replace('"type":"Feature",', '"type":"Fixture",')),
    await readAs(
      'a.geojson',
      featuresOf(
        { type: 'LineString', coordinates: open },
        { type: 'MultiLineString', coordinates: [open.slice(0, 3), open.slice(3)] },
        { type: 'GeometryCollection', geometries: [{ type: 'Polygon', coordinates: [SQUARE] }] },
      ),
    ),
    await readAs('a.geojson', collectionOf({}), { assumeCrs: 'EPSG:4326' }),
  ];
}

async function readTables(): Promise<ParcelFile[]> {
  const wkt = (...cells: string[]) => `id,geom\n${cells.map((cell, i) => `${i},"${cell}"`).join('\n')}\n`;
  const corners = (order: string) => `parcelle;x;y;ordre\nP1;1;9;${order}\nP1;2;9;2\nP1;2;8;3\n`;
  return [
    await readAs('a.csv', wkt(WKT, 'CIRCLE(1 9)', `${WKT} x`, 'POLYGON((1 9, 1', 'POLYGON((1 9')),
    await readAs('a.csv', wkt(WKT, 'SRID=32631;POLYGON((1e30 1e30, 2e30 1e30, 2e30 2e30))', `SRID=9999;${WKT}`)),
    await readAs('a.csv', 'id,geom\n1,"{""type"":""Polygon"",""coordinates"":[]}"\n2,"{bad"\n'),
    await readAs('a.csv', corners('1')),
    await readAs('a.csv', corners('2')),
    await readAs('a.csv', 'parcelle;x;y\nP1;1;9\nP2;2;9\nP1;2;9\nP2;2;8\nP1;2;8\nP2;1;8\n'),
    await readAs('a.csv', 'parcelle;x;y\nP1;400000;900000\nP1;400100;900000\nP1;400100;900100\n', UTM),
    await readAs('a.csv', 'a,lon,lat,,lon\n1,1,9,,1\n2,1.1,9,,2\n3,1.1,9.1,,3\n', UTM),
    await readAs('a.csv', Buffer.from('nom;geom\nÉté;POLYGON((1 9, 1.1 9, 1.1 9.1, 1 9))\n', 'latin1')),
  ];
}

async function readXmlFiles(): Promise<ParcelFile[]> {
  const line = SQUARE.map(([lon, lat]) => `${lon},${lat}`).join(' ');
  const area = `<Polygon><outerBoundaryIs><LinearRing><coordinates>${line}</coordinates></LinearRing></outerBoundaryIs></Polygon>`;
  const point = '<Point><coordinates>1,9</coordinates></Point>';
  const point7 = `<Placemark><name>P</name>${point}</Placemark>`.repeat(7);
  const kml = (...inside: string[]) => `<kml><Document>${inside.join('')}</Document></kml>`;
  const areas = kml(`<Placemark><name>Champ nord</name>${area}</Placemark><Placemark>${area}</Placemark>`);
  const icon = '<Icon><href>http://a.b/c.png</href></Icon>';
  const gpx = (inside: string) => `<gpx>${inside}</gpx>`;
  const points = (tag: string) => SQUARE.map(([lon, lat]) => `<${tag} lon="${lon}" lat="${lat}"/>`).join('');
  const track = `<trk><name>Tour</name><trkseg>${points('trkpt')}</trkseg></trk><rte>${points('rtept')}</rte>`;
  return [
    await readAs('a.kml', kml(`<Placemark><MultiGeometry>${area}${point}</MultiGeometry></Placemark>`, point7)),
    await readAs(
      'a.kml',
      kml(`<Placemark>${area}</Placemark>`, `<Placemark>${point}</Placemark>`, '<NetworkLink><Link/></NetworkLink>'),
    ),
    await readAs('a.kml', kml(areas.slice(5, -6), `<Style>${icon}</Style>`), UTM),
    await readAs('a.kml', kml(areas.slice(5, -6), '<NetworkLink/>'.repeat(2), `<Style>${icon}${icon}</Style>`)),
    await readAs(
      'a.kmz',
      makeZip(['doc.kml', 'b.kml'].map((name) => ({ name, data: new TextEncoder().encode(areas) }))),
    ),
    await readAs('a.gpx', gpx(`${track}<wpt lon="1" lat="9"/>`), UTM),
    await readAs('a.gpx', gpx(track + points('wpt'))),
    await readAs('a.gpx', gpx(points('wpt'))),
  ];
}

async function readShapefiles(): Promise<ParcelFile[]> {
  const ring = SQUARE.toReversed();
  const inside = ring.map(([x, y]): [number, number] => [1.002 + (x - 1) / 2, 9.002 + (y - 9) / 2]);
  const content = polygonContent([ring]);
  const name: HandmadeField = { name: 'NOM', type: 'C', length: 10 };
  const dbf = (...rows: (string | Buffer)[]) =>
    dbfFile(
      [name],
      rows.map((cell) => [cell]),
    );
  const { shp, shx } = shapeFiles([content]);
  const read = (files: Readonly<Record<string, Uint8Array>>, options = {}) =>
    readAs('p.zip', makeZip(Object.entries(files).map(([file, data]) => ({ name: file, data }))), options);
  const prj = Buffer.from(WGS84_PRJ);
  const whole = { 'p.shp': shp, 'p.shx': shx, 'p.dbf': dbf('A'), 'p.prj': prj };
  const stated = Buffer.from(dbf('A'));
  stated.writeUInt32LE(4_000_000, 4);
  const deleted = Buffer.from(dbf('A', 'B'));
  deleted[33 + 32] = 0x2a;
  const two = shapeFiles([content, content]);
  const circle = Array.from({ length: 10_001 }, (_, i): [number, number] => [1 + i * 1e-6, 9]);
  const memo = dbfFile([name, { name: 'MEMO', type: 'M', length: 10 }, name], [['A', '1', 'B']]);
  const odd = shapeFiles([polygonContent([SQUARE]), polygonContent([ring, inside]), polygonContent([circle])]);
  return [
    await read({ ...whole, 'p.shp': odd.shp, 'p.shx': odd.shx }),
    await read({ 'p.shp': shp, 'p.shx': shx, 'q.dbf': dbf('A') }, { assumeCrs: 'EPSG:4326' }),
    await read({ 'p.shp': shp, 'p.dbf': dbf('A', 'B'), 'p.prj': prj }),
    await read({ 'p.shp': shp.subarray(0, -4), 'p.dbf': dbf('A'), 'p.prj': prj }),
    await read({ ...whole, 'p.shx': two.shx }),
    await read({ ...whole, 'p.shp': two.shp, 'p.dbf': dbf('A', 'B') }),
    await read({ ...whole, 'p.shp': Buffer.concat([shp, Buffer.alloc(4)]), 'p.dbf': stated }),
    await read({ ...whole, 'p.shp': two.shp, 'p.shx': two.shx, 'p.dbf': deleted }),
    await read({ ...whole, 'p.dbf': memo }),
    await read({ ...whole, 'p.dbf': dbf(Buffer.from('Été', 'latin1')) }),
    await read({ ...whole, ...shapesZ() }),
  ];
}

function shapesZ(): Readonly<Record<string, Uint8Array>> {
  const { shp, shx } = shapeFiles([polygonContent([SQUARE.toReversed()], 15)], 15);
  return { 'p.shp': shp, 'p.shx': shx };
}

/** A square as GeoPackage stores it, in an SRS; with heights where `type` is 1003. */
function blobOf(srsId: number, type = 3): string {
  const corners = SQUARE.flatMap((corner) => (type === 3 ? corner : [...corner, 7]));
  const bytes = Buffer.alloc(21 + 8 * corners.length);
  bytes.write('GP', 0, 'latin1');
  bytes[3] = 1;
  bytes.writeInt32LE(srsId, 4);
  bytes[8] = 1;
  bytes.writeUInt32LE(type, 9);
  bytes.writeUInt32LE(1, 13);
  bytes.writeUInt32LE(SQUARE.length, 17);
  for (const [i, value] of corners.entries()) bytes.writeDoubleLE(value, 21 + 8 * i);
  return `x'${bytes.toString('hex')}'`;
}

async function readGeopackages(): Promise<ParcelFile[]> {
  const rows = `(1, ${blobOf(4326)}, x'00'), (2, ${blobOf(32631)}, NULL), (3, ${blobOf(4326, 1003)}, NULL)`;
  const bytes = await geopackage(4326, rows);
  bytes.set([2, 2], 18);
  const open = { assumeCrs: 'EPSG:4326' };
  return [
    await readAs('a.gpkg', bytes),
    await readAs('a.gpkg', await geopackage(0, `(1, ${blobOf(0)}, NULL)`), open),
    await readAs('a.gpkg', await geopackage(99, `(1, ${blobOf(99)}, NULL)`), open),
  ];
}

async function geopackage(srsId: number, rows: string): Promise<Uint8Array> {
  const { Database } = await loadSqlite();
  const made = new Database();
  made.run(`CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY, organization, organization_coordsys_id, definition);
    INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
    CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
    INSERT INTO gpkg_contents VALUES ('parcels', 'features');
    INSERT INTO gpkg_geometry_columns VALUES ('parcels', 'geom', ${srsId});
    CREATE TABLE parcels (fid INTEGER PRIMARY KEY, geom BLOB, picture BLOB);
    INSERT INTO parcels VALUES ${rows};`);
  const bytes = made.export();
  made.close();
  return bytes;
}

async function readFlatgeobufs(): Promise<ParcelFile[]> {
  const feature = { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [SQUARE] } };
  const bytes = geojson.serialize({ type: 'FeatureCollection', features: [feature, feature] } as never);
  const whole = Buffer.from(bytes);
  const first = firstFeatureAt(whole);
  const half = whole.subarray(0, first + 4 + whole.readUInt32LE(first));
  const high = { ...feature, geometry: { type: 'Polygon', coordinates: [SQUARE.map((corner) => [...corner, 7])] } };
  const heights = geojson.serialize({ type: 'FeatureCollection', features: [high] } as never);
  return [
    await readAs('a.fgb', half, { assumeCrs: 'EPSG:4326' }),
    await readAs('a.fgb', heights, { assumeCrs: 'EPSG:4326' }),
  ];
}

/** Behind the magic bytes and the header: that program writes no index. */
function firstFeatureAt(bytes: Buffer): number {
  return 12 + bytes.readUInt32LE(8);
}
