import { readFile } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import type { Parcel, RefusedParcel } from '../../shared/parcel.ts';
import type { RefusedScene, Scene, SupersededScene } from '../../shared/scene.ts';
import type { MonitorConfig } from '../config.ts';
import { parseParcels } from '../parcels.ts';
import { keepOneFamily, type Plan, planRun } from '../plan.ts';
import { dayOf, isInPeriod } from '../season.ts';
import { groupAcquisitions } from '../stac/acquisition.ts';
import { sha256OfBytes } from '../store/files.ts';
import type { Pool } from '../workers/pool.ts';
import { checkScenes } from './check-scenes.ts';
import { findEmptyPeriods } from './empty-periods.ts';
import { findScenes } from './find-scenes.ts';
import type { Inspection } from './inspect.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';
import { type PreparedTwin, readTwin } from './twin.ts';

/** What a run may touch of the process. */
export interface RunContext {
  readonly say: (line: string) => void;
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  readonly signal: AbortSignal;
}

/** Everything a run knows before its first unit is computed. */
export interface PreparedRun {
  readonly config: MonitorConfig;
  readonly plan: Plan;
  readonly parcels: readonly Parcel[];
  readonly refusedParcels: readonly RefusedParcel[];
  readonly parcelsSha256: string;
  readonly inspections: readonly Inspection[];
  readonly superseded: readonly SupersededScene[];
  readonly supersededScenes: readonly Scene[];
  readonly refused: readonly RefusedScene[];
  readonly notes: readonly string[];
  /** A sentence for the one period, if any, that has no usable scene: its parcels are observed, but not compared. */
  readonly emptyPeriods: readonly string[];
  /** The project's twin region, as it will be among the results. */
  readonly twin: PreparedTwin | null;
  /** Scene id → SHA-256 of its item. */
  readonly itemDigests: ReadonlyMap<string, string>;
}

/** Everything up to the plan: parcels, scenes, checked files. Nothing is written yet. */
export async function prepareRun(
  config: MonitorConfig,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
): Promise<PreparedRun> {
  const { params } = config;
  const bytes = await readParcelsFile(config.parcels);
  const parsed = await parseParcels(bytes, { source: config.parcels, idField: config.idField ?? undefined });
  watch.lap('parcels');
  if (parsed.parcels.length === 0)
    throw inputError(
      'E_NO_PARCELS',
      `No parcel of ${config.parcels} can be used: ${firstReason(parsed.refused)}`,
      config.parcels,
    );
  const { twin, note } = await readTwin(config);
  const { checked, refused, emptyPeriods, itemDigests } = await gatherScenes(
    config,
    parsed.parcels,
    pool,
    context,
    watch,
  );
  const { inspections, acquisitions, superseded, supersededScenes } = checked;
  const plan = planRun({ params, scenes: inspections, acquisitions, parcels: parsed.parcels });
  watch.lap('plan');
  if (plan.parcels.length === 0)
    throw inputError(
      'E_NO_COVERAGE',
      `No scene of ${config.catalog} covers a parcel of ${config.parcels}. Check that both are of the same place.`,
      config.parcels,
    );
  return {
    config,
    plan,
    parcels: parsed.parcels,
    refusedParcels: parsed.refused,
    parcelsSha256: sha256OfBytes(bytes),
    inspections,
    superseded,
    supersededScenes,
    refused,
    notes: note === null ? parsed.notes : [...parsed.notes, note],
    emptyPeriods,
    twin,
    itemDigests,
  };
}

/** The scenes of the two periods that count and whose files are good. */
async function gatherScenes(
  config: MonitorConfig,
  parcels: readonly Parcel[],
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
) {
  const { baseline, period } = config.params;
  const found = await findScenes(config, unionBbox(parcels), pool);
  const between = found.scenes.filter(({ datetime }) => {
    const day = dayOf(datetime);
    return isInPeriod(day, baseline) || isInPeriod(day, period);
  });
  const family = keepOneFamily(between);
  const refusedItems = [...found.refused, ...family.refused];
  const { acquisitions } = groupAcquisitions(family.kept);
  watch.lap('catalogue');
  // Before minutes of checking files: with both periods empty there is nothing to check.
  findEmptyPeriods(config, acquisitions, between, refusedItems);
  const sceneCount = acquisitions.reduce((count, { sceneIds }) => count + sceneIds.length, 0);
  context.say(
    `${parcels.length} parcels, ${sceneCount} scenes of ${acquisitions.length} acquisitions. Checking the files …`,
  );
  const checked = await checkScenes(family.kept, pool, context);
  watch.lap('files checked');
  const refused = [...refusedItems, ...checked.refused];
  const emptyPeriods = findEmptyPeriods(config, checked.acquisitions, between, refused);
  for (const sentence of emptyPeriods) context.say(sentence);
  return { checked, refused, emptyPeriods, itemDigests: found.itemDigests };
}

async function readParcelsFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw inputError(
      'E_PARCELS_MISSING',
      `The parcels cannot be read from ${path}: ${why}. Give the path of a GeoJSON file.`,
      path,
      error,
    );
  }
}

function firstReason(refused: readonly RefusedParcel[]): string {
  return refused[0]?.reason ?? 'the file holds none.';
}

function unionBbox(parcels: readonly Parcel[]): [number, number, number, number] {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  for (const { bboxDeg } of parcels) {
    box[0] = Math.min(box[0], bboxDeg[0]);
    box[1] = Math.min(box[1], bboxDeg[1]);
    box[2] = Math.max(box[2], bboxDeg[2]);
    box[3] = Math.max(box[3], bboxDeg[3]);
  }
  return box;
}
