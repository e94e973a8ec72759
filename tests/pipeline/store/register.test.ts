import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Register } from '../../../pipeline/run/register-contract.ts';
import { openRegisterHere } from '../../../pipeline/run/register-here.ts';
import { openDatabase, openPostgres } from '../../../pipeline/store/database.ts';
import { geometryOfParcel } from '../../../pipeline/store/geojson.ts';
import { saveRun } from '../../../pipeline/store/save-run.ts';
import type { CheckFinding } from '../../../shared/parcel-check.ts';
import type { NewParcel, ParcelVersion } from '../../../shared/register.ts';
import { fieldAt, sampleEdit, sampleParcel } from '../../register-sample.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './postgres-server.ts';
import { sampleRun } from './samples.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-register-'));
let server: PostgresServer | undefined;
afterAll(() => {
  server?.stop();
  rmSync(root, { recursive: true, force: true });
});

const AT = '2026-03-01T10:00:00.123Z';
const AREA_HA = 1.23;

interface Place {
  readonly url: string | null;
  readonly folder: string;
}

async function addOne(register: Register, parcel: NewParcel): Promise<ParcelVersion> {
  const answer = await register.call('add', { parcels: [parcel], regions: [], at: AT });
  if (answer.kind !== 'added') throw new Error(answer.message);
  return answer.parcels[0]!;
}

function testRegister(name: string, makePlace: () => Promise<Place>) {
  describe(name, () => {
    let place: Place;
    let register: Register;
    beforeAll(async () => {
      place = await makePlace();
      register = openRegisterHere(place);
    });
    afterAll(() => register?.close());
    const edit = (id: string, version: number, number: number, changes = {}) =>
      register.call('edit', { id, version, edit: sampleEdit(number, changes), regions: [], at: AT });
    const revision = async () => (await register.call('state', {})).revision;

    it('is empty at revision 0, and to look makes no table in PostgreSQL', async () => {
      expect(await register.call('state', {})).toEqual({ revision: 0, parcels: 0 });
      const page = { kind: 'page', page: { revision: 0, parcels: [] } };
      expect(await register.call('list', { boxes: null, limit: 10 })).toEqual(page);
      expect(await register.call('parcel', { id: 'sink-0001' })).toBeNull();
      expect(await register.call('history', { id: 'sink-0001', run: null })).toEqual({ versions: [], results: [] });
      if (place.url === null) return;
      const database = await openPostgres(place.url);
      const tables = await database.query("select 1 from pg_tables where tablename like 'register%'");
      await database.close();
      expect(tables).toEqual([]);
    });

    it('gives the first parcel of a region the id sink-0001, version 1, its area, box, hash and all that was said', async () => {
      const parcel = await addOne(register, sampleParcel(0));
      const { author, reason, attributes, provenance, geometry } = sampleParcel(0);
      expect(parcel).toMatchObject({ id: 'sink-0001', regionId: 'sink', version: 1, state: 'active', at: AT });
      expect(parcel).toMatchObject({ author, reason, attributes, provenance, geometry });
      expect(parcel.bboxDeg).toEqual([2.005, 0.005, 2.006, 0.006]);
      expect(parcel.parcelHa).toBeCloseTo(AREA_HA, 2);
      expect(parcel.geometrySha256).toMatch(/^[0-9a-f]{64}$/);
      expect(await register.call('state', {})).toEqual({ revision: 1, parcels: 1 });
    });

    it('turns a clockwise ring, drops Z and keeps every digit', async () => {
      const ring = [
        [2.1, 0.1, 5],
        [2.1, 0.1012345678901234, 5],
        [2.101234567890123, 0.1, 5],
        [2.1, 0.1, 5],
      ];
      const geometry = { type: 'Polygon', coordinates: [ring] } as const;
      const parcel = await addOne(register, sampleParcel(900, { geometry, id: 'turned' }));
      const kept = parcel.geometry.coordinates[0] as number[][];
      expect(kept).toEqual([...ring].reverse().map((position) => position.slice(0, 2)));
    });

    it('takes the same draft 3 times as 1 parcel, and refuses it with another boundary', async () => {
      const first = await addOne(register, sampleParcel(1));
      const before = await revision();
      expect([await addOne(register, sampleParcel(1)), await addOne(register, sampleParcel(1))]).toEqual([
        first,
        first,
      ]);
      expect(await revision()).toBe(before);
      const other = sampleParcel(1, { geometry: fieldAt(2) });
      const answer = await register.call('add', { parcels: [other], regions: [], at: AT });
      expect(answer).toMatchObject({ kind: 'refused', code: 'E_DRAFT_USED' });
      expect((answer as { message: string }).message).toContain(`"${first.id}"`);
      expect(answer).toMatchObject({
        parcels: [{ findings: [{ rule: 'draft-used', values: { parcelId: first.id } }] }],
      });
    });

    it('registers none of 3 parcels where 1 has an id that is taken, and none where 2 have one boundary', async () => {
      const before = await register.call('state', {});
      const taken = [10, 11, 12].map((n) => sampleParcel(n, n === 12 ? { id: 'sink-0001' } : {}));
      const refused = await register.call('add', { parcels: taken, regions: [], at: AT });
      expect(refused).toMatchObject({
        kind: 'refused',
        code: 'E_ID_TAKEN',
        parcels: [{ index: 2, verdict: 'refused' }],
      });
      const twins = [sampleParcel(13), sampleParcel(14, { geometry: fieldAt(13) })];
      const duplicate = await register.call('add', { parcels: twins, regions: [], at: AT });
      expect(duplicate).toMatchObject({ kind: 'refused', code: 'E_DUPLICATE', parcels: [{ index: 1 }] });
      expect(await register.call('state', {})).toEqual(before);
    });

    it('refuses a bow-tie with its crossing point, and 9 hostile ids', async () => {
      const bowTie = [
        [2, 1],
        [2.001, 1.001],
        [2.001, 1],
        [2, 1.001],
        [2, 1],
      ];
      const geometry = { type: 'Polygon', coordinates: [bowTie] } as const;
      const crossed = await register.call('add', { parcels: [sampleParcel(20, { geometry })], regions: [], at: AT });
      expect(crossed).toMatchObject({ kind: 'refused', code: 'E_CHECK', parcels: [{ verdict: 'mendable' }] });
      const [finding] = (crossed as unknown as { parcels: { findings: CheckFinding[] }[] }).parcels[0]!.findings;
      expect([finding!.rule, finding!.place!.map((deg) => deg.toFixed(6))]).toEqual([
        'self-crossing',
        ['2.000500', '1.000500'],
      ]);
      const ids = [
        '__proto__',
        'constructor',
        '../../etc/passwd',
        '..\\x',
        '/etc',
        ' a',
        'a\u200bb',
        'x'.repeat(129),
        '.',
      ];
      for (const id of ids) {
        const answer = await register.call('add', { parcels: [sampleParcel(21, { id })], regions: [], at: AT });
        expect([id, answer.kind]).toEqual([id, 'refused']);
      }
    });

    it('numbers versions 1, 2, 3 and lets none of them be changed or deleted, not even by SQL', async () => {
      const { id } = await addOne(register, sampleParcel(30));
      expect(await edit(id, 1, 31, { reason: 'the river has moved' })).toMatchObject({ kind: 'saved' });
      expect(await edit(id, 2, 32)).toMatchObject({ kind: 'saved', parcel: { version: 3 } });
      const { versions } = await register.call('history', { id, run: null });
      expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
      expect(versions[1]).toMatchObject({ geometry: fieldAt(31), reason: 'the river has moved' });
      if (place.url === null) await register.close();
      const database = await openDatabase({ url: place.url ?? undefined, folder: place.folder });
      const keeps = 'never changed or deleted';
      await expect(database.query("update register_version set author = 'x'")).rejects.toThrow(keeps);
      await expect(database.query('delete from register_version')).rejects.toThrow(keeps);
      await expect(database.query('truncate register_version cascade')).rejects.toThrow(keeps);
      await database.close();
      if (place.url === null) register = openRegisterHere(place);
    });

    it('lets 1 of 50 edits of version 1 win and shows the other 49 both versions', async () => {
      const { id } = await addOne(register, sampleParcel(40));
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, i) => edit(id, 1, 41, { author: `Author ${i}` })),
      );
      const won = outcomes.filter(({ kind }) => kind === 'saved');
      expect(won).toHaveLength(1);
      const lost = outcomes.filter(({ kind }) => kind === 'conflict');
      expect(lost).toHaveLength(49);
      for (const outcome of lost) expect(outcome).toMatchObject({ current: { version: 2 }, base: { version: 1 } });
      expect((await register.call('history', { id, run: null })).versions).toHaveLength(2);
    });

    it('withdraws by a new version, leaves the parcel out of lists, and takes it back by an edit', async () => {
      const { id } = await addOne(register, sampleParcel(50));
      const by = { author: 'Awa Sabi', reason: 'sold' };
      const withdraw = (version: number) => register.call('withdraw', { id, version, by, at: AT });
      const idsThere = async () => {
        const answer = await register.call('list', { boxes: null, limit: 1000 });
        return answer.kind === 'page' ? answer.page.parcels.map((parcel) => parcel.id) : [];
      };
      expect(await idsThere()).toContain(id);
      expect(await withdraw(1)).toMatchObject({
        kind: 'saved',
        parcel: { version: 2, state: 'withdrawn', reason: 'sold' },
      });
      expect(await idsThere()).not.toContain(id);
      expect(await register.call('parcel', { id })).toMatchObject({ state: 'withdrawn', geometry: fieldAt(50) });
      expect(await withdraw(2)).toMatchObject({ kind: 'withdrawn' });
      expect(await withdraw(1)).toMatchObject({ kind: 'conflict', base: { version: 1 } });
      // Its ground is free again, and its id stays its own.
      expect(await addOne(register, sampleParcel(51, { geometry: fieldAt(50) }))).toMatchObject({ version: 1 });
      const again = await register.call('add', { parcels: [sampleParcel(52, { id })], regions: [], at: AT });
      expect(again).toMatchObject({ kind: 'refused', code: 'E_ID_TAKEN' });
      expect(await edit(id, 2, 50)).toMatchObject({ kind: 'refused', code: 'E_DUPLICATE' });
      expect(await edit(id, 2, 53)).toMatchObject({ kind: 'saved', parcel: { version: 3, state: 'active' } });
    });

    it('finds by box the 1 parcel there, refuses more than the limit, and knows no edit of what it does not have', async () => {
      const box = [2.0049, 0.0049, 2.0051, 0.0051] as const;
      const answer = await register.call('list', { boxes: [box], limit: 10 });
      expect(answer).toMatchObject({ kind: 'page', page: { parcels: [{ id: 'sink-0001' }] } });
      expect(await register.call('list', { boxes: null, limit: 3 })).toEqual({ kind: 'too-many', limit: 3 });
      expect(await edit('nobody', 1, 60)).toEqual({ kind: 'unknown' });
    });

    it('keeps 1,000 parcels of one batch, each under an id and hash of its own', async () => {
      const parcels = Array.from({ length: 1000 }, (_, i) =>
        sampleParcel(1000 + i, { draftId: `many-${i}`, regionId: 'many' }),
      );
      const answer = await register.call('add', { parcels, regions: [], at: AT });
      if (answer.kind !== 'added') throw new Error(answer.message);
      expect(answer.parcels.map(({ id }) => id).slice(0, 2)).toEqual(['many-0001', 'many-0002']);
      expect(new Set(answer.parcels.map(({ geometrySha256 }) => geometrySha256)).size).toBe(1000);
      expect(answer.parcels[999]!.geometry).toEqual(fieldAt(1999));
    });

    it('binds the results of runs saved in the same database to the 1 version of 2 that they measured', async () => {
      const run = sampleRun('run-of-register', 1, 3);
      const { id } = run.parcels[0]!;
      await addOne(register, sampleParcel(70, { id, geometry: geometryOfParcel(run.parcels[0]!) }));
      if (place.url === null) await register.close();
      const database = await openDatabase({ url: place.url ?? undefined, folder: place.folder });
      await saveRun(database, run);
      await database.close();
      if (place.url === null) register = openRegisterHere(place);
      expect(await edit(id, 1, 71)).toMatchObject({ kind: 'saved' });
      const { results } = await register.call('history', { id, run: null });
      expect(results).toEqual([{ version: 1, runId: 'run-of-register', label: expect.any(String) }]);
    });
  });
}

testRegister('a register in a folder', async () => ({ url: null, folder: join(root, 'folder') }));

if (postgresMissing === null) {
  testRegister('a register in PostgreSQL', async () => {
    server = await startPostgres();
    return { url: server.url, folder: join(root, 'unused') };
  });

  it('lets 1 of 50 edits win that come over 5 connections of 5 processes, as they would', async () => {
    const registers = Array.from({ length: 5 }, () => openRegisterHere({ url: server!.url, folder: root }));
    const { id } = await addOne(registers[0]!, sampleParcel(80));
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        registers[i % 5]!.call('edit', { id, version: 1, edit: sampleEdit(81), regions: [], at: AT }),
      ),
    );
    await Promise.all(registers.map((register) => register.close()));
    expect(outcomes.filter(({ kind }) => kind === 'saved')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'conflict')).toHaveLength(49);
  });

  it('takes 1 of 5 parcels on the same ground that 5 processes send at once, each unaware of the others', async () => {
    const registers = Array.from({ length: 5 }, () => openRegisterHere({ url: server!.url, folder: root }));
    const answers = await Promise.all(
      registers.map((register, i) => {
        // Shifted by some metres: no two have one boundary, all share most of their ground.
        const geometry = fieldAt(90, 0.001 + 0.00002 * i);
        const parcels = [sampleParcel(90, { draftId: `same-ground-${i}`, geometry })];
        return register.call('add', { parcels, regions: [], at: AT });
      }),
    );
    await Promise.all(registers.map((register) => register.close()));
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['added', 'refused', 'refused', 'refused', 'refused']);
  });
} else {
  describe.skip(`PostgreSQL [skipped: ${postgresMissing}]`, () => {
    it('runs the same tests', () => {});
  });
}

describe('a folder that another process has open', () => {
  it('gets a sentence with its pid, and opens once that one has closed it', async () => {
    const folder = join(root, 'locked');
    const first = openRegisterHere({ url: null, folder });
    const second = openRegisterHere({ url: null, folder });
    await addOne(first, sampleParcel(0));
    const refused = second.call('state', {});
    await expect(refused).rejects.toMatchObject({ code: 'E_DATABASE_LOCKED' });
    await expect(refused).rejects.toThrow(`in use by process ${process.pid}`);
    await first.close();
    expect(await second.call('state', {})).toEqual({ revision: 1, parcels: 1 });
    await second.close();
  });
});
