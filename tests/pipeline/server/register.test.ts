import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegisterHere } from '../../../pipeline/run/register-here.ts';
import type {
  BatchAnswer,
  ParcelHistory,
  ParcelVersion,
  RegisterConflict,
  RegisterInfo,
  RegisterPage,
  RegisterRefusal,
} from '../../../shared/register.ts';
import { type RawAnswer, rawRequest } from '../../raw-request.ts';
import { fieldAt, SAMPLE_ATTRIBUTES, sampleEdit, sampleParcel } from '../../register-sample.ts';
import { makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-register-'));
let dir: string;
let server: TestServer;
beforeAll(async () => {
  dir = await makeTinyResults(root);
  server = await serveFolder(dir);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const origin = `http://127.0.0.1:${server.port}`;
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const type = text === '' ? {} : { 'content-type': 'application/json' };
  const length = text === '' ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  const all = { origin, ...type, ...length, ...headers };
  return rawRequest(server.port, `/api/register${path}`, { method, headers: all, body: text });
}
const read = <T>({ text }: RawAnswer) => JSON.parse(text) as T;
const codeOf = (answer: RawAnswer): [number, string] => [
  answer.status,
  read<{ error?: { code: string } }>(answer).error?.code ?? '',
];

async function add(number: number, changes = {}): Promise<ParcelVersion> {
  const answer = await send('POST', '/parcels', sampleParcel(number, changes));
  expect([number, answer.status, answer.text.slice(0, 200)]).toEqual([number, 201, answer.text.slice(0, 200)]);
  return read(answer);
}

describe('a register that nobody has asked yet', () => {
  it('has made no folder and no thread; the first question makes one beside the results, which keeps 0 files in them', async () => {
    expect(existsSync(`${dir}-register`)).toBe(false);
    const before = readdirSync(dir);
    const answer = await send('GET', '');
    expect(answer.status).toBe(200);
    const info = read<RegisterInfo>(answer);
    expect(info).toMatchObject({ revision: 0, parcels: 0, hasEligibility: false, hasSuggestions: false });
    expect(info.regions.map(({ id, side }) => `${id} ${side}`)).toEqual(['sink sink', 'source source']);
    expect(info.regions[0]!.measuredHa).toBeGreaterThan(12_000);
    expect(info.limits.largestHa).toBe(1000);
    expect(info.importLimits.fileBytes).toBe(10 * 2 ** 20);
    expect(existsSync(join(`${dir}-register`, 'db.lock'))).toBe(true);
    expect(readdirSync(dir)).toEqual(before);
  });

  it('cannot be opened by a second process, which is told who has it', async () => {
    const other = openRegisterHere({ url: null, folder: `${dir}-register` });
    await expect(other.call('state', {})).rejects.toThrow(/in use by process \d+; only one process/);
  });
});

describe('a parcel', () => {
  it('is registered with 201, its address, ETag "1" and no-store, and read back the same', async () => {
    const answer = await send('POST', '/parcels', sampleParcel(0));
    expect(answer.status).toBe(201);
    const { etag, location, 'cache-control': caching } = answer.headers;
    expect([etag, location, caching]).toEqual(['"1"', '/api/register/parcels/sink-0001', 'no-store']);
    const again = await send('GET', '/parcels/sink-0001');
    expect([again.status, again.headers.etag, again.headers['cache-control']]).toEqual([200, '"1"', 'no-store']);
    expect(read(again)).toEqual(read(answer));
    expect(read<ParcelVersion>(answer).at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('of 50 parallel edits of version 1 takes 1, and answers the other 49 with 412 and both versions', async () => {
    const { id } = await add(1);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send('PUT', `/parcels/${id}`, sampleEdit(2), { 'if-match': '"1"' })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 412)]);
    const won = answers.find(({ status }) => status === 200)!;
    expect(won.headers.etag).toBe('"2"');
    const lost = read<RegisterConflict>(answers.find(({ status }) => status === 412)!);
    expect(lost.error.code).toBe('E_CONFLICT');
    expect([lost.current.version, lost.base?.version]).toEqual([2, 1]);
    expect([lost.current.geometry, lost.base?.geometry]).toEqual([fieldAt(2), fieldAt(1)]);
  });

  it.each([
    [undefined, 428, 'E_NO_VERSION'],
    ['*', 400, 'E_REQUEST'],
    ['1', 400, 'E_REQUEST'],
    ['W/"1"', 400, 'E_REQUEST'],
    ['"0"', 400, 'E_REQUEST'],
    ['"99"', 412, 'E_CONFLICT'],
  ])('is not edited with If-Match %s: %i %s', async (header, status, code) => {
    const { id } = await add(3, { draftId: 'draft-if-match' });
    const headers = header === undefined ? undefined : { 'if-match': header };
    const answer = await send('PUT', `/parcels/${id}`, sampleEdit(4), headers);
    expect(codeOf(answer)).toEqual([status, code]);
    if (status !== 412) return;
    expect(read<RegisterConflict>(answer).base).toBeNull();
    expect(read<RegisterConflict>(answer).error.message).toContain('never had; it has version 1');
  });

  it('is withdrawn by DELETE with who and why, leaves the list, and keeps its 2 versions', async () => {
    const { id } = await add(5);
    const by = { author: 'Awa Sabi', reason: 'sold' };
    expect(codeOf(await send('DELETE', `/parcels/${id}`, by))).toEqual([428, 'E_NO_VERSION']);
    const answer = await send('DELETE', `/parcels/${id}`, by, { 'if-match': '"1"' });
    expect([answer.status, read<ParcelVersion>(answer).state]).toEqual([200, 'withdrawn']);
    const page = read<RegisterPage>(await send('GET', '/parcels'));
    expect(page.parcels.map((parcel) => parcel.id)).not.toContain(id);
    const history = read<ParcelHistory>(await send('GET', `/parcels/${id}/versions`));
    expect(history.versions.map(({ version, state }) => `${version} ${state}`)).toEqual(['2 withdrawn', '1 active']);
    expect(codeOf(await send('DELETE', `/parcels/${id}`, by, { 'if-match': '"2"' }))).toEqual([409, 'E_WITHDRAWN']);
  });

  it('is found by bbox, in revision order told, and 404 where there is none', async () => {
    const { bboxDeg, id } = await add(200);
    const page = read<RegisterPage>(await send('GET', `/parcels?bbox=${bboxDeg.join(',')}`));
    expect(page.parcels.map((parcel) => parcel.id)).toEqual([id]);
    expect(page.revision).toBe(read<RegisterInfo>(await send('GET', '')).revision);
    for (const path of ['/parcels/nobody', '/parcels/nobody/versions', '/parcels/__proto__', '/parcels/..%2f..%2fetc'])
      expect([path, ...codeOf(await send('GET', path))]).toEqual([path, 404, 'E_NO_PARCEL']);
    expect(codeOf(await send('GET', '/parcels?bbox=1,2,3'))).toEqual([400, 'E_REQUEST']);
    expect(codeOf(await send('GET', '/parcels?limit=1'))).toEqual([400, 'E_REQUEST']);
  });

  it('is taken once although its draft comes 20 times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('POST', '/parcels', sampleParcel(6))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => read<ParcelVersion>(answer).id)).size).toBe(1);
  });
});

describe('a batch', () => {
  it('registers all of 3 parcels, or none with the findings of the 1 that cannot be', async () => {
    const before = read<RegisterInfo>(await send('GET', ''));
    const bowTie = {
      type: 'Polygon',
      coordinates: [
        [
          [2, 0],
          [2.001, 0.001],
          [2.001, 0],
          [2, 0.001],
          [2, 0],
        ],
      ],
    };
    const parcels = [sampleParcel(10), sampleParcel(11), { ...sampleParcel(12), geometry: bowTie }];
    const refused = await send('POST', '/parcels/batch', { parcels });
    expect(codeOf(refused)).toEqual([422, 'E_CHECK']);
    const refusal = read<RegisterRefusal>(refused);
    expect(refusal.error.message).toContain('Nothing was registered: 1 of 3 parcels');
    expect(refusal.parcels.map(({ index }) => index)).toEqual([2]);
    expect(refusal.parcels[0]!.findings[0]!.severity).toBe('error');
    expect(read<RegisterInfo>(await send('GET', ''))).toEqual(before);
    const taken = await send('POST', '/parcels/batch', { parcels: [10, 11, 12].map((n) => sampleParcel(n)) });
    expect(taken.status).toBe(201);
    const answer = read<BatchAnswer>(taken);
    expect(answer.revision).toBe(before.revision + 1);
    expect(answer.parcels.map(({ geometry }) => geometry)).toEqual([10, 11, 12].map((n) => fieldAt(n)));
  });

  it('is refused with 409 where 1 parcel has the boundary or the id of another', async () => {
    const { id } = await add(15);
    const twin = await send('POST', '/parcels/batch', {
      parcels: [sampleParcel(16), sampleParcel(17, { geometry: fieldAt(15) })],
    });
    expect(codeOf(twin)).toEqual([409, 'E_DUPLICATE']);
    expect(read<RegisterRefusal>(twin).parcels.map(({ index }) => index)).toEqual([1]);
    expect(codeOf(await send('POST', '/parcels', sampleParcel(18, { id })))).toEqual([409, 'E_ID_TAKEN']);
  });
});

describe('hostile requests', () => {
  it.each([
    ['another origin', { origin: 'http://evil.example' }, 403],
    ['no origin', { origin: '' }, 403],
    ['another host', { host: 'evil.example' }, 421],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', { 'content-type': 'text/plain' }, 415],
  ])('of %s changes nothing', async (_, headers, status) => {
    const before = read<RegisterInfo>(await send('GET', '')).revision;
    expect((await send('POST', '/parcels', sampleParcel(90), headers)).status).toBe(status);
    expect((await send('POST', '/check', {}, headers)).status).toBe(status);
    const asked = { 'if-match': '"1"', ...headers };
    expect((await send('PUT', '/parcels/sink-0001', sampleEdit(91), asked)).status).toBe(status);
    expect((await send('DELETE', '/parcels/sink-0001', { author: 'x', reason: 'y' }, asked)).status).toBe(status);
    expect(read<RegisterInfo>(await send('GET', '')).revision).toBe(before);
  });

  const good = sampleParcel(92);
  const nest = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  it('say which content-type was wanted, and that __proto__ is no name', async () => {
    const wrong = await send('POST', '/parcels', good, { 'content-type': 'text/plain' });
    expect(codeOf(wrong)).toEqual([415, 'E_CONTENT_TYPE']);
    expect(wrong.text).toContain('application/json');
    const proto = await send('POST', '/parcels', `{"__proto__":{"x":1},${JSON.stringify(good).slice(1)}`);
    expect(codeOf(proto)).toEqual([400, 'E_REQUEST']);
    expect(proto.text).toContain('__proto__');
  });

  it.each([
    ['no JSON', '{"draftId":', 400],
    ['nothing', '', 400],
    ['a list', '[]', 400],
    ['__proto__', `{"__proto__":{"x":1},${JSON.stringify(good).slice(1)}`, 400],
    ['__proto__ deep in it', JSON.stringify(good).replace('"more":{}', '"more":{"__proto__":{"x":1}}'), 400],
    ['an unknown member', { ...good, admin: true }, 400],
    ['an unknown attribute', { ...good, attributes: { ...SAMPLE_ATTRIBUTES, owner: 'x' } }, 400],
    ['a point', { ...good, geometry: { type: 'Point', coordinates: [1, 2] } }, 400],
    ['texts as positions', { ...good, geometry: { type: 'Polygon', coordinates: [['a', 'b', 'c', 'd']] } }, 422],
    ['Infinity', JSON.stringify(good).replace(/\[\[\[[\d.]+/, '[[[1e999'), 422],
    ['a NUL in a name', { ...good, attributes: { ...SAMPLE_ATTRIBUTES, name: 'a\0b' } }, 400],
    ['half a character', JSON.stringify(good).replace('Champ nord', '\\ud800'), 400],
    ['no author', { ...good, author: '  ' }, 400],
    ['no reason', { ...good, reason: '' }, 400],
    ['a region that is not there', { ...good, regionId: 'atlantis' }, 422],
    ['a region called __proto__', { ...good, regionId: '__proto__' }, 422],
    ['an id of folders', { ...good, id: '../../etc/passwd' }, 422],
    ['the id __proto__', { ...good, id: '__proto__' }, 422],
    ['-1 ha stated', { ...good, attributes: { ...SAMPLE_ATTRIBUTES, statedHa: -1 } }, 400],
    ['a name that turns round', { ...good, attributes: { ...SAMPLE_ATTRIBUTES, name: 'a\u202eb' } }, 422],
    ['nesting of 20,000', JSON.stringify(good).replace('"more":{}', `"more":${nest(20_000)}`), 422],
    ['a 31st of June', { ...good, attributes: { ...SAMPLE_ATTRIBUTES, startDate: 'tomorrow' } }, 400],
    ['10,001 vertices', { ...good, geometry: { type: 'Polygon', coordinates: [circle(10_001)] } }, 422],
    ['3 MB', { ...good, reason: 'x'.repeat(3 * 2 ** 20) }, 413],
  ])('with %s are answered 4xx with a sentence', async (what, body, status) => {
    const answer = await send('POST', '/parcels', body);
    expect([what, answer.status]).toEqual([what, status]);
    expect(read<{ error: { message: string } }>(answer).error.message).toMatch(/\S{3,}/);
    expect(answer.text).not.toMatch(/\.ts|node_modules| at \//);
  });

  function circle(vertices: number): number[][] {
    const ring = Array.from({ length: vertices - 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / (vertices - 1);
      return [2.05 + 0.001 * Math.cos(angle), 0.05 + 0.001 * Math.sin(angle)];
    });
    return [...ring, ring[0]!];
  }

  it('leave no trace in objects of the server, and say nothing of names, tenure or consent to the operator', async () => {
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect(server.said.join('\n')).not.toMatch(/Sabi|customary|Champ/);
  });

  it('find the register in the OpenAPI document: 6 addresses with what may be sent', async () => {
    const document = read<{ paths: Record<string, Record<string, unknown>> }>(
      await rawRequest(server.port, '/api/openapi.json'),
    );
    const there = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/register'))
      .map(
        ([path, methods]) =>
          `${path} ${Object.keys(methods)
            .filter((name) => name !== 'head')
            .sort()}`,
      );
    expect(there).toContain('/api/register/parcels/{id} delete,get,put');
    expect(there).toContain('/api/register/parcels/batch post');
  });

  it('get 0 of the personal data of the register out of the public features', async () => {
    const { text } = await rawRequest(server.port, '/ogc/collections/parcels/items?limit=1000');
    expect(text).not.toMatch(/customary|consent|Awa Sabi/);
  });
});
