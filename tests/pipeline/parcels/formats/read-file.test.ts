import { describe, expect, it } from 'vitest';
import { sniffFormat } from '../../../../pipeline/parcels/formats/sniff.ts';
import { describeWithData } from '../../../real-data.ts';
import { collectionOf, onlyParcel, readAs, readReal, rulesOf, squareAt } from './parcel-text.ts';
import { makeZip } from './zip-maker.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const zipOf = (...names: string[]) => makeZip(names.map((name) => ({ name, data: bytes('x') })));

describe('the format of a file', () => {
  const known: [format: string, content: Uint8Array, name: string][] = [
    ['geojson', bytes(' \n{"type":"FeatureCollection"}'), 'parcels.csv'],
    ['kml', bytes('<?xml version="1.0"?><!-- <gpx> --><kml:kml xmlns:kml="x"/>'), 'a.xml'],
    ['gpx', bytes('<gpx version="1.1">'), 'a.kml'],
    ['kmz', zipOf('doc.kml', 'pin.png'), 'a.zip'],
    ['shapefile', zipOf('a/b.SHP', 'a/b.dbf'), 'a.kmz'],
    ['shapefile', zipOf('b.shx'), 'a.zip'],
    ['geopackage', bytes('SQLite format 3\0'), 'a'],
    ['flatgeobuf', Uint8Array.of(0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 0), 'a'],
    ['csv', bytes('id;lon;lat\n'), 'a'],
    ['csv', bytes('wkt\n"POLYGON…"'), 'a.csv'],
  ];
  it.each(known)('is %s by what it holds', (format, content, name) => {
    expect(sniffFormat(content, name)).toBe(format);
  });

  const unknown: [what: string, content: Uint8Array, says: RegExp][] = [
    ['nothing', bytes(''), /is empty/],
    ['a bare .shp', Uint8Array.of(0, 0, 0x27, 0x0a), /one file of a shapefile; put its .shp, .shx, .dbf and .prj/],
    ['a workbook', zipOf('[Content_Types].xml', 'xl/workbook.xml'), /save its table as CSV/],
    ['a GeoJSON in a zip', zipOf('a.geojson'), /a zip with a .geojson file in it/],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /picture/],
    ['a login page', bytes('<!doctype html><html><body>'), /web page/],
    ['other XML', bytes('<svg></svg>'), /first element is <svg>/],
    ['noise', Uint8Array.of(1, 2, 0, 4, 5), /no kind that is known/],
  ];
  it.each(unknown)('that is %s is refused with a list of what is read', (_, content, says) => {
    expect(() => sniffFormat(content, 'a.bin')).toThrow(says);
    expect(() => sniffFormat(content, 'a.bin')).toThrow(/Read are GeoJSON, KML, KMZ, shapefiles in a zip/);
  });
});

describe('a GeoJSON file', () => {
  it('keeps an id as it is written, 422.0, and the ids of features without one apart by their row', async () => {
    const text =
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":422.0},"geometry":null},{"type":"Feature","properties":{},"geometry":null}]}';
    const { candidates } = await readAs('a.geojson', text);
    expect(candidates.map(({ id, place }) => [id, place])).toEqual([
      ['422.0', 'feature 1'],
      ['row-2', 'feature 2'],
    ]);
  });

  it('takes the ids of a named field as they are written, and refuses a field that repeats', async () => {
    const text = collectionOf({ nr: 1 }, { nr: 2 }).replace('"nr":1', '"nr":1.50');
    const { candidates } = await readAs('a.geojson', text, { idField: 'nr' });
    expect(candidates.map(({ id }) => id)).toEqual(['1.50', '2']);
    await expect(readAs('a.geojson', collectionOf({ nr: 1 }, { nr: 1 }), { idField: 'nr' })).rejects.toThrow(
      /--id-field nr/,
    );
  });

  it('gives a repeated id to neither of 2 rows, and says so', async () => {
    const { candidates, notes } = await readAs('a.geojson', collectionOf({ id: 'A' }, { id: 'A' }));
    expect(candidates.map(({ id }) => id)).toEqual(['row-1', 'row-2']);
    expect(notes.join()).toMatch(/Ids repeat in a.geojson/);
  });

  it('tells 2 ids that were made up from 2 of the file, even where one of those is row-3', async () => {
    const long = 'x'.repeat(300);
    const { candidates } = await readAs('a.geojson', collectionOf({ id: 'A' }, {}, { id: 'row-3' }, { id: long }));
    expect(candidates.map(({ id, idIsMadeUp }) => [id, idIsMadeUp])).toEqual([
      ['A', false],
      ['row-2', true],
      ['row-3', false],
      ['row-4', true],
    ]);
  });

  it('refuses none of 5 rows for an id that was made up: it gives way to the one that the file gives', async () => {
    const rows = [{ id: 'row-2' }, {}, { id: 'row-2-2' }, { id: 'row-5' }, { id: 'x'.repeat(300) }];
    const { candidates } = await readAs('a.geojson', collectionOf(...rows));
    expect(candidates.map(({ id, idIsMadeUp }) => [id, idIsMadeUp])).toEqual([
      ['row-2', false],
      ['row-2-3', true],
      ['row-2-2', false],
      ['row-5', false],
      ['row-5-2', true],
    ]);
    expect(candidates.flatMap(rulesOf)).toEqual(['warning id']);
    expect(candidates[4]!.findings[0]!.message).toContain('It goes by row-5-2 until');
  });

  it('finds the second of 2 rows with one id, which one has among its properties and one as a feature', async () => {
    const { features } = JSON.parse(collectionOf({ id: 'A' }, {})) as { features: object[] };
    const text = JSON.stringify({ type: 'FeatureCollection', features: [features[0], { ...features[1], id: 'A' }] });
    const { candidates } = await readAs('a.geojson', text);
    expect(candidates.map(rulesOf)).toEqual([[], ['error id-repeated']]);
  });

  it('turns UTM coordinates that its crs member names into degrees: 500,000 E is 3° E in zone 31', async () => {
    const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::32631' } };
    const coordinates = [
      [
        [500_000, 1_000_000],
        [500_100, 1_000_000],
        [500_100, 1_000_100],
        [500_000, 1_000_000],
      ],
    ];
    const { geometry } = await onlyParcel('a.geojson', JSON.stringify({ type: 'Polygon', coordinates, crs }));
    const [[lon, lat]] = (geometry!.coordinates as [number, number][][])[0] as [[number, number]];
    expect(lon).toBeCloseTo(3, 10);
    expect(lat).toBeCloseTo(9.0465625, 7);
  });

  it('refuses a CRS that is not known by its name', async () => {
    const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::29701' } };
    await expect(readAs('a.geojson', JSON.stringify({ type: 'Polygon', coordinates: [], crs }))).rejects.toThrow(
      /EPSG:29701/,
    );
  });

  it('takes the CRS that it is told where it names none', async () => {
    const text = JSON.stringify({ type: 'Polygon', coordinates: [[[500_000, 1_000_000]]] });
    const { candidates, notes } = await readAs('a.geojson', text, { assumeCrs: 'EPSG:32631' });
    expect((candidates[0]!.geometry!.coordinates as number[][][])[0]![0]![0]).toBeCloseTo(3, 10);
    expect(notes.join()).toMatch(/EPSG:32631 was taken, as you said/);
  });

  it('leaves positions that are swapped, too many or no numbers as they are, for the check to find', async () => {
    const coordinates = [[[9, 200], ['a', null], [1, 2, 3, 4], []], []];
    const { geometry } = await onlyParcel('a.geojson', JSON.stringify({ type: 'Polygon', coordinates }));
    expect(geometry).toEqual({ type: 'Polygon', coordinates });
  });

  it('leaves out properties called __proto__, constructor and prototype; ({}).polluted stays undefined', async () => {
    const text = collectionOf({}).replace(
      '"properties":{}',
      '"properties":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1}},"b":1}',
    );
    const { candidates } = await readAs('a.geojson', text);
    const { attributes } = candidates[0]!;
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(attributes.more)).toBeNull();
    expect(Object.entries(attributes.more)).toEqual([['b', 1]]);
    expect(rulesOf(candidates[0]!)).toEqual(Array(3).fill('warning property-left-out'));
  });

  it('gathers a collection of 2 areas into one parcel with a note', async () => {
    const part = { type: 'Polygon', coordinates: [squareAt(1, 9)] };
    const parcel = await onlyParcel(
      'a.geojson',
      JSON.stringify({ type: 'GeometryCollection', geometries: [part, part] }),
    );
    expect(parcel.geometry!.type).toBe('MultiPolygon');
    expect(rulesOf(parcel)).toEqual(['note parts-gathered']);
  });
});

describe('limits', () => {
  const ring = (count: number) => `[${Array.from({ length: count }, (_, i) => `[1.${i},${i % 90}]`).join(',')}]`;
  const tooMuch: [what: string, text: () => string, says: RegExp][] = [
    [
      '1,000,000 vertices',
      () => `{"type":"Polygon","coordinates":[[${Array(1_000_000).fill('[1,2]').join(',')}]]}`,
      /Parcel 1 of a.geojson \(feature 1\) has 1,000,000 vertices; limit 10,000. Simplify and try again\./,
    ],
    [
      '101,000 vertices in small parcels',
      () =>
        `{"type":"FeatureCollection","features":[${Array(101)
          .fill(`{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[${ring(1000)}]}}`)
          .join(',')}]}`,
      /has 101,000 vertices; limit 100,000/,
    ],
    [
      '100,000 features',
      () =>
        `{"type":"FeatureCollection","features":[${Array(100_000).fill('{"type":"Feature","properties":{},"geometry":null}').join(',')}]}`,
      /holds 100,000 parcels; limit 10,000/,
    ],
    ['10,000 levels', () => '['.repeat(10_000), /nested more than 20 levels/],
    ['200 MB', () => `{${' '.repeat(200e6)}}`, /has 190.7 MB; at most 10 MB are read/],
    ['NaN', () => '{"type":"Point","coordinates":[NaN,1]}', /line 1, column 32 there is "N"/],
    ['no feature', () => '{"type":"FeatureCollection","features":[]}', /holds no feature/],
  ];
  it.each(tooMuch)('refuse GeoJSON with %s', async (_, text, says) => {
    await expect(readAs('a.geojson', text())).rejects.toThrow(says);
  });

  it('refuse a KML with 1,000,000 vertices in one ring and a GPX of 400,000 points', async () => {
    const kml = `<kml><Placemark><LineString><coordinates>${'1,2 '.repeat(1_000_000)}</coordinates></LineString></Placemark></kml>`;
    await expect(readAs('a.kml', kml)).rejects.toThrow(
      /Parcel 1 of a.kml \(Placemark 1\) has 1,000,000 vertices; limit 10,000/,
    );
    const gpx = `<gpx><trk><trkseg>${'<trkpt lat="1" lon="2"/>'.repeat(400_000)}</trkseg></trk></gpx>`;
    await expect(readAs('a.gpx', gpx)).rejects.toThrow(/has 400,000 vertices; limit 100,000/);
  });
});

describeWithData('real parcel files', () => {
  it('the 346 parcels of Madagascar have their ids, their stated hectares and a year instead of a day', async () => {
    const { format, candidates } = await readReal('madagascar-reforestation.geojson');
    expect([format, candidates.length, new Set(candidates.map(({ id }) => id)).size]).toEqual(['geojson', 346, 346]);
    expect(candidates[0]).toMatchObject({ id: 'SAN_AMA_T02_T02_01', attributes: { statedHa: 1.36, startDate: null } });
    // An1Plantat says 2019: the year of the first planting, on no day.
    expect(candidates.filter((each) => rulesOf(each).includes('note start-date-unclear'))).toHaveLength(346);
    expect(candidates.filter(({ attributes }) => attributes.statedHa === null)).toHaveLength(0);
  });

  it('the 181 plots of Grevillea have ids such as 422.0 and the hectares of "Surface (h"', async () => {
    const { candidates } = await readReal('madagascar-grevillea.geojson');
    expect(candidates).toHaveLength(181);
    expect(candidates[0]).toMatchObject({ id: '422.0', attributes: { statedHa: 0.276_488_543_582_708_02 } });
    expect(candidates[0]!.attributes.more).toMatchObject({ 'Surface (m': 2765 });
  });

  it('the 50 plots of Whisp go by their rows, for user_id is not their id', async () => {
    const { candidates } = await readReal('whisp-plots.geojson');
    expect(candidates).toHaveLength(50);
    expect(candidates[49]!.id).toBe('row-50');
  });

  it("TerraMatch's shapefile has one parcel with name and start, and natural-forest is no kind of work", async () => {
    const { format, candidates } = await readReal('terramatch-shapefile.zip');
    expect(format).toBe('shapefile');
    expect(candidates[0]!.attributes).toMatchObject({ name: '254-21', startDate: '2022-06-01', intervention: null });
  });

  it('an incomplete shapefile is refused with what is missing, a line with the rings of a polygon is read as it stands', async () => {
    await expect(readReal('incomplete-shapefile.zip')).rejects.toThrow(/POLYGON.shp/);
    const { candidates } = await readReal('bad.geojson');
    expect(candidates[0]!.geometry!.type as string).toBe('LineString');
    expect((await readReal('huge.geojson')).candidates).toHaveLength(1);
  });
});
