import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseParcels } from '../../pipeline/parcels.ts';
import { describeWithData, sharedData } from '../real-data.ts';

/** A ring from `lon lat` pairs with commas between. */
function ring(text: string): number[][] {
  return text.split(', ').map((pair) => pair.split(' ').map(Number));
}

const square = ring('1 9, 1.01 9, 1.01 9.01, 1 9.01, 1 9');
const hole = ring('1.002 9.002, 1.007 9.002, 1.007 9.007, 1.002 9.007, 1.002 9.002');

function feature(geometry: unknown, properties: unknown = {}, id?: unknown) {
  return { type: 'Feature', id, properties, geometry };
}

function polygon(...rings: unknown[]) {
  return { type: 'Polygon', coordinates: rings };
}

function parse(document: unknown, idField?: string) {
  return parseParcels(JSON.stringify(document), { source: 'p.geojson', idField });
}

function collection(...features: unknown[]) {
  return { type: 'FeatureCollection', features };
}

function parseShared(path: string, idField?: string) {
  return parseParcels(readFileSync(join(sharedData, 'data', path)), { source: path, idField });
}

describe('accepted geometry', () => {
  it('reads a FeatureCollection, a Feature and a bare Polygon alike: 1 parcel each, the same area', async () => {
    const documents = [collection(feature(polygon(square))), feature(polygon(square)), polygon(square)];
    const areas = await Promise.all(documents.map(async (d) => (await parse(d)).parcels.map((p) => p.parcelHa)));
    expect(areas[0]).toHaveLength(1);
    expect(areas[1]).toEqual(areas[0]);
    expect(areas[2]).toEqual(areas[0]);
  });

  it('measures the cell of 0.00025° at 9.5° N with 759.043097529 m², the closed form of the ellipsoid', async () => {
    const [w, s, e, n] = [1.5, 9.499875, 1.50025, 9.500125];
    const corners = `${w} ${s}, ${e} ${s}, ${e} ${n}, ${w} ${n}, ${w} ${s}`;
    const { parcels } = await parse(polygon(ring(corners)));
    expect(parcels[0]!.parcelHa * 10_000).toBeCloseTo(759.043097529, 4);
  });

  it('measures the diamond of 1° round 0/0 with 24,619,419,146 m², the planimeter test of GeographicLib', async () => {
    const { parcels, refused } = await parse(polygon(ring('0 -1, 1 0, 0 1, -1 0, 0 -1')));
    expect(refused).toEqual([]);
    expect(Math.abs(parcels[0]!.parcelHa * 10_000 - 24_619_419_146)).toBeLessThan(1);
  });

  it('subtracts a hole: with a quarter cut out, 3 quarters of the area stay (within 0.01 %)', async () => {
    const whole = await parse(polygon(square));
    const cut = await parse(polygon(square, hole));
    expect(cut.refused).toEqual([]);
    expect(cut.parcels[0]!.parcelHa / whole.parcels[0]!.parcelHa).toBeCloseTo(0.75, 4);
  });

  it('turns exteriors counter-clockwise and holes clockwise, however the file winds them', async () => {
    const given = await parse(polygon(square, hole));
    const turned = await parse(polygon([...square].reverse(), [...hole].reverse()));
    expect(turned.parcels[0]!.parcelHa).toBeCloseTo(given.parcels[0]!.parcelHa, 9);
    const [outer, inner] = turned.parcels[0]!.rings;
    expect([...outer!]).toEqual(square.flat());
    expect([...inner!]).toEqual([...hole].reverse().flat());
  });

  it('drops Z and M: 4 ordinates in, 2 kept', async () => {
    const { parcels } = await parse(polygon(square.map(([x, y]) => [x, y, 431.5, 7])));
    expect([...parcels[0]!.rings[0]!]).toEqual(square.flat());
  });

  it('reads a MultiPolygon of 2 parts as one parcel of twice the area with the bbox of both', async () => {
    const east = square.map(([x, y]) => [x! + 1, y]);
    const one = await parse(polygon(square));
    const two = await parse({ type: 'MultiPolygon', coordinates: [[square], [east]] });
    expect(two.parcels[0]!.parcelHa).toBeCloseTo(2 * one.parcels[0]!.parcelHa, 9);
    expect(two.parcels[0]!.bboxDeg).toEqual([1, 9, 2.01, 9.01]);
  });
});

describe('ids', () => {
  const shifted = (k: number) => polygon(square.map(([x, y]) => [x! + k, y]));
  const idsOf = async (text: string, idField?: string) =>
    (await parseParcels(text, { source: 'p.geojson', idField })).parcels.map((p) => p.id);

  // biome-ignore format: one row a case
  it.each([
    ['properties.id before the feature id', [[{ id: 'a' }, 'x'], [{ id: 'b' }, 'y']], ['a', 'b']],
    ['the feature id where properties.id is null or missing', [[{ id: null }, 'x'], [{}, 'y']], ['x', 'y']],
    ['the feature id where properties.id repeats', [[{ id: 'a' }, 'x'], [{ id: 'a' }, 'y'], [{ id: 'c' }, 'z']], ['x', 'y', 'c']],
    ['row-N where both repeat', [[{ id: 'a' }, 'x'], [{ id: 'a' }, 'x']], ['row-1', 'row-2']],
    ['row-N where an id is blank or no text', [[{ id: ' ' }], [{ id: { a: 1 } }], [{ id: true }]], ['row-1', 'row-2', 'row-3']],
    ['spaces, signs and scripts as given', [[{ id: ' a ' }], [{ id: '=1+1' }], [{ id: 'é/木' }]], [' a ', '=1+1', 'é/木']],
  ])('takes %s', async (_, rows, wanted) => {
    const features = rows.map(([properties, id], k) => feature(shifted(k), properties, id));
    expect(await idsOf(JSON.stringify(collection(...features)))).toEqual(wanted);
  });

  it('says which 2 of 4 features lose an id that repeats; the other 2 keep theirs, and without a repeat nothing is said', async () => {
    const features = ['A', 'B', 'C', 'B'].map((id, k) => feature(shifted(k), { id }));
    const { parcels, notes } = await parse(collection(...features));
    expect(parcels.map(({ id }) => id)).toEqual(['A', 'row-2', 'C', 'row-4']);
    expect(notes).toEqual([
      'Ids repeat in p.geojson ("B"), so parcels that share theirs go by another name: row-2, row-4. Make ids unique, or name another property with --id-field.',
    ]);
    expect((await parse(collection(...features.slice(0, 3)))).notes).toEqual([]);
  });

  it('keeps the 4 digits of 422.0, all 20 of a long number, and an exponent', async () => {
    const numbers = ['422.0', '12345678901234567890', '1e3'];
    const features = numbers.map(
      (n, k) =>
        `{"type":"Feature","properties":{"name":"\\"id\\": 5","id" : ${n}},"geometry":${JSON.stringify(shifted(k))}}`,
    );
    expect(await idsOf(`{"type":"FeatureCollection","features":[${features.join(',')}]}`)).toEqual(numbers);
  });

  it('takes --id-field, and refuses the file when 1 feature lacks it or 2 share it', async () => {
    const rows = (a: unknown, b: unknown) =>
      collection(feature(shifted(0), { plot: a }), feature(shifted(1), { plot: b }));
    expect(await idsOf(JSON.stringify(rows('n', 7)), 'plot')).toEqual(['n', '7']);
    await expect(parse(rows('n', null), 'plot')).rejects.toMatchObject({
      kind: 'usage',
      message: /feature 2 of p\.geojson/,
    });
    await expect(parse(rows('n', 'n'), 'plot')).rejects.toMatchObject({ kind: 'usage', message: /features 1 and 2/ });
  });

  it('never reads inherited members as ids', async () => {
    const text = JSON.stringify(feature(polygon(square))).replace(
      '"properties":{}',
      '"properties":{"__proto__":{"id":"p"}}',
    );
    expect(await idsOf(text)).toEqual(['row-1']);
    await expect(parse(feature(polygon(square)), 'constructor')).rejects.toMatchObject({ kind: 'usage' });
  });

  it.each([
    ['257 characters', 'x'.repeat(257), '257 characters'],
    ['a NUL', 'a\u0000b', 'control character'],
    ['half a surrogate pair', 'a\ud800', 'half a character'],
  ])('refuses an id with %s under the name row-1', async (_, id, words) => {
    const { refused } = await parse(feature(polygon(square), { id }));
    expect(refused[0]).toMatchObject({ id: 'row-1', code: 'E_PARCEL_ID' });
    expect(refused[0]!.reason).toContain(words);
  });

  it('names a refused id of 2 lines beside its row, on 1 line', async () => {
    const { refused } = await parse(feature(polygon(square), { id: 'a\nb' }));
    expect(refused[0]!.reason).toContain('Parcel row-1 cannot be kept under its id "a\\u000ab": ');
    expect(refused[0]!.reason).not.toContain('\n');
  });

  it('refuses the second of 2 parcels that end up with one id', async () => {
    const { parcels, refused } = await parse(
      collection(feature(shifted(0), {}, 'a'), feature(shifted(1), { id: 'a' })),
    );
    expect(parcels.map((p) => p.index)).toEqual([0]);
    expect(refused[0]).toMatchObject({ id: 'a', index: 1, code: 'E_PARCEL_DUPLICATE' });
  });
});

describe('one sentence for each parcel that is refused', () => {
  const big = Array.from({ length: 10_001 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 10_000;
    return i === 10_000 ? [2, 9] : [1 + Math.cos(angle), 9 + Math.sin(angle)];
  });
  const parts = (...rings: number[][][]) => ({ type: 'MultiPolygon', coordinates: rings.map((r) => [r]) });
  // biome-ignore format: one row a case
  it.each([
    ['a bow-tie', polygon(ring('1 9, 1.01 9.01, 1.01 9, 1 9.01, 1 9')), 'E_PARCEL_SELF_CROSSING', 'Parcel row-1 crosses itself near 1.005000 E 9.005000 N'],
    ['a spike', polygon(ring('1 9, 1.02 9, 1.01 9, 1.01 9.01, 1 9')), 'E_PARCEL_SELF_CROSSING', '9.000000 N'],
    ['a ring through one point twice', polygon(ring('0 0, 2 0, 1 1, 2 2, 0 2, 1 1, 0 0')), 'E_PARCEL_SELF_CROSSING', '1.000000 E 1.000000 N'],
    ['a hole outside', polygon(square, ring('2 9, 2.1 9, 2.1 9.1, 2 9')), 'E_PARCEL_HOLE', 'outside its outer ring'],
    ['overlapping parts', parts(ring('0 0, 3 0, 3 3, 0 3, 0 0'), ring('2 2, 5 2, 5 5, 2 5, 2 2')), 'E_PARCEL_SELF_CROSSING', 'near'],
    ['a part inside a part', parts(ring('0 0, 3 0, 3 3, 0 3, 0 0'), ring('1 1, 2 1, 2 2, 1 2, 1 1')), 'E_PARCEL_PARTS', 'part inside another part'],
    ['a point', { type: 'Point', coordinates: [1, 9] }, 'E_PARCEL_TYPE', 'a Point, not a Polygon'],
    ['a GeometryCollection', { type: 'GeometryCollection', geometries: [] }, 'E_PARCEL_TYPE', 'a GeometryCollection'],
    ['no geometry', null, 'E_PARCEL_EMPTY', 'no geometry'],
    ['no coordinates', polygon(), 'E_PARCEL_EMPTY', 'no coordinates'],
    ['an empty part', { type: 'MultiPolygon', coordinates: [[square], []] }, 'E_PARCEL_EMPTY', 'of part 2'],
    ['3 positions', polygon(ring('1 9, 1.01 9, 1 9')), 'E_PARCEL_RING_SHORT', 'has 3 positions, at least 4'],
    ['an unclosed ring', polygon(ring('1 9, 1.01 9, 1.01 9.01, 1 9.01, 1 9.001')), 'E_PARCEL_UNCLOSED', 'ends at 1.000000 E 9.001000 N'],
    ['a null ordinate', polygon([[1, 9], [null, 9], [1, 9.01], [1, 9]]), 'E_PARCEL_POSITION', 'position 2 of the outer ring is [null,9]'],
    ['text ordinates', polygon([['1', '9'], [2, 9], [1, 9.01], ['1', '9']]), 'E_PARCEL_POSITION', 'position 1'],
    ['a missing ordinate', polygon([[1], [2, 9], [1, 9.01], [1]]), 'E_PARCEL_POSITION', 'position 1'],
    ['UTM metres', polygon(ring('341000 1087000, 342000 1087000, 342000 1088000, 341000 1087000')), 'E_PARCEL_PROJECTED', 'reproject the file to WGS 84'],
    ['swapped ordinates', polygon(ring('9 101, 9.1 101, 9.1 101.1, 9 101')), 'E_PARCEL_RANGE', 'longitude first'],
    ['a line back and forth', polygon(ring('1 9, 2 9, 1.5 9, 1 9')), 'E_PARCEL_ZERO_AREA', 'has no area'],
    ['one point 4 times', polygon(ring('1 9, 1 9, 1 9, 1 9')), 'E_PARCEL_ZERO_AREA', 'has no area'],
    ['the 180° meridian', polygon(ring('179 -17, -179 -17, -179 -16, 179 -16, 179 -17')), 'E_PARCEL_ANTIMERIDIAN', '180°'],
    ['10,001 vertices', polygon(big), 'E_PARCEL_VERTICES', 'has 10,001 vertices; at most 10,000'],
    ['a continent', polygon(ring('0 0, 40 0, 40 30, 0 30, 0 0')), 'E_PARCEL_TOO_LARGE', 'at most 10,000,000 ha'],
  ])('%s', async (_, geometry, code, words) => {
    const { parcels, refused } = await parse(collection(feature(geometry), feature(polygon(square))));
    expect(refused.map((r) => r.code)).toEqual([code]);
    expect(refused[0]!.reason).toMatch(/^Parcel row-1 .*\.$/);
    expect(refused[0]!.reason).toContain(words);
    expect(parcels.map((p) => p.id)).toEqual(['row-2']);
  });

  it('refuses a member that is no Feature and goes on with the other 1', async () => {
    const { parcels, refused } = await parse(collection(null, feature(polygon(square))));
    expect([parcels.length, refused[0]!.code]).toEqual([1, 'E_PARCEL_TYPE']);
  });
});

describe('one error for a file that is refused', () => {
  const withCrs = (crs: unknown) => JSON.stringify({ ...collection(feature(polygon(square))), crs });
  const utm = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::32631' } };
  // biome-ignore format: one row a case
  it.each([
    ['no JSON', '{"type": "Feature",\n "x": nope}', 'E_JSON', 'line 2, column 7 there is "n"'],
    ['a cut file', '{"type":"FeatureCollection","features":[', 'E_JSON', 'line 1, column 41 the text ends'],
    ['other JSON', '{"type":"Topology"}', 'E_PARCELS_FORMAT', 'its type is "Topology"'],
    ['a number', '7', 'E_PARCELS_FORMAT', 'it has no "type"'],
    ['no features', '{"type":"FeatureCollection","features":[]}', 'E_PARCELS_FORMAT', 'holds no feature'],
    ['an EPSG:32631 crs', withCrs(utm), 'E_PARCELS_CRS', 'EPSG::32631; WGS 84 lon/lat was wanted'],
    ['a linked crs', withCrs({ type: 'link', properties: {} }), 'E_PARCELS_CRS', 'without a name'],
  ])('%s', async (_, text, code, words) => {
    const failure = parseParcels(text, { source: 'p.geojson' });
    await expect(failure).rejects.toMatchObject({ kind: 'input', code, where: 'p.geojson' });
    await expect(failure).rejects.toThrow(words);
  });

  it('refuses bytes that are not UTF-8, and skips the 3 bytes of a byte-order mark', async () => {
    const text = Buffer.from(JSON.stringify(polygon(square)));
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]);
    expect((await parseParcels(marked, { source: 'p' })).parcels).toHaveLength(1);
    const broken = Buffer.concat([text, Buffer.from([0xff, 0xfe])]);
    await expect(parseParcels(broken, { source: 'p' })).rejects.toMatchObject({ code: 'E_TEXT_ENCODING' });
  });

  it('refuses a file over 64 MB before it is parsed', async () => {
    const failure = parseParcels(new Uint8Array(64 * 1024 * 1024 + 1), { source: 'p' });
    await expect(failure).rejects.toMatchObject({ code: 'E_PARCELS_SIZE' });
  });

  it.each([
    ['urn:ogc:def:crs:OGC:1.3:CRS84', 0],
    ['OGC:CRS84', 0],
    ['urn:ogc:def:crs:EPSG::4326', 1],
    ['EPSG:4326', 1],
    ['http://www.opengis.net/def/crs/EPSG/0/4326', 1],
  ])('accepts the crs %s with %i note on the order of the ordinates', async (name, notes) => {
    const crs = { type: 'name', properties: { name } };
    expect((await parse({ ...collection(feature(polygon(square))), crs })).notes).toHaveLength(notes);
  });
});

describeWithData('real parcel files', () => {
  it('takes 345 of 346 reforestation parcels and names the place where SAN_AMB_T11_L01_01 crosses itself', async () => {
    const { parcels, refused } = await parseShared('parcels/madagascar-reforestation.geojson');
    expect(parcels).toHaveLength(345);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ id: 'SAN_AMB_T11_L01_01', index: 167, code: 'E_PARCEL_SELF_CROSSING' });
    expect(refused[0]!.reason).toContain('47.948707 E 21.645121 S');
    expect(parcels.filter((p) => p.parcelHa < 0.05)).toHaveLength(1);
  });

  it('measures the reforestation parcels as their surveyors did: median difference from SurfacePre under 1 %', async () => {
    const path = 'parcels/madagascar-reforestation.geojson';
    const { parcels } = await parseShared(path);
    const { features } = JSON.parse(readFileSync(join(sharedData, 'data', path), 'utf8'));
    const stated = parcels.map((p) => ({ p, ha: Number(features[p.index].properties.SurfacePre) }));
    const ratios = stated.filter(({ ha }) => ha > 0.5).map(({ p, ha }) => Math.abs(p.parcelHa / ha - 1));
    expect(ratios.length).toBeGreaterThan(100);
    expect(ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)]).toBeLessThan(0.01);
  });

  it('keeps 181 Grevillea ids as written, 422.0 first', async () => {
    const { parcels, refused } = await parseShared('parcels/madagascar-grevillea.geojson');
    expect(refused).toEqual([]);
    expect(parcels).toHaveLength(181);
    expect(parcels[0]!.id).toBe('422.0');
    expect(parcels.every((p) => /^\d+\.0$/.test(p.id))).toBe(true);
  });

  it('names 50 Whisp plots row-1 to row-50, or 1 to 50 with --id-field user_id', async () => {
    const plain = await parseShared('parcels/whisp-plots.geojson');
    expect(plain.parcels.map((p) => p.id)).toEqual(Array.from({ length: 50 }, (_, i) => `row-${i + 1}`));
    const named = await parseShared('parcels/whisp-plots.geojson', 'user_id');
    expect(named.parcels.map((p) => p.id)).toContain('50');
  });

  it.each([
    ['s2-alps/parcels.geojson', 124, 'ALP-001'],
    ['landsat-kafa/parcels.geojson', 24, 'KAF-001'],
    ['regions/benin-communes.geojson', 77, 'row-1'],
  ])('takes every parcel of %s: %i, the first %s', async (path, count, first) => {
    const { parcels, refused } = await parseShared(path);
    expect(refused).toEqual([]);
    expect(parcels).toHaveLength(count);
    expect(parcels[0]!.id).toBe(first);
  });

  it('measures ALP-122 with 11,433 ha and Copargo with 94,909 ha', async () => {
    const alps = await parseShared('s2-alps/parcels.geojson');
    expect(Math.round(alps.parcels.find((p) => p.id === 'ALP-122')!.parcelHa)).toBe(11_433);
    expect(Math.round((await parseShared('regions/copargo.geojson')).parcels[0]!.parcelHa)).toBe(94_909);
  });

  it('refuses 16 of 16 polygons in UTM metres without a CRS, a LineString, and a box of 7 billion ha', async () => {
    const utm = await parseShared('landsat-kafa/training-polygons-epsg32636.geojson');
    expect(utm.parcels).toEqual([]);
    expect(utm.refused.map((r) => r.code)).toEqual(Array(16).fill('E_PARCEL_PROJECTED'));
    expect((await parseShared('parcels/bad.geojson')).refused[0]!.code).toBe('E_PARCEL_TYPE');
    expect((await parseShared('parcels/huge.geojson')).refused[0]!.code).toBe('E_PARCEL_TOO_LARGE');
  });
});
