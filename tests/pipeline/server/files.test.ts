import { createHash } from 'node:crypto';
import {
  cpSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunInfo } from '../../../shared/api.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';
import { rawRequest } from '../../raw-request.ts';
import { makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-files-'));
const LAYER = 'layers/ndvi-period-31PAA-32631-10m.tif';
let out: string;
let server: TestServer;
beforeAll(async () => {
  out = await makeTinyResults(root);
  server = await serveFolder(out);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(server.port, path, { headers, method });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('GET /files/{name}', () => {
  it('sends each of the 27 files of the run byte for byte, to be saved, with its SHA-256 as ETag', async () => {
    const { files } = JSON.parse((await get('/api/run')).text) as RunInfo;
    // 8 tables and records, run.json among them, twin.json in them, and 9 layers with their items.
    expect(files).toHaveLength(27);
    for (const { name, bytes, sha256: listed } of files) {
      const answer = await get(`/files/${name}`);
      expect([name, answer.status, answer.body.length, sha256(answer.body)]).toEqual([name, 200, bytes, listed]);
      expect(answer.headers).toMatchObject({
        etag: `"${listed}"`,
        'accept-ranges': 'bytes',
        'content-disposition': `attachment; filename="${name.split('/').at(-1)}"`,
      });
      const again = await get(`/files/${name}`, { 'if-none-match': `"${listed}"` });
      expect([again.status, again.body.length]).toEqual([304, 0]);
    }
  });

  it.each([
    ['parcels.csv', 'text/csv; charset=utf-8'],
    ['parcels.csv-metadata.json', 'application/csvm+json'],
    ['parcels.geojson', 'application/geo+json'],
    ['parcels.parquet', 'application/vnd.apache.parquet'],
    ['run.json', 'application/json; charset=utf-8'],
    [LAYER, 'image/tiff; application=geotiff; profile=cloud-optimized'],
  ])('says that %s is %s', async (name, type) => {
    expect((await get(`/files/${name}`)).headers['content-type']).toBe(type);
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=10-19', 10, 20],
    ['bytes=100-', 100, null],
    ['bytes=-7', -7, null],
    ['bytes=5-5', 5, 6],
    ['bytes=0-999999999', 0, null],
    ['bytes=-999999999', 0, null],
  ])('answers 206 to %s with exactly these bytes', async (range, start, end) => {
    const whole = readFileSync(join(out, 'parcels.csv'));
    const wanted = whole.subarray(start, end ?? whole.length);
    const { status, headers, body } = await get('/files/parcels.csv', { range });
    expect([status, headers['content-length']]).toEqual([206, `${wanted.length}`]);
    expect(body.equals(wanted)).toBe(true);
    const from = start < 0 ? whole.length + start : start;
    expect(headers['content-range']).toBe(`bytes ${from}-${from + wanted.length - 1}/${whole.length}`);
  });

  it('answers 416 to a range beyond the end, and the whole file to ranges it does not understand', async () => {
    const { length } = readFileSync(join(out, 'parcels.csv'));
    for (const range of [`bytes=${length}-`, 'bytes=-0']) {
      const { status, headers } = await get('/files/parcels.csv', { range });
      expect([range, status, headers['content-range']]).toEqual([range, 416, `bytes */${length}`]);
    }
    for (const range of ['bytes=9-3', 'bytes=0-1,5-6', 'lines=0-1', 'bytes=-', 'bytes=a-b', '']) {
      const { status, body } = await get('/files/parcels.csv', { range });
      expect([range, status, body.length]).toEqual([range, 200, length]);
    }
    const { status } = await get('/files/parcels.csv', { range: 'bytes=0-9', 'if-range': '"other"' });
    expect(status).toBe(200);
  });

  it('answers HEAD with the length and no body', async () => {
    const { length } = readFileSync(join(out, LAYER));
    const { status, headers, body } = await get(`/files/${LAYER}`, {}, 'HEAD');
    expect([status, headers['content-length'], body.length]).toEqual([200, `${length}`, 0]);
    const part = await get(`/files/${LAYER}`, { range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, part.headers['content-length']]).toEqual([200, `${length}`]);
  });

  it.each([
    '/files/',
    '/files',
    '/files/../package.json',
    '/files/..%2f..%2fetc%2fpasswd',
    '/files/%2e%2e/%2e%2e/etc/passwd',
    '/files/..%5c..%5cwindows',
    '/files/%2fetc%2fpasswd',
    '/files//etc/passwd',
    '/files/layers/../run.json',
    '/files/layers%2f..%2frun.json',
    '/files/layers/..%2frun.json',
    '/files/layers',
    '/files/layers/',
    '/files/layers/layers/x.tif',
    '/files/.run/plan.json',
    '/files/.run',
    '/files/db/PG_VERSION',
    '/files/db.lock',
    '/files/run.json%00.txt',
    '/files/run.json/',
    '/files/RUN.JSON',
    '/files/__proto__',
    '/files/constructor',
    `/files/${'../'.repeat(50)}etc/passwd`,
    `/files/${'a'.repeat(900)}`,
  ])('gives nothing but an error for %s', async (path) => {
    const { status, text } = await get(path);
    expect([400, 403, 404]).toContain(status);
    expect(typeof JSON.parse(text).error.message).toBe('string');
  });
});

describe('a folder that was tampered with', () => {
  let dir: string;
  let other: TestServer;
  let count = 0;
  beforeAll(() => {
    writeFileSync(join(root, 'secret.txt'), 'secret');
  });
  const serveCopy = async () => {
    dir = join(root, `copy-${count++}`);
    cpSync(out, dir, { recursive: true });
    other = await serveFolder(dir);
  };
  const ask = async (name: string) => {
    const { status, text } = await rawRequest(other.port, `/files/${name}`);
    return [status, status === 200 ? text : JSON.parse(text).error.code] as const;
  };

  it('gives no file through a link, be it a file’s, a folder’s or with the right content', async () => {
    await serveCopy();
    rmSync(join(dir, 'parcels.csv'));
    symlinkSync(join(root, 'secret.txt'), join(dir, 'parcels.csv'));
    expect(await ask('parcels.csv')).toEqual([404, 'E_NO_FILE']);
    rmSync(join(dir, 'twin.json'));
    symlinkSync(join(out, 'twin.json'), join(dir, 'twin.json'));
    expect(await ask('twin.json')).toEqual([404, 'E_NO_FILE']);
    renameSync(join(dir, 'layers'), join(root, 'moved-layers'));
    symlinkSync(join(root, 'moved-layers'), join(dir, 'layers'));
    expect(await ask(LAYER)).toEqual([404, 'E_NO_FILE']);
    await other.close();
  });

  it('gives no file of which 1 bit has turned, was replaced or grew', async () => {
    await serveCopy();
    const bytes = readFileSync(join(dir, LAYER));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(dir, LAYER), bytes);
    expect(await ask(LAYER)).toEqual([500, 'E_HASH']);
    // The same size and time of modification as before.
    expect((await ask('parcels.csv'))[0]).toBe(200);
    const { atime, mtime } = statSync(join(dir, 'parcels.csv'));
    const text = readFileSync(join(dir, 'parcels.csv'), 'utf8');
    writeFileSync(
      join(dir, 'parcels.csv'),
      text.replace(/\d(?=,)/, (digit) => `${(Number(digit) + 1) % 10}`),
    );
    utimesSync(join(dir, 'parcels.csv'), atime, mtime);
    expect(await ask('parcels.csv')).toEqual([500, 'E_HASH']);
    rmSync(join(dir, 'parcels.csv'));
    linkSync(join(root, 'secret.txt'), join(dir, 'parcels.csv'));
    expect(await ask('parcels.csv')).toEqual([500, 'E_HASH']);
    expect((await ask('twin.json'))[0]).toBe(200);
    writeFileSync(join(dir, 'twin.json'), `${readFileSync(join(dir, 'twin.json'), 'utf8')} `);
    expect(await ask('twin.json')).toEqual([500, 'E_HASH']);
    rmSync(join(dir, 'parcels.parquet'));
    expect(await ask('parcels.parquet')).toEqual([404, 'E_NO_FILE']);
    await other.close();
  });
});

describeWithGdal('GDAL', () => {
  it('opens a layer over HTTP in ranges: 100 × 60 cells of EPSG:32631, values as from the disk', async () => {
    const remote = `/vsicurl/${server.url}/files/${LAYER}`;
    const info = JSON.parse(await runGdal('gdalinfo', '-json', '-checksum', remote));
    const local = JSON.parse(await runGdal('gdalinfo', '-json', '-checksum', join(out, LAYER)));
    expect(info.size).toEqual([100, 60]);
    expect(info.coordinateSystem.wkt).toContain('ID["EPSG",32631]');
    expect(info.bands[0].checksum).toBe(local.bands[0].checksum);
    expect(info.bands[0].checksum).toBeGreaterThan(0);
  });
});
