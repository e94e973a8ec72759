import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../../../shared/api.ts';
import type {
  BatchAnswer,
  ExportReport,
  ImportAnswer,
  PackManifest,
  ParcelHistory,
  ParcelVersion,
  RegisterInfo,
} from '../../../shared/register.ts';
import { cornersInMetres, makeGeopackage } from '../../parcel-questions.ts';
import { type RawAnswer, rawRequest } from '../../raw-request.ts';
import { fieldAt, SAMPLE_ATTRIBUTES, sampleEdit, sampleParcel } from '../../register-sample.ts';
import { makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-register-files-'));
let dir: string;
let server: TestServer;
/** Of this process alone: others make temporary files at the same time. */
const temporary = join(root, 'temporary');
beforeAll(async () => {
  mkdirSync(temporary);
  process.env.TMPDIR = temporary;
  dir = await makeTinyResults(root);
  server = await serveFolder(dir);
  const parcels = [0, 1, 2].map((number) => sampleParcel(number));
  const answer = await send('POST', '/parcels/batch', JSON.stringify({ parcels }));
  expect(answer.status).toBe(201);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

function send(
  method: string,
  path: string,
  body: string | Uint8Array = '',
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const type =
    body === '' ? {} : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` };
  const all = { origin: `http://127.0.0.1:${server.port}`, ...type, ...headers };
  return rawRequest(server.port, `/api/register${path}`, { method, headers: all, body });
}
const read = <T>({ text }: RawAnswer) => JSON.parse(text) as T;

let uploads = 0;
/** A server takes 10 files a minute: one of its own for every 9. */
async function upload(
  body: string | Uint8Array,
  query = 'name=parcels.geojson&region=sink',
  headers = {},
): Promise<RawAnswer> {
  if (++uploads % 9 === 0) {
    await server.close();
    server = await serveFolder(dir);
  }
  return send('POST', `/import?${query}`, body, { 'content-type': 'application/octet-stream', ...headers });
}

function geojsonOf(numbers: readonly number[], properties: object = {}): string {
  const features = numbers.map((number) => ({
    type: 'Feature',
    properties: { id: `F-${number}`, name: `Field ${number}`, ...properties },
    geometry: fieldAt(number),
  }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

const leftovers = () => readdirSync(temporary).filter((name) => name.startsWith('canopy-import-'));

describe('POST /api/register/import', () => {
  it('reads 3 parcels of a GeoJSON, checks them against the register and registers none', async () => {
    const before = read<RegisterInfo>(await send('GET', ''));
    const text = geojsonOf([1, 10, 11]);
    const answer = await upload(text);
    expect(answer.status).toBe(200);
    const { file, report, parcels } = read<ImportAnswer>(answer);
    expect(file).toEqual({
      name: 'parcels.geojson',
      sha256: createHash('sha256').update(text).digest('hex'),
      format: 'geojson',
    });
    expect(report.parcels.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'F-1 mendable',
      'F-10 warned',
      'F-11 warned',
    ]);
    expect(report.parcels[0]!.findings[0]).toMatchObject({ rule: 'duplicate', values: { other: 'sink-0002' } });
    expect(parcels[1]).toMatchObject({ index: 1, place: 'feature 2', geometry: fieldAt(10) });
    expect(parcels[1]!.attributes.name).toBe('Field 10');
    expect(read<RegisterInfo>(await send('GET', ''))).toEqual(before);
    expect(leftovers()).toEqual([]);
  });

  it('lets a parcel whose id the register has go by its row, with a warning, and keeps the id among its properties', async () => {
    const text = geojsonOf([12], { id: 'sink-0001' });
    const { report, parcels } = read<ImportAnswer>(await upload(text));
    expect(report.parcels[0]).toMatchObject({ id: 'row-1', verdict: 'warned' });
    expect(report.parcels[0]!.findings.map(({ rule }) => rule)).toContain('id-taken');
    expect(parcels[0]!.attributes.more).toEqual({ id: 'sink-0001' });
  });

  it('answers a table in metres without a CRS with 422 and a code, and reads its 2 parcels once the CRS is named', async () => {
    const text = cornersInMetres('EPSG:32631', { Nord: fieldAt(15), Sud: fieldAt(16) });
    const query = 'name=bornes.csv&region=sink';
    const refused = await upload(text, query);
    expect(refused.status).toBe(422);
    expect(read<ApiError>(refused).error).toEqual({
      code: 'E_PARCELS_CRS_MISSING',
      message: expect.stringContaining('bornes.csv does not say which CRS'),
    });
    const { file, parcels, report } = read<ImportAnswer>(await upload(text, `${query}&crs=EPSG:32631`));
    expect(parcels.map(({ idIsMadeUp }) => idIsMadeUp)).toEqual([false, false]);
    expect(report.parcels.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['Nord warned', 'Sud warned']);
    // That a person named the CRS stays with the version: the parcel lies where that person says.
    const { place, geometry, attributes } = parcels[0]!;
    const provenance = { kind: 'imported', file: { ...file, place }, from: [], mends: [] };
    const parcel = { ...sampleParcel(15), draftId: 'in-metres', geometry, attributes, provenance };
    const kept = read<ParcelVersion>(await send('POST', '/parcels', JSON.stringify(parcel)));
    expect(kept.provenance.file).toMatchObject({ name: 'bornes.csv', assumedCrs: 'EPSG:32631' });
    const why = JSON.stringify({ author: 'Awa', reason: 'only to see' });
    expect((await send('DELETE', `/parcels/${kept.id}`, why, { 'if-match': '"1"' })).status).toBe(200);
    expect((await upload(text, `${query}&crs=EPSG:1`)).status).toBe(400);
    const unknown = await upload(text, `${query}&crs=EPSG:99999`);
    expect([unknown.status, read<ApiError>(unknown).error.code]).toEqual([422, 'E_PARCELS_CRS']);
  });

  it('tells of a CRS and a layer that were not needed that neither was used, and 1 of 2 parcels that cannot be measured', async () => {
    const query = 'name=a.geojson&region=sink&crs=EPSG:32631&layer=foo';
    const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:OGC:1.3:CRS84' } };
    const features = [fieldAt(21), null].map((geometry) => ({ type: 'Feature', properties: {}, geometry }));
    const text = JSON.stringify({ type: 'FeatureCollection', crs, features });
    const { file, report } = read<ImportAnswer>(await upload(text, query));
    expect(Object.keys(file)).toEqual(['name', 'sha256', 'format']);
    expect(report.summary).toMatchObject({ parcels: 2, unmeasuredParcels: 1, totalHa: report.parcels[0]!.parcelHa });
    expect(report.summary).toMatchObject({ file: 'a.geojson', verdicts: { refused: 1 }, limits: { pixelM: 10 } });
    const none = JSON.stringify({ type: 'FeatureCollection', features: features.slice(1) });
    const { summary } = read<ImportAnswer>(await upload(none)).report;
    expect([summary.totalHa, summary.unmeasuredParcels]).toEqual([null, 1]);
  });

  it('answers a GeoPackage of 2 layers with 422 and both names as fields, and reads the one that is named', async () => {
    const bytes = await makeGeopackage({ parcelles: fieldAt(17), 'routes & pistes': fieldAt(18) });
    const refused = await upload(bytes, 'name=a.gpkg&region=sink');
    expect(refused.status).toBe(422);
    expect(read<ApiError>(refused).error).toEqual({
      code: 'E_PARCELS_LAYER',
      message: 'a.gpkg holds 2 layers: parcelles, routes & pistes. Say which one to read.',
      fields: { layers: ['parcelles', 'routes & pistes'] },
    });
    const { file, parcels } = read<ImportAnswer>(
      await upload(bytes, `name=a.gpkg&region=sink&layer=${encodeURIComponent('routes & pistes')}`),
    );
    expect(file.layer).toBe('routes & pistes');
    expect(parcels.map(({ attributes, geometry }) => [attributes.name, geometry])).toEqual([
      ['routes & pistes', fieldAt(18)],
    ]);
  });

  it('tells 1 id that was made up from 1 that the file states, though both look alike', async () => {
    const features = [{ id: 'row-7' }, {}].map((properties, i) => ({
      type: 'Feature',
      properties,
      geometry: fieldAt(19 + i),
    }));
    const text = JSON.stringify({ type: 'FeatureCollection', features });
    const { report, parcels } = read<ImportAnswer>(await upload(text));
    expect(report.parcels.map(({ id }, i) => [id, parcels[i]!.idIsMadeUp])).toEqual([
      ['row-7', false],
      ['row-2', true],
    ]);
  });

  it.each([
    ['no parcel file', 'hello', 422],
    ['nothing', '', 422],
    ['nesting of 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 422],
    ['a zip that is none', 'PK\u0003\u0004 and no more', 422],
    ['11 MB', `{"x":"${'y'.repeat(11 * 2 ** 20)}"}`, 413],
    ['21 MB of a zip', `PK${'y'.repeat(21 * 2 ** 20)}`, 413],
  ])('answers %s with a sentence and leaves no file behind', async (what, body, status) => {
    const answer = await upload(body);
    expect([what, answer.status]).toEqual([what, status]);
    if (status === 413) expect(answer.headers.connection).toBe('close');
    const message = read<{ error?: { message: string } }>(answer).error?.message ?? '';
    expect(message).toMatch(/\S{2,}/);
    expect(answer.text).not.toMatch(/canopy-import-|\.ts:/);
    expect(leftovers()).toEqual([]);
  });

  it('says nothing to the operator of 1 sender who goes away in the middle of a file', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const head = `POST /api/register/import?name=a.geojson&region=sink HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\norigin: http://127.0.0.1:${server.port}\r\ncontent-type: application/octet-stream\r\ncontent-length: 5000\r\n\r\n`;
    uploads++;
    socket.write(`${head}{"type":`);
    await sleep(300);
    socket.destroy();
    await sleep(300);
    expect(server.said.join('\n')).not.toMatch(/abort|premature/i);
    expect(leftovers()).toEqual([]);
  });

  it('takes octets only, of a known region, with a name', async () => {
    // Files before this one would count against the 10 of a minute.
    await server.close();
    server = await serveFolder(dir);
    uploads = 0;
    const status = async (query: string, headers = {}) => (await upload(geojsonOf([14]), query, headers)).status;
    expect(await status('name=a&region=sink', { 'content-type': 'application/json' })).toBe(415);
    expect(await status('name=a&region=sink', { 'content-type': 'multipart/form-data; boundary=x' })).toBe(415);
    expect(await status('name=a&region=sink', { origin: 'http://evil.example' })).toBe(403);
    expect(await status('name=a&region=sink', { host: 'evil.example' })).toBe(421);
    expect(await status('name=a&region=atlantis')).toBe(422);
    expect(await status('region=sink')).toBe(400);
    expect(await status('name=a&region=sink&path=/etc/passwd')).toBe(400);
  });

  it('answers 429 with Retry-After to the 11th file within a minute', async () => {
    await server.close();
    server = await serveFolder(dir);
    uploads = 0;
    const answers: RawAnswer[] = [];
    for (let i = 0; i < 11; i++)
      answers.push(
        await send('POST', '/import?name=a.geojson&region=sink', 'no', { 'content-type': 'application/octet-stream' }),
      );
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
    const wait = Number(answers[10]!.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    await server.close();
    server = await serveFolder(dir);
  });
});

describe('GET /api/register/export', () => {
  it('gives the 3 parcels as GeoJSON with every digit, and leaves tenure, consent and author out unless asked', async () => {
    const answer = await send('GET', '/export?format=geojson');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="parcels.geojson"');
    expect(answer.headers['cache-control']).toBe('no-store');
    const { features } = read<{ features: { geometry: unknown }[] }>(answer);
    expect(features.map(({ geometry }) => geometry)).toEqual([0, 1, 2].map((number) => fieldAt(number)));
    expect(answer.text).not.toMatch(/customary|signed 2025|Awa Sabi|walked round/);
    expect((await send('GET', '/export?format=geojson&personal=true')).text).toMatch(
      /customary.*Awa Sabi|Awa Sabi.*customary/s,
    );
    const report = read<ExportReport>(await send('GET', '/export/report?format=geojson'));
    expect(report).toMatchObject({ format: 'geojson', parcels: 3, bytes: answer.body.length });
    expect(report.sha256).toBe(createHash('sha256').update(answer.body).digest('hex'));
  });

  it('gives each of 7 formats as its report says, byte for byte, and no GPX', async () => {
    for (const format of ['geojson', 'kml', 'kmz', 'shapefile', 'geopackage', 'flatgeobuf', 'csv']) {
      const report = read<ExportReport>(await send('GET', `/export/report?format=${format}`));
      const { status, body, headers } = await send('GET', `/export?format=${format}`);
      expect([format, status, body.length]).toEqual([format, 200, report.bytes]);
      expect(createHash('sha256').update(body).digest('hex')).toBe(report.sha256);
      expect(headers['content-disposition']).toContain(report.file);
    }
    expect((await send('GET', '/export?format=gpx')).status).toBe(400);
    expect((await send('GET', '/export?format=geojson&file=../run.json')).status).toBe(404);
  });
});

describe('GET /api/register/suggestions', () => {
  it('is 404 with a sentence until the file is there, then gives it as it is', async () => {
    expect((await send('GET', '/suggestions')).status).toBe(404);
    const text = geojsonOf([30], { rank: 1 });
    writeFileSync(`${dir}-suggestions.geojson`, text);
    const answer = await send('GET', '/suggestions');
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'application/geo+json', text]);
    expect(read<RegisterInfo>(await send('GET', '')).hasSuggestions).toBe(true);
  });
});

describe('GET /api/register/pack', () => {
  it('lists files whose lengths are those of what is then fetched, and their sum', async () => {
    const answer = await send('GET', '/pack?bbox=2.99,9.78,3.02,9.8');
    expect(answer.status).toBe(200);
    const { files, bytes, maxZoom } = read<PackManifest>(answer);
    const urls = files.map(({ url }) => url);
    expect(urls).toContain('/api/register/parcels?bbox=2.99,9.78,3.02,9.8');
    expect(urls).toContain('/api/run');
    expect(urls.filter((url) => url.startsWith('/tiles/')).length).toBeGreaterThan(3);
    expect(maxZoom).toBeGreaterThan(8);
    expect(new Set(urls).size).toBe(urls.length);
    expect(bytes).toBe(files.reduce((sum, file) => sum + file.bytes, 0));
    for (const { url, bytes: length } of files)
      expect([url, (await rawRequest(server.port, url)).body.length]).toEqual([url, length]);
  }, 120_000);

  it('wants a bbox, and has no tiles for the whole world beyond what a pack may hold', async () => {
    expect((await send('GET', '/pack')).status).toBe(400);
    expect((await send('GET', '/pack?bbox=1,2,3')).status).toBe(400);
    const { files } = read<PackManifest>(await send('GET', '/pack?bbox=-180,-90,180,90'));
    expect(files.length).toBeLessThan(2000);
  }, 120_000);
});

describe('results', () => {
  it('belong to version 1 of a parcel that was edited after the run had measured it, and to no version of another shape', async () => {
    const path = join(root, 'parcels.geojson');
    const { features } = JSON.parse(readFileSync(path, 'utf8')) as {
      features: { properties: { id: string }; geometry: ParcelVersion['geometry'] }[];
    };
    const measured = features.find(({ properties }) => properties.id === 'P-10')!;
    const other = features.find(({ properties }) => properties.id === 'P-12')!;
    const parcels = [
      sampleParcel(50, { id: 'P-10', regionId: 'source', geometry: measured.geometry }),
      sampleParcel(51, { id: 'P-11', regionId: 'source', geometry: other.geometry }),
    ];
    const taken = await send('POST', '/parcels/batch', JSON.stringify({ parcels }));
    expect([taken.status, taken.text.slice(0, 300)]).toEqual([201, taken.text.slice(0, 300)]);
    const edit = sampleEdit(52, { geometry: fieldAt(60), attributes: { ...SAMPLE_ATTRIBUTES, name: 'smaller' } });
    expect((await send('PUT', '/parcels/P-10', JSON.stringify(edit), { 'if-match': '"1"' })).status).toBe(200);
    const history = read<ParcelHistory>(await send('GET', '/parcels/P-10/versions'));
    const { id } = JSON.parse((await rawRequest(server.port, '/api/run')).text) as { id: string };
    expect(history.versions.map(({ version }) => version)).toEqual([2, 1]);
    expect(history.results).toEqual([{ version: 1, runId: id, label: 'results' }]);
    expect(read<ParcelHistory>(await send('GET', '/parcels/P-11/versions')).results).toEqual([]);
    expect(read<BatchAnswer>(taken).parcels[0]!.geometrySha256).toBe(history.versions[1]!.geometrySha256);
  });
});
