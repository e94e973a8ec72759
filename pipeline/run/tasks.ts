import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { CanopyError } from '../../shared/errors.ts';
import type { LayerKind } from '../../shared/result.ts';
import type { Scene } from '../../shared/scene.ts';
import type { ParcelGround } from '../change-results.ts';
import { allowedHosts, environment } from '../config.ts';
import { readStoreSettings } from '../config-store.ts';
import type { LayerPeriod } from '../layer-forms.ts';
import type { ParcelClasses } from '../merge.ts';
import { observeUnit } from '../observe.ts';
import { ALGORITHM, type Plan } from '../plan.ts';
import type { GridlessItem } from '../stac/item.ts';
import type { Provenance } from '../store/geojson.ts';
import { openUnitStore, type UnitStore } from '../store/unit-store.ts';
import type { TaskNote } from '../workers/contract.ts';
import { type BandFiles, createBandFiles } from './bands.ts';
import { type CalibrateAnswer, type CalibrateTask, sampleUnit } from './calibrate-unit.ts';
import { measureClasses } from './classes.ts';
import { type CompletedItem, completeItem } from './complete.ts';
import { runFolder, unitName } from './folder.ts';
import { computeIndexStrip, type IndexStrip } from './index-strip.ts';
import { type InspectOptions, type InspectResult, inspectScene } from './inspect.ts';
import { assembleLayer } from './layers.ts';
import { createLazyEgress } from './lazy-egress.ts';
import { readSuggestUnit, type SuggestTask, type SuggestUnitAnswer } from './suggest-unit.ts';
import { encodeUnitFile } from './unit-file.ts';
import { measureYears } from './year-layers.ts';

/** Where a task works: the folder of the run. */
interface TaskPlace {
  readonly out: string;
}

/** Where a unit finds its plan and leaves its result. */
interface TaskStore {
  /** none: the output folder, which all workers see. */
  readonly store?: { readonly place: string; readonly plan: string } | null;
}

/** One request to a worker. Plain JSON: ids and paths, never pixels. */
export type Task =
  | { readonly kind: 'complete'; readonly items: readonly GridlessItem[] }
  | { readonly kind: 'inspect'; readonly scenes: readonly Scene[]; readonly options?: InspectOptions }
  | ({ readonly kind: 'index' } & IndexStrip)
  | ({ readonly kind: 'unit'; readonly runId: string; readonly unit: number } & TaskPlace & TaskStore)
  | ({
      readonly kind: 'layer';
      readonly runId: string;
      readonly gridIndex: number;
      readonly layer: LayerKind;
      readonly period: LayerPeriod;
      readonly provenance: Provenance;
    } & TaskPlace)
  | ({ readonly kind: 'classes'; readonly runId: string; readonly parcels: readonly number[] } & TaskPlace)
  | ({ readonly kind: 'years'; readonly runId: string; readonly parcels: readonly number[] } & TaskPlace)
  | ({ readonly kind: 'calibrate'; readonly runId: string } & CalibrateTask & TaskPlace)
  | ({ readonly kind: 'suggest'; readonly runId: string } & SuggestTask & TaskPlace);

export interface LayerFile {
  readonly sha256: string;
  readonly bytes: number;
}

export type TaskResult =
  | { readonly kind: 'complete'; readonly items: readonly CompletedItem[] }
  | { readonly kind: 'inspect'; readonly scenes: readonly InspectResult[] }
  | { readonly kind: 'index'; readonly valuePx: number }
  /** The unit's file as it was read back. */
  | {
      readonly kind: 'unit';
      readonly sha256: string;
      readonly bytes: number;
      /** Scenes that could not be read. */
      readonly problems: readonly { readonly scene: string; readonly code: string; readonly message: string }[];
    }
  | { readonly kind: 'layer'; readonly file: LayerFile }
  | { readonly kind: 'classes'; readonly parcels: readonly ParcelClasses[] }
  | { readonly kind: 'years'; readonly parcels: readonly ParcelGround[] }
  | ({ readonly kind: 'calibrate' } & CalibrateAnswer)
  | ({ readonly kind: 'suggest' } & SuggestUnitAnswer);

/** What a child keeps between tasks: open files and the plan it last read. */
let files: BandFiles | null = null;
let lastStore: { place: string; store: UnitStore } | null = null;
let lastPlan: { version: string; plan: Plan } | null = null;
let note: (note: TaskNote) => void = () => {};

/** Computes one task. Errors are `CanopyError`s that name the file. */
export async function runTask(task: Task, report: (note: TaskNote) => void): Promise<TaskResult> {
  note = report;
  // Hosts come from this process's own environment, never with a task: a queue cannot widen what the operator allowed.
  files ??= createBandFiles(createLazyEgress(allowedHosts(environment())), (told) => note(told));
  switch (task.kind) {
    case 'complete': {
      const items: CompletedItem[] = [];
      for (const item of task.items) items.push(await completeItem(item, files));
      return { kind: 'complete', items };
    }
    case 'inspect': {
      const scenes: InspectResult[] = [];
      for (const scene of task.scenes) scenes.push(await inspectScene(scene, files, task.options));
      return { kind: 'inspect', scenes };
    }
    case 'index':
      return { kind: 'index', valuePx: await computeIndexStrip(task, files.read) };
    case 'unit':
      return computeUnit(task, files);
    case 'layer':
      return { kind: 'layer', file: await assembleLayer(await readPlan(task.out, task.runId), task) };
    case 'classes':
      return { kind: 'classes', parcels: await measureClasses(await readPlan(task.out, task.runId), task) };
    case 'calibrate':
      return { kind: 'calibrate', ...(await sampleUnit(await readPlan(task.out, task.runId), task, files.read)) };
    case 'suggest':
      return { kind: 'suggest', ...(await readSuggestUnit(await readPlan(task.out, task.runId), task, files.read)) };
    case 'years': {
      const plan = await readPlan(task.out, task.runId);
      return { kind: 'years', parcels: 'slots' in plan.change ? await measureYears(plan, plan.change, task) : [] };
    }
  }
}

async function computeUnit(task: Extract<Task, { readonly kind: 'unit' }>, bands: BandFiles): Promise<TaskResult> {
  const store = await openStore(task.store?.place ?? runFolder.work(task.out));
  const plan = task.store ? await readStoredPlan(store, task.store.plan) : await readPlan(task.out, task.runId);
  if (plan.algorithm !== ALGORITHM) throw otherVersion(plan.algorithm);
  const unit = plan.units[task.unit]!;
  const result = await observeUnit(plan, unit, bands.read);
  const { sha256, bytes } = await store.putOnce(unitName(unit.key), encodeUnitFile(unit.key, result));
  const problems = result.problems.map((problem) => ({ ...problem, scene: plan.scenes[problem.scene]!.scene.id }));
  return { kind: 'unit', sha256, bytes, problems };
}

async function openStore(place: string): Promise<UnitStore> {
  if (lastStore?.place !== place)
    lastStore = { place, store: await openUnitStore(place, { s3: readStoreSettings(environment()) }) };
  return lastStore.store;
}

/** A plan that is named by its content never changes. */
async function readStoredPlan(store: UnitStore, name: string): Promise<Plan> {
  const version = `${store.place} ${name}`;
  if (lastPlan?.version !== version) {
    const text = await store.get(name);
    if (text === null) throw planMissing(`${store.place}/${name}`);
    lastPlan = { version, plan: JSON.parse(Buffer.from(text).toString('utf8')) as Plan };
  }
  return lastPlan.plan;
}

/** Results of two versions do not belong into one run. */
function otherVersion(wanted: string): CanopyError {
  return new CanopyError({
    kind: 'transient',
    code: 'E_ALGORITHM',
    message: `The worker on ${hostname()} computes with ${ALGORITHM}, but the run wants ${wanted}. Install the same version of canopy there as on the machine of the run.`,
  });
}

function planMissing(where: string): CanopyError {
  return new CanopyError({
    kind: 'transient',
    code: 'E_PLAN_MISSING',
    message: `The worker on ${hostname()} cannot see the plan ${where}. Workers need the run's output folder under the same absolute path (a shared file system), or a bucket that both use (--store): mount it there, or start the worker on the machine of the run.`,
    where,
  });
}

async function readPlan(out: string, runId: string): Promise<Plan> {
  const path = runFolder.plan(out, runId);
  // A later run of the same id may find its scenes elsewhere: where files lie is not part of the id.
  const found = await stat(path).catch(() => null);
  if (found === null) throw planMissing(path);
  const version = `${path} ${found.mtimeMs}`;
  if (lastPlan?.version !== version) lastPlan = { version, plan: JSON.parse(await readFile(path, 'utf8')) as Plan };
  return lastPlan.plan;
}
