import { setTimeout as sleep } from 'node:timers/promises';
import { WORKER_STEPS } from '../../pipeline/queue/bullmq-worker.ts';
import { UNIT_STEPS } from '../../pipeline/store/unit-store.ts';
import { armBomb, type Bomb, spentBombs } from './bombs.ts';
import type { Fleet } from './fleet.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { shuffle } from './shuffle.ts';
import { type Act, play, type Stage } from './stage.ts';

/** Every named step of a unit: those of the worker strike it, those of the child strike it or the worker above it. */
export const STEP_BOMBS: readonly Bomb[] = [
  ...WORKER_STEPS.map((step) => ({ step, victim: 'self', signal: 'SIGKILL' }) as const),
  ...UNIT_STEPS.flatMap((step) => [
    { step, victim: 'self', signal: 'SIGKILL' } as const,
    { step, victim: 'parent', signal: 'SIGKILL' } as const,
  ]),
];

const DELAY_MS = [20, 300] as const;

/** Kills a process at each named step of a unit, each of the ways so many times, in an order of the seed. */
export async function chaosSteps(stage: Stage, { times, units }: { times: number; units: number }): Promise<ChaosRow> {
  const bombs = shuffle(Array.from({ length: times }, () => STEP_BOMBS).flat(), stage.seed);
  const act: Act = { name: 'steps', units, workers: 3, concurrency: 2, delayMs: DELAY_MS };
  const played = await play(stage, act, (fleet) => layAll(fleet, bombs, units));
  const spent = spentBombs(played.fleet.run.bombs);
  const ways = new Set(spent.map((name) => name.slice(0, name.lastIndexOf('.'))));
  const problems =
    spent.length === bombs.length ? [] : [`only ${spent.length} of ${bombs.length} kills were reached before the end`];
  return rowOf(
    'SIGKILL at named steps',
    `${STEP_BOMBS.length} steps and victims × ${times}, ${units} units`,
    [played],
    { happened: `${spent.length} kills in ${ways.size} ways`, problems },
  );
}

/** One bomb at a time, evenly over the run. */
async function layAll(fleet: Fleet, bombs: readonly Bomb[], units: number): Promise<void> {
  const { bombs: folder } = fleet.run;
  for (const [i, bomb] of bombs.entries()) {
    await fleet.untilDone(Math.floor((units * 0.9 * i) / bombs.length));
    const name = armBomb(folder, bomb, i);
    while (!fleet.isEnded && !spentBombs(folder).includes(name)) await sleep(10);
    if (fleet.isEnded) return;
  }
}
