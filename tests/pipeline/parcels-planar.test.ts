import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hollowOut } from '../../pipeline/parcels/coordinates.ts';
import { readFeatureFile } from '../../pipeline/parcels/features.ts';
import { parsePlanarParcels } from '../../pipeline/parcels/planar.ts';
import { readRings } from '../../shared/geometry/rings.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const CRS = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32631"}}';
const parse = (text: string, idField?: string) =>
  parsePlanarParcels(bytesOf(text), { source: 'p.geojson', crs: 'EPSG:32631', idField });

/** Positions of the only list of a text, or null where it stays in the text. */
function numbersOf(list: string): number[] | null {
  const hollow = hollowOut(bytesOf(`{"coordinates": ${list}}`));
  if (hollow === null) return null;
  const { coordinates } = JSON.parse(new TextDecoder().decode(hollow.hollow));
  return typeof coordinates === 'number'
    ? hollow
        .list(coordinates)
        .polygons.flat()
        .flatMap((ring) => [...ring])
    : null;
}

const square = (x: number, y: number, side = 100) =>
  `[[[${x},${y}],[${x + side},${y}],[${x + side},${y + side}],[${x},${y + side}],[${x},${y}]]]`;
const feature = (coordinates: string, id: string | number, type = 'Polygon') =>
  `{"type":"Feature","properties":{"id":${JSON.stringify(id)}},"geometry":{"type":"${type}","coordinates":${coordinates}}}`;
const collection = (...features: string[]) => `{"type":"FeatureCollection",${CRS},"features":[${features.join(',')}]}`;

describe('numbers of coordinates', () => {
  it('are those of JSON.parse to the last bit, in every way that JSON writes them', () => {
    const text = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
      fc.double({ min: -1e7, max: 1e7, noNaN: true }).map((n) => n.toFixed(3)),
      fc.double({ min: -180, max: 180, noNaN: true }).map((n) => n.toFixed(15)),
      fc.tuple(fc.bigInt(0n, 10n ** 25n), fc.nat(30)).map(([whole, decimals]) => `${whole}.${'0'.repeat(decimals)}7`),
      fc.constantFrom('-0', '0', '-0.0', '1e5', '1E-3', '12.5e+2', '999999999999999', '0.000000000000001', '1e400'),
    );
    fc.assert(
      fc.property(text, text, (x, y) => {
        const read = numbersOf(`[ [\n[ ${x} ,${y}, 7] , [1,\t2] ] ]`);
        expect(read?.map((n) => Object.is(n, -0))).toEqual([x, y, '1', '2'].map((n) => Object.is(JSON.parse(n), -0)));
        expect(read).toEqual([JSON.parse(x), JSON.parse(y), 1, 2]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['01', '[[[01,2]]]'],
    ['1.', '[[[1.,2]]]'],
    ['.5', '[[[.5,2]]]'],
    ['+1', '[[[+1,2]]]'],
    ['1e', '[[[1e,2]]]'],
    ['--1', '[[[--1,2]]]'],
    ['null', '[[[null,2]]]'],
    ['a text', '[[["1",2]]]'],
    ['one ordinate', '[[[1]]]'],
    ['a comma too many', '[[[1,2],]]'],
    ['an empty ring', '[[]]'],
    ['a bracket too few', '[[[1,2]]'],
    ['positions of a line', '[[1,2],[3,4]]'],
    ['five levels', '[[[[[1,2]]]]]'],
    ['rings at two levels', '[[[1,2],[[3,4]]]]'],
    ['nothing', '[]'],
  ])('stay in the text for the parser where the list holds %s', (_, list) => {
    const hollow = hollowOut(bytesOf(`{"coordinates": ${list}}`))!;
    expect(new TextDecoder().decode(hollow.hollow)).toBe(`{"coordinates": ${list}}`);
  });

  it.each([
    ['a number under the key', '{"coordinates": 0}'],
    ['a negative number under the key', '{"coordinates" : -1}'],
    ['a key written with an escape', '{"coordinat\\u0065s": 0}'],
  ])('are left alone in a whole text with %s', (_, text) => {
    expect(hollowOut(bytesOf(text))).toBeNull();
  });
});

describe('parcels in the CRS of a raster', () => {
  it('are those of the plain reader, rings to the last bit, for 300 files with holes, parts, Z and odd names', async () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('coordinates', '"coordinates":[[[1,2]]]', 'é\\', '[[['));
    const shape = fc.record({
      x: fc.double({ min: 4e5, max: 5e5, noNaN: true }),
      y: fc.double({ min: 1e6, max: 1.2e6, noNaN: true }),
      name,
      kind: fc.constantFrom('plain', 'hole', 'parts', 'z', 'clockwise', 'open', 'point', 'crossing', 'empty'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 5 }), fc.boolean(), async (shapes, indented) => {
        const features = shapes.map(({ x, y, name: text, kind }, index) => ({
          type: 'Feature',
          geometry: geometryOf(kind, x, y),
          properties: { id: `${index}${text}`.slice(0, 200), coordinates: [[[index, 1]]], note: text },
        }));
        const crs = { type: 'name', properties: { name: 'EPSG:32631' } };
        const text = JSON.stringify({ type: 'FeatureCollection', crs, features }, null, indented ? 2 : undefined);
        const { parcels } = await parse(text);
        const { features: named } = readFeatureFile(text, { source: 'p.geojson' });
        for (const [index, { id, feature: read, fault }] of named.entries()) {
          expect(parcels[index]!.id).toBe(id);
          const { kind } = shapes[index]!;
          const isGood = fault === null && !['open', 'point', 'crossing', 'empty'].includes(kind);
          expect(parcels[index]!.rings).toEqual(isGood ? readRings(read.geometry, 'projected').value : null);
          expect(parcels[index]!.refusal === null).toBe(isGood);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep ids as written, 422.0 and 12345678901234567890 among them, and take the field that is named', async () => {
    const text = collection(
      feature(square(4e5, 1e6), 1).replace('"id":1', '"id":422.0'),
      feature(square(5e5, 1e6), 2).replace('"id":2', '"id":12345678901234567890'),
    );
    expect((await parse(text)).parcels.map(({ id }) => id)).toEqual(['422.0', '12345678901234567890']);
    const named = collection(feature(square(4e5, 1e6), 1).replace('"id":1', '"coordinates":[[[1,2]]]'));
    await expect(parse(named, 'coordinates')).rejects.toThrow('has no text or number there');
  });

  it('name place and reason of what is wrong, in the words of the plain reader', async () => {
    const text = collection(
      feature('[[[0,0],[100,100],[100,0],[0,100],[0,0]]]', 'tie'),
      feature('[[[0,0],[100,0],[100,100],[0,1]]]', 'open'),
      feature('[[[0,0],[100,0],[200,0],[0,0]]]', 'flat'),
      feature('5', 'number'),
      feature(square(0, 0), 'line', 'LineString'),
      feature(square(4e5, 1e6), 'good'),
    );
    const { parcels } = await parse(text);
    expect(parcels.map(({ refusal }) => refusal)).toEqual([
      'Parcel tie crosses itself near x 50.00, y 50.00; redraw the boundary there.',
      'Parcel open is not closed: the outer ring starts at x 0.00, y 0.00 and ends at x 0.00, y 1.00; repeat the first position at the end.',
      'Parcel flat has no area: the outer ring at x 0.00, y 0.00 folds onto itself.',
      'Parcel number has no coordinates; draw it, or remove the feature.',
      'Parcel line is a LineString, not a Polygon or MultiPolygon; only areas can be measured.',
      null,
    ]);
  });

  it('point to line and column of a fault in the text as it is, behind coordinates too', async () => {
    const broken = `{"type":"FeatureCollection",\n"features":[${feature(square(1, 9, 0.01), 'a')},\n  nonsense]}`;
    await expect(parse(broken)).rejects.toThrow('at line 3, column 3');
  });

  it('are refused as a file in another CRS, and taken in lon/lat where none is named', async () => {
    const other = collection(feature(square(4e5, 1e6), 'a')).replace('::32631', '::32632');
    await expect(parse(other)).rejects.toThrow("WGS 84 lon/lat or the raster's EPSG:32631 was wanted");
    const lonLat = `{"type":"FeatureCollection","features":[${feature(square(2.5, 9.5, 0.01), 'a')},${feature(square(4e5, 1e6), 'b')}]}`;
    const { parcels } = await parse(lonLat);
    expect(parcels[0]!.rings![0]![0]).toBeGreaterThan(400_000);
    expect(parcels[1]!.refusal).toContain('look projected');
  });
});

function geometryOf(kind: string, x: number, y: number): unknown {
  const ring = (x0: number, y0: number, side: number) => [
    [x0, y0],
    [x0 + side, y0],
    [x0 + side, y0 + side],
    [x0, y0 + side],
    [x0, y0],
  ];
  const outer = ring(x, y, 100);
  if (kind === 'hole') return { type: 'Polygon', coordinates: [outer, ring(x + 20, y + 20, 30)] };
  if (kind === 'parts') return { coordinates: [[outer], [ring(x + 200, y, 50)]], type: 'MultiPolygon' };
  if (kind === 'z') return { type: 'Polygon', coordinates: [outer.map((point) => [...point, 12.5])] };
  if (kind === 'clockwise') return { type: 'Polygon', coordinates: [outer.toReversed()] };
  if (kind === 'open') return { type: 'Polygon', coordinates: [outer.slice(0, 4)] };
  if (kind === 'point') return { type: 'Point', coordinates: [x, y] };
  if (kind === 'crossing')
    return { type: 'Polygon', coordinates: [[outer[0], outer[2], outer[1], outer[3], outer[0]]] };
  return kind === 'empty' ? { type: 'Polygon', coordinates: [] } : { type: 'Polygon', coordinates: [outer] };
}
