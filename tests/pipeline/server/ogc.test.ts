import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import GeoJSONReader from 'jsts/org/locationtech/jts/io/GeoJSONReader.js';
import RelateOp from 'jsts/org/locationtech/jts/operation/relate/RelateOp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meetsBox } from '../../../pipeline/server/ogc-bbox.ts';
import type { Bbox } from '../../../shared/grid.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';
import { rawRequest } from '../../raw-request.ts';
import { HOSTILE_IDS, makeTinyResults, serveFolder, type TestServer, TINY_PARCELS } from '../../tiny-results.ts';

/** Abstract tests of OGC 17-069r4, annex A, by their numbers, and GDAL as a client that was not written here. */

interface Link {
  readonly rel: string;
  readonly href: string;
  readonly type: string;
}
interface Page {
  readonly type: string;
  readonly numberMatched: number;
  readonly numberReturned: number;
  readonly links: readonly Link[];
  readonly features: readonly GeoJSON.Feature[];
}

const root = mkdtempSync(join(tmpdir(), 'canopy-ogc-'));
const ITEMS = '/ogc/collections/parcels/items';
let server: TestServer;
let file: GeoJSON.FeatureCollection;
beforeAll(async () => {
  const out = await makeTinyResults(root);
  file = JSON.parse(readFileSync(join(out, 'parcels.geojson'), 'utf8'));
  server = await serveFolder(out);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

async function get<T>(address: string, mediaType = 'application/json; charset=utf-8'): Promise<T> {
  const path = address.replace(server.url, '');
  const { status, headers, text } = await rawRequest(server.port, path);
  expect([path, status, headers['content-type']]).toEqual([path, 200, mediaType]);
  return JSON.parse(text) as T;
}
const getPage = (address: string) => get<Page>(address, 'application/geo+json');

async function allPages(query: string): Promise<{ pages: Page[]; ids: string[] }> {
  const pages: Page[] = [];
  for (let next: string | undefined = `${ITEMS}${query}`; next !== undefined; ) {
    const page: Page = await getPage(next);
    pages.push(page);
    next = page.links.find(({ rel }) => rel === 'next')?.href;
  }
  return { pages, ids: pages.flatMap((page) => page.features.map(({ id }) => String(id))) };
}

describe('the pages of the API', () => {
  it('are linked from the landing page: self, service-desc, conformance, data (A.2.2, A.4)', async () => {
    const { links } = await get<{ links: Link[] }>('/ogc');
    expect(links.map(({ rel }) => rel)).toEqual(['self', 'service-desc', 'conformance', 'data']);
    for (const { href, type } of links) {
      expect(href.startsWith(`${server.url}/ogc`)).toBe(true);
      const { headers } = await rawRequest(server.port, href.replace(server.url, ''));
      expect(String(headers['content-type'])).toContain(type);
    }
    expect((await rawRequest(server.port, '/ogc/')).headers.location).toBe('/ogc');
  });

  it('have a definition in OpenAPI 3.0 that names items, limit, bbox and datetime (A.5, A.16)', async () => {
    const definition = await get<{
      openapi: string;
      paths: Record<string, { get: { parameters?: { name: string; in: string; schema: object }[] } }>;
    }>('/ogc/api', 'application/vnd.oai.openapi+json;version=3.0');
    expect(definition.openapi).toBe('3.0.3');
    const { parameters } = definition.paths['/ogc/collections/parcels/items']!.get;
    expect(parameters!.map(({ name }) => name)).toEqual(['limit', 'offset', 'bbox', 'datetime']);
    const limit = parameters![0]!;
    expect([limit.in, limit.schema]).toEqual(['query', { type: 'integer', minimum: 1, maximum: 1000, default: 10 }]);
  });

  it('claim the 3 classes core, oas30 and geojson (A.6)', async () => {
    const base = 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf';
    const classes = ['core', 'oas30', 'geojson'].map((name) => `${base}/${name}`);
    expect(await get('/ogc/conformance')).toEqual({ conformsTo: classes });
  });

  it('describe 1 collection with items link, extent and CRS84, alike in the list and alone (A.7 to A.12)', async () => {
    const { collections, links } = await get<{ collections: Record<string, unknown>[]; links: Link[] }>(
      '/ogc/collections',
    );
    expect(links.map(({ rel }) => rel)).toContain('self');
    const alone = await get<Record<string, unknown>>('/ogc/collections/parcels');
    expect(collections).toEqual([alone]);
    expect(alone).toMatchObject({
      id: 'parcels',
      itemType: 'feature',
      crs: ['http://www.opengis.net/def/crs/OGC/1.3/CRS84'],
      extent: { temporal: { interval: [['2023-01-01T00:00:00Z', '2023-02-28T23:59:59Z']] } },
    });
    const items = (alone.links as Link[]).filter(({ rel }) => rel === 'items');
    expect(items).toEqual([expect.objectContaining({ href: `${server.url}${ITEMS}`, type: 'application/geo+json' })]);
    const lons = (JSON.stringify(file.features.map(({ geometry }) => geometry)).match(/\[-?[\d.]+,/g) ?? []).map(
      (text) => Number(text.slice(1, -1)),
    );
    const [box] = (alone.extent as { spatial: { bbox: number[][] } }).spatial.bbox;
    expect([box![0], box![2]]).toEqual([Math.min(...lons), Math.max(...lons)]);
  });
});

describe('the features', () => {
  it('are 10 where no limit is given, with counts and links to itself, the collection and the next (A.13 to A.22)', async () => {
    const page = await getPage(ITEMS);
    expect([page.type, page.numberMatched, page.numberReturned, page.features.length]).toEqual([
      'FeatureCollection',
      TINY_PARCELS,
      10,
      10,
    ]);
    expect(page.links.map(({ rel }) => rel)).toEqual(['self', 'collection', 'next']);
    expect(page.links[0]!.href).toBe(`${server.url}${ITEMS}`);
  });

  it.each([1, 4, 9, 27, 1000, 5000])(
    'come all 27 exactly once, by next links with limit %i, and back by prev',
    async (limit) => {
      const { pages, ids } = await allPages(`?limit=${limit}`);
      expect(ids).toEqual(file.features.map(({ id }) => id));
      expect(pages).toHaveLength(Math.ceil(TINY_PARCELS / limit));
      for (const page of pages) expect(page.numberReturned).toBe(page.features.length);
      const prev = pages.at(-1)!.links.find(({ rel }) => rel === 'prev');
      expect(prev !== undefined).toBe(pages.length > 1);
      if (prev) expect((await getPage(prev.href)).features.at(-1)!.id).toBe(pages.at(-2)!.features.at(-1)!.id);
    },
  );

  it('are those of parcels.geojson, geometry and all 48 properties', async () => {
    const { features } = await getPage(`${ITEMS}?limit=100`);
    expect(features).toEqual(file.features);
    expect(Object.keys(features[0]!.properties!)).toHaveLength(48);
  });

  it.each(HOSTILE_IDS)('answer one by one, with links to itself and the collection: %s (A.23 to A.25)', async (id) => {
    const address = `${ITEMS}/${encodeURIComponent(id)}`;
    const { links, ...feature } = await get<GeoJSON.Feature & { links: Link[] }>(address, 'application/geo+json');
    expect(feature).toEqual(file.features.find((other) => other.id === id));
    expect(links.map(({ rel, href }) => [rel, href])).toEqual([
      ['self', `${server.url}${address}`],
      ['collection', `${server.url}/ogc/collections/parcels`],
    ]);
  });

  it.each([`${ITEMS}/no-such-parcel`, '/ogc/collections/lots', '/ogc/collections/lots/items', '/ogc/nonsense'])(
    'answer 404 at %s',
    async (path) => {
      const { status, text } = await rawRequest(server.port, path);
      expect([status, typeof JSON.parse(text).error.message]).toEqual([404, 'string']);
    },
  );

  it.each([
    '/ogc?x=1',
    '/ogc/api?f=json',
    '/ogc/conformance?x=1',
    '/ogc/collections?limit=1',
    '/ogc/collections/parcels?x=1',
    `${ITEMS}/P-12?x=1`,
    `${ITEMS}?unknown=1`,
    `${ITEMS}?BBOX=0,0,1,1`,
    `${ITEMS}?limit=0`,
    `${ITEMS}?limit=-5`,
    `${ITEMS}?limit=ten`,
    `${ITEMS}?limit=1.5`,
    `${ITEMS}?limit=`,
    `${ITEMS}?limit=1&limit=2`,
    `${ITEMS}?offset=-1`,
    `${ITEMS}?bbox=`,
    `${ITEMS}?bbox=1,2,3`,
    `${ITEMS}?bbox=1,2,3,4,5`,
    `${ITEMS}?bbox=a,b,c,d`,
    `${ITEMS}?bbox=0,,1,1`,
    `${ITEMS}?bbox=0,10,1,9`,
    `${ITEMS}?bbox=0,0,1,Infinity`,
    `${ITEMS}?bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326`,
    `${ITEMS}?datetime=`,
    `${ITEMS}?datetime=yesterday`,
    `${ITEMS}?datetime=2023-02-30T00:00:00Z`,
    `${ITEMS}?datetime=2023-13-01T00:00:00Z`,
    `${ITEMS}?datetime=2024-01-01T00:00:00Z/2023-01-01T00:00:00Z`,
    `${ITEMS}?datetime=2023-01-01T00:00:00Z/../..`,
  ])('refuse %s with 400 and a sentence (A.14, A.15)', async (path) => {
    const { status, text } = await rawRequest(server.port, path);
    expect([status, JSON.parse(text).error.code]).toEqual([400, 'E_REQUEST']);
  });

  it.each([
    '2023-01-10T00:00:00Z',
    '2023-01-10T00:00:00+01:00',
    '2023-01-10',
    '2023-01-01T00:00:00Z/2023-02-28T00:00:00Z',
    '../2023-02-28T00:00:00Z',
    '2023-01-01T00:00:00Z/..',
    '/2023-02-28T00:00:00Z',
    '1850-01-01T00:00:00Z',
  ])('leave none of 27 out for datetime=%s: parcels have no time of their own (A.19)', async (datetime) => {
    const page = await getPage(`${ITEMS}?datetime=${encodeURIComponent(datetime)}`);
    expect(page.numberMatched).toBe(TINY_PARCELS);
  });
});

describe('bbox', () => {
  /** Meeting of areas by another library: JTS. */
  const reader = new GeoJSONReader(new GeometryFactory());
  const meets = (geometry: object, [west, south, east, north]: Bbox): boolean => {
    const ring = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    const flat = new Set(ring.map(String)).size;
    const box =
      flat === 4
        ? { type: 'Polygon', coordinates: [ring] }
        : flat === 2
          ? { type: 'LineString', coordinates: [ring[0], ring[2]] }
          : { type: 'Point', coordinates: ring[0] };
    return RelateOp.intersects(reader.read(geometry), reader.read(box));
  };

  it('finds what JTS finds, for 200 random boxes and a polygon with a hole, edges and corners included', () => {
    const ring = (x: number, y: number, side: number) => [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
      [x, y],
    ];
    const star = [
      [
        [0, 4],
        [4, 4],
        [5, 0],
        [6, 4],
        [10, 4],
        [6, 6],
        [8, 10],
        [5, 7],
        [2, 10],
        [4, 6],
        [0, 4],
      ],
    ];
    const shapes = [
      { type: 'Polygon' as const, coordinates: [ring(1, 1, 8), ring(3, 3, 4)] },
      { type: 'Polygon' as const, coordinates: star },
      { type: 'MultiPolygon' as const, coordinates: [[ring(0, 0, 2)], [ring(7, 7, 2)]] },
    ];
    const place = fc.integer({ min: -1, max: 11 });
    fc.assert(
      fc.property(fc.constantFrom(...shapes), place, place, place, place, (shape, a, b, c, d) => {
        const box: Bbox = [Math.min(a, b), Math.min(c, d), Math.max(a, b), Math.max(c, d)];
        expect(meetsBox(shape, box)).toBe(meets(shape, box));
      }),
      { numRuns: 200 },
    );
  });

  it('answers the features whose geometry meets the box, their count and pages, none without geometry', async () => {
    const [west, south] = (file.features[0]!.geometry as GeoJSON.Polygon).coordinates[0]![0] as [number, number];
    for (const [width, height] of [
      [0.0004, 0.0004],
      [0.002, 0.0012],
      [0.1, 0.1],
      [180 - west, 50],
    ] as const) {
      const box: Bbox = [west + 0.0001, south + 0.0001, west + width, south + height];
      const wanted = file.features.filter(({ geometry }) => geometry !== null && meets(geometry, box));
      const { pages, ids } = await allPages(`?limit=5&bbox=${box.join(',')}`);
      expect(ids).toEqual(wanted.map(({ id }) => id));
      expect(pages[0]!.numberMatched).toBe(wanted.length);
    }
  });

  it('takes 6 numbers, the heights without effect, and a box over the 180° meridian', async () => {
    const far = async (bbox: string) => (await getPage(`${ITEMS}?limit=50&bbox=${bbox}`)).features.map(({ id }) => id);
    expect(await far('9,39,0,11,41,1000')).toEqual(['far']);
    expect(await far('9,39,11,41')).toEqual(['far']);
    expect(await far('170,-90,-170,90')).toEqual([]);
    expect(await far('9,39,8,41')).toEqual(['far']);
    expect(await far('8.5,39,8,41')).toEqual(['far']);
    expect(await far('11,39,9,41')).toEqual([]);
  });
});

describeWithGdal('GDAL', () => {
  it('opens the address, counts 27 parcels in CRS84 order and reads the ids as they are', async () => {
    const source = `OAPIF:${server.url}/ogc`;
    const summary = await runGdal('ogrinfo', '-ro', '-al', '-so', source);
    expect(summary).toContain(`Feature Count: ${TINY_PARCELS}`);
    const geojson = await runGdal('ogr2ogr', '-f', 'GeoJSON', '/vsistdout/', source, 'parcels');
    const { features } = JSON.parse(geojson) as GeoJSON.FeatureCollection;
    expect(features.map(({ properties }) => properties!.parcel_id)).toEqual(file.features.map(({ id }) => id));
    const [lon, lat] = (features[0]!.geometry as GeoJSON.Polygon).coordinates[0]![0]!;
    const [ownLon, ownLat] = (file.features[0]!.geometry as GeoJSON.Polygon).coordinates[0]![0]!;
    expect([lon, lat]).toEqual([expect.closeTo(ownLon!, 6), expect.closeTo(ownLat!, 6)]);
  });
});
