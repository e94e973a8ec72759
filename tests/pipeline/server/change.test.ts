import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadResults } from '../../../pipeline/server/load-results.ts';
import { sha256OfBytes } from '../../../pipeline/store/files.ts';
import type { ChangeInfo, ParcelChangeInfo, ParcelDetail, ParcelPage, RunInfo } from '../../../shared/api.ts';
import { readCsv } from '../../canopy.ts';
import { AWKWARD_ID, LOSS_1, PLANTED, YEARS } from '../../change-planted.ts';
import { makeChangeResults } from '../../change-results.ts';
import { rawRequest } from '../../raw-request.ts';
import { serveFolder, type TestServer } from '../../tiny-results.ts';

const OPTIONS = { remoteScenes: false, basemap: null };
const root = mkdtempSync(join(tmpdir(), 'canopy-change-'));
const out = join(root, 'results');
const before = join(root, 'before');
let server: TestServer;
let older: TestServer;
let count = 0;

beforeAll(async () => {
  await makeChangeResults(out);
  await makeChangeResults(before, { withChange: false });
  [server, older] = [await serveFolder(out), await serveFolder(before)];
});
afterAll(async () => {
  await Promise.all([server.close(), older.close()]);
  rmSync(root, { recursive: true, force: true });
});

async function get<T>(path: string, from = server): Promise<T> {
  const { status, text } = await rawRequest(from.port, path);
  expect([path, status]).toEqual([path, 200]);
  return JSON.parse(text) as T;
}

async function refusal(path: string): Promise<[number, string]> {
  const { status, text } = await rawRequest(server.port, path);
  return [status, JSON.parse(text).error.code];
}

/** A copy of the results in which a file is other, and known as such to run.json unless `isHidden`. */
function copyWith(name: string, change: (text: string) => string, { isHidden = false } = {}): string {
  const dir = join(root, `copy-${count++}`);
  cpSync(out, dir, { recursive: true });
  const text = change(readFileSync(join(dir, name), 'utf8'));
  writeFileSync(join(dir, name), text);
  if (isHidden) return dir;
  const record = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  const entry = record.outputs.find((file: { name: string }) => file.name === name);
  Object.assign(entry, { sha256: sha256OfBytes(text), bytes: Buffer.byteLength(text) });
  writeFileSync(join(dir, 'run.json'), JSON.stringify(record));
  return dir;
}

describe('GET /api/parcels/{id}/change', () => {
  it('gives LOSS-1 its dates, 3 years, 137 observations less 12 without a mean, 5 control areas and 72 months', async () => {
    const info = await get<ParcelChangeInfo>('/api/parcels/LOSS-1/change');
    expect(info.change).toMatchObject({ finding: 'loss', confidence: 'high', magnitude: -0.3142, recoveredOn: null });
    const { after, before, detected } = info.change!;
    expect([after, before, detected]).toEqual([LOSS_1.after, LOSS_1.before, LOSS_1.detected]);
    expect(info.years.map(({ year, lossHa, lossHaSe, burntHaSe }) => [year, lossHa, lossHaSe, burntHaSe])).toEqual([
      [2019, 0, 0.11, null],
      [2020, 2.3, 0.11, null],
      [2021, 0, 0.11, null],
    ]);
    expect(info.series).toHaveLength(125);
    expect(info.series.map(({ datetime }) => datetime)).toEqual(info.series.map(({ datetime }) => datetime).sort());
    expect(info.controls.map(({ controlId, geometry }) => [controlId, geometry?.type])).toEqual(
      [0, 1, 2, 3, 4].map((i) => [`C-${i}`, 'Polygon']),
    );
    expect(info.months).toHaveLength(72);
  });

  it.each(PLANTED.map(({ id }) => id))('has for %s what its rows in the tables say', async (id) => {
    const info = await get<ParcelChangeInfo>(`/api/parcels/${encodeURIComponent(id)}/change`);
    expect(info.parcelId).toBe(id);
    // A cell that a spreadsheet would run has an apostrophe in front.
    const rows = (name: string) =>
      readCsv(join(out, name)).filter(({ parcel_id }) => parcel_id!.replace(/^'/, '') === id);
    expect(info.series.map(({ ndviMean }) => ndviMean.toFixed(7))).toEqual(rows('series.csv').map((r) => r.ndvi_mean));
    expect(info.series.map(({ state }) => state)).toEqual(rows('series.csv').map((row) => row.state));
    expect(info.series.map(({ seasonLow }) => seasonLow?.toFixed(7) ?? '')).toEqual(
      rows('series.csv').map((row) => row.season_low),
    );
    expect(info.years.map(({ stableHa }) => stableHa.toFixed(6))).toEqual(rows('changes.csv').map((r) => r.stable_ha));
    expect(info.controls.map(({ weight }) => weight.toFixed(6))).toEqual(rows('controls.csv').map((r) => r.weight));
    expect(info.months.map(({ nClear }) => String(nClear))).toEqual(rows('months.csv').map((row) => row.n_clear));
  });

  it('gives a parcel that was not judged its reason and no years', async () => {
    const info = await get<ParcelChangeInfo>(`/api/parcels/${encodeURIComponent(AWKWARD_ID)}/change`);
    expect(info.change).toMatchObject({ finding: null, confidence: null, minDetectableChange: null });
    expect(info.change!.reason).toMatch(/^too few observations/);
    expect([info.years.length, info.controls.length]).toEqual([0, 0]);
  });

  it('answers 404 for a parcel that is not there and 400 for a query, and 304 to who has it', async () => {
    expect(await refusal('/api/parcels/NOBODY/change')).toEqual([404, 'E_NO_PARCEL']);
    expect(await refusal('/api/parcels/__proto__/change')).toEqual([404, 'E_NO_PARCEL']);
    expect(await refusal('/api/parcels/..%2F..%2Fetc%2Fpasswd/change')).toEqual([404, 'E_NO_PARCEL']);
    expect(await refusal('/api/parcels/LOSS-1/change?year=2020')).toEqual([400, 'E_REQUEST']);
    const { headers } = await rawRequest(server.port, '/api/parcels/LOSS-1/change');
    const again = await rawRequest(server.port, '/api/parcels/LOSS-1/change', {
      headers: { 'if-none-match': String(headers.etag) },
    });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });
});

describe('GET /api/change and /api/run', () => {
  it('count 7 judged parcels of 8 by finding and 4 changes by confidence, with the settings and 3 covariates', async () => {
    const info = await get<ChangeInfo>('/api/change');
    expect(info.counts).toEqual({
      byFinding: { loss: 2, loss_and_regrowth: 1, gain: 1, burnt_and_recovered: 1, no_change: 2, not_judged: 1 },
      byConfidence: { high: 1, medium: 1, low: 2 },
    });
    expect(info.settings).toMatchObject({ breaks: { order: 1, h: 0.25 }, seed: 1 });
    expect(info.years).toEqual([...YEARS]);
    expect(info.balance.map(({ covariate, smdMatched, isWithin }) => [covariate, smdMatched, isWithin])).toEqual([
      ['past_ndvi', 0.04, true],
      ['recent_ndvi', -0.12, true],
      ['past_slope', 0.31, false],
    ]);
    expect((await get<RunInfo>('/api/run')).change).toEqual(info.counts);
  });

  it('name the layers kind by kind, years last, with the days and calendar years they rest on', async () => {
    const { layers } = await get<RunInfo>('/api/run');
    expect(layers.map(({ id }) => id)).toEqual([
      'ndvi-baseline',
      'ndvi-period',
      ...YEARS.map((year) => `year-class-${year}`),
      'break-date-period',
      'recovery-date-period',
      'break-magnitude-period',
      'history-count-period',
      'season-amplitude-baseline',
      'season-phase-baseline',
      ...[2017, 2018, 2019, 2020, 2021].map((year) => `dry-ndvi-${year}`),
    ]);
    const of = (id: string) => layers.find((layer) => layer.id === id)!;
    expect(of('year-class-2020')).toMatchObject({
      kind: 'year-class',
      period: '2020',
      days: { start: '2020-01-01', end: '2020-12-18' },
      years: null,
      form: 'value',
      scale: 1,
    });
    expect(of('break-date-period')).toMatchObject({
      period: 'period',
      years: [2019, 2021],
      unit: 'days since 1970-01-01',
    });
    expect(of('dry-ndvi-2018')).toMatchObject({
      scale: 0.0001,
      sceneIds: expect.arrayContaining(['S2A_31PAA_20180111']),
    });
    const json = await get<Record<string, unknown>>('/tiles/year-class-2020/tilejson.json?format=bin');
    expect(json).toMatchObject({ values: 'class', nodata: -32_768, classes: { loss: 2, lostBefore: 6 } });
    expect(await get('/tiles/break-date-period/tilejson.json')).toMatchObject({ values: 'day', years: [2019, 2021] });
  });
});

describe('the description of the API', () => {
  it.each([
    ['/api/run', '/api/run'],
    ['/api/change', '/api/change'],
    ['/api/parcels', '/api/parcels'],
    ['/api/parcels/{id}', '/api/parcels/LOSS-1'],
    ['/api/parcels/{id}/change', '/api/parcels/LOSS-1/change'],
    ['/api/parcels/{id}/change', `/api/parcels/${encodeURIComponent(AWKWARD_ID)}/change`],
  ])('of %s holds for what %s answers, judged or not, also where figures are null', async (path, address) => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    ajv.addSchema(await get<object>('/api/openapi.json'), 'api');
    const place = `${path.replaceAll('/', '~1').replace('{', '%7B').replace('}', '%7D')}`;
    const schema = `api#/paths/${place}/get/responses/200/content/application~1json/schema`;
    const holds = ajv.compile({ $ref: schema });
    for (const from of [server, older]) {
      holds(await get(address, from));
      expect(holds.errors ?? []).toEqual([]);
    }
  });
});

describe('the OGC API', () => {
  it('carries finding, confidence and dates of each parcel, and says of dates that they are texts', async () => {
    const item = await get<{ properties: Record<string, unknown> }>('/ogc/collections/parcels/items/LOSS-1');
    expect(item.properties).toMatchObject({
      change_finding: 'loss',
      change_confidence: 'high',
      change_before: LOSS_1.before,
      control_z: -3.42,
    });
    const { text } = await rawRequest(server.port, '/ogc/api');
    expect(text).toContain('"change_detected":{"type":"string","nullable":true,"format":"date"}');
    expect(text).toContain('"n_history":{"type":"integer","nullable":true}');
  });
});

describe('results of before change over time was judged', () => {
  it('are served as they were: no counts, empty lists, no layers of years', async () => {
    const run = await get<RunInfo>('/api/run', older);
    expect([run.change, run.changeNote, run.layers.length]).toEqual([null, null, 2]);
    expect(await get('/api/change', older)).toEqual({ counts: null, settings: null, years: [], balance: [] });
    expect(await get('/api/parcels/LOSS-1/change', older)).toEqual({
      parcelId: 'LOSS-1',
      change: null,
      years: [],
      series: [],
      controls: [],
      months: [],
    });
    expect((await get<ParcelPage>('/api/parcels?change=not_judged', older)).total).toBe(PLANTED.length);
  });

  it('are read also where parcels.geojson has none of the newer columns', async () => {
    const dir = join(root, 'oldest');
    cpSync(before, dir, { recursive: true });
    const path = join(dir, 'parcels.geojson');
    const newer =
      /"(?:change_|control_|n_history|n_monitored|n_outliers|n_burnt|passing_|recovered_on|history_start|min_det|edge_|misreg|cover_se)[^,}]*,?/g;
    const text = readFileSync(path, 'utf8').replaceAll(newer, '').replaceAll(',}', '}');
    expect(text).not.toContain('change_finding');
    writeFileSync(path, text);
    const record = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
    record.outputs.find(({ name }: { name: string }) => name === 'parcels.geojson').sha256 = sha256OfBytes(text);
    writeFileSync(join(dir, 'run.json'), JSON.stringify(record));
    const results = await loadResults(dir, OPTIONS);
    expect(results.parcels.map(({ change }) => change)).toEqual(PLANTED.map(() => null));
    await results.close();
  });
});

describe('the list of parcels', () => {
  const idsOf = async (query: string) =>
    (await get<ParcelPage>(`/api/parcels?${query}`)).rows.map(({ parcelId }) => parcelId);

  it.each([
    ['change=loss', ['LOSS-1', 'LOSS-7']],
    ['change=loss&confidence=high', ['LOSS-1']],
    ['confidence=low,medium', ['GAIN-3', 'LOSS-7', 'REGROWN-2']],
    ['change=not_judged', [AWKWARD_ID]],
    ['change=no_change&confidence=high', []],
    ['change=loss,gain&status=stable', []],
  ])('keeps by %s', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  it('is sorted by finding, confidence, date and size, missing ones last in either order', async () => {
    expect(await idsOf('sort=changeFinding')).toEqual([
      'LOSS-1',
      'LOSS-7',
      'REGROWN-2',
      'GAIN-3',
      'BURNT-4',
      'CALM-5',
      'CALM-8',
      AWKWARD_ID,
    ]);
    expect((await idsOf('sort=changeConfidence&order=desc')).slice(0, 5)).toEqual([
      'GAIN-3',
      'LOSS-7',
      'REGROWN-2',
      'LOSS-1',
      'BURNT-4',
    ]);
    expect((await idsOf('sort=changeDetected')).slice(0, 3)).toEqual(['REGROWN-2', 'BURNT-4', 'LOSS-1']);
    expect((await idsOf('sort=changeMagnitude')).slice(0, 2)).toEqual(['LOSS-1', 'REGROWN-2']);
    expect((await idsOf('sort=changeMagnitude&order=desc')).at(-1)).toBe(AWKWARD_ID);
    const detail = await get<ParcelDetail>('/api/parcels/LOSS-7?change=loss');
    expect([detail.position, detail.total, detail.previousId]).toEqual([1, 2, 'LOSS-1']);
  });

  it.each([
    'change=lost',
    'change=loss,__proto__',
    'confidence=sure',
    'confidence=',
    'change=loss&change=gain',
    'sort=change',
  ])('refuses %s with 400 unless it is empty', async (query) => {
    if (query.endsWith('=')) expect(await idsOf(query)).toHaveLength(PLANTED.length);
    else expect(await refusal(`/api/parcels?${query}`)).toEqual([400, 'E_REQUEST']);
  });
});

describe('a folder whose tables of change are not as the run wrote them', () => {
  const NAMES = ['changes.csv', 'series.csv', 'controls.csv', 'controls.geojson', 'control-balance.csv', 'months.csv'];

  it.each(NAMES)('is refused when 1 byte of %s is another, or the file is gone', async (name) => {
    const dir = copyWith(name, (text) => `${text.slice(0, -3)}9${text.slice(-2)}`, { isHidden: true });
    await expect(loadResults(dir, OPTIONS)).rejects.toMatchObject({ code: 'E_HASH' });
    rmSync(join(dir, name));
    await expect(loadResults(dir, OPTIONS)).rejects.toMatchObject({ code: 'E_RESULTS_MISSING' });
  });

  it.each([
    [
      'a column is missing',
      'series.csv',
      (text: string) => text.replace('season_ndvi', 'season'),
      /the columns are others/,
    ],
    [
      'a parcel is unknown',
      'months.csv',
      (text: string) => text.replaceAll('LOSS-1,', 'LOST-1,'),
      /parcel LOST-1 of row 1/,
    ],
    [
      'rows are scattered',
      'changes.csv',
      (text: string) => `${text}${text.split('\n')[1]}\n`,
      /LOSS-1 do not stand together/,
    ],
    ['a row is cut', 'controls.csv', (text: string) => text.replace(/,[^,\n]*\n$/, '\n'), /has 6 cells/],
    [
      'an area has no id',
      'controls.geojson',
      (text: string) => text.replace('"control_id":"C-2"', '"control_id":2'),
      /Feature 3/,
    ],
  ] as const)('is refused when %s', async (_, name, change, message) => {
    await expect(loadResults(copyWith(name, change), OPTIONS)).rejects.toMatchObject({
      code: 'E_RESULTS_FORMAT',
      message: expect.stringMatching(message),
    });
  });

  it('is read when a later version wrote one more column, also in between', async () => {
    const dir = copyWith('months.csv', (text) =>
      text.replaceAll(/^([^\n]*),(\d+)$/gm, '$1,x,$2').replace(/n_acquisitions/, 'n_acquisitions,new'),
    );
    const results = await loadResults(dir, OPTIONS);
    const position = results.positionOf.get('LOSS-1')!;
    const [first] = (await results.readChange(position)).months;
    expect(first).toEqual({ parcelId: 'LOSS-1', year: 2016, month: 1, nAcquisitions: 2, nClear: 2 });
    await results.close();
  });
});
