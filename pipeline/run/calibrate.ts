import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CanopyError, inputError, isCanopyError } from '../../shared/errors.ts';
import { type Bbox, type Grid, gridOfWindow, intersectWindows } from '../../shared/grid.ts';
import type { Period } from '../../shared/result.ts';
import type { RefusedScene } from '../../shared/scene.ts';
import { isGeographic } from '../../shared/transform.ts';
import type { FeatureRules } from '../change/cover-features.ts';
import type { CoverModelFile } from '../change/cover-model-file.ts';
import { childEnvironment } from '../config.ts';
import { keepHarmonised, keepOneFamily, type MonitorParams, type Plan, planRun } from '../plan.ts';
import { createLocalRunner } from '../queue/local.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, JobEnd } from '../queue/runner.ts';
import { windowForTarget } from '../raster/regrid.ts';
import type { Endpoints } from '../raster/treecover.ts';
import { dayOf, isInPeriod } from '../season.ts';
import { groupAcquisitions } from '../stac/acquisition.ts';
import { shownHref } from '../stac/href.ts';
import { ensureFolder, sha256OfFile, writeFileAtomic } from '../store/files.ts';
import { createPool, type Pool } from '../workers/pool.ts';
import { describeModel } from './calibrate-model.ts';
import { bboxDegOf, checkTally, openReference, type ReferenceSource, sumTallies } from './calibrate-reference.ts';
import { type CalibrateAnswer, SAMPLE_FIELDS } from './calibrate-unit.ts';
import { checkScenes } from './check-scenes.ts';
import { checkVersion, versionOf } from './file-version.ts';
import { findScenes } from './find-scenes.ts';
import { runFolder } from './folder.ts';
import type { Inspection } from './inspect.ts';
import { checkOut } from './out.ts';
import type { RunContext } from './prepare.ts';
import { stopped } from './stopped.ts';
import type { Task, TaskResult } from './tasks.ts';

/** What `canopy calibrate` was asked for. */
export interface CalibrateRequest extends FeatureRules {
  readonly reference: ReferenceSource;
  /** Words that every result made with the model has to repeat; null where none were given. */
  readonly referenceAttribution: string | null;
  /** Absolute path or URL. */
  readonly catalog: string;
  readonly collections: readonly string[] | null;
  /** The days whose scenes are used. */
  readonly years: Period;
  readonly keepScl: readonly number[];
  readonly dilateM: number;
  /** Whether NDVI of all sensors is brought to that of one, so that they may be mixed. */
  readonly harmonise: boolean;
  readonly blockM: number;
  readonly folds: number;
  readonly seed: number;
  readonly naiveEndpoints: Endpoints;
  /** Absolute path. */
  readonly out: string;
  readonly workers: number;
  readonly allowHosts: readonly string[];
}

export interface CalibrateResult {
  readonly file: CoverModelFile;
  readonly refused: readonly RefusedScene[];
  /** One sentence for each thing that was left out. */
  readonly notes: readonly string[];
}

type Children = Pool<Task, TaskResult>;

/** Pixels that a fit is made of at most: more would not change it, and these fit the memory. */
const MAX_SAMPLES = 200_000;
const M_PER_DEG = 111_320;

/**
 * Fits tree cover of a reference to features of dry-season NDVI and writes the model with its error on held-out blocks.
 * Chunks are read in children that can be killed; memory is bounded by the chunks under way and 200,000 samples. The
 * bytes depend on inputs and parameters only.
 * Errors: those of reference and catalogue, `E_CALIBRATE_FEW`, `E_CALIBRATE_CONSTANT`, `E_CANCELLED`.
 */
export async function runCalibrate(request: CalibrateRequest, context: RunContext): Promise<CalibrateResult> {
  const { reference, out, workers, allowHosts } = request;
  await checkOut([out], [reference.path]);
  const version = versionOf(reference.path);
  const grid = await readGrid(reference.path);
  await ensureFolder(dirname(out));
  const pool: Children = createPool({ size: workers, env: childEnvironment(allowHosts) });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  const scratch = await makeScratch(out);
  try {
    const found = await gatherScenes(request, grid, pool, context);
    const plan = planRun({ ...found, params: paramsOf(request), parcels: [], changeBboxDeg: found.bboxDeg });
    const sampled = await sampleUnits({ request, grid, plan, scratch }, pool, context);
    if (version !== null) checkVersion(reference.path, version);
    const identity = await sha256OfFile(reference.path);
    const { file, notes } = describeModel(request, { ...found, plan, sampled, referenceGrid: grid, identity });
    await writeFileAtomic(out, `${JSON.stringify(file, null, 2)}\n`);
    return { file, refused: found.refused, notes };
  } catch (error) {
    throw context.signal.aborted ? stopped() : error;
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function readGrid(path: string): Promise<Grid> {
  const { grid, source } = await openReference(path);
  await source.close();
  return grid;
}

async function makeScratch(out: string): Promise<string> {
  const scratch = await mkdtemp(join(dirname(out), `.${basename(out)}-`));
  await mkdir(runFolder.work(scratch));
  return scratch;
}

/** The scenes over the reference in the years, of sensors that may be mixed, whose files are good. */
async function gatherScenes(request: CalibrateRequest, grid: Grid, pool: Children, context: RunContext) {
  const { reference, years } = request;
  const search = { ...request, parcels: reference.path, params: { baseline: years, period: years } };
  const found = await findScenes(search, bboxDegOf(grid), pool).catch((error: unknown) => {
    throw isCanopyError(error) && error.code === 'E_NO_COVERAGE' ? noScene(request) : error;
  });
  const inYears = found.scenes.filter(({ datetime }) => isInPeriod(dayOf(datetime), years));
  const family = request.harmonise ? keepHarmonised(inYears) : keepOneFamily(inYears);
  const { acquisitions } = groupAcquisitions(family.kept);
  context.say(`${family.kept.length} scenes of ${acquisitions.length} acquisitions. Checking the files …`);
  const checked = await checkScenes(family.kept, pool, context);
  const refused = [...found.refused, ...family.refused, ...checked.refused];
  if (checked.inspections.length === 0) {
    const first = refused[0] ? ` The first of ${refused.length} refused ones: ${refused[0].reason}` : '';
    throw inputError('E_NO_COVERAGE', `${noScene(request).message}${first}`, reference.path);
  }
  return {
    scenes: checked.inspections,
    acquisitions: checked.acquisitions,
    refused,
    itemDigests: found.itemDigests,
    bboxDeg: commonBbox(bboxDegOf(grid), checked.inspections),
  };
}

/** Items state their place with few digits. */
const BBOX_MARGIN_DEG = 0.1;

/** Where reference and scenes both are: a reference of a continent reaches beyond the projection of the scenes. */
function commonBbox(reference: Bbox, scenes: readonly Inspection[]): Bbox {
  const of = (side: 0 | 1 | 2 | 3) => scenes.map(({ scene }) => scene.bboxDeg[side]);
  return [
    Math.max(reference[0], Math.min(...of(0)) - BBOX_MARGIN_DEG),
    Math.max(reference[1], Math.min(...of(1)) - BBOX_MARGIN_DEG),
    Math.min(reference[2], Math.max(...of(2)) + BBOX_MARGIN_DEG),
    Math.min(reference[3], Math.max(...of(3)) + BBOX_MARGIN_DEG),
  ];
}

function noScene({ catalog, reference, years }: CalibrateRequest): CanopyError {
  return inputError(
    'E_NO_COVERAGE',
    `No usable scene of ${shownHref(catalog)} from ${years.start} to ${years.end} lies over the reference ${reference.path}. Check that both are of the same place, and the days of --years.`,
    reference.path,
  );
}

/** Parameters of a run that only reads pixels, those of all months. */
function paramsOf({ years, harmonise, keepScl, dilateM, naiveEndpoints }: CalibrateRequest): MonitorParams {
  return {
    ...{ baseline: years, period: years, seasonMonths: null, keepScl, dilateM },
    ...{ minClear: 1, lossThreshold: -0.15, gainThreshold: 0.15, composite: { kind: 'median' } },
    ...{ ndviSoil: naiveEndpoints.soilNdvi, ndviVegetation: naiveEndpoints.vegetationNdvi },
    ...{ harmonise, change: null, coverModel: null },
  };
}

interface Sampling {
  readonly request: CalibrateRequest;
  readonly grid: Grid;
  readonly plan: Plan;
  readonly scratch: string;
}

/** Samples of one unit, in the order of the units. */
export interface UnitSamples {
  readonly unit: number;
  /** `SAMPLE_FIELDS` numbers each. */
  readonly samples: Float32Array;
}

async function sampleUnits(sampling: Sampling, pool: Children, context: RunContext): Promise<UnitSamples[]> {
  const { request, plan, scratch } = sampling;
  await writeFile(runFolder.plan(scratch, plan.runId), JSON.stringify(plan));
  const jobs = layOutJobs(sampling);
  const answers = await runJobs(jobs, pool, context);
  checkTally(sumTallies(answers.map(({ tally }) => tally)), request.reference);
  const parts: UnitSamples[] = [];
  for (const { task } of jobs) {
    if (task.kind !== 'calibrate') continue;
    const bytes = await readFile(task.path);
    const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    if (samples.length % SAMPLE_FIELDS === 0) parts.push({ unit: task.unit, samples });
  }
  return parts;
}

/** A job for each unit that the reference overlaps. Where they hold more pixels than are needed, each keeps a share. */
function layOutJobs({ request, grid, plan, scratch }: Sampling): Job<Task>[] {
  const overlaps = plan.units.flatMap(({ index, gridIndex, window }) => {
    const chunk = gridOfWindow(plan.grids[gridIndex]!.grid, window);
    const needed = windowForTarget(grid, chunk);
    const part = intersectWindows(needed, { col: 0, row: 0, widthPx: grid.widthPx, heightPx: grid.heightPx });
    if (part === null) return [];
    const share = (part.widthPx * part.heightPx) / (needed.widthPx * needed.heightPx);
    return [{ unit: index, pixels: share * window.widthPx * window.heightPx }];
  });
  const total = overlaps.reduce((sum, { pixels }) => sum + pixels, 0);
  const thinning = { seed: request.seed, share: Math.min(1, MAX_SAMPLES / Math.max(1, total)) };
  const { seasonMonths, minDryCount, reference } = request;
  const block = blockSides(plan.grids[0]!.grid, request.blockM);
  return overlaps.map(({ unit }) => ({
    key: `unit-${unit}`,
    label: `unit ${unit}`,
    task: {
      ...{ kind: 'calibrate', out: scratch, runId: plan.runId, unit, reference, thinning, block },
      ...{ rules: { seasonMonths, minDryCount }, path: join(scratch, `unit-${unit}`) },
    },
  }));
}

/** Sides of a block in the units of the CRS; in degrees they are right at the middle latitude of the grid. */
function blockSides({ crs, transform, heightPx }: Grid, blockM: number): { width: number; height: number } {
  if (!isGeographic(crs)) return { width: blockM, height: blockM };
  const latDeg = transform[5] + (transform[4] * heightPx) / 2;
  const height = blockM / M_PER_DEG;
  return { width: height / Math.max(0.01, Math.cos((latDeg * Math.PI) / 180)), height };
}

/** Answers in the order of the jobs; the first failure ends them all. */
async function runJobs(jobs: readonly Job<Task>[], pool: Children, context: RunContext): Promise<CalibrateAnswer[]> {
  const { write, isTty } = context;
  const progress = createProgress({ total: jobs.length, unitName: 'units', write, isTty, now: Date.now });
  const answers = new Map<string, CalibrateAnswer>();
  const stopper = new AbortController();
  let failure: CanopyError | null = null;
  const signal = AbortSignal.any([context.signal, stopper.signal]);
  const on = {
    done: (job: Job<Task>, { result }: JobEnd<TaskResult>) => {
      if (result.kind === 'calibrate') answers.set(job.key, result);
      progress.advance();
    },
    failed: (_: Job<Task>, error: ConstructorParameters<typeof CanopyError>[0]) => {
      failure ??= new CanopyError(error);
      stopper.abort();
    },
  };
  try {
    await createLocalRunner({ pool, signal }).run(jobs, on);
    progress.finish();
  } catch (error) {
    throw failure ?? error;
  }
  if (failure) throw failure;
  return jobs.flatMap(({ key }) => answers.get(key) ?? []);
}
