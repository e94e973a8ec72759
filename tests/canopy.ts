import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '..');
const program = join(root, 'scripts/canopy.mjs');

export interface CanopyRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CanopyProcess {
  readonly child: ChildProcess;
  /** What it has written to standard error so far. */
  readonly said: () => string;
  readonly ended: Promise<CanopyRun>;
}

/** Starts the built `canopy` as a user would. */
export function startCanopy(args: readonly string[]): CanopyProcess {
  if (!existsSync(join(root, 'dist/pipeline/main.js'))) throw new Error('Build first: npm run build.');
  const child = spawn(process.execPath, [program, ...args], { cwd: root });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<CanopyRun>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return { child, said: () => stderr, ended };
}

/** Runs the built `canopy` to its end. */
export function runCanopy(args: readonly string[]): Promise<CanopyRun> {
  return startCanopy(args).ended;
}

/** Names of the unit results in a run's folder. */
export function unitFiles(out: string): string[] {
  const folder = join(out, '.run/units');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tcu')) : [];
}

/** Waits until a run that is under way has made a file that `isThere` sees; fails when the run ends before. */
export async function untilRun(run: CanopyProcess, isThere: () => boolean): Promise<void> {
  while (!isThere()) {
    if (run.child.exitCode !== null || run.child.signalCode !== null)
      throw new Error(`The run ended too soon: ${run.said()}`);
    await sleep(5);
  }
}

/** Files of a run that only a run under way may have: unfinished ones and locks. */
export function unfinishedFiles(out: string): string[] {
  const isUnfinished = (name: string) => /\.tmp$|^db\.(lock|unfinished)/.test(name);
  return ['', '.run', '.run/units', 'layers'].flatMap((folder) => readdirSync(join(out, folder)).filter(isUnfinished));
}

/** Rows of a CSV as records; quoted cells understood. */
export function readCsv(path: string): Record<string, string>[] {
  const [head, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n').map(splitRow);
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i] ?? ''])));
}

function splitRow(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** SHA-256 of every result file: all that must not depend on how a run was computed. */
export function hashResults(out: string): Record<string, string> {
  const top = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isFile());
  const layers = readdirSync(join(out, 'layers')).map((name) => `layers/${name}`);
  return Object.fromEntries(
    [...top.map((entry) => entry.name), ...layers].sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex'),
    ]),
  );
}
