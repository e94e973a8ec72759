import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './row.ts';

/** A program that does the work, ours or a peer's. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Where it runs; this process's folder when left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Files it writes, absolute: removed before each of its runs, so that none is measured overwriting. */
  readonly removeFirst?: readonly string[];
  /** For a program that times its own work and leaves out its start: its times, from what it printed. */
  readonly readTimes?: (stdout: string) => { readonly wallS: number; readonly cpuS: number | null };
}

interface Sample {
  readonly wallS: number;
  readonly cpuS: number | null;
  readonly peakRssBytes: number | null;
}

const GNU_TIME = '/usr/bin/time';

/** Whether processor time and memory of other programs can be measured here. */
export const measuresMemory = existsSync(GNU_TIME);

/**
 * Runs every contender once to warm up, then `rounds` times each, one after the other within a round, so that what else
 * the machine does meets all of them. Figures in the order given; the peak is that of the largest process of a tree,
 * which for a program with threads is all of it. Throws when a program fails.
 */
export async function runInTurn(contenders: readonly Contender[], rounds: number): Promise<Figure[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const sample = await runOnce(contender);
      if (round > 0) samples[index]!.push(sample);
    }
  }
  return samples.map(summarise);
}

/** `node` with the built command line of Canopy, as `npx canopy` runs it. */
export function canopyCommand(...args: readonly string[]): [string, ...string[]] {
  return [process.execPath, join(process.cwd(), 'scripts/canopy.mjs'), ...args];
}

function summarise(samples: readonly Sample[]): Figure {
  const walls = samples.map(({ wallS }) => wallS);
  const cpus = samples.flatMap(({ cpuS }) => (cpuS === null ? [] : [cpuS]));
  const peaks = samples.flatMap(({ peakRssBytes }) => (peakRssBytes === null ? [] : [peakRssBytes]));
  return {
    medianS: median(walls),
    minS: Math.min(...walls),
    cpuS: cpus.length === 0 ? null : median(cpus),
    peakRssBytes: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

/** The middle value; of an even number the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;
}

async function runOnce(contender: Contender): Promise<Sample> {
  for (const path of contender.removeFirst ?? []) rmSync(path, { recursive: true, force: true });
  const scratch = mkdtempSync(join(tmpdir(), 'canopy-bench-'));
  try {
    const record = join(scratch, 'time');
    const [program, ...args] = measuresMemory
      ? ([GNU_TIME, '-f', '%U %S %M', '-o', record, ...contender.command] as const)
      : contender.command;
    const { wallS, stdout } = await runProgram(contender, program, args);
    const told = contender.readTimes?.(stdout);
    const [userS, systemS, peakKib] = measuresMemory ? readRecord(record) : [];
    return {
      wallS: told?.wallS ?? wallS,
      cpuS: told ? told.cpuS : userS === undefined ? null : userS + systemS!,
      peakRssBytes: peakKib === undefined ? null : peakKib * 1024,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** GNU time puts a sentence before its figures when the program ended with another code than 0. */
function readRecord(path: string): number[] {
  return readFileSync(path, 'utf8').trim().split('\n').at(-1)!.split(' ').map(Number);
}

function runProgram(
  { name, cwd, env }: Contender,
  program: string,
  args: readonly string[],
): Promise<{ wallS: number; stdout: string }> {
  const startMs = performance.now();
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new Error(`${name} could not be started: ${cause.message}`, { cause })));
    child.on('close', (code) => {
      if (code === 0) resolve({ wallS: (performance.now() - startMs) / 1000, stdout });
      else reject(new Error(`${name} ended with ${code}: ${stderr.trimEnd().split('\n').slice(-3).join(' ')}`));
    });
  });
}
