import {
  CHANGE_CHOICES,
  type ChangeChoice,
  type ChangeCounts,
  type ChangeInfo,
  changeChoiceOf,
  type FileInfo,
  type RunInfo,
  type RunPeriod,
  type SceneLink,
} from '../../shared/api.ts';
import type { BalanceRow } from '../../shared/change.ts';
import { inputError } from '../../shared/errors.ts';
import type { ParcelStatus } from '../../shared/ramps.ts';
import type { Period } from '../../shared/result.ts';
import { MIN_CLEAR_FRACTION } from '../merge.ts';
import { isHttp } from '../stac/href.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { ParcelFile } from './parcel-file.ts';

interface RunFacts
  extends Pick<RunInfo, 'version' | 'layers' | 'acquisitions' | 'changeNote' | 'imageryNote' | 'basemap'> {
  readonly recordFile: FileInfo;
  readonly parcels: ParcelFile;
  readonly observations: number;
}

/** Everything the first view needs, from the run's record and what its folder holds. */
export function describeRunInfo(record: RunRecord, facts: RunFacts): RunInfo {
  const { parcels, recordFile, observations, ...rest } = facts;
  const { parameters } = record;
  return {
    id: record.id,
    ...rest,
    project: record.project,
    synthetic: record.synthetic,
    attribution: record.attribution,
    ...readPeriods(record),
    minClear: numberOf(record, 'minClear'),
    minClearFraction: MIN_CLEAR_FRACTION,
    thresholds: { loss: numberOf(record, 'lossThreshold'), gain: numberOf(record, 'gainThreshold') },
    parameters,
    versions: record.versions,
    bboxDeg: parcels.bboxDeg,
    counts: {
      ...countParcels(parcels),
      observations,
      scenesUsed: record.scenes.used.length,
      scenesRefused: record.scenes.refused.length,
      scenesSuperseded: record.scenes.superseded.length,
      parcelsRefused: record.parcels.refused.length,
      unitsLeftOut: record.unitsLeftOut.length,
    },
    change: countChanges(parcels),
    warnings: record.warnings,
    scenes: sceneLinks(record),
    files: [recordFile, ...record.outputs.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))],
  };
}

/** The two periods and the season's months, as the record's parameters give them. */
export function readPeriods(record: RunRecord): {
  readonly periods: Readonly<Record<RunPeriod, Period>>;
  readonly seasonMonths: readonly number[] | null;
} {
  const { seasonMonths } = record.parameters;
  const periods = { baseline: periodOf(record, 'baseline'), period: periodOf(record, 'period') };
  return { periods, seasonMonths: Array.isArray(seasonMonths) ? (seasonMonths as readonly number[]) : null };
}

function periodOf(record: RunRecord, name: RunPeriod): Period {
  const [start, end] = String(record.parameters[name]).split('/');
  if (start && end) return { start, end };
  throw inputError('E_NO_RESULTS', `run.json gives no "${name}"; it is not a record that can be served.`);
}

function numberOf(record: RunRecord, name: string): number {
  const value = record.parameters[name];
  if (typeof value === 'number') return value;
  throw inputError('E_NO_RESULTS', `run.json gives no number as "${name}"; it is not a record that can be served.`);
}

function countParcels({ rows }: ParcelFile): Pick<RunInfo['counts'], 'parcels' | 'byStatus' | 'parcelHa'> {
  const byStatus: Record<ParcelStatus, number> = { loss: 0, gain: 0, stable: 0, not_distinguishable: 0, no_data: 0 };
  let parcelHa = 0;
  for (const row of rows) {
    byStatus[row.status] += 1;
    parcelHa += row.parcelHa ?? 0;
  }
  return { parcels: rows.length, byStatus, parcelHa };
}

/** Null where no parcel has a word on change over time. */
function countChanges({ rows }: ParcelFile): ChangeCounts | null {
  if (rows.every(({ change }) => change === null)) return null;
  const byFinding = Object.fromEntries(CHANGE_CHOICES.map((choice) => [choice, 0])) as Record<ChangeChoice, number>;
  const byConfidence = { high: 0, medium: 0, low: 0 };
  for (const row of rows) {
    byFinding[changeChoiceOf(row)] += 1;
    if (row.change?.confidence) byConfidence[row.change.confidence] += 1;
  }
  return { byFinding, byConfidence };
}

/** How change over time was judged: what run.json states under `change`, and what came of it. */
export function describeChange(
  { parameters }: RunRecord,
  { run, balance }: { readonly run: RunInfo; readonly balance: readonly BalanceRow[] },
): ChangeInfo {
  const { change } = parameters;
  const isObject = typeof change === 'object' && change !== null && !Array.isArray(change);
  return {
    counts: run.change,
    settings: isObject ? (change as Readonly<Record<string, unknown>>) : null,
    years: run.layers.flatMap(({ kind, period }) => (kind === 'year-class' ? [Number(period)] : [])),
    balance,
  };
}

function sceneLinks({ inputs }: RunRecord): SceneLink[] {
  return inputs
    .filter(({ role }) => role === 'item')
    .map(({ name, href }) => ({ id: name, href, isWeb: isHttp(href) }));
}
