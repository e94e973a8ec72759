import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createParcelTileIndex } from '../../../pipeline/server/parcel-tile-index.ts';
import { lonLatToCrs } from '../../../shared/transform.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';
import { rawRequest } from '../../raw-request.ts';
import { MEASURED, makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-mvt-'));
let out: string;
let file: GeoJSON.FeatureCollection;
let server: TestServer;
beforeAll(async () => {
  out = await makeTinyResults(root);
  file = JSON.parse(readFileSync(join(out, 'parcels.geojson'), 'utf8'));
  server = await serveFolder(out);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** The tile at zoom z that holds a place. */
function tileAt(z: number, [lon = 0, lat = 0]: readonly number[]) {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return { z, x: Math.floor(((lon + 180) / 360) * 2 ** z), y: Math.floor(y * 2 ** z) };
}

const outerRing = (feature: GeoJSON.Feature) => (feature.geometry as GeoJSON.Polygon).coordinates[0]!;
const get = (path: string, headers: Record<string, string> = {}) => rawRequest(server.port, path, { headers });

describe('GET /tiles/parcels', () => {
  it('packs a tile for who can unpack it, tags it with the version and lets it be kept for good', async () => {
    const { z, x, y } = tileAt(12, outerRing(file.features[0]!)[0]!);
    const { version } = JSON.parse((await get('/api/health')).text);
    const packed = await get(`/tiles/parcels/${z}/${x}/${y}.mvt?v=${version}`, { 'accept-encoding': 'gzip' });
    expect(packed.status).toBe(200);
    expect(packed.headers).toMatchObject({
      'content-type': 'application/vnd.mapbox-vector-tile',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const plain = await get(`/tiles/parcels/${z}/${x}/${y}.mvt`, { 'accept-encoding': 'br, gzip;q=0' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['cache-control']).toBe('no-cache');
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    const again = await get(`/tiles/parcels/${z}/${x}/${y}.mvt`, { 'if-none-match': String(plain.headers.etag) });
    expect(again.status).toBe(304);
  });

  it('refuses a file of other content, and cuts tiles again when the right one is back', async () => {
    const dir = join(root, 'copy');
    cpSync(out, dir, { recursive: true });
    const other = await serveFolder(dir);
    const path = join(dir, 'parcels.geojson');
    const text = readFileSync(path, 'utf8');
    const { z, x, y } = tileAt(12, outerRing(file.features[0]!)[0]!);
    const ask = () => rawRequest(other.port, `/tiles/parcels/${z}/${x}/${y}.mvt`);
    writeFileSync(path, text.replace('"ok"', '"no_data"'));
    const refused = await ask();
    expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([500, 'E_HASH']);
    writeFileSync(path, text);
    expect((await ask()).status).toBe(200);
    await other.close();
  });

  it('answers 204 where there is no parcel and 400 at 10 addresses that cannot be', async () => {
    expect((await get('/tiles/parcels/12/0/0.mvt')).status).toBe(204);
    const wrong = ['17/0/0.mvt', '-1/0/0.mvt', '1/2/0.mvt', '1/0/2.mvt', '0/0/0.png', '0/0/0', 'a/b/c.mvt'];
    for (const address of [...wrong, '1/NaN/0.mvt', '0/0/1e9.mvt', '0/0/-0.mvt'])
      expect([address, (await get(`/tiles/parcels/${address}`)).status]).toEqual([address, 400]);
  });

  it('has a TileJSON with the layer, its 6 fields and the box of the parcels', async () => {
    const document = JSON.parse((await get('/tiles/parcels/tilejson.json')).text);
    expect(document).toMatchObject({ tilejson: '3.0.0', minzoom: 0, maxzoom: 16 });
    expect(
      document.vector_layers.map(({ id, fields }: { id: string; fields: object }) => [id, Object.keys(fields)]),
    ).toEqual([['parcels', ['id', 'status', 'ndvi_change', 'cover_change', 'change_finding', 'change_confidence']]]);
    expect(document.tiles[0]).toContain(`${server.url}/tiles/parcels/{z}/{x}/{y}.mvt?v=`);
    const { bboxDeg } = JSON.parse((await get('/api/run')).text);
    expect(document.bounds).toEqual(bboxDeg);
  });
});

describeWithGdal('tiles read by GDAL', () => {
  /** Features of a tile in web mercator. */
  async function read({ z, x, y }: { z: number; x: number; y: number }): Promise<GeoJSON.Feature[]> {
    const path = join(root, `${z}-${x}-${y}.mvt`);
    writeFileSync(path, (await get(`/tiles/parcels/${z}/${x}/${y}.mvt`)).body);
    const place = ['-oo', `X=${x}`, '-oo', `Y=${y}`, '-oo', `Z=${z}`, '-oo', 'CLIP=NO'];
    const text = await runGdal('ogr2ogr', '-f', 'GeoJSON', '-lco', 'RFC7946=NO', '/vsistdout/', path, ...place);
    return (JSON.parse(text) as GeoJSON.FeatureCollection).features;
  }

  it('hold all 24 measured parcels with position, id, status and both changes', async () => {
    const features = await read(tileAt(12, outerRing(file.features[0]!)[0]!));
    expect(features.map(({ properties }) => properties!.mvt_id)).toEqual([...Array(MEASURED).keys()]);
    for (const { properties } of features) {
      const own = file.features[properties!.mvt_id as number]!.properties!;
      expect(properties).toMatchObject({ id: own.parcel_id, status: own.outcome === 'ok' ? own.finding : 'no_data' });
      if (own.ndvi_change !== null) expect(properties!.ndvi_change).toBeCloseTo(own.ndvi_change, 4);
      if (own.cover_change_pct !== null) expect(properties!.cover_change).toBeCloseTo(own.cover_change_pct / 100, 4);
    }
  });

  it.each([10, 13, 16])(
    'lie within 1 tile unit of the parcels at zoom %i, neighbours on the same corners',
    async (z) => {
      const toMercator = lonLatToCrs('EPSG:3857');
      const unitM = 40_075_016.69 / 2 ** z / 4096;
      const target = file.features[9]!;
      const corner = outerRing(target)[0]!;
      const features = await read(tileAt(z, corner));
      const found = features.find(({ properties }) => properties!.id === target.id)!;
      const [x, y] = toMercator(Float64Array.from(corner.slice(0, 2)));
      const ring = (
        found.geometry.type === 'MultiPolygon' ? found.geometry.coordinates[0]![0]! : outerRing(found)
      ) as number[][];
      const offM = Math.min(...ring.map(([px, py]) => Math.hypot(px! - x!, py! - y!)));
      expect(offM).toBeLessThan(1.5 * unitM);
      // The neighbour to the west ends where this one begins.
      const neighbour = features.find(({ properties }) => properties!.mvt_id === 8);
      if (z < 16) {
        const shared = JSON.stringify(neighbour!.geometry).match(/\[[-\d.]+,[-\d.]+\]/g)!;
        const own = JSON.stringify(found.geometry).match(/\[[-\d.]+,[-\d.]+\]/g)!;
        expect(own.filter((point) => shared.includes(point)).length).toBeGreaterThanOrEqual(2);
      }
    },
  );
});

describe('an index of parcels', () => {
  it('reads ids that hold the word geometry, keeps positions past features without one, and knows an empty file', () => {
    const square = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
          [0, 0],
        ],
      ],
    };
    const feature = (id: string, geometry: object | null) =>
      JSON.stringify({ type: 'Feature', id, properties: { parcel_id: id, outcome: 'ok', finding: 'loss' }, geometry });
    const lines = [feature('none', null), feature('x","geometry":{', square)];
    const text = `{"type":"FeatureCollection","features":[\n${lines.join(',\n')}\n]}\n`;
    const tile = createParcelTileIndex(Buffer.from(text)).tile({ z: 0, x: 0, y: 0 });
    expect(gunzipSync(tile!).toString('latin1')).toContain('x","geometry":{');
    const empty = Buffer.from('{"type":"FeatureCollection","features":[\n\n]}\n');
    expect(createParcelTileIndex(empty).tile({ z: 0, x: 0, y: 0 })).toBeNull();
  });
});
