import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCanopy } from '../../canopy.ts';
import {
  answerStacApi,
  type FileServer,
  type FileServerKnobs,
  type StacItem,
  startFileServer,
} from '../../file-server.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { cellsOf, makeTinyCatalog, type TinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, monitorArgs, runTiny, type TinyTables } from '../../tiny-run.ts';

const PERIODS = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
const DAYS = ['2023-01-05', '2023-01-10', '2023-01-15', '2023-02-05', '2023-02-10', '2023-02-15'];
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 200, heightPx: 200, blockPx: 64 };

let folder: string;
const servers: FileServer[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-http-'));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(root: string, knobs?: FileServerKnobs): Promise<FileServer> {
  const server = await startFileServer(root, knobs);
  servers.push(server);
  return server;
}

const CSVS = ['observations.csv', 'parcels.csv'];
const textsOf = (out: string) => CSVS.map((name) => readFileSync(join(out, name), 'utf8'));

/** Requests for each file under a suffix. */
function requestsPerFile(server: FileServer, suffix: string): number[] {
  const counts = new Map<string, number>();
  for (const { url } of server.hits) if (url.endsWith(suffix)) counts.set(url, (counts.get(url) ?? 0) + 1);
  return [...counts.values()];
}

describe('six tiny scenes behind HTTP', () => {
  let catalog: TinyCatalog;
  let local: TinyTables;
  const request = (place: string, out: string) => ({
    ...PERIODS,
    parcels: join(folder, 'parcels.geojson'),
    catalog: place,
    out: join(folder, out),
  });
  const allow = ({ pair }: FileServer) => ['--allow-host', pair];

  beforeAll(async () => {
    const texture = (i: number) => (col: number, row: number) => 2000 + ((col * 37 + row * 101 + i * 13) % 400) * 5;
    const scenes = DAYS.map((day, i) => ({ ...ground, day, nir: texture(i) }));
    catalog = await makeTinyCatalog(join(folder, 'tiny'), scenes);
    writeParcels(join(folder, 'parcels.geojson'), [
      { id: 'a', ...cellsOf(ground, { col: 10.5, row: 10.25, widthPx: 90, heightPx: 50 }) },
      { id: 'b', ...cellsOf(ground, { col: 120, row: 30, widthPx: 70, heightPx: 150 }) },
    ]);
    local = await measureTiny(request(catalog.path, 'local'));
  });

  it('gives the CSVs of the folder byte for byte, with at most 3 requests a file', async () => {
    const server = await serve(catalog.folder);
    const run = await runTiny({ ...request(`${server.url}/catalog.json`, 'static'), more: allow(server) });
    expect([run.code, textsOf(run.out)]).toEqual([0, textsOf(local.out)]);
    const counts = requestsPerFile(server, '.tif');
    expect(counts).toHaveLength(30);
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
    expect(Math.max(...requestsPerFile(server, '.json'))).toBe(1);
    for (const { headers, url } of server.hits) if (url.endsWith('.tif')) expect(headers.range).toMatch(/^bytes=/);
  });

  it('identifies 30 files by their entity tags, where the folder gives SHA-256', async () => {
    const assets = (record: TinyTables['record']) => record.inputs.filter(({ role }) => role === 'asset');
    const served = JSON.parse(readFileSync(join(folder, 'static/run.json'), 'utf8')) as TinyTables['record'];
    expect(assets(served).map(({ name }) => name)).toEqual(assets(local.record).map(({ name }) => name));
    expect(assets(served)).toHaveLength(30);
    for (const { identity } of assets(served)) expect(identity).toMatch(/^etag:"[0-9a-f]{32}"$/);
    for (const { identity } of assets(local.record)) expect(identity).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('asks nothing of a host that was not allowed, and says how to allow it', async () => {
    const server = await serve(catalog.folder);
    const run = await runCanopy(monitorArgs(request(`${server.url}/catalog.json`, 'refused')));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`start again with --allow-host ${server.pair}`);
    expect(server.hits).toHaveLength(0);
  });

  it('B 24: gets the same through bursts of 503 that hit every other request', async () => {
    // Never twice in a row for one address, so that five tries are enough for certain.
    const failed = new Set<string>();
    const server = await serve(catalog.folder, {
      refuse: ({ url, headers }, index) => {
        const key = `${url} ${headers.range}`;
        if (index % 2 === 0 || failed.has(key)) return null;
        failed.add(key);
        return 503;
      },
    });
    const run = await measureTiny({ ...request(`${server.url}/catalog.json`, 'bursts'), more: allow(server) });
    expect(textsOf(run.out)).toEqual(textsOf(local.out));
    expect(failed.size).toBeGreaterThan(20);
  });

  it('gets the same from a STAC API that answers POST searches in pages of 4', async () => {
    const server = await serve(catalog.folder, { answer: answerStacApi(itemsOf(catalog), 4) });
    const run = await measureTiny({ ...request(`${server.url}/stac`, 'api'), more: allow(server) });
    expect(textsOf(run.out)).toEqual(textsOf(local.out));
    const searches = server.hits.filter(({ url }) => url === '/stac/search');
    expect(searches.map(({ body }) => (JSON.parse(body) as { token?: number }).token)).toEqual([undefined, 4]);
  });

  it('completes items without proj:transform and proj:shape from the headers of their files', async () => {
    const bare = itemsOf(catalog).map((item) => ({
      ...item,
      assets: Object.fromEntries(
        Object.entries(item.assets).map(([key, { 'proj:shape': _s, 'proj:transform': _t, ...rest }]) => [key, rest]),
      ),
    }));
    const server = await serve(catalog.folder, { answer: answerStacApi(bare, 100) });
    const run = await measureTiny({ ...request(`${server.url}/stac`, 'gridless'), more: allow(server) });
    expect(textsOf(run.out)).toEqual(textsOf(local.out));
    expect(run.record.scenes.used).toHaveLength(6);
  });

  it('B 23: shows the query of its catalogue’s link nowhere, neither in what it says nor in its results', async () => {
    const server = await serve(catalog.folder);
    const asked = request(`${server.url}/catalog.json?sig=CANARY7f3a`, 'canary');
    // A period without scenes, so that the run has something to say of the catalogue.
    const run = await runTiny({ ...asked, period: '2031-01-01/2031-02-01', more: allow(server) });
    expect(server.hits[0]!.url).toContain('CANARY7f3a');
    expect(run.stderr).toContain(`in ${server.url}/catalog.json`);
    expect(run.stdout + run.stderr).not.toContain('CANARY7f3a');
    const names = readdirSync(run.out, { recursive: true, encoding: 'utf8' }).map((name) => join(run.out, name));
    const leaks = names.filter((path) => statSync(path).isFile() && readFileSync(path).includes('CANARY7f3a'));
    expect(leaks).toEqual([]);
  });

  it.each([
    [404, 'E_ASSET_GONE', /does not exist there any more \(HTTP 404\)/],
    [403, 'E_LINK_REFUSED', /was refused \(HTTP 403\)/],
  ])(
    'B 22: leaves out only the scene one of whose files is answered with %i, and lists it',
    async (status, code, sentence) => {
      const id = catalog.ids[1]!;
      const server = await serve(catalog.folder, { refuse: ({ url }) => (url === `/${id}/B08.tif` ? status : null) });
      const more = [...allow(server), '--min-clear', '2'];
      const run = await measureTiny({ ...request(`${server.url}/catalog.json`, `status-${status}`), more });
      expect(run.record.scenes.refused).toEqual([{ id, code, reason: expect.stringMatching(sentence) }]);
      const others = local.observations.filter((row) => row.scene_id !== id);
      expect(run.observations).toEqual(others);
    },
  );
});

function itemsOf(catalog: TinyCatalog): StacItem[] {
  return catalog.ids.map((id) => JSON.parse(readFileSync(catalog.itemFile(id), 'utf8')) as StacItem);
}

describeWithData('four scenes of the Alps behind HTTP', () => {
  it('give the CSVs of the folder byte for byte, with at most 12 requests a file', async () => {
    const alps = join(sharedData, 'data/s2-alps');
    const periods = { baseline: '2023-08-13/2023-08-13', period: '2023-08-15/2023-08-15' };
    const request = (catalog: string, out: string, more: string[]) => ({
      ...periods,
      parcels: join(alps, 'parcels.geojson'),
      catalog,
      out: join(folder, out),
      more: ['--min-clear', '1', ...more],
    });
    const server = await serve(alps);
    const local = await measureTiny(request(join(alps, 'catalog.json'), 'alps-local', []));
    const served = await measureTiny(request(`${server.url}/catalog.json`, 'alps-http', ['--allow-host', server.pair]));
    expect(textsOf(served.out)).toEqual(textsOf(local.out));
    expect(served.observations).toHaveLength(248);
    const counts = requestsPerFile(server, '.tif');
    expect(counts).toHaveLength(20);
    expect(Math.max(...counts)).toBeLessThanOrEqual(12);
  });

  it('with --cache are asked for the heads of their files alone in a second run, which gives the same CSVs', async () => {
    const alps = join(sharedData, 'data/s2-alps');
    const server = await serve(alps);
    const runOnce = async (out: string) => {
      const before = server.hits.length;
      const run = await runTiny({
        baseline: '2023-08-13/2023-08-13',
        period: '2023-08-15/2023-08-15',
        parcels: join(alps, 'parcels.geojson'),
        catalog: `${server.url}/catalog.json`,
        out: join(folder, out),
        more: ['--min-clear', '1', '--workers', '1', '--allow-host', server.pair, '--cache', join(folder, 'ranges')],
      });
      const ranges = server.hits.slice(before).flatMap(({ headers }) => headers.range ?? []);
      return { run, heads: ranges.filter((range) => range === 'bytes=0-32767').length, ranges: ranges.length };
    };
    const first = await runOnce('alps-first');
    const second = await runOnce('alps-second');
    expect(textsOf(second.run.out)).toEqual(textsOf(first.run.out));
    expect([first.heads, second.heads, second.ranges]).toEqual([20, 20, 20]);
    expect(first.ranges).toBeGreaterThan(60);
  });
});
