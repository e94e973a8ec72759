import { readFile } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import type { Parcel, RefusedParcel } from '../../shared/parcel.ts';
import type { RefusedScene, Scene, SupersededScene } from '../../shared/scene.ts';
import type { MonitorConfig } from '../config.ts';
import { parseParcels } from '../parcels.ts';
import { keepHarmonised, keepOneFamily, type MonitorParams, type Plan, planRun } from '../plan.ts';
import { dayOf, isInPeriod } from '../season.ts';
import { groupAcquisitions } from '../stac/acquisition.ts';
import { shownHref } from '../stac/href.ts';
import { sha256OfBytes } from '../store/files.ts';
import type { Pool } from '../workers/pool.ts';
import { checkScenes } from './check-scenes.ts';
import { findEmptyPeriods } from './empty-periods.ts';
import { findScenes } from './find-scenes.ts';
import type { Inspection } from './inspect.ts';
import { checkLimitsFit, limitParcels, limitScenes, limitsSentence } from './limits.ts';
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
  /** null where the run has no parcels. */
  readonly parcelsSha256: string | null;
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
  if (!config.dryRun) await checkLimitsFit(config.out, config.only);
  const parsed = await readParcels(config);
  watch.lap('parcels');
  const { twin, note } = await readTwin(config);
  const { checked, refused, emptyPeriods, itemDigests } = await gatherScenes(
    config,
    parsed.parcels,
    pool,
    context,
    watch,
  );
  const { inspections, acquisitions, superseded, supersededScenes } = checked;
  const plan = planRun({
    params: config.parcels === null ? daysFound(params, acquisitions) : params,
    scenes: inspections,
    acquisitions,
    parcels: parsed.parcels,
    otherParcels: parsed.others,
    refusedBboxes: parsed.refusedBboxes,
    changeBboxDeg: config.parcels === null ? config.bboxDeg : null,
  });
  watch.lap('plan');
  if (config.parcels !== null && plan.parcels.length === 0)
    throw inputError(
      'E_NO_COVERAGE',
      `No scene of ${shownHref(config.catalog)} covers a parcel of ${config.parcels}. Check that both are of the same place.`,
      config.parcels,
    );
  const limited = limitsSentence(config.only, plan.controls.length > 0);
  if (limited !== null) context.say(limited);
  const seriesNotes = [...notesOnSeries(config, plan), ...notesOnChange(plan), ...(limited === null ? [] : [limited])];
  for (const note of notesOnChange(plan)) context.say(note);
  return {
    config,
    plan,
    parcels: parsed.parcels,
    refusedParcels: parsed.refused,
    parcelsSha256: parsed.sha256,
    inspections,
    superseded,
    supersededScenes,
    refused,
    notes: [...parsed.notes, ...(note === null ? [] : [note]), ...seriesNotes],
    emptyPeriods,
    twin,
    itemDigests,
  };
}

/** The two periods cut to the days that have scenes, where they were left open. */
function daysFound(params: MonitorParams, acquisitions: readonly { readonly datetime: string }[]): MonitorParams {
  const days = acquisitions.map(({ datetime }) => dayOf(datetime)).sort();
  const { baseline, period } = params;
  return {
    ...params,
    baseline: { ...baseline, start: days.find((day) => isInPeriod(day, baseline)) ?? baseline.start },
    period: { ...period, end: days.findLast((day) => isInPeriod(day, period)) ?? period.end },
  };
}

/** Why change over time is not judged, where it was asked for. */
function notesOnChange({ change, params }: Plan): string[] {
  return params.change === null || 'slots' in change ? [] : [`Change over time is not judged: ${change.reason}.`];
}

/** What a run's model of tree cover does not fit; throws where it cannot be used at all. */
function notesOnSeries({ coverModel, params }: MonitorConfig, plan: Plan): string[] {
  if (!coverModel || !params.coverModel) return [];
  if (!('slots' in plan.change))
    throw inputError(
      'E_COVER_MODEL',
      `The cover model ${coverModel.path} needs the series of a run that judges change over time, but: ${plan.change.reason}.`,
      coverModel.path,
    );
  const families = [...new Set(plan.scenes.map(({ scene }) => scene.family))].sort();
  const strangers = families.filter((family) => !coverModel.sensors.includes(family));
  if (strangers.length === 0 || (coverModel.harmonised && params.harmonise)) return [];
  return [
    `The cover model ${coverModel.name} was fitted on ${coverModel.sensors.join(', ')}; its tree cover of ${strangers.join(', ')} is extrapolated.`,
  ];
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
  const found = await findScenes(config, config.bboxDeg ?? unionBbox(parcels), pool);
  const inPeriods = found.scenes.filter(({ datetime }) => {
    const day = dayOf(datetime);
    return isInPeriod(day, baseline) || isInPeriod(day, period);
  });
  const between = limitScenes(inPeriods, config.only);
  const family = config.params.harmonise ? keepHarmonised(between) : keepOneFamily(between);
  const refusedItems = [...found.refused, ...family.refused];
  const { acquisitions } = groupAcquisitions(family.kept);
  watch.lap('catalogue');
  // Before minutes of checking files: with both periods empty there is nothing to check.
  findEmptyPeriods(config, acquisitions, between, refusedItems);
  const sceneCount = acquisitions.reduce((count, { sceneIds }) => count + sceneIds.length, 0);
  const areas = config.parcels === null ? 'Every pixel' : `${parcels.length} parcels`;
  context.say(`${areas}, ${sceneCount} scenes of ${acquisitions.length} acquisitions. Checking the files …`);
  const checked = await checkScenes(family.kept, pool, context, {
    burn: config.params.change?.removeBurns === true,
    harmonise: config.params.harmonise,
  });
  watch.lap('files checked');
  const refused = [...refusedItems, ...checked.refused];
  const emptyPeriods = findEmptyPeriods(config, checked.acquisitions, between, refused);
  for (const sentence of emptyPeriods) context.say(sentence);
  return { checked, refused, emptyPeriods, itemDigests: found.itemDigests };
}

async function readParcels({ parcels, idField, only }: MonitorConfig) {
  if (parcels === null) return { parcels: [], others: [], refused: [], refusedBboxes: [], notes: [], sha256: null };
  const bytes = await readParcelsFile(parcels);
  const parsed = await parseParcels(bytes, { source: parcels, idField: idField ?? undefined });
  if (parsed.parcels.length === 0)
    throw inputError('E_NO_PARCELS', `No parcel of ${parcels} can be used: ${firstReason(parsed.refused)}`, parcels);
  const kept = limitParcels(parsed.parcels, only.parcels, parcels);
  const isKept = new Set(kept);
  const others = parsed.parcels.filter((parcel) => !isKept.has(parcel));
  const refused = only.parcels === null ? parsed.refused : [];
  return { ...parsed, parcels: kept, others, refused, sha256: sha256OfBytes(bytes) };
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
