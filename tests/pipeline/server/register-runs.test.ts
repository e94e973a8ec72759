import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openRegisterHere } from '../../../pipeline/run/register-here.ts';
import type { ParcelHistory, ParcelVersion } from '../../../shared/register.ts';
import { rawRequest } from '../../raw-request.ts';
import { sampleEdit, sampleParcel } from '../../register-sample.ts';
import { cellsOf, makeTinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { serveFolder } from '../../tiny-results.ts';
import { measureTiny } from '../../tiny-run.ts';
import { postgresMissing, startPostgres } from '../store/postgres-server.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-register-runs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const AT = '2026-03-01T10:00:00.000Z';
const GROUND = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 40, heightPx: 40 } as const;
const DAYS = ['2023-01-05', '2023-01-10', '2023-01-15', '2023-02-05', '2023-02-10', '2023-02-15'];

/** A square of 10 × 10 cells, 1 ha, as a boundary. */
function cellsAt(col: number): ParcelVersion['geometry'] {
  const cells = { col, row: 5, widthPx: 10, heightPx: 10 };
  const path = writeParcels(join(root, `cells-${col}.geojson`), [{ id: 'cells', ...cellsOf(GROUND, cells) }]);
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as {
    features: { geometry: ParcelVersion['geometry'] }[];
  };
  return features[0]!.geometry;
}

it('binds the results of a run to version 1 although version 2 came while the run was measuring, over HTTP too', async () => {
  const folder = join(root, 'results-register');
  const register = openRegisterHere({ url: null, folder });
  const parcels = [5, 20].map((col, i) => sampleParcel(i, { id: `P-${i}`, geometry: cellsAt(col), regionId: 'sink' }));
  const added = await register.call('add', { parcels, regions: [], at: AT });
  if (added.kind === 'refused') throw new Error(added.message);
  const options = {
    format: 'geojson',
    withPersonal: false,
    name: 'parcels',
    provenance: { attribution: [], synthetic: true },
  } as const;
  const { files } = await register.call('export', { boxes: null, options });
  const path = join(root, files[0]!.name);
  writeFileSync(path, files[0]!.bytes);
  const catalog = await makeTinyCatalog(
    join(root, 'scenes'),
    DAYS.map((day) => ({ ...GROUND, day, nir: () => 3500, mask: () => 4 })),
  );
  const periods = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
  const out = join(root, 'results');
  const running = measureTiny({ parcels: path, catalog: catalog.path, out, ...periods });
  const edit = sampleEdit(0, { geometry: cellsAt(6) });
  const edited = await register.call('edit', { id: 'P-0', version: 1, edit, regions: [], at: AT });
  expect(edited).toMatchObject({ kind: 'saved', parcel: { version: 2 } });
  expect((await running).parcels.map(({ parcel_id }) => parcel_id)).toEqual(['P-0', 'P-1']);
  await register.close();

  const server = await serveFolder(out);
  const history = async (id: string) =>
    JSON.parse((await rawRequest(server.port, `/api/register/parcels/${id}/versions`)).text) as ParcelHistory;
  const [first, second] = [await history('P-0'), await history('P-1')];
  await server.close();
  expect(first.versions.map(({ version }) => version)).toEqual([2, 1]);
  expect(first.results.map(({ version, label }) => `${version} ${label}`)).toEqual(['1 results']);
  expect(second.results.map(({ version }) => version)).toEqual([1]);
  expect(first.results[0]!.runId).toBe(second.results[0]!.runId);
}, 240_000);

it.skipIf(postgresMissing !== null)(
  'keeps the register in the database given to a server: 20 edits at once, 1 wins, and a second server sees it',
  async () => {
    const postgres = await startPostgres();
    const dir = join(root, 'results');
    const [one, two] = [
      await serveFolder(dir, { databaseUrl: postgres.url }),
      await serveFolder(dir, { databaseUrl: postgres.url }),
    ];
    const send = (port: number, method: string, path: string, body: unknown, headers = {}) => {
      const text = JSON.stringify(body);
      const all = {
        origin: `http://127.0.0.1:${port}`,
        'content-type': 'application/json',
        'content-length': `${Buffer.byteLength(text)}`,
        ...headers,
      };
      return rawRequest(port, `/api/register${path}`, { method, headers: all, body: text });
    };
    expect(JSON.parse((await rawRequest(two.port, '/api/register')).text)).toMatchObject({ revision: 0, parcels: 0 });
    expect((await send(one.port, 'POST', '/parcels', sampleParcel(0, { id: 'shared' }))).status).toBe(201);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        send([one, two][i % 2]!.port, 'PUT', '/parcels/shared', sampleEdit(1), { 'if-match': '"1"' }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    const seen = JSON.parse((await rawRequest(two.port, '/api/register/parcels/shared')).text) as ParcelVersion;
    await one.close();
    await two.close();
    postgres.stop();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    expect(seen.version).toBe(2);
  },
  240_000,
);
