import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../../pipeline/store/database.ts';
import type { Fleet } from './fleet.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { type Act, play, type Stage } from './stage.ts';

const DELAY_MS = [10, 60] as const;

interface Absence {
  readonly units: number;
  readonly awayMs: number;
  /** How long the table of units is locked by somebody else before that. */
  readonly lockedMs: number;
}

/** Locks the table of units, then ends PostgreSQL as a loss of power does, and starts it again on the same data. */
export async function chaosDatabase(stage: Stage, absence: Absence): Promise<ChaosRow> {
  const { units, awayMs, lockedMs } = absence;
  const act: Act = { name: 'database', units, workers: 2, concurrency: 2, delayMs: DELAY_MS };
  let doneAtLoss = 0;
  const played = await play(stage, act, async (fleet) => {
    await fleet.untilDone(Math.floor(units / 4));
    await lockTable(stage.postgres.url, lockedMs);
    await fleet.untilDone(Math.floor(units / 2));
    stage.postgres.crash();
    doneAtLoss = fleet.doneCount();
    await sleep(awayMs);
    stage.postgres.start();
  });
  const heard = told(played.fleet);
  const problems = doneAtLoss < units ? [] : ['the run had ended before the database was stopped'];
  return rowOf(
    'Database away',
    `table locked for ${lockedMs / 1000} s, PostgreSQL down for ${awayMs / 1000} s, ${units} units`,
    [played],
    { happened: `stopped after ${doneAtLoss} units, ${heard} processes said so`, problems },
  );
}

async function lockTable(url: string, lockedMs: number): Promise<void> {
  const database = await openPostgres(url);
  await database.transaction(async (sql) => {
    await sql.query('lock table work_unit in access exclusive mode');
    await sleep(lockedMs);
  });
  await database.close();
}

function told({ journal, said }: Fleet): number {
  const isTold = (message: string) => /The database does not answer/.test(message);
  const workers = new Set(journal.filter(({ message }) => isTold(message)).map(({ process }) => process));
  return workers.size + (said.some(isTold) ? 1 : 0);
}
