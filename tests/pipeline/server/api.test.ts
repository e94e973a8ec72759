import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listParcels } from '../../../pipeline/server/parcel-list.ts';
import type { Results } from '../../../pipeline/server/results.ts';
import {
  type PARCEL_SORTS,
  type ParcelDetail,
  type ParcelPage,
  type ParcelRow,
  type RunInfo,
  type Series,
  statusOf,
} from '../../../shared/api.ts';
import { rawRequest } from '../../raw-request.ts';
import { HOSTILE_IDS, makeTinyResults, serveFolder, type TestServer, TINY_PARCELS } from '../../tiny-results.ts';
import { sampleResult } from '../store/samples.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-api-'));
let server: TestServer;
beforeAll(async () => {
  server = await serveFolder(await makeTinyResults(root));
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

async function get<T>(path: string): Promise<T> {
  const { status, text, headers } = await rawRequest(server.port, path);
  expect([path, status]).toEqual([path, 200]);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  return JSON.parse(text) as T;
}

async function refusal(path: string): Promise<[number, string]> {
  const { status, text } = await rawRequest(server.port, path);
  return [status, JSON.parse(text).error.code];
}

describe('GET /api/run, /api/health and /api/twin', () => {
  it('tell the same version, the counts of 27 parcels and every file of the run', async () => {
    const run = await get<RunInfo>('/api/run');
    expect(await get('/api/health')).toEqual({ status: 'ok', version: run.version, dashboard: null });
    expect(run).toMatchObject({
      project: { id: 'tiny', name: 'Tiny twin' },
      synthetic: true,
      periods: { baseline: { start: '2023-01-01', end: '2023-01-31' } },
      minClear: 3,
      minClearFraction: 0.7,
      thresholds: { loss: -0.15, gain: 0.15 },
      basemap: null,
    });
    const { byStatus, parcels } = run.counts;
    expect([parcels, Object.values(byStatus).reduce((a, b) => a + b)]).toEqual([TINY_PARCELS, TINY_PARCELS]);
    expect(run.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['run.json', 'twin.json', 'parcels.geojson', 'observations.csv']),
    );
    expect(await get('/api/twin')).toMatchObject({ id: 'tiny', sinks: [{ id: 'sink' }], sources: [{ id: 'source' }] });
  });

  it('answer 304 without a body to who has it, and compress for who can take it', async () => {
    const first = await rawRequest(server.port, '/api/run');
    const again = await rawRequest(server.port, '/api/run', {
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const packed = await rawRequest(server.port, '/api/run', { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', etag: first.headers.etag });
    expect(gunzipSync(packed.body).toString()).toBe(first.text);
    expect((await rawRequest(server.port, '/api/run', { headers: { 'accept-encoding': 'br' } })).headers).toMatchObject(
      {
        'content-encoding': 'br',
      },
    );
  });
});

describe('GET /api/parcels', () => {
  it('gives every parcel once over pages of 10, the last with 7', async () => {
    const sizes: number[] = [];
    const seen: number[] = [];
    for (let offset = 0; offset < TINY_PARCELS; offset += 10) {
      const page = await get<ParcelPage>(`/api/parcels?sort=ndviChange&order=desc&offset=${offset}&limit=10`);
      expect([page.total, page.offset]).toEqual([TINY_PARCELS, offset]);
      sizes.push(page.rows.length);
      seen.push(...page.rows.map(({ index }) => index));
    }
    expect(sizes).toEqual([10, 10, 7]);
    expect(new Set(seen).size).toBe(TINY_PARCELS);
    expect((await get<ParcelPage>('/api/parcels?offset=500')).rows).toEqual([]);
  });

  it.each([
    ['part of an id in any case', 'q=ONERROR', [0]],
    ['a status', 'status=no_data&sort=parcelHa&q=far', [24]],
    ['an id with signs', `q=${encodeURIComponent('=hyper')}`, [2]],
    ['nothing that is there', 'q=zzz', []],
  ])('finds by %s', async (_, query, indexes) => {
    const page = await get<ParcelPage>(`/api/parcels?${query}`);
    expect(page.rows.map(({ index }) => index)).toEqual(indexes);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=ten',
    'limit=5&limit=6',
    'offset=-1',
    'sort=toString',
    'order=up',
    'status=lost',
    'status=loss,__proto__',
    'unknown=1',
    `q=${'x'.repeat(257)}`,
  ])('refuses %s with 400', async (query) => {
    expect(await refusal(`/api/parcels?${query}`)).toEqual([400, 'E_REQUEST']);
  });
});

describe('GET /api/parcels/{id} and its observations', () => {
  it.each(HOSTILE_IDS)('finds %s, with geometry, neighbours and 6 observations', async (id) => {
    const path = `/api/parcels/${encodeURIComponent(id)}`;
    const detail = await get<ParcelDetail>(path);
    expect(detail.parcel.parcelId).toBe(id);
    expect(detail.geometry.type).toBe('Polygon');
    expect(detail.total).toBe(TINY_PARCELS);
    const series = await get<Series>(`${path}/observations`);
    expect([series.parcelId, series.points.length]).toEqual([id, 6]);
  });

  it('steps through all 26 ids of a list in its order and back, past the one that a refused parcel repeats', async () => {
    const query = 'sort=lossHa&order=desc';
    const { rows } = await get<ParcelPage>(`/api/parcels?${query}&limit=1000`);
    const wanted = rows.filter(({ index }) => index !== TINY_PARCELS - 1).map(({ parcelId }) => parcelId);
    const walk = async (from: string, by: 'nextId' | 'previousId') => {
      const ids: string[] = [];
      for (let id: string | null = from; id !== null; ) {
        ids.push(id);
        id = (await get<ParcelDetail>(`/api/parcels/${encodeURIComponent(id)}?${query}`))[by];
      }
      return ids;
    };
    expect(wanted).toHaveLength(26);
    expect(await walk(wanted[0]!, 'nextId')).toEqual(wanted);
    expect(await walk(wanted.at(-1)!, 'previousId')).toEqual(wanted.toReversed());
  });

  it('says that a parcel is not in the list of a query, and 404 of one that is not there', async () => {
    const detail = await get<ParcelDetail>('/api/parcels/P-12?q=far');
    expect(detail).toMatchObject({ position: null, total: 1, previousId: null, nextId: null });
    expect(await refusal('/api/parcels/P-99')).toEqual([404, 'E_NO_PARCEL']);
    expect(await refusal('/api/parcels/P-99/observations')).toEqual([404, 'E_NO_PARCEL']);
    expect(await refusal(`/api/parcels/${'x'.repeat(1001)}`)).toEqual([404, 'E_NOT_FOUND']);
    expect(await refusal('/api/parcels/P-12/observations?limit=1')).toEqual([400, 'E_REQUEST']);
  });
});

describe('the list of parcels', () => {
  const ALL = { q: '', status: [], change: [], confidence: [] } as const;
  const figure = fc.option(fc.integer({ min: -3, max: 3 }), { nil: null });
  const row = fc.record({
    ndviChange: figure,
    lossHa: figure,
    outcome: fc.constantFrom('ok' as const, 'no_data' as const),
  });

  /** As much of results as lists need. */
  function resultsOf(made: readonly Partial<ParcelRow>[]): Results {
    const parcels = made.map((more, index): ParcelRow => {
      const result = sampleResult({ parcelId: `P-${made.length - index}`, ...more });
      return { ...result, index, status: statusOf(result), bboxDeg: [0, 0, 1, 1] };
    });
    return { parcels } as unknown as Results;
  }

  it('is that of a plain stable sort, missing figures last in either order, for 300 random tables', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.constantFrom('ndviChange' as const, 'lossHa' as const),
        fc.constantFrom('asc' as const, 'desc' as const),
        (rows, sort, order) => {
          const results = resultsOf(rows);
          const sign = order === 'asc' ? 1 : -1;
          const there = results.parcels.filter((parcel) => parcel[sort] !== null);
          const wanted = [
            ...there.toSorted((a, b) => sign * (a[sort]! - b[sort]!)),
            ...results.parcels.filter((parcel) => parcel[sort] === null),
          ];
          const list = listParcels(results, { ...ALL, sort, order });
          expect([...list.positions]).toEqual(wanted.map(({ index }) => index));
          for (const [place, position] of list.positions.entries()) expect(list.placeOf(position)).toBe(place);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('puts P-2 before P-10, and statuses from loss to no data', () => {
    const results = resultsOf(Array.from({ length: 12 }, (_, i) => ({ outcome: i % 2 ? 'ok' : 'no_data' }) as const));
    const names = (sort: (typeof PARCEL_SORTS)[number]) =>
      [...listParcels(results, { ...ALL, sort, order: 'asc' }).positions].map((at) => results.parcels[at]!);
    expect(names('parcelId').map(({ parcelId }) => parcelId)).toEqual(
      Array.from({ length: 12 }, (_, i) => `P-${i + 1}`),
    );
    expect(names('status').map(({ status }) => status)).toEqual([
      ...Array(6).fill('loss'),
      ...Array(6).fill('no_data'),
    ]);
  });

  it('is kept for the last 8 queries, so that the next page need not be sorted again', () => {
    const results = resultsOf(Array.from({ length: 20 }, (_, i) => ({ lossHa: (i * 7) % 11 })));
    const list = (q: string) => listParcels(results, { ...ALL, q, sort: 'lossHa', order: 'desc' });
    const first = list('');
    for (let i = 0; i < 7; i += 1) list(`P-${i}`);
    expect(list('')).toBe(first);
    for (let i = 0; i < 8; i += 1) list(`P-1${i}`);
    expect(list('')).not.toBe(first);
  });
});

describe('GET /api/openapi.json', () => {
  it('describes each of the 39 kinds of address, with answers, and holds no reference into nowhere', async () => {
    const document = await get<{
      openapi: string;
      paths: Record<string, { get?: { responses: object }; post?: { responses: object } }>;
      components: { schemas: object };
    }>('/api/openapi.json');
    expect(document.openapi).toMatch(/^3\.0\./);
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/change',
      '/api/health',
      '/api/operations',
      '/api/operations/events',
      '/api/operations/requests',
      '/api/parcels',
      '/api/parcels/{id}',
      '/api/parcels/{id}/change',
      '/api/parcels/{id}/chips/{file}',
      '/api/parcels/{id}/observations',
      '/api/register',
      '/api/register/check',
      '/api/register/export',
      '/api/register/export/report',
      '/api/register/import',
      '/api/register/pack',
      '/api/register/parcels',
      '/api/register/parcels/batch',
      '/api/register/parcels/{id}',
      '/api/register/parcels/{id}/versions',
      '/api/register/suggestions',
      '/api/run',
      '/api/twin',
      '/files/layers/{name}',
      '/files/{name}',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/ogc',
      '/ogc/api',
      '/ogc/collections',
      '/ogc/collections/parcels',
      '/ogc/collections/parcels/items',
      '/ogc/collections/parcels/items/{id}',
      '/ogc/conformance',
      '/tiles/parcels/tilejson.json',
      '/tiles/parcels/{z}/{x}/{file}',
      '/tiles/{layer}/tilejson.json',
      '/tiles/{layer}/{z}/{x}/{file}',
    ]);
    for (const { get: asked, post: told } of Object.values(document.paths)) {
      const answers = (asked ?? told)!.responses as Record<string, { content?: object }>;
      const success = Object.keys(answers).find((status) => status.startsWith('2'))!;
      expect(Object.keys(answers[success]!.content ?? {}).length).toBeGreaterThan(0);
    }
    const used = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name] of used) expect(Object.keys(document.components.schemas)).toContain(name);
  });
});
