import { describe, expect, it } from 'vitest';
import { resolveHref } from '../../../pipeline/stac/href.ts';
import { parseItem, parseMoment, withBandHeaders } from '../../../pipeline/stac/item.ts';
import { normalisePlatform } from '../../../pipeline/stac/platform.ts';
import { type ItemParts, makeItem } from './make-item.ts';

const HREF = '/catalogue/items/a.json';
const parse = (parts: ItemParts = {}) => parseItem(makeItem(parts), HREF);

describe('an item', () => {
  it('gets its assets from its own folder, and its moment in milliseconds', () => {
    const scene = parse().scene!;
    expect(scene.bands.red!.href).toBe('/catalogue/items/B04.tif');
    expect(scene.datetime).toBe('2023-08-15T09:57:57.246Z');
    expect(scene.offsetEvidence).toEqual({ rule: 'flag', applied: true });
    expect(scene.sensingStart).toBe('2023-08-15T09:56:30.000Z');
  });

  it('may be written as STAC 1.1: merged bands, proj:code and a 9-number transform on the item', () => {
    const asset = (href: string) => ({
      href,
      bands: [{ name: 'x' }],
      data_type: 'uint16',
      nodata: 0,
      'raster:scale': 0.0001,
    });
    const item = makeItem({
      properties: {
        'proj:epsg': undefined,
        'proj:code': 'EPSG:32631',
        'proj:transform': [10, 0, 300000, 0, -10, 1100040, 0, 0, 1],
        'proj:shape': [100, 50],
      },
      assets: { red: asset('./r.tif'), nir: asset('./n.tif'), scl: { href: './s.tif' } },
    });
    const scene = parseItem(item, HREF).scene!;
    expect(scene.bands.red!.grid).toEqual({
      crs: 'EPSG:32631',
      transform: [10, 0, 300000, 0, -10, 1100040],
      widthPx: 50,
      heightPx: 100,
    });
    expect(scene.bands.red).toMatchObject({ dataType: 'uint16', nodata: 0, scale: 0.0001, offset: 0 });
  });

  it('without a grid waits for the headers of its 3 files', () => {
    const { gridless, scene } = parse({ gridPerAsset: false });
    expect(scene).toBeNull();
    expect(gridless!.bands.filter((band) => band.grid === null).map((band) => band.name)).toEqual([
      'red',
      'nir',
      'scl',
    ]);
    expect(() => withBandHeaders(gridless!, new Map())).toThrow('states no grid for red');
    const grid = { crs: 'EPSG:32631', transform: [10, 0, 300000, 0, -10, 1100040], widthPx: 5, heightPx: 5 } as const;
    const header = { grid, dataType: 'uint16' } as const;
    const whole = withBandHeaders(
      gridless!,
      new Map([
        ['red', header],
        ['nir', header],
        ['scl', header],
      ]),
    );
    expect(whole.gridKey).toBe('33TWL-32631-10m');
  });

  it('keeps a band’s signed link unsigned', () => {
    const href = 'https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/a.tif';
    expect(parse({ redHref: `${href}?sv=1&sig=SECRET` }).scene!.bands.red!.href).toBe(href);
  });

  it('made by a generator says so in its attribution', () => {
    const scene = parse({ properties: { 'canopy:synthetic': true } }).scene!;
    expect([scene.synthetic, scene.attribution]).toEqual([true, expect.stringContaining('synthetic')]);
  });

  it('takes its bbox from the geometry when it has none, and from 6 numbers', () => {
    const ring = [
      [1, 2],
      [3, 2],
      [3, 5],
      [1, 2],
    ];
    expect(parse({ bbox: undefined, geometry: { type: 'Polygon', coordinates: [ring] } }).scene!.bboxDeg).toEqual([
      1, 2, 3, 5,
    ]);
    expect(parse({ bbox: [1, 2, 0, 3, 5, 99] }).scene!.bboxDeg).toEqual([1, 2, 3, 5]);
  });

  it.each<[string, ItemParts, string]>([
    ['no datetime', { properties: { datetime: null } }, 'E_ITEM_DATETIME'],
    ['30 February', { properties: { datetime: '2023-02-30T00:00:00Z' } }, 'E_ITEM_DATETIME'],
    ['a datetime without zone', { properties: { datetime: '2023-02-20T00:00:00' } }, 'E_ITEM_DATETIME'],
    ['no bbox and no geometry', { bbox: undefined, geometry: null }, 'E_ITEM_BBOX'],
    ['latitude 95', { bbox: [1, 2, 3, 95], geometry: null }, 'E_ITEM_BBOX'],
    ['an unknown satellite', { properties: { platform: 'spot-5' } }, 'E_ITEM_PLATFORM'],
    ['no satellite', { properties: { platform: undefined } }, 'E_ITEM_PLATFORM'],
    ['an unknown collection', { collection: 'hls2-s30' }, 'E_ITEM_COLLECTION'],
    ['no mask band', { drop: 'scl' }, 'E_ITEM_ASSET'],
    ['no red band', { drop: 'red' }, 'E_ITEM_ASSET'],
    ['JPEG 2000', { redHref: './B04.jp2' }, 'E_ITEM_ASSET'],
    ['a rotated grid', { transform: [10, 1, 0, 0, -10, 0] }, 'E_ITEM_GRID'],
    ['a south-up grid', { transform: [10, 0, 0, 0, 10, 0] }, 'E_ITEM_GRID'],
    ['5 numbers', { transform: [10, 0, 0, 0, -10] }, 'E_ITEM_GRID'],
    ['a cell size of 0', { transform: [0, 0, 0, 0, -10, 0] }, 'E_ITEM_GRID'],
    ['a text in the transform', { transform: [10, 0, '0', 0, -10, 0] }, 'E_ITEM_GRID'],
    ['complex numbers', { dataType: 'cint16' }, 'E_ITEM_DATA_TYPE'],
    ['a SHA2-256 of 63 digits', { checksum: `1220${'a'.repeat(63)}` }, 'E_ITEM_CHECKSUM'],
    [
      'no processing baseline anywhere',
      {
        properties: {
          's2:processing_baseline': undefined,
          's2:datatake_id': undefined,
          's2:datastrip_id': undefined,
          'earthsearch:boa_offset_applied': undefined,
        },
      },
      'E_ITEM_BASELINE',
    ],
  ])('with %s is refused', (_name, parts, code) => {
    expect(() => parse(parts)).toThrow(expect.objectContaining({ code, kind: 'input' }));
  });

  it('keeps a whole SHA2-256 of a file, and takes no notice of an MD5', () => {
    const checksumOf = (checksum: string) => parse({ checksum }).scene!.bands.red!.checksum;
    expect(checksumOf(`1220${'aB'.repeat(32)}`)).toBe(`1220${'ab'.repeat(32)}`);
    expect(checksumOf(`d50110${'a'.repeat(32)}`)).toBeUndefined();
  });

  it.each([null, 7, 'x', [], {}, { type: 'Feature' }, { type: 'Feature', id: 'a', properties: {}, assets: [] }])(
    'is not %j',
    (value) => {
      expect(() => parseItem(value, HREF)).toThrow(expect.objectContaining({ code: 'E_ITEM_FORM' }));
    },
  );

  it.each(['../x', '..', '-a', '', 'a/b', 'a\\b', 'a;b', 'a b', 'a\u0000', 'é', '.hidden', 'x'.repeat(201), null])(
    'may not be called %j',
    (id) => {
      expect(() => parseItem({ ...makeItem(), id }, HREF)).toThrow(expect.objectContaining({ code: 'E_ITEM_ID' }));
    },
  );
});

describe('a ready index', () => {
  const index = (stated: object | null): ItemParts => ({
    collection: 'my-ndvi',
    properties: { platform: 'LANDSAT_7', 'grid:code': undefined, 's2:processing_baseline': undefined },
    assets: {
      ndvi: {
        href: './ndvi.tif',
        'proj:transform': [30, 0, 819105, 0, -30, 832185],
        'proj:shape': [148, 143],
        'raster:bands': stated === null ? undefined : [stated],
      },
    },
  });

  it('is taken from any collection with its own scale, offset and nodata as the mask', () => {
    const scene = parse(index({ scale: 0.0001, offset: 0, nodata: -32768, data_type: 'int16' })).scene!;
    expect(scene.maskRule).toBe('nodata');
    expect(scene.family).toBe('tm-etm');
    expect(scene.bands.ndvi).toMatchObject({ scale: 0.0001, offset: 0, nodata: -32768, dataType: 'int16' });
    expect(scene.offsetEvidence).toEqual({ rule: 'none', applied: false });
    expect(scene.gridKey).toBe('32633-30m-x819105y832185-143x148');
  });

  it('may have nan as nodata, and its data type looked up', () => {
    const { gridless } = parse(index({ scale: 1, nodata: 'nan' }));
    expect(gridless!.bands[0]).toMatchObject({ nodata: Number.NaN, dataType: null });
  });

  it.each([null, { nodata: 0 }, { scale: 0.0001 }])('that states only %j is refused', (stated) => {
    expect(() => parse(index(stated))).toThrow(expect.objectContaining({ code: 'E_ITEM_INDEX' }));
  });
});

describe('links', () => {
  it.each([
    ['./B04.tif', '/data/x/item.json', '/data/x/B04.tif'],
    ['../B04.tif', '/data/x/item.json', '/data/B04.tif'],
    ['file:///data/B04.tif', '/data/x/item.json', '/data/B04.tif'],
    ['https://host/B04.tif', '/data/x/item.json', 'https://host/B04.tif'],
    ['./B04.tif', 'https://host/x/item.json?a=1', 'https://host/x/B04.tif'],
    ['../../../../etc/passwd', 'https://host/x/item.json', 'https://host/etc/passwd'],
    ['/etc/passwd', 'https://host/x/item.json', 'https://host/etc/passwd'],
    ['//other/B04.tif', 'https://host/x/item.json', 'https://other/B04.tif'],
    ['s3://sentinel-cogs/a/B04.tif', 'https://h/i', 'https://sentinel-cogs.s3.us-west-2.amazonaws.com/a/B04.tif'],
  ])('%s in %s leads to %s', (href, base, expected) => {
    expect(resolveHref(href, base)).toBe(expected);
  });

  it.each([
    ['file:///etc/passwd', 'https://host/item.json'],
    ['FILE:/etc/passwd', 'http://host/item.json'],
    ['s3://usgs-landsat/a.TIF', 'https://host/item.json'],
    ['s3://__proto__/a.TIF', 'https://host/item.json'],
    ['data:image/tiff,x', 'https://host/item.json'],
    ['gs://bucket/a.tif', '/data/item.json'],
    ['javascript:alert(1)', '/data/item.json'],
    ['a\u0000.tif', '/data/item.json'],
    ['', '/data/item.json'],
    ['x'.repeat(5000), '/data/item.json'],
    ['http://[bad', 'https://host/item.json'],
  ])('%j in %s is refused', (href, base) => {
    expect(() => resolveHref(href, base)).toThrow(expect.objectContaining({ code: 'E_ITEM_HREF' }));
  });
});

describe('names and moments', () => {
  it.each([
    ['Sentinel-2A', 'sentinel-2a'],
    ['sentinel-2c', 'sentinel-2c'],
    ['LANDSAT_8', 'landsat-8'],
    ['Landsat 5', 'landsat-5'],
    ['landsat-6', null],
    ['sentinel-1a', null],
    ['landsat-2a', null],
  ])('the platform %s is %s', (text, expected) => {
    expect(normalisePlatform(text)).toBe(expected);
  });

  it.each([
    ['2023-08-15T09:57:57.246000Z', '2023-08-15T09:57:57.246Z'],
    ['2023-08-15T01:00:00+02:00', '2023-08-14T23:00:00.000Z'],
    ['2023-08-15t01:00:00z', '2023-08-15T01:00:00.000Z'],
    ['2023-08-15', null],
    ['2023-02-29T00:00:00Z', null],
    ['2023-01-01T24:00:00Z', null],
  ])('the moment %s is %s', (text, expected) => {
    expect(parseMoment(text)).toBe(expected);
  });
});
