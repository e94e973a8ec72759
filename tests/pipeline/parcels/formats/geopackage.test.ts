import { describe, expect, it } from 'vitest';
import { makeGeopackageBlob } from '../../../../pipeline/parcels/export/wkb.ts';
import { readGeopackage } from '../../../../pipeline/parcels/formats/geopackage.ts';
import { loadSqlite } from '../../../../pipeline/parcels/formats/geopackage-sqlite.ts';
import { mulberry32 } from '../../../../scripts/demo/random.ts';
import { read, readDamaged, refusal } from './reading.ts';

const square = [
  [1, 9],
  [1.01, 9],
  [1.01, 9.01],
  [1, 9.01],
  [1, 9],
];
const polygon = { type: 'Polygon', coordinates: [square] } as const;
const blob = `x'${Buffer.from(makeGeopackageBlob(polygon)).toString('hex')}'`;

const BASE = `
  PRAGMA application_id = 1196444487;
  CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY, organization, organization_coordsys_id, definition);
  INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
  CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
  CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);`;

const layer = (name: string, srsId = 4326) => `
  INSERT INTO gpkg_contents VALUES ('${name}', 'features');
  INSERT INTO gpkg_geometry_columns VALUES ('${name}', 'geom', ${srsId});`;

const PARCELS = `CREATE TABLE parcels (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT); INSERT INTO parcels VALUES (7, ${blob}, 'Bora');`;

async function database(sql: string): Promise<Uint8Array> {
  const { Database } = await loadSqlite();
  const made = new Database();
  made.run(sql);
  const bytes = made.export();
  made.close();
  return bytes;
}

/** A copy with a page of SQLite's header changed. */
function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

describe('layers of a GeoPackage', () => {
  it('reads the one features table: fid as id, place and attributes', async () => {
    const file = await read(readGeopackage, await database(BASE + layer('parcels') + PARCELS));
    expect(file).toMatchObject({ format: 'geopackage', notes: [] });
    expect(file.features).toHaveLength(1);
    expect(file.features[0]).toMatchObject({
      geometry: polygon,
      featureId: '7',
      place: 'row 1',
      properties: { name: 'Bora' },
    });
  });

  it('asks which of 2 layers to read', async () => {
    const bytes = await database(
      `${BASE + layer('parcels') + PARCELS + layer('roads')} CREATE TABLE roads (geom BLOB);`,
    );
    const { message, fields } = await refusal(readGeopackage, bytes);
    expect(message).toBe('f holds 2 layers: parcels, roads. Say which one to read.');
    expect(fields).toEqual({ layers: ['parcels', 'roads'] });
    expect((await read(readGeopackage, bytes, { layer: 'parcels' })).features).toHaveLength(1);
  });

  it('names with quotes and SQL in them stay names', async () => {
    const name = 'p"; DROP TABLE gpkg_contents; --';
    const sql = `${BASE + layer(name)} CREATE TABLE "p""; DROP TABLE gpkg_contents; --" (geom BLOB, "a""b" TEXT);
      INSERT INTO "p""; DROP TABLE gpkg_contents; --" VALUES (${blob}, 'x');`;
    const file = await read(readGeopackage, await database(sql));
    expect({ ...file.features[0]!.properties }).toEqual({ 'a"b': 'x' });
  });

  it.each([
    { srs: 0, said: 'leaves the CRS of its layer undefined' },
    { srs: -1, said: 'leaves the CRS of its layer undefined' },
    { srs: 99, said: 'does not describe the SRS 99 of its layer' },
  ])('SRS $srs is asked for, and assumeCrs answers', async ({ srs, said }) => {
    const bytes = await database(BASE + layer('parcels', srs) + PARCELS.replace('10e60000', '00000000'));
    const { code, message } = await refusal(readGeopackage, bytes);
    expect(code).toBe('E_PARCELS_CRS_MISSING');
    expect(message).toContain(said);
    const file = await read(readGeopackage, bytes, { assumeCrs: 'EPSG:4326' });
    expect(file.features).toHaveLength(1);
  });

  it('a geometry that is in another SRS than its table is a finding of that row', async () => {
    const other = blob.replace('e6100000', '777f0000');
    const sql = `CREATE TABLE parcels (geom BLOB); INSERT INTO parcels VALUES (${other}), (${blob});`;
    const file = await read(readGeopackage, await database(BASE + layer('parcels') + sql));
    expect(file.features.map(({ geometry, findings }) => [geometry === null, findings[0]?.message])).toEqual([
      [true, 'Row 1 cannot be read: its geometry is in SRS 32631, that of its table in SRS 4326.'],
      [false, undefined],
    ]);
  });

  it('values: numbers beyond 2^53 as text, binary left out with a note, truth by the declared type', async () => {
    const sql = `CREATE TABLE parcels (geom BLOB, big INTEGER, small INTEGER, yes BOOLEAN, real DOUBLE, bin BLOB, void TEXT);
      INSERT INTO parcels VALUES (${blob}, 9007199254740993, -5, 1, 0.1, x'00', NULL);`;
    const file = await read(readGeopackage, await database(BASE + layer('parcels') + sql));
    expect({ ...file.features[0]!.properties }).toEqual({
      big: '9007199254740993',
      small: -5,
      yes: true,
      real: 0.1,
      void: null,
    });
    expect(file.notes).toEqual(['Binary values of the column "bin" were left out.']);
  });
});

describe('files that are no GeoPackage, or are damaged', () => {
  it.each([
    {
      what: 'text',
      bytes: Buffer.alloc(600, 'x'),
      said: 'f is no GeoPackage: it does not start as an SQLite file does.',
    },
    { what: 'SQLite without a list of layers', sql: 'CREATE TABLE t (a)', said: 'it has no list of its layers' },
    { what: 'a GeoPackage without layers', sql: BASE, said: 'holds no layer with geometries' },
  ])('$what is refused in words', async ({ bytes, sql, said }) => {
    expect((await refusal(readGeopackage, bytes ?? (await database(sql!)))).message).toContain(said);
  });

  it('a file that is cut off in the middle is refused with both lengths', async () => {
    const bytes = await database(BASE + layer('parcels') + PARCELS);
    const { message } = await refusal(readGeopackage, bytes.subarray(0, 8192));
    expect(message).toBe(
      `f is cut off: it has 8,192 of its ${bytes.length.toLocaleString('en')} bytes. Send it again.`,
    );
  });

  it('a copy that was taken while in use (WAL) is read, and a note says what is not in it', async () => {
    const bytes = patched(await database(BASE + layer('parcels') + PARCELS), 18, 2, 2);
    const file = await read(readGeopackage, bytes);
    expect(file.features).toHaveLength(1);
    expect(file.notes.join()).toContain('-wal');
  });
});

describe('hostile GeoPackages', () => {
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, NULL AS geom FROM n';

  it('a view that never ends is not run, as layer or as list of layers', async () => {
    const asLayer = await database(`${BASE + layer('parcels')} CREATE VIEW parcels AS ${endless};`);
    expect((await refusal(readGeopackage, asLayer)).message).toContain('is not a table but a view, which is not run');
    const asList = await database(`CREATE VIEW gpkg_contents AS ${endless}; CREATE TABLE gpkg_geometry_columns (a);`);
    expect((await refusal(readGeopackage, asList)).code).toBe('E_GEOPACKAGE');
  });

  it('computed columns and triggers are not run: the column is not there', async () => {
    const sql = `CREATE TABLE parcels (geom BLOB, name TEXT); INSERT INTO parcels (geom, name) VALUES (${blob}, 'Bora');
      ALTER TABLE parcels ADD COLUMN big AS (hex(zeroblob(400000000))) VIRTUAL;
      CREATE TRIGGER t AFTER UPDATE ON parcels BEGIN DELETE FROM parcels; END;`;
    const file = await read(readGeopackage, await database(BASE + layer('parcels') + sql));
    expect({ ...file.features[0]!.properties }).toEqual({ name: 'Bora' });
  });

  it('10,001 rows are refused with both numbers', async () => {
    const sql = `CREATE TABLE parcels (geom BLOB);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) INSERT INTO parcels SELECT NULL FROM n;`;
    expect((await refusal(readGeopackage, await database(BASE + layer('parcels') + sql))).code).toBe('E_PARCELS_COUNT');
  });

  it.each([
    { what: 'no magic', change: (b: Buffer) => b.writeUInt8(0, 0), said: 'its geometry is none of GeoPackage' },
    { what: 'version 9', change: (b: Buffer) => b.writeUInt8(9, 2), said: 'of version 9' },
    {
      what: 'an envelope of kind 7',
      change: (b: Buffer) => b.writeUInt8(15, 3),
      said: 'its envelope is of a kind that does not exist',
    },
    { what: 'byte order 7', change: (b: Buffer) => b.writeUInt8(7, 40), said: 'which is no byte order' },
    {
      what: '4,294,967,295 rings',
      change: (b: Buffer) => b.writeUInt32LE(0xffffffff, 45),
      said: 'it says it has 4,294,967,295 rings',
    },
    {
      what: '4,294,967,295 corners',
      change: (b: Buffer) => b.writeUInt32LE(0xffffffff, 49),
      said: 'it says it has 4,294,967,295 corners',
    },
    {
      what: '4 corners of 5',
      change: (b: Buffer) => b.writeUInt32LE(4, 49),
      said: '16 bytes are left behind its geometry',
    },
  ])('a geometry with $what is a finding of its row', async ({ change, said }) => {
    const bytes = Buffer.from(makeGeopackageBlob(polygon));
    change(bytes);
    const sql = `CREATE TABLE parcels (geom BLOB); INSERT INTO parcels VALUES (x'${bytes.toString('hex')}');`;
    const file = await read(readGeopackage, await database(BASE + layer('parcels') + sql));
    expect(file.features[0]!.geometry).toBeNull();
    expect(file.features[0]!.findings[0]!.message).toContain(said);
  });

  it('1,000 files with up to 30 changed bytes in the pages of the schema end as a file or a refusal', {
    timeout: 240_000,
  }, async () => {
    const whole = await database(BASE + layer('parcels') + PARCELS);
    const random = mulberry32(59);
    const pick = (count: number) => Math.floor(random() * count);
    for (let i = 0; i < 1000; i++) {
      const bytes = whole.slice();
      for (let flips = 1 + pick(30); flips > 0; flips--) bytes[pick(4096)] = pick(256);
      bytes.set(whole.subarray(0, 16));
      await readDamaged(readGeopackage, bytes);
    }
  });
});

describe('well-known binary of other programs', () => {
  const ring = (ordinates: number) => square.flatMap(([x, y]) => [x!, y!, ...Array<number>(ordinates - 2).fill(7)]);
  const wkb = (type: number, ordinates: number, srid: number | null = null) => {
    const numbers = ring(ordinates);
    const head = Buffer.alloc(srid === null ? 13 : 17);
    head.writeUInt8(1, 0);
    head.writeUInt32LE(type >>> 0, 1);
    if (srid !== null) head.writeUInt32LE(srid, 5);
    head.writeUInt32LE(1, head.length - 8);
    head.writeUInt32LE(5, head.length - 4);
    const body = Buffer.alloc(8 * numbers.length);
    for (const [i, v] of numbers.entries()) body.writeDoubleLE(v, 8 * i);
    return Buffer.concat([
      Buffer.from('475000010000e610', 'hex').subarray(0, 4),
      Buffer.from('e6100000', 'hex'),
      head,
      body,
    ]);
  };

  it.each([
    { what: 'XY', type: 3, ordinates: 2, srid: null, z: 0 },
    { what: 'ISO Z', type: 1003, ordinates: 3, srid: null, z: 1 },
    { what: 'ISO M', type: 2003, ordinates: 3, srid: null, z: 1 },
    { what: 'ISO ZM', type: 3003, ordinates: 4, srid: null, z: 1 },
    { what: 'EWKB Z', type: 0x80000003, ordinates: 3, srid: null, z: 1 },
    { what: 'EWKB ZM with SRID', type: 0xe0000003, ordinates: 4, srid: 4326, z: 1 },
  ])('$what gives the flat polygon, with a note where something was dropped', async ({ type, ordinates, srid, z }) => {
    const hex = wkb(type, ordinates, srid).toString('hex');
    const sql = `CREATE TABLE parcels (geom BLOB); INSERT INTO parcels VALUES (x'${hex}');`;
    const file = await read(readGeopackage, await database(BASE + layer('parcels') + sql));
    expect(file.features[0]!.geometry).toEqual(polygon);
    expect(file.notes).toHaveLength(z);
  });
});
