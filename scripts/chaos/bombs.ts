import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerStep } from '../../pipeline/queue/bullmq-worker.ts';
import type { UnitStep } from '../../pipeline/store/unit-store.ts';

/**
 * Ends of processes at a named step of a unit: a bomb is a file, and the first process that comes to its step takes it
 * away and is struck. `parent` strikes the worker from its child.
 */
export interface Bomb {
  readonly step: WorkerStep | UnitStep;
  readonly victim: 'self' | 'parent';
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** How long a child whose worker it has killed waits for the end that the kernel brings to it. */
const LAST_BREATH_MS = 10_000;

export function makeBombFolder(folder: string): void {
  for (const name of ['armed', 'spent', 'hit']) mkdirSync(join(folder, name), { recursive: true });
}

/** Lays a bomb; `number` tells bombs of one kind apart. */
export function armBomb(folder: string, { step, victim, signal }: Bomb, number: number): string {
  const name = `${step}.${victim}.${signal}.${number}`;
  writeFileSync(join(folder, 'armed', name), '');
  return name;
}

/** Names of bombs that have struck. */
export function spentBombs(folder: string): string[] {
  return readdirSync(join(folder, 'spent'));
}

/**
 * Strikes this process or its parent where a bomb lies at the step. With a key no unit is struck twice: one that kills its
 * child three times is poison, which is another rule than the one tried here.
 */
export function meetBomb(folder: string, step: Bomb['step'], key: string | null): void {
  const name = readdirSync(join(folder, 'armed')).find((bomb) => bomb.startsWith(`${step}.`));
  if (name === undefined || (key !== null && !tryMark(join(folder, 'hit', key)))) return;
  if (!tryTake(join(folder, 'armed', name), join(folder, 'spent', name))) return;
  const [, victim, signal] = name.split('.') as [string, Bomb['victim'], Bomb['signal']];
  process.kill(victim === 'self' ? process.pid : process.ppid, signal);
  if (victim === 'self') return;
  // Not a step further: the kernel ends a child whose parent is gone.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_BREATH_MS);
  process.kill(process.pid, 'SIGKILL');
}

function tryMark(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function tryTake(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
