import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeadLetter, OperationsView, RunDetail, RunRequest, RunStatus } from '../shared/operations.ts';
import { isUnderWay } from '../shared/operations.ts';

/** A run as it lies in a snapshot: of 120 units 81 are done, 4 running, 33 due and 2 given up. */
export const SAMPLE_RUN: RunStatus = {
  id: 'a'.repeat(40),
  label: 'copargo-2023',
  place: '/data/out/copargo-2023',
  state: 'running',
  startedAt: '2026-11-29T09:00:00.000Z',
  changedAt: '2026-11-29T09:05:00.000Z',
  endedAt: null,
  units: { total: 120, due: 33, running: 4, done: 81, dead: 2 },
  unitsPerMinute: 16.2,
  secondsLeft: 137,
  failedAttempts: 5,
  error: null,
};

export const SAMPLE_LETTERS: readonly DeadLetter[] = [
  {
    key: '1'.repeat(64),
    label: '31PAA-10m, chunk 12',
    error: {
      kind: 'input',
      code: 'E_TIFF_TRUNCATED',
      message:
        'The file red.tif ends in the middle of block 41: 12,288 bytes wanted, 4,096 got. Fetch it again, then retry.',
      where: 'https://scenes.example.org/S2B_31PAA_20230110/red.tif',
    },
    diedAt: '2026-11-29T09:03:10.000Z',
    starts: 3,
    worker: 'field-box:4711',
  },
  {
    key: '2'.repeat(64),
    label: '31PBA-10m, chunk 3',
    error: {
      kind: 'input',
      code: 'E_POISON',
      message: 'The unit was given up: its worker was lost or killed each time.',
    },
    diedAt: '2026-11-29T09:04:20.000Z',
    starts: 3,
    worker: 'field-box:4712',
  },
];

const WORKERS = ['field-box:4711', 'field-box:4712'].map((name, at) => ({
  name,
  running: 2,
  done: 40 + at,
  failed: 3 - at,
  lastSeenAt: '2026-11-29T09:05:00.000Z',
}));

export function sampleDetail(run: Partial<RunStatus> = {}, deadLetters = SAMPLE_LETTERS): RunDetail {
  return { run: { ...SAMPLE_RUN, ...run }, silent: false, deadLetters, workers: WORKERS };
}

/** The same run when nothing but its 2 dead letters is left, and it waits for a person. */
export function heldDetail(): RunDetail {
  const units = { total: 120, due: 0, running: 0, done: 118, dead: 2 };
  return sampleDetail({ state: 'held', units, unitsPerMinute: null, secondsLeft: null });
}

export function finishedDetail(): RunDetail {
  const units = { total: 120, due: 0, running: 0, done: 120, dead: 0 };
  const ended = { endedAt: '2026-11-29T09:07:30.000Z', unitsPerMinute: null, secondsLeft: null };
  return sampleDetail({ state: 'finished', units, ...ended }, []);
}

/** Leaves a snapshot in a folder as a coordinator does: whole, under its name. `ageMs`: how long ago. */
export function writeStatus(dir: string, runs: readonly RunDetail[], ageMs = 0): OperationsView {
  const at = new Date(Date.now() - ageMs).toISOString();
  // As of a coordinator that gives a sign of life with each snapshot.
  const living = runs.map((detail) =>
    isUnderWay(detail.run.state) ? { ...detail, run: { ...detail.run, changedAt: at } } : detail,
  );
  const view = { format: 'twin-canopy-operations/1', at, runs: living } as const;
  const path = join(dir, '.run/status.json');
  mkdirSync(join(dir, '.run'), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(view));
  const atS = Date.parse(at) / 1000;
  if (ageMs > 0) utimesSync(`${path}.new`, atS, atS);
  renameSync(`${path}.new`, path);
  return view;
}

/** What lies in the folder of requests; it stays there. */
export function requestsIn(dir: string): RunRequest[] {
  const folder = join(dir, '.run/requests');
  try {
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RunRequest);
  } catch {
    return [];
  }
}
