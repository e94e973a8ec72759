import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { armBomb, spentBombs } from './bombs.ts';
import type { Fleet } from './fleet.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { type Act, play, type Stage } from './stage.ts';

const DELAY_MS = [10, 60] as const;

interface Suspension {
  readonly units: number;
  readonly awayMs: number;
}

/**
 * Suspends a worker that has just taken a unit, and its children, for longer than its lock, so that another computes the
 * unit; then they go on as if nothing had been.
 */
export async function chaosSuspend(stage: Stage, { units, awayMs }: Suspension): Promise<ChaosRow> {
  const act: Act = { name: 'suspend', units, workers: 2, concurrency: 2, delayMs: DELAY_MS };
  const played = await play(stage, act, async (fleet) => {
    await fleet.untilDone(Math.floor(units / 4));
    const suspended = await suspendWorker(fleet);
    await sleep(awayMs);
    for (const pid of suspended) process.kill(pid, 'SIGCONT');
    await untilFenced(fleet);
  });
  const fenced = fencedOf(played.fleet);
  const problems = fenced > 0 ? [] : ['no late result was refused as E_FENCED'];
  return rowOf('Worker suspended', `SIGSTOP for ${awayMs / 1000} s, then SIGCONT, ${units} units`, [played], {
    happened: `${fenced} late results refused as E_FENCED`,
    problems,
  });
}

/** Suspends the coordinator in the middle of its run: workers go on, and it hears later of what has ended. */
export async function chaosSuspendCoordinator(stage: Stage, { units, awayMs }: Suspension): Promise<ChaosRow> {
  const act: Act = { name: 'suspend-coordinator', units, workers: 2, concurrency: 2, delayMs: DELAY_MS };
  const played = await play(stage, act, async (fleet) => {
    await fleet.untilDone(Math.floor(units / 4));
    process.kill(fleet.coordinatorPid, 'SIGSTOP');
    await sleep(awayMs);
    process.kill(fleet.coordinatorPid, 'SIGCONT');
  });
  return rowOf('Coordinator suspended', `SIGSTOP for ${awayMs / 1000} s, then SIGCONT, ${units} units`, [played], {
    happened: 'suspended once',
  });
}

const FENCE_WAIT_MS = 10_000;

/** The worker that suspends itself at its next unit, and its children, which are suspended then. */
async function suspendWorker(fleet: Fleet): Promise<number[]> {
  const { bombs } = fleet.run;
  armBomb(bombs, { step: 'claimed', victim: 'self', signal: 'SIGSTOP' }, 0);
  while (!fleet.isEnded && spentBombs(bombs).length === 0) await sleep(5);
  const worker = fleet.workerPids().find(isSuspended);
  if (worker === undefined) return [];
  const children = readFileSync(`/proc/${worker}/task/${worker}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
  for (const pid of children) process.kill(pid, 'SIGSTOP');
  return [worker, ...children];
}

async function untilFenced(fleet: Fleet): Promise<void> {
  const endMs = performance.now() + FENCE_WAIT_MS;
  while (fencedOf(fleet) === 0 && performance.now() < endMs) await sleep(20);
}

function fencedOf({ journal }: Fleet): number {
  return journal.filter(({ event }) => event === 'fenced').length;
}

/** Whether the system has a process as stopped. */
function isSuspended(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return status.slice(status.lastIndexOf(')') + 2).startsWith('T');
}
