import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CanopyError, type ErrorDetail, inputError } from '../../shared/errors.ts';
import { type Grid, gridBbox, gridOfWindow, intersectWindows, type Window, windowOfBbox } from '../../shared/grid.ts';
import { projectRings } from '../../shared/transform.ts';
import { createLocalRunner } from '../queue/local.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, JobEnd } from '../queue/runner.ts';
import { clipToBbox, ringsBbox } from '../raster/clip.ts';
import { COVER_MISSING, type CoverYears } from '../suggest/persistence.ts';
import type { Pool } from '../workers/pool.ts';
import { runFolder } from './folder.ts';
import type { RunContext } from './prepare.ts';
import type { Area } from './suggest-places.ts';
import type { SuggestRequest } from './suggest-request.ts';
import type { SuggestPlan } from './suggest-scenes.ts';
import { IMAGE_BANDS, type SuggestUnitAnswer } from './suggest-unit.ts';
import type { Task, TaskResult } from './tasks.ts';

/** What the scenes show of a window of one grid. */
export interface GridImage {
  readonly gridIndex: number;
  readonly grid: Grid;
  readonly window: Window;
  readonly cover: CoverYears;
  readonly bands: readonly Uint8Array[];
}

export interface ReadImages {
  readonly problems: SuggestUnitAnswer['problems'];
  /** Opens one image after the other, so that one is in memory at a time. */
  readonly open: (gridIndex: number) => Promise<GridImage>;
  readonly gridIndexes: readonly number[];
  close(): Promise<void>;
}

/** Trees this far outside the region are seen from inside it. */
const MARGIN_M = 300;
/** 40,000 km² at 10 m would not fit; this is 4,000 km² and about half a gigabyte. */
const MAX_PIXELS = 40_000_000;

/**
 * Reads the scenes once, chunk by chunk, in children that can be killed; the chunks wait in a folder beside the output.
 * Errors: those of files that all scenes rest on; `E_REGION_SIZE`.
 */
export async function readImages(
  request: SuggestRequest,
  region: readonly Area[],
  suggest: SuggestPlan,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
): Promise<ReadImages> {
  const windows = windowsOf(suggest, region, request);
  const scratch = await makeScratch(request.out);
  const close = () => rm(scratch, { recursive: true, force: true });
  try {
    const jobs = layOutJobs(request, region, suggest, { scratch, windows });
    await writeFile(runFolder.plan(scratch, suggest.plan.runId), JSON.stringify(suggest.plan));
    const answers = await runJobs(jobs, pool, context);
    const problems = new Map(answers.flatMap((answer) => answer.problems.map((problem) => [problem.scene, problem])));
    return {
      problems: [...problems.values()].sort((a, b) => (a.scene < b.scene ? -1 : 1)),
      gridIndexes: [...windows.keys()],
      open: (gridIndex) => assemble(suggest, gridIndex, windows.get(gridIndex)!, jobs),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeScratch(out: string): Promise<string> {
  const scratch = await mkdtemp(join(dirname(out), `.${basename(out)}-`));
  await mkdir(runFolder.work(scratch));
  return scratch;
}

/** The cells of each grid round the region, the grid that shows most of it first. */
function windowsOf({ plan }: SuggestPlan, region: readonly Area[], { region: { name, path } }: SuggestRequest) {
  const found = plan.grids.flatMap(({ grid }, gridIndex) => {
    const box = ringsBbox(
      projectRings(
        region.flatMap(({ rings }) => rings),
        grid.crs,
      ),
    );
    const seen = windowOfBbox(grid, box);
    if (seen === null) return [];
    const padded = windowOfBbox(grid, [box[0] - MARGIN_M, box[1] - MARGIN_M, box[2] + MARGIN_M, box[3] + MARGIN_M])!;
    return [{ gridIndex, window: padded, seenPx: seen.widthPx * seen.heightPx }];
  });
  found.sort((a, b) => b.seenPx - a.seenPx || a.gridIndex - b.gridIndex);
  for (const { window, gridIndex } of found) {
    const pixels = window.widthPx * window.heightPx;
    if (pixels <= MAX_PIXELS) continue;
    const [cell] = plan.grids[gridIndex]!.grid.transform;
    throw inputError(
      'E_REGION_SIZE',
      `The box round ${name} has ${pixels.toLocaleString('en')} pixels of ${cell} m; at most ${MAX_PIXELS.toLocaleString('en')} are taken at once. Divide the region.`,
      path,
    );
  }
  return new Map(found.map(({ gridIndex, window }) => [gridIndex, window]));
}

function layOutJobs(
  { minClear, endpoints }: SuggestRequest,
  region: readonly Area[],
  { plan, years }: SuggestPlan,
  { scratch, windows }: { readonly scratch: string; readonly windows: ReadonlyMap<number, Window> },
): Job<Task>[] {
  const rings = plan.grids.map(({ grid }) => region.flatMap((area) => projectRings(area.rings, grid.crs)));
  return plan.units.flatMap(({ index, gridIndex, window }) => {
    const wanted = windows.get(gridIndex);
    if (!wanted || intersectWindows(wanted, window) === null) return [];
    const [x0, y0, x1, y1] = gridBbox(gridOfWindow(plan.grids[gridIndex]!.grid, window));
    const near = clipToBbox(rings[gridIndex]!, [x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M]);
    if (near.length === 0) return [];
    const path = join(scratch, `unit-${index}`);
    const task = {
      kind: 'suggest',
      out: scratch,
      runId: plan.runId,
      unit: index,
      years,
      minClear,
      endpoints,
      path,
    } as const;
    return [{ key: `unit-${index}`, label: `unit ${index}`, task }];
  });
}

/** Answers in the order of the jobs; the first failure ends them all. */
async function runJobs(
  jobs: readonly Job<Task>[],
  pool: Pool<Task, TaskResult>,
  { write, isTty, signal: outer }: RunContext,
): Promise<SuggestUnitAnswer[]> {
  const progress = createProgress({ total: jobs.length, unitName: 'pieces read', write, isTty, now: Date.now });
  const answers = new Map<string, SuggestUnitAnswer>();
  const stopper = new AbortController();
  let failure: CanopyError | null = null;
  const on = {
    done: (job: Job<Task>, { result }: JobEnd<TaskResult>) => {
      if (result.kind === 'suggest') answers.set(job.key, result);
      progress.advance();
    },
    failed: (_: Job<Task>, error: ErrorDetail) => {
      failure ??= new CanopyError(error);
      stopper.abort();
    },
  };
  try {
    await createLocalRunner({ pool, signal: AbortSignal.any([outer, stopper.signal]) }).run(jobs, on);
    progress.finish();
  } catch (error) {
    throw failure ?? error;
  }
  if (failure) throw failure;
  return jobs.flatMap(({ key }) => answers.get(key) ?? []);
}

/** Puts the chunks of a grid together, in memory that a thread can share. */
async function assemble(
  { plan, years }: SuggestPlan,
  gridIndex: number,
  window: Window,
  jobs: readonly Job<Task>[],
): Promise<GridImage> {
  const pixelCount = window.widthPx * window.heightPx;
  const shared = (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes));
  const cover = { pixelCount, years, cover: shared(years.length * pixelCount).fill(COVER_MISSING) };
  const bands = Array.from({ length: IMAGE_BANDS }, () => shared(pixelCount));
  for (const { task } of jobs) {
    if (task.kind !== 'suggest') continue;
    const unit = plan.units[task.unit]!;
    const part = unit.gridIndex === gridIndex ? intersectWindows(unit.window, window) : null;
    if (part === null) continue;
    const planes = await readFile(task.path);
    const unitPx = unit.window.widthPx * unit.window.heightPx;
    for (let plane = 0; plane < years.length + IMAGE_BANDS; plane++) {
      const to = plane < years.length ? cover.cover : bands[plane - years.length]!;
      const base = plane < years.length ? plane * pixelCount : 0;
      for (let row = part.row; row < part.row + part.heightPx; row++) {
        const from = plane * unitPx + (row - unit.window.row) * unit.window.widthPx + part.col - unit.window.col;
        to.set(
          planes.subarray(from, from + part.widthPx),
          base + (row - window.row) * window.widthPx + part.col - window.col,
        );
      }
    }
  }
  return {
    gridIndex,
    grid: plan.grids[gridIndex]!.grid,
    window,
    cover,
    bands: bands.filter((band) => band.some(Boolean)),
  };
}
