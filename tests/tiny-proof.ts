import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plan } from '../pipeline/plan.ts';
import { runFolder } from '../pipeline/run/folder.ts';
import { workIdOf } from '../pipeline/run/work-id.ts';
import { openDatabase } from '../pipeline/store/database.ts';
import { sha256OfBytes } from '../pipeline/store/files.ts';
import { saveRun } from '../pipeline/store/save-run.ts';
import type { Database } from '../pipeline/store/sql.ts';
import { recordEvents, registerRun, type WorkEvent } from '../pipeline/store/work-run.ts';
import { measureTiny } from './tiny-run.ts';
import { makeTinySeasons, SEASON_DAYS, SEASON_PERIODS, TILES } from './tiny-seasons.ts';

/**
 * The results of a run with a row in every table and a file of every kind: change over time with control areas on one
 * tile, a superseded scene, a parcel outside every scene, 2 refused ones of which one repeats an id, and the record of work.
 * @param database opened for the folder of the results, by default the embedded one there; closed afterwards
 */
export async function makeTinyProof(
  folder: string,
  database: (out: string) => Promise<Database> = (out) => openDatabase({ folder: out }),
): Promise<string> {
  const old = { ...TILES[0]!, day: SEASON_DAYS[0]!, sequence: 1, baseline: '05.00' };
  const { catalog, parcels } = await makeTinySeasons(folder, { tileCount: 1, more: [old] });
  addAwkwardParcels(parcels);
  const out = join(folder, 'results');
  const request = { parcels, catalog, out, ...SEASON_PERIODS, more: ['--controls', '2', '--h', '1'] };
  await measureTiny(request, async (run) => {
    const opened = await database(out);
    try {
      await saveRun(opened, run);
      await saveWork(opened, out, run.record.plan);
    } finally {
      await opened.close();
    }
  });
  return out;
}

function addAwkwardParcels(path: string): void {
  const document = JSON.parse(readFileSync(path, 'utf8')) as { features: object[] };
  const area = (id: string, ring: number[][]) => {
    return { type: 'Feature', properties: { id }, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] } };
  };
  const far = area('row-5', [
    [10, 40],
    [10.01, 40],
    [10.01, 40.01],
  ]);
  const bow = area('=bow, "tie"', [
    [3, 9.7],
    [3.01, 9.71],
    [3.01, 9.7],
    [3, 9.71],
  ]);
  // Without an id of its own it is called by its row, as the first one is already.
  const unnamed = { ...far, properties: {} };
  document.features.push(far, bow, unnamed);
  writeFileSync(path, JSON.stringify(document));
}

/**
 * The record of work of a run that has finished, as its coordinator leaves it: each unit was given up once, was due again
 * when the run was started again, and was computed by the second attempt.
 */
async function saveWork(database: Database, out: string, planId: string): Promise<void> {
  const plan = JSON.parse(readFileSync(runFolder.plan(out, planId), 'utf8')) as Plan;
  const id = workIdOf(planId, out);
  const run = { id, label: basename(out), place: out, plan: planId, algorithm: plan.algorithm, owner: 'a test' };
  const units = plan.units.map(({ key }) => ({ key, label: 'u' }));
  await database.transaction(async (sql) => {
    await registerRun(sql, run, units, true);
    await recordEvents(sql, id, units.flatMap(giveUp));
  });
  await database.transaction(async (sql) => {
    await registerRun(sql, run, units, true);
    await recordEvents(
      sql,
      id,
      units.flatMap(({ key }) => finish(key, out)),
    );
    await sql.query("update work_run set state = 'finished', ended_at = now() where id = $1", [id]);
  });
}

function giveUp({ key }: { readonly key: string }): WorkEvent[] {
  const error = { kind: 'input', code: 'E_TEST', message: 'The file was cut.' } as const;
  return [
    { kind: 'started', key, worker: 'w' },
    { kind: 'failed', key, error, again: false },
  ];
}

function finish(key: string, out: string): WorkEvent[] {
  const path = runFolder.unit(out, key);
  if (!existsSync(path)) throw new Error(`Unit ${key} was not computed.`);
  const bytes = readFileSync(path);
  return [
    { kind: 'started', key, worker: 'w' },
    { kind: 'done', key, worker: 'w', sha256: sha256OfBytes(bytes), bytes: bytes.length },
  ];
}
