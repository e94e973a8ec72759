import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import type { RunInfo, SeriesPoint, TwinInfo } from '../../shared/api.ts';
import { inputError } from '../../shared/errors.ts';
import type { Observation } from '../../shared/result.ts';
import { type Plan, planId } from '../plan.ts';
import { runFolder } from '../run/folder.ts';
import { isHttp } from '../stac/href.ts';
import { sha256OfBytes } from '../store/files.ts';
import { isLockHeld } from '../store/lock.ts';
import type { RunRecord } from '../store/run-record.ts';
import { bandHrefs, describeAcquisitions, explainImagery } from './acquisitions.ts';
import { openChangeFiles } from './change-files.ts';
import { describeChange, describeRunInfo, readPeriods } from './describe-run.ts';
import { type ObservationFile, openObservationFile } from './observation-file.ts';
import { openParcelFile, type ParcelFile } from './parcel-file.ts';
import { readListed } from './read-chunks.ts';
import type { Results, ServedPlan } from './results.ts';
import { readLayers } from './served-layers.ts';

export interface LoadOptions {
  /** Whether scenes behind https may be read for pictures of single dates. */
  readonly remoteScenes: boolean;
  readonly basemap: RunInfo['basemap'];
}

/**
 * Reads a results folder as `canopy monitor` leaves it; the database is never opened. Tables stay on disk and open, so
 * that they are the same when a later run replaces them by name. Throws an input error with one sentence where there is
 * no run.json, a run is still going on, or a file is not the one that run.json lists.
 */
export async function loadResults(dir: string, options: LoadOptions): Promise<Results> {
  const { record, text } = await readRecord(dir);
  const sha256Of = (name: string) => listedSha256(dir, record, name);
  const parcels = await openParcelFile(join(dir, 'parcels.geojson'), sha256Of('parcels.geojson'));
  const opened: { close(): Promise<void> }[] = [parcels];
  const close = async () => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    const path = join(dir, 'observations.csv');
    const observations = await openObservationFile(path, sha256Of('observations.csv'), parcels.positionOf);
    opened.push(observations);
    const changes = await openChangeFiles(dir, record, parcels.positionOf);
    opened.push(changes);
    const plan = await readPlan(dir, record);
    const { run, layers } = await describeFolder(dir, { record, text, plan, parcels, observations }, options);
    const toPoint = seriesPoints(run);
    return {
      dir,
      version: run.version,
      run,
      layers,
      parcels: parcels.rows,
      positionOf: parcels.positionOf,
      twin: await readTwin(dir, record),
      change: describeChange(record, { run, balance: changes.balance }),
      plan,
      readFeature: parcels.readFeature,
      readGeometry: parcels.readGeometry,
      readSeries: async (position) =>
        (await observations.readParcel(position)).map(toPoint).sort((a, b) => a.acquisition - b.acquisition),
      readChange: async (position) => {
        const { parcelId, change } = parcels.rows[position]!;
        return { parcelId, change, ...(await changes.readParcel(position)) };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface FolderParts {
  readonly record: RunRecord;
  /** run.json as it stands. */
  readonly text: string;
  readonly plan: ServedPlan | null;
  readonly parcels: ParcelFile;
  readonly observations: ObservationFile;
}

async function describeFolder(
  dir: string,
  { record, text, plan, parcels, observations }: FolderParts,
  options: LoadOptions,
): Promise<Pick<Results, 'run' | 'layers'>> {
  const dates = readPeriods(record);
  const readable = await findReadable(plan, options);
  const canRead = (href: string) => readable.has(href);
  const acquisitions = describeAcquisitions(plan, observations.tallies, {
    ...dates,
    bboxDeg: parcels.bboxDeg,
    canRead,
  });
  const layers = await readLayers(dir, record, { ...dates, acquisitions });
  const run = describeRunInfo(record, {
    version: sha256OfBytes(`${packageFile.version}\n${text}`).slice(0, 16),
    recordFile: { name: 'run.json', bytes: Buffer.byteLength(text), sha256: sha256OfBytes(text) },
    parcels,
    observations: observations.count,
    layers: [...layers.values()].map(({ info }) => info),
    acquisitions,
    changeNote: plan?.changeNote ?? null,
    imageryNote: explainImagery(plan, acquisitions, options),
    basemap: options.basemap,
  });
  return { run, layers };
}

async function readRecord(dir: string): Promise<{ record: RunRecord; text: string }> {
  const path = join(dir, 'run.json');
  const text = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    const message = (await isRunning(dir))
      ? `A run is still going on in ${dir}; its results can be served when it has finished.`
      : `There are no results in ${dir}: run.json is missing (${error.code}). Name a folder that canopy monitor has finished.`;
    throw inputError('E_NO_RESULTS', message, dir, error);
  });
  const record = parseRecord(text);
  if (record?.format === 'twin-canopy-run/1' && Array.isArray(record.outputs)) return { record, text };
  throw inputError('E_NO_RESULTS', `${path} is not a run record of canopy monitor.`, path);
}

function parseRecord(text: string): RunRecord | null {
  try {
    return JSON.parse(text) as RunRecord | null;
  } catch {
    return null;
  }
}

async function isRunning(dir: string): Promise<boolean> {
  return (await isLockHeld(join(dir, 'db.lock'))) || (await isLockHeld(join(dir, 'run.lock')));
}

function listedSha256(dir: string, record: RunRecord, name: string): string {
  const file = record.outputs.find((output) => output.name === name);
  if (file) return file.sha256;
  throw inputError('E_RESULTS_MISSING', `run.json of ${dir} lists no ${name}; run canopy monitor again.`, dir);
}

/** The plan that the record names; a record that names none has the one plan of its folder. Null where it is not there. */
async function readPlan(dir: string, record: RunRecord): Promise<ServedPlan | null> {
  const runId = record.plan ?? (await onlyPlan(dir));
  if (runId === null || !/^[0-9a-f]{40}$/.test(runId)) return null;
  const text = await readFile(runFolder.plan(dir, runId), 'utf8').catch(() => null);
  if (text === null) return null;
  const plan = parsePlan(text);
  // Pictures are made by its scales and masks: a plan that was changed would show other than what was measured.
  if (plan === null || planId(plan) !== runId) return null;
  const { params, grids, scenes, acquisitions, hasColour, change } = plan as OldPlan;
  const planned = scenes.map(({ scene }) => scene.id).sort();
  // The plan of another run in this folder would show other scenes beside these figures.
  if (planned.join('\n') !== [...record.scenes.used].sort().join('\n')) return null;
  const changeNote = change && 'reason' in change ? change.reason : null;
  return { runId, params, grids, scenes, acquisitions, hasColour, changeNote };
}

/** Plans of before change over time was judged say nothing of it. */
type OldPlan = Omit<Plan, 'change'> & Partial<Pick<Plan, 'change'>>;

function parsePlan(text: string): Plan | null {
  try {
    return JSON.parse(text) as Plan;
  } catch {
    return null;
  }
}

async function onlyPlan(dir: string): Promise<string | null> {
  const names = await readdir(runFolder.work(dir)).catch(() => []);
  const plans = names.flatMap((name) => /^plan-([0-9a-f]{40})\.json$/.exec(name)?.[1] ?? []);
  return plans.length === 1 ? plans[0]! : null;
}

/** Files of scenes that can be read from here: those that are there, and on request those behind http(s). */
async function findReadable(plan: ServedPlan | null, { remoteScenes }: LoadOptions): Promise<Set<string>> {
  const hrefs = plan ? bandHrefs(plan) : [];
  const found = await Promise.all(
    hrefs.map((href) =>
      isHttp(href)
        ? remoteScenes
        : access(href).then(
            () => true,
            () => false,
          ),
    ),
  );
  return new Set(hrefs.filter((_, index) => found[index]));
}

async function readTwin(dir: string, record: RunRecord): Promise<TwinInfo | null> {
  const listed = record.outputs.find(({ name }) => name === 'twin.json');
  return listed ? (JSON.parse(await readListed(join(dir, listed.name), listed.sha256)) as TwinInfo) : null;
}

/** Joins observations to the acquisitions of a run, by any scene of theirs. */
function seriesPoints({ acquisitions }: RunInfo): (observation: Observation) => SeriesPoint {
  const acquisitionOf = new Map(acquisitions.flatMap((a) => a.sceneIds.map((id) => [id, a] as const)));
  return (observation) => {
    const acquisition = acquisitionOf.get(observation.sceneId);
    if (!acquisition) throw new Error(`Scene ${observation.sceneId} belongs to no acquisition of the run.`);
    const { index, inBaseline, inPeriod, inSeason } = acquisition;
    return { ...observation, acquisition: index, inBaseline, inPeriod, inSeason };
  };
}
