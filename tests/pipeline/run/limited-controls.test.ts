import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readMonitorConfig } from '../../../pipeline/config.ts';
import { ringsBbox } from '../../../pipeline/raster/clip.ts';
import { type PreparedRun, prepareRun } from '../../../pipeline/run/prepare.ts';
import { createStopwatch } from '../../../pipeline/run/stopwatch.ts';
import type { Task, TaskResult } from '../../../pipeline/run/tasks.ts';
import { createPool } from '../../../pipeline/workers/pool.ts';
import { type Bbox, bboxesTouch } from '../../../shared/grid.ts';
import { monitorArgs } from '../../tiny-run.ts';
import { makeTinySeasons, SEASON_PERIODS } from '../../tiny-seasons.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'canopy-limited-controls-'));
const pool = createPool<Task, TaskResult>({ size: 1 });
let files: { catalog: string; parcels: string };
beforeAll(async () => {
  files = await makeTinySeasons(root, { tileCount: 1 });
});
afterAll(async () => {
  await pool.close();
  rmSync(root, { recursive: true, force: true });
});

const QUIET = { say: () => {}, write: () => {}, isTty: false, signal: new AbortController().signal };

async function prepare(...more: string[]): Promise<PreparedRun> {
  const args = monitorArgs({ ...files, out: join(root, 'out'), ...SEASON_PERIODS, more });
  return prepareRun(await readMonitorConfig(args.slice(1), {}), pool, QUIET, createStopwatch());
}

const controlsOf = ({ plan }: PreparedRun) => plan.controls.map(({ id }) => id);
const boxOf = ({ rings }: { readonly rings: readonly (readonly number[])[] }): Bbox =>
  ringsBbox(rings.map((ring) => Float64Array.from(ring)));

describe('a run that --only-parcels cuts to 1 of 2 parcels', () => {
  it('has no control area on the other parcel, and the same 19 as the whole run where both parcels are of one size', async () => {
    const whole = await prepare();
    const part = await prepare('--only-parcels', '31PAA-quiet');
    expect(part.plan.parcels.map(({ id }) => id)).toEqual(['31PAA-quiet']);
    const cleared = whole.plan.parcels.find(({ id }) => id === '31PAA-cleared')!;
    expect(part.plan.controls.filter((area) => bboxesTouch(boxOf(area), boxOf(cleared)))).toEqual([]);
    expect(controlsOf(part)).toHaveLength(19);
    expect(controlsOf(part)).toEqual(controlsOf(whole));
  });

  it('says so in its notes, with a word on control areas only where it has some', async () => {
    const sentence = 'The run is limited to parcels 31PAA-quiet: everything else is left out of its figures.';
    const part = await prepare('--only-parcels', '31PAA-quiet');
    expect(part.notes).toContain(`${sentence} Its control areas may differ from those of the whole run.`);
    expect((await prepare('--only-parcels', '31PAA-quiet', '--controls', '0')).notes).toContain(sentence);
  });
});
