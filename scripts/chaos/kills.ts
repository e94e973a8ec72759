import { setTimeout as sleep } from 'node:timers/promises';
import { deriveSeed, mulberry32 } from '../demo/random.ts';
import type { Fleet } from './fleet.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { type Act, play, type Stage } from './stage.ts';

interface KillRequest {
  readonly kills: number;
  readonly units: number;
  /** How many of them strike the coordinator. */
  readonly coordinatorKills: number;
  readonly database: 'postgres' | 'pglite';
}

/** Long enough that as many kills as there are come before the end, and most of them in the middle of a unit. */
const DELAY_MS = [20, 400] as const;
const MAX_JITTER_MS = 30;

/** Kills workers and the coordinator at random moments, evenly over the run. */
export async function chaosKills(stage: Stage, request: KillRequest): Promise<ChaosRow> {
  const { kills, units, coordinatorKills, database } = request;
  const act: Act = { name: `kills-${database}`, units, workers: 3, concurrency: 2, delayMs: DELAY_MS, database };
  const played = await play(stage, act, (fleet) => killAll(fleet, stage.seed, request));
  const reached = played.fleet.kills.length + played.fleet.coordinatorKills;
  const happened = `${played.fleet.kills.length} kills of workers, ${played.fleet.coordinatorKills} of the coordinator`;
  const problems = reached >= kills ? [] : [`only ${reached} of ${kills} kills were reached before the run ended`];
  const place = database === 'postgres' ? 'PostgreSQL' : 'the embedded database';
  return rowOf(
    `SIGKILL, record in ${place}`,
    `${kills} kills (${coordinatorKills} of the coordinator), ${units} units`,
    [played],
    { happened, problems },
  );
}

async function killAll(fleet: Fleet, seed: number, { kills, units, coordinatorKills }: KillRequest): Promise<void> {
  const random = mulberry32(deriveSeed(seed, 'kills'));
  const every = coordinatorKills === 0 ? Number.POSITIVE_INFINITY : Math.floor(kills / coordinatorKills);
  for (let i = 1; i <= kills && !fleet.isEnded; i++) {
    await fleet.untilDone(Math.floor((units * 0.9 * (i - 0.5)) / kills));
    await sleep(random() * MAX_JITTER_MS);
    if (i % every === 0) await fleet.killCoordinator();
    else await fleet.killWorker(random);
  }
}
