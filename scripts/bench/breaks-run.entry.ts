// Judges the pixels of a seeded stack with as many threads as said: arguments are the pixels, order, `trend` or `season`,
// `all` or `roc`, threads, and a file for the verdicts or nothing. Prints for each of several passes, the first of which
// warms up, its times and how many pixels were flagged.
import { writeFileSync } from 'node:fs';
import type { BreakSettings } from '../../pipeline/change/break-monitor.ts';
import { createThreadPool } from '../../pipeline/workers/threads.ts';
import { DATES, fillStack, type HistoryKind } from './breaks-stack.ts';

export interface BreaksSetup {
  readonly settings: BreakSettings;
  readonly pixelCount: number;
  /** DATES × pixelCount int16, one image after the other. */
  readonly values: SharedArrayBuffer;
}

export interface BreaksTask {
  readonly from: number;
  readonly to: number;
}

/** Of the pixels of one task, in order. */
export interface BreaksVerdicts {
  readonly flagged: number;
  readonly breakSlot: Int16Array;
  readonly magnitude: Float32Array;
  readonly historyCount: Uint16Array;
}

const PASSES = 4;
const TASK_PX = 4096;

const [pixels = '', order = '', trend = '', history = '', threads = '', out = ''] = process.argv.slice(2);
const pixelCount = Number(pixels);
const settings: BreakSettings = {
  order: Number(order) as BreakSettings['order'],
  trend: trend === 'trend',
  history: history as HistoryKind,
  h: 0.25,
  level: 0.05,
};
const values = new SharedArrayBuffer(2 * DATES * pixelCount);
fillStack(new Int16Array(values), pixelCount);
const pool = createThreadPool<BreaksSetup, BreaksTask, BreaksVerdicts>({
  program: 'scripts/bench/breaks-thread.entry.js',
  setup: { settings, pixelCount, values },
  size: Number(threads),
});
const tasks = Array.from({ length: Math.ceil(pixelCount / TASK_PX) }, (_, i) => ({
  from: i * TASK_PX,
  to: Math.min(pixelCount, (i + 1) * TASK_PX),
}));
for (let pass = 0; pass < PASSES; pass += 1) {
  const startMs = performance.now();
  const start = process.cpuUsage();
  const verdicts = await Promise.all(tasks.map((task) => pool.run(task)));
  const { user, system } = process.cpuUsage(start);
  const flagged = verdicts.reduce((sum, part) => sum + part.flagged, 0);
  console.log((performance.now() - startMs) / 1000, (user + system) / 1e6, flagged);
  if (out !== '' && pass === 0) writeFileSync(out, verdicts.map(rowsOf).join(''));
}
await pool.close();

function rowsOf({ breakSlot, magnitude, historyCount }: BreaksVerdicts): string {
  return Array.from(breakSlot, (slot, i) => `${historyCount[i]},${slot},${magnitude[i]}\n`).join('');
}
