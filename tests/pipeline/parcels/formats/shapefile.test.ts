import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readShapefileZip } from '../../../../pipeline/parcels/formats/shapefile.ts';
import { mulberry32 } from '../../../../scripts/demo/random.ts';
import { describeWithData, sharedData } from '../../../real-data.ts';
import { read, readDamaged, refusal } from './reading.ts';
import { dbfFile, nullContent, polygonContent, shapeFiles, WGS84_PRJ } from './shapefile-bytes.ts';

type Ring = readonly (readonly [number, number])[];

/** A square of `size` degrees, clockwise as exteriors of shapefiles run. */
function square(x: number, y: number, size: number): Ring {
  return [
    [x, y],
    [x, y + size],
    [x + size, y + size],
    [x + size, y],
    [x, y],
  ];
}

function zip(files: Record<string, Uint8Array | string>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, file]) => [name, Buffer.from(file as string)])));
}

function layer(
  contents: readonly Buffer[],
  more: Record<string, Uint8Array | string> = {},
): Record<string, Uint8Array | string> {
  const { shp, shx } = shapeFiles(contents);
  const dbf = dbfFile(
    [{ name: 'NAME', type: 'C', length: 20 }],
    contents.map((_, i) => [`parcel ${i + 1}`]),
  );
  return { 'p.shp': shp, 'p.shx': shx, 'p.dbf': dbf, 'p.prj': WGS84_PRJ, ...more };
}

const two = [polygonContent([square(1, 9, 0.01)]), polygonContent([square(1.1, 9, 0.01)])];

function without(files: Record<string, Uint8Array | string>, ...names: string[]) {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

describeWithData('real uploads of TerraMatch', () => {
  const path = (name: string) => join(sharedData, 'data/parcels', name);

  it('reads 1 MultiPolygon of 3 parts with 6 attributes, num_tree the number 1', async () => {
    const file = await read(readShapefileZip, readFileSync(path('terramatch-shapefile.zip')));
    expect(file.features).toHaveLength(1);
    const [feature] = file.features;
    expect(feature!.geometry).toMatchObject({ type: 'MultiPolygon' });
    expect((feature!.geometry as { coordinates: unknown[] }).coordinates).toHaveLength(3);
    expect({ ...feature!.properties }).toEqual({
      poly_nam: '254-21',
      plantsta: '2022-06-01',
      target_s: 'natural-forest',
      num_tree: 1,
      site_id: '4f39e870-decc-4ffe-a208-50f0b1525b22',
      uuid: 'c6ab2162-ad00-4816-8e3b-a1413814abd6',
    });
  });

  it('refuses the zip that holds only POLYGON.shx and names the 3 files that are missing', async () => {
    const { code, message } = await refusal(readShapefileZip, readFileSync(path('incomplete-shapefile.zip')));
    expect(code).toBe('E_SHAPEFILE_INCOMPLETE');
    expect(message).toContain('it holds only POLYGON.shx. POLYGON.shp, which has the shapes, is missing');
    expect(message).toContain('put POLYGON.shp, POLYGON.dbf, POLYGON.prj into the same zip');
  });
});

describe('files of a shapefile that are missing', () => {
  it('refuses without a .prj and asks for the CRS; assumeCrs answers, and a note says so', async () => {
    const bytes = zip(without(layer(two), 'p.prj'));
    const { code, message } = await refusal(readShapefileZip, bytes);
    expect(code).toBe('E_PARCELS_CRS_MISSING');
    expect(message).toContain('has no p.prj file');
    const file = await read(readShapefileZip, bytes, { assumeCrs: 'EPSG:4326' });
    expect(file.features).toHaveLength(2);
    expect(file.notes.join()).toContain('EPSG:4326 was taken, as you said');
  });

  it('reads without a .dbf, 2 parcels without attributes, with a note', async () => {
    const file = await read(readShapefileZip, zip(without(layer(two), 'p.dbf')));
    expect(file.features.map(({ properties, place }) => [Object.keys(properties), place])).toEqual([
      [[], 'record 1'],
      [[], 'record 2'],
    ]);
    expect(file.notes).toEqual(['There is no p.dbf: the parcels have no attributes and are called by their row.']);
  });

  it('reads without a .shx by walking, the same 2 parcels, with a note', async () => {
    const whole = await read(readShapefileZip, zip(layer(two)));
    const file = await read(readShapefileZip, zip(without(layer(two), 'p.shx')));
    expect(file.features).toEqual(whole.features);
    expect(file.notes).toEqual(['There is no p.shx; p.shp was read from record to record.']);
    expect(whole.notes).toEqual([]);
  });

  it('asks which of 2 shapefiles to read, and reads the one that is named', async () => {
    const other = Object.fromEntries(
      Object.entries(layer(two.slice(1))).map(([name, file]) => [name.replace('p.', 'south/q.'), file]),
    );
    const bytes = zip({ ...layer(two), ...other });
    const { code, message, fields } = await refusal(readShapefileZip, bytes);
    expect([code, message]).toEqual(['E_PARCELS_LAYER', 'f holds 2 shapefiles: p, south/q. Say which one to read.']);
    expect(fields).toEqual({ layers: ['p', 'south/q'] });
    expect((await read(readShapefileZip, bytes, { layer: 'south/q' })).features).toHaveLength(1);
    expect((await refusal(readShapefileZip, bytes, { layer: 'north' })).message).toContain('but not "north"');
  });

  it('finds files whatever the case of their endings', async () => {
    const upper = Object.fromEntries(
      Object.entries(layer(two)).map(([name, file]) => [name.replace('p.', 'P.').toUpperCase(), file]),
    );
    expect((await read(readShapefileZip, zip(upper))).features).toHaveLength(2);
  });
});

describe('lies about length and number', () => {
  const parts = shapeFiles(two);
  const contentBytes = two[0]!.length;

  it.each([
    { what: 'a file length of 2 GB', at: 24, value: 0x3fffffff, features: 2, note: /says it has 2,147,483,646 bytes/ },
    { what: 'a file length of 0', at: 24, value: 0, features: 2, note: /says it has 0 bytes/ },
    { what: 'a negative file length', at: 24, value: -5, features: 2, note: /says it has -10 bytes/ },
  ])('$what is noted, and what is there is read: 2 parcels', async ({ at, value, features, note }) => {
    const shp = Buffer.from(parts.shp);
    shp.writeInt32BE(value, at);
    const file = await read(readShapefileZip, zip(layer(two, { 'p.shp': shp })));
    expect(file.features).toHaveLength(features);
    expect(file.notes.join()).toMatch(note);
  });

  it('a first record that claims 1 GB is a finding; what follows cannot be found without an index', async () => {
    const shp = Buffer.from(parts.shp);
    shp.writeInt32BE(0x20000000, 104);
    const file = await read(readShapefileZip, zip(without(layer(two, { 'p.shp': shp }), 'p.shx')));
    expect(file.features).toHaveLength(1);
    expect(file.features[0]!.findings[0]!.message).toBe(
      'Record 1 cannot be read: it says it has 1,073,741,824 bytes, and 264 are left in the file. It and what follows were not read.',
    );
    expect(file.notes.join()).toContain('p.shp has 1 shape and p.dbf 2 rows');
  });

  it.each([
    { what: '1,000,000,000 rings', at: 36, value: 1_000_000_000 },
    { what: '1,000,000,000 corners', at: 40, value: 1_000_000_000 },
    { what: '-1 rings', at: 36, value: -1 },
    { what: 'a ring that starts at corner 99', at: 44, value: 99 },
    { what: 'shape type 99', at: 0, value: 99 },
  ])('a record that claims $what is a finding of that record; the other parcel is read', async ({ at, value }) => {
    const shp = Buffer.from(parts.shp);
    shp.writeInt32LE(value, 108 + at);
    const file = await read(readShapefileZip, zip(layer(two, { 'p.shp': shp })));
    expect(file.features.map(({ geometry, findings }) => [geometry === null, findings.length])).toEqual([
      [true, 1],
      [false, 0],
    ]);
  });

  it('an index that points elsewhere is not believed', async () => {
    const shx = Buffer.from(parts.shx);
    shx.writeInt32BE(50 + contentBytes, 100);
    const file = await read(readShapefileZip, zip(layer(two, { 'p.shx': shx })));
    expect(file.features).toHaveLength(2);
    expect(file.notes).toEqual(['p.shx does not fit p.shp, which was read from record to record.']);
  });

  it('a .dbf that claims 4,000,000,000 rows has the 2 that are there', async () => {
    const dbf = Buffer.from(layer(two)['p.dbf'] as Uint8Array);
    dbf.writeUInt32LE(4_000_000_000, 4);
    const file = await read(readShapefileZip, zip(layer(two, { 'p.dbf': dbf })));
    expect(file.features.map(({ properties }) => properties.NAME)).toEqual(['parcel 1', 'parcel 2']);
    expect(file.notes).toEqual(['p.dbf says it has 4,000,000,000 rows and has 2.']);
  });

  it('10,001 records are refused with both numbers', async () => {
    const many = Array.from({ length: 10_001 }, () => nullContent);
    const { code, message } = await refusal(readShapefileZip, zip(without(layer(many), 'p.dbf')));
    expect([code, message]).toEqual(['E_PARCELS_COUNT', 'f holds 10,001 rows; at most 10,000 are read. Divide it.']);
  });
});

describe('shapes', () => {
  const shapeOf = async (content: Buffer, more: Record<string, Uint8Array | string> = {}) =>
    await read(readShapefileZip, zip(layer([content], more)));

  it('a null shape is a parcel without geometry that keeps its attributes', async () => {
    const [feature] = (await shapeOf(nullContent)).features;
    expect([feature!.geometry, feature!.properties.NAME]).toEqual([null, 'parcel 1']);
  });

  it('Z and M of 1 record each are left out, and a note says so', async () => {
    for (const type of [15, 25]) {
      const file = await shapeOf(polygonContent([square(1, 9, 0.01)], type));
      expect(file.features[0]!.geometry).toEqual({ type: 'Polygon', coordinates: [square(1, 9, 0.01).toReversed()] });
      expect(file.notes).toEqual(['Z or M of 1 record was left out: parcels are flat.']);
    }
  });

  const hole = square(1.002, 9.002, 0.002).toReversed();
  const island = square(1.0025, 9.0025, 0.0005);
  const far = square(1.5, 9, 0.01);

  it.each([
    { what: 'exterior, hole', rings: [square(1, 9, 0.01), hole], wanted: [[0, 1]] },
    { what: 'hole before its exterior', rings: [hole, square(1, 9, 0.01)], wanted: [[1, 0]] },
    { what: '2 exteriors, hole in the first', rings: [square(1, 9, 0.01), far, hole], wanted: [[0, 2], [1]] },
    { what: 'an island in a hole', rings: [square(1, 9, 0.01), hole, island], wanted: [[0, 1], [2]] },
  ])('sorts $what into polygons without a note', async ({ rings, wanted }) => {
    const file = await shapeOf(polygonContent(rings));
    const polygons = wanted.map((part) => part.map((i) => rings[i]!.toReversed()));
    const [only] = polygons;
    const geometry =
      polygons.length === 1 ? { type: 'Polygon', coordinates: only } : { type: 'MultiPolygon', coordinates: polygons };
    expect(file.features[0]!.geometry).toEqual(geometry);
    expect(file.features[0]!.findings).toEqual([]);
  });

  it('rings that all run the wrong way round are sorted the same, with a note', async () => {
    const rings = [square(1, 9, 0.01), hole, far].map((ring) => ring.toReversed());
    const [feature] = (await shapeOf(polygonContent(rings))).features;
    expect((feature!.geometry as { coordinates: unknown[][] }).coordinates.map((part) => part.length)).toEqual([2, 1]);
    expect(feature!.findings.map(({ rule, severity }) => [rule, severity])).toEqual([['ring-winding', 'note']]);
  });

  it('an exterior inside an exterior stays a second part, so that the fault is seen, with a warning', async () => {
    const [feature] = (await shapeOf(polygonContent([square(1, 9, 0.01), hole.toReversed()]))).features;
    expect((feature!.geometry as { coordinates: unknown[][] }).coordinates.map((part) => part.length)).toEqual([1, 1]);
    expect(feature!.findings.map(({ rule, severity }) => [rule, severity])).toEqual([['ring-winding', 'warning']]);
  });

  it('a point is told as a Point, without coordinates', async () => {
    const point = Buffer.alloc(20);
    point.writeInt32LE(1, 0);
    expect((await shapeOf(point)).features[0]!.geometry).toEqual({ type: 'Point', coordinates: [] });
  });
});

describe('attributes of a .dbf', () => {
  const one = [two[0]!];
  const attributes = async (dbf: Buffer, more: Record<string, string> = {}) => {
    const file = await read(readShapefileZip, zip(layer(one, { 'p.dbf': dbf, ...more })));
    return { properties: { ...file.features[0]!.properties }, notes: file.notes };
  };

  it('reads text, numbers, days and truth; blanks and stars are null', async () => {
    const fields = [
      { name: 'T', type: 'C', length: 10 },
      { name: 'N', type: 'N', length: 10 },
      { name: 'F', type: 'F', length: 12 },
      { name: 'D', type: 'D', length: 8 },
      { name: 'L', type: 'L', length: 1 },
      { name: 'STAR', type: 'N', length: 4 },
      { name: 'BLANK', type: 'C', length: 4 },
      { name: 'BIG', type: 'N', length: 19 },
      { name: 'MEMO', type: 'M', length: 10 },
    ];
    const dbf = dbfFile(fields, [[' Bora ', '42', '1.5e3', '20250601', 'T', '****', '', '9007199254740993', '12']]);
    const { properties, notes } = await attributes(dbf);
    expect(properties).toEqual({
      T: ' Bora',
      N: 42,
      F: 1500,
      D: '2025-06-01',
      L: true,
      STAR: null,
      BLANK: null,
      BIG: '9007199254740993',
    });
    expect(notes).toEqual(['The column "MEMO" of p.dbf is of a kind that is not read; it was left out.']);
  });

  it.each([
    { bytes: 'c3a9', cpg: 'UTF-8', driver: 0, text: 'é', noted: false },
    { bytes: 'e9', cpg: '1252', driver: 0, text: 'é', noted: false },
    { bytes: 'e9', cpg: 'ISO-8859-1', driver: 0, text: 'é', noted: false },
    { bytes: 'e9', cpg: '88591', driver: 0, text: 'é', noted: false },
    { bytes: '82', cpg: '850', driver: 0, text: 'é', noted: false },
    { bytes: '82', cpg: null, driver: 0x02, text: 'é', noted: false },
    { bytes: 'e9', cpg: null, driver: 0x57, text: 'é', noted: false },
    { bytes: 'c6', cpg: null, driver: 0xc9, text: 'Ж', noted: false },
    { bytes: 'e9', cpg: null, driver: 0, text: 'é', noted: true },
    { bytes: 'c3a9', cpg: null, driver: 0, text: 'é', noted: true },
    { bytes: 'e9', cpg: 'UTF-8', driver: 0, text: 'é', noted: true },
    { bytes: 'e9', cpg: 'nonsense', driver: 0, text: 'é', noted: true },
  ])(
    'letter $bytes with .cpg $cpg and language driver $driver is $text',
    async ({ bytes, cpg, driver, text, noted }) => {
      const dbf = dbfFile([{ name: 'T', type: 'C', length: 4 }], [[Buffer.from(bytes, 'hex')]], driver);
      const { properties, notes } = await attributes(dbf, cpg === null ? {} : { 'p.cpg': cpg });
      expect(properties).toEqual({ T: text });
      expect(notes.some((note) => note.includes('does not say truly how its letters are written'))).toBe(noted);
    },
  );

  it('leaves out a column called __proto__, with a finding: ({}).x stays undefined', async () => {
    const fields = ['__proto__', 'constructo', '__proto__'].map((name) => ({ name, type: 'C', length: 4 }));
    const file = await read(readShapefileZip, zip(layer(one, { 'p.dbf': dbfFile(fields, [['x', 'y', 'z']]) })));
    const [feature] = file.features;
    expect(Object.entries(feature!.properties)).toEqual([
      ['constructo', 'y'],
      ['__proto___2', 'z'],
    ]);
    expect(feature!.findings.map(({ rule }) => rule)).toEqual(['property-left-out']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(file.notes.join()).toContain('Column 3 is called "__proto__"');
  });

  it('leaves out rows that are marked as deleted, 1 of 2, with a note', async () => {
    const dbf = Buffer.from(layer(two)['p.dbf'] as Uint8Array);
    dbf[65] = 0x2a;
    const file = await read(readShapefileZip, zip(layer(two, { 'p.dbf': dbf })));
    expect(file.features.map(({ place }) => place)).toEqual(['record 2']);
    expect(file.notes).toEqual(['1 rows are marked as deleted in p.dbf and were left out.']);
  });
});

describe('hostile shapefiles', () => {
  it('10,000 files with up to 8 flipped bytes end as a file or a refusal, never otherwise', {
    timeout: 240_000,
  }, async () => {
    const random = mulberry32(57);
    const pick = (count: number) => Math.floor(random() * count);
    const hole = square(1.002, 9.002, 0.002).toReversed();
    const whole = layer([
      polygonContent([square(1, 9, 0.01), hole]),
      polygonContent([square(1.1, 9, 0.01)], 15),
      nullContent,
    ]);
    const names = Object.keys(whole);
    const seen = { read: 0, refused: 0 };
    for (let i = 0; i < 10_000; i++) {
      const files = Object.fromEntries(
        Object.entries(whole).map(([name, file]) => [name, Buffer.from(file as string)]),
      );
      for (let flips = 1 + pick(8); flips > 0; flips--) {
        const file = files[names[pick(names.length)]!]!;
        file[pick(file.length)] = pick(256);
      }
      if (pick(10) === 0) files['p.shp'] = files['p.shp']!.subarray(0, pick(files['p.shp']!.length));
      const result = await readDamaged(readShapefileZip, zipSync(files, { level: 0 }));
      seen[result === null ? 'refused' : 'read'] += 1;
    }
    expect(seen.read).toBeGreaterThan(3000);
    expect(seen.refused).toBeGreaterThan(1000);
  });
});
