import { makeDbf } from './dbf.ts';
import type { WriteRequest, Written } from './export-parcels.ts';
import { boxOf, polygonsOf } from './geometry.ts';
import { cleanTexts, counted, limitOfAbsent } from './limits.ts';
import { formatReadme } from './readme.ts';
import type { ExportRow } from './table.ts';
import { makeZip } from './zip.ts';

const HEADER_BYTES = 100;
const POLYGON = 5;

const WGS84 =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';

/**
 * A shapefile (ESRI Technical Description, 1998) in a zip: .shp, .shx, .dbf, .prj, .cpg and a README.txt that says what
 * the columns are called in full and what was lost. Exteriors run clockwise there.
 */
export function writeShapefile(request: WriteRequest): Written {
  const { table, limits: signs } = cleanTexts(request.table, 'utf-8');
  const { shp, shx } = makeShapes(table.rows);
  const { dbf, names, limits: cells } = makeDbf(table);
  const single = table.rows.filter(
    ({ geometry }) => geometry.type === 'MultiPolygon' && geometry.coordinates.length < 2,
  );
  const limits = [
    ...signs,
    ...limitOfAbsent(table),
    ...cells,
    ...(single.length > 0 ? [`${counted(single.length, 'MultiPolygon')} of 1 part come back as Polygons.`] : []),
  ];
  const encode = (text: string) => new TextEncoder().encode(text);
  const stem = request.name;
  const zip = makeZip([
    { name: `${stem}.shp`, bytes: shp },
    { name: `${stem}.shx`, bytes: shx },
    { name: `${stem}.dbf`, bytes: dbf },
    { name: `${stem}.prj`, bytes: encode(WGS84) },
    { name: `${stem}.cpg`, bytes: encode('UTF-8') },
    { name: 'README.txt', bytes: formatReadme({ ...request, table }, names, [...table.limits, ...limits]) },
  ]);
  return { files: [{ name: `${stem}.zip`, bytes: zip }], limits };
}

function makeShapes(rows: readonly ExportRow[]): { shp: Uint8Array; shx: Uint8Array } {
  const contents = rows.map(makeContent);
  const box = boxOf(rows.map(({ geometry }) => geometry)) ?? [0, 0, 0, 0];
  const shpBytes = contents.reduce((sum, content) => sum + 8 + content.length, HEADER_BYTES);
  const shx = makeHeader(HEADER_BYTES + 8 * contents.length, box);
  const index = new DataView(shx.buffer);
  const shp = new Uint8Array(shpBytes);
  shp.set(makeHeader(shpBytes, box).subarray(0, HEADER_BYTES));
  const view = new DataView(shp.buffer);
  let at = HEADER_BYTES;
  for (const [i, content] of contents.entries()) {
    // Lengths and offsets count words of 2 bytes, in big-endian.
    index.setInt32(HEADER_BYTES + 8 * i, at / 2);
    index.setInt32(HEADER_BYTES + 8 * i + 4, content.length / 2);
    view.setInt32(at, i + 1);
    view.setInt32(at + 4, content.length / 2);
    shp.set(content, at + 8);
    at += 8 + content.length;
  }
  return { shp, shx };
}

function makeHeader(fileBytes: number, box: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(fileBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 9994);
  view.setInt32(24, fileBytes / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, POLYGON, true);
  box.forEach((value, i) => {
    view.setFloat64(36 + 8 * i, value, true);
  });
  return bytes;
}

function makeContent({ geometry }: ExportRow): Uint8Array {
  // All rings the other way round than in GeoJSON, each from the same corner on.
  const rings = polygonsOf(geometry).flatMap((polygon) => polygon.map((ring) => ring.toReversed()));
  const corners = rings.reduce((sum, ring) => sum + ring.length, 0);
  const bytes = new Uint8Array(44 + 4 * rings.length + 16 * corners);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, POLYGON, true);
  (boxOf([geometry]) ?? [0, 0, 0, 0]).forEach((value, i) => {
    view.setFloat64(4 + 8 * i, value, true);
  });
  view.setInt32(36, rings.length, true);
  view.setInt32(40, corners, true);
  let start = 0;
  let at = 44 + 4 * rings.length;
  for (const [i, ring] of rings.entries()) {
    view.setInt32(44 + 4 * i, start, true);
    start += ring.length;
    for (const [lon, lat] of ring) {
      view.setFloat64(at, lon, true);
      view.setFloat64(at + 8, lat, true);
      at += 16;
    }
  }
  return bytes;
}
