import type { Observation, ObservationOutcome, ParcelResult } from '../shared/result.ts';
import { classifyFinding, type PeriodChange, periodChange } from './change/period.ts';
import { joinWeighted, type ObservationPart, QUANTILES } from './observe.ts';
import type { Plan, PlannedAcquisition, PlannedParcel } from './plan.ts';
import { weightedQuantiles } from './raster/quantiles.ts';
import { treeCoverSe } from './raster/treecover.ts';
import { emptyStats, mergeStats, standardDeviation } from './raster/zonal.ts';

/** Below this share of clear ground an observation does not count as clear. */
export const MIN_CLEAR_FRACTION = 0.7;
/** Half of the last digit that areas are published with: less is the rounding of a neighbouring cell's edge. */
const NOTHING_HA = 5e-7;
/** Results that rest on fewer clear dates in a period are marked as of low confidence. */
const CONFIDENT_CLEAR = 3;

/** Tree cover and class areas of a parcel, read off the composites. Areas are true ground area. */
export interface ParcelClasses {
  readonly parcel: number;
  readonly coverBaselinePct: number | null;
  readonly coverPeriodPct: number | null;
  readonly lossHa: number;
  readonly gainHa: number;
  readonly stableHa: number;
}

/** What of an observation is for the judgement of change only. */
export interface ObservationExtra {
  /** Position in plan.acquisitions. */
  readonly acquisition: number;
  readonly nbrMean: number | null;
}

/**
 * Observations in the order parcel, date; those of control areas come behind those of parcels. Parts are merged in the order of the units, so that neither the number of
 * workers nor the order in which units end changes a byte. `problems` names scenes that a unit could not read.
 */
export function mergeObservations(
  plan: Plan,
  partsOfUnit: readonly (readonly ObservationPart[] | null)[],
  problemsOfUnit: readonly (readonly { scene: number; message: string }[])[],
): { perParcel: Observation[][]; extras: ObservationExtra[][] } {
  const buckets = new Map<string, ObservationPart[]>();
  for (const parts of partsOfUnit) {
    for (const part of parts ?? []) {
      const key = `${part.parcel}/${part.acquisition}`;
      const bucket = buckets.get(key);
      if (bucket) bucket.push(part);
      else buckets.set(key, [part]);
    }
  }
  const extras: ObservationExtra[][] = [];
  const perParcel = [...plan.parcels, ...plan.controls].map((parcel, position) => {
    const more: ObservationExtra[] = [];
    extras.push(more);
    if (parcel.unitIndexes.some((unit) => partsOfUnit[unit] === null)) return [];
    return plan.acquisitions.flatMap((acquisition, index) => {
      if (!isCovered(plan, parcel, acquisition)) return [];
      const parts = buckets.get(`${position}/${index}`) ?? [];
      const troubles = parcel.unitIndexes.flatMap((unit) => problemsOfUnit[unit] ?? []);
      const trouble = troubles.find((problem) => acquisition.sceneIndexes.includes(problem.scene));
      more.push({ acquisition: index, nbrMean: nbrOf(parcel, parts) });
      return [toObservation(plan, parcel, acquisition, parts, trouble?.message ?? null)];
    });
  });
  return { perParcel, extras };
}

/** Mean burn ratio, null where less than `MIN_CLEAR_FRACTION` of the parcel has one. */
function nbrOf({ parcelHa }: PlannedParcel, parts: readonly ObservationPart[]): number | null {
  const found = parts.flatMap(({ nbr }) => nbr ?? []);
  const ha = areaOf(found.map((part) => part.ha));
  if (ha < MIN_CLEAR_FRACTION * parcelHa) return null;
  return found.map(({ stats }) => stats).reduce(mergeStats, emptyStats()).mean;
}

function isCovered(plan: Plan, parcel: PlannedParcel, acquisition: PlannedAcquisition): boolean {
  return acquisition.sceneIndexes.some((scene) => parcel.gridOrder.includes(plan.scenes[scene]!.gridIndex));
}

function toObservation(
  plan: Plan,
  parcel: PlannedParcel,
  acquisition: PlannedAcquisition,
  parts: readonly ObservationPart[],
  trouble: string | null,
): Observation {
  const observedHa = areaOf(parts.map((part) => part.validHa));
  const clearHa = areaOf(parts.map((part) => part.clearHa));
  const clearFraction = clearHa / parcel.parcelHa;
  const stats = parts.map((part) => part.stats).reduce(mergeStats, emptyStats());
  const quantiles = clearHa > 0 ? quantilesOf(parts) : null;
  const scenes = orderScenes(plan, parcel, acquisition, parts);
  const primary = plan.scenes[scenes[0]!]!.scene;
  const { outcome, reason } = judge(observedHa, clearHa, clearFraction, trouble);
  return {
    parcelId: parcel.id,
    sceneId: primary.id,
    sceneIds: scenes.map((scene) => plan.scenes[scene]!.scene.id),
    datetime: primary.datetime,
    platform: primary.platform,
    parcelHa: parcel.parcelHa,
    observedHa,
    clearHa,
    clearFraction,
    ndviMean: clearHa > 0 ? stats.mean : null,
    ndviSd: clearHa > 0 ? standardDeviation(stats) : null,
    ndviP10: quantiles?.[0] ?? null,
    ndviP50: quantiles?.[1] ?? null,
    ndviP90: quantiles?.[2] ?? null,
    outcome,
    reason,
  };
}

function judge(
  observedHa: number,
  clearHa: number,
  clearFraction: number,
  trouble: string | null,
): { outcome: ObservationOutcome; reason: string } {
  const outcome = clearHa > 0 ? (clearFraction < MIN_CLEAR_FRACTION ? 'low_coverage' : 'ok') : 'no_data';
  if (trouble !== null && outcome !== 'ok') return { outcome, reason: `scene left out: ${trouble}` };
  if (outcome === 'ok') return { outcome, reason: '' };
  if (outcome === 'no_data')
    return {
      outcome,
      reason: observedHa > 0 ? 'no clear pixels: cloud, shadow or snow' : 'no valid pixels in the scene',
    };
  return {
    outcome,
    reason: `clear fraction ${clearFraction.toFixed(3)}, ${MIN_CLEAR_FRACTION.toFixed(2)} needed`,
  };
}

/** Scenes that gave ground, the one on the parcel's first grid in front; the scene that covers it when none did. */
function orderScenes(
  plan: Plan,
  parcel: PlannedParcel,
  acquisition: PlannedAcquisition,
  parts: readonly ObservationPart[],
): number[] {
  const used = new Set(parts.flatMap((part) => part.scenes));
  const rank = (scene: number) => parcel.gridOrder.indexOf(plan.scenes[scene]!.gridIndex);
  const seen = acquisition.sceneIndexes.filter((scene) => rank(scene) >= 0).sort((a, b) => rank(a) - rank(b) || a - b);
  const giving = seen.filter((scene) => used.has(scene));
  return giving.length > 0 ? giving : seen.slice(0, 1);
}

function quantilesOf(parts: readonly ObservationPart[]): readonly number[] | null {
  if (parts.length === 1 && parts[0]!.values === null) return parts[0]!.quantiles;
  const { values, weights } = joinWeighted(
    parts.flatMap((part) => (part.values && part.weights ? [{ values: part.values, weights: part.weights }] : [])),
  );
  return values.length > 0 ? weightedQuantiles(values, weights, QUANTILES) : null;
}

/** One result per parcel of the plan, from its observations and the classes of its composites. */
export function mergeParcel(
  plan: Plan,
  position: number,
  observations: readonly Observation[],
  classes: ParcelClasses | null,
  lost: string | null,
): ParcelResult {
  const parcel = plan.parcels[position]!;
  const { params } = plan;
  // An acquisition across midnight has one day, that of its first scene, here as in the composites.
  const acquisitionOf = new Map(plan.acquisitions.flatMap((a) => a.sceneIds.map((id) => [id, a] as const)));
  const meansOf = (isWanted: (acquisition: PlannedAcquisition) => boolean) =>
    observations.flatMap(({ outcome, sceneId, ndviMean }) => {
      const acquisition = acquisitionOf.get(sceneId)!;
      return outcome === 'ok' && acquisition.inSeason && isWanted(acquisition) ? [ndviMean!] : [];
    });
  const baseline = meansOf((acquisition) => acquisition.inBaseline);
  const monitored = meansOf((acquisition) => acquisition.inPeriod);
  const fewest = Math.min(baseline.length, monitored.length);
  const counts = { nClearBaseline: baseline.length, nClearPeriod: monitored.length };
  if (lost) return emptyResult(parcel, counts, `left out: ${lost}`);
  if (fewest < params.minClear)
    return emptyResult(parcel, counts, `${fewest} clear observations, ${params.minClear} needed`);
  return fullResult(plan, parcel, { baseline, monitored, fewest }, classes);
}

function fullResult(
  plan: Plan,
  parcel: PlannedParcel,
  means: { baseline: readonly number[]; monitored: readonly number[]; fewest: number },
  classes: ParcelClasses | null,
): ParcelResult {
  const { params } = plan;
  const change = periodChange(means.baseline, means.monitored);
  const coverBaselinePct = classes?.coverBaselinePct ?? null;
  const coverPeriodPct = classes?.coverPeriodPct ?? null;
  const coverChangePct =
    coverBaselinePct === null || coverPeriodPct === null ? null : coverPeriodPct - coverBaselinePct;
  const coverSe = coverChangeSe(change, coverChangePct, params);
  const measuredHa = classes ? classes.lossHa + classes.gainHa + classes.stableHa : 0;
  return {
    parcelId: parcel.id,
    parcelHa: parcel.parcelHa,
    nClearBaseline: means.baseline.length,
    nClearPeriod: means.monitored.length,
    ndviBaseline: change.baselineMean,
    ndviPeriod: change.periodMean,
    ndviChange: change.change,
    ndviChangeSe: change.se,
    coverBaselinePct,
    coverPeriodPct,
    coverChangePct,
    lossHa: classes && measuredHa > 0 ? classes.lossHa : null,
    gainHa: classes && measuredHa > 0 ? classes.gainHa : null,
    stableHa: classes && measuredHa > 0 ? classes.stableHa : null,
    noDataHa: Math.max(0, parcel.parcelHa - measuredHa),
    outcome: 'ok',
    reason: means.fewest < CONFIDENT_CLEAR ? `low confidence: ${means.fewest} clear observations` : '',
    finding:
      coverChangePct === null
        ? 'not_distinguishable'
        : classifyFinding({
            coverChange: coverChangePct / 100,
            coverSe,
            t: change.tCritical95,
            threshold: coverChangePct < 0 ? -params.lossThreshold : params.gainThreshold,
          }),
    classAreaSe: 'not estimated',
    coverSePct: params.coverModel ? 100 * params.coverModel.rmse : null,
    change: null,
  };
}

/**
 * Standard error of the cover change from that of the NDVI change. An error of the endpoints moves both periods alike
 * and cancels to first order in their difference, so it counts as 0 here; so does that of a calibrated model, whose slope
 * is taken from the two figures themselves and never below that of the dimidiate model.
 */
function coverChangeSe(change: PeriodChange, coverChangePct: number | null, params: Plan['params']): number | null {
  if (change.se === null) return null;
  const { ndviSoil, ndviVegetation, coverModel } = params;
  const errors = { ndviSe: change.se, soilSe: 0, vegetationSe: 0 };
  // With exact endpoints the cover itself plays no part.
  const dimidiate = treeCoverSe(0, errors, { soilNdvi: ndviSoil, vegetationNdvi: ndviVegetation });
  if (!coverModel || coverChangePct === null || !change.change) return dimidiate;
  return Math.max(dimidiate, Math.abs(coverChangePct / 100 / change.change) * change.se);
}

/** A row without figures: the outcome and its reason say why. */
export function emptyResult(
  parcel: { readonly id: string; readonly parcelHa: number | null },
  counts: { nClearBaseline: number; nClearPeriod: number },
  reason: string,
): ParcelResult {
  return {
    parcelId: parcel.id,
    parcelHa: parcel.parcelHa,
    ...counts,
    ndviBaseline: null,
    ndviPeriod: null,
    ndviChange: null,
    ndviChangeSe: null,
    coverBaselinePct: null,
    coverPeriodPct: null,
    coverChangePct: null,
    lossHa: null,
    gainHa: null,
    stableHa: null,
    noDataHa: null,
    outcome: 'no_data',
    reason,
    finding: null,
    classAreaSe: 'not estimated',
    coverSePct: null,
    change: null,
  };
}

function areaOf(partsHa: readonly number[]): number {
  const totalHa = partsHa.reduce((total, ha) => total + ha, 0);
  return totalHa < NOTHING_HA ? 0 : totalHa;
}
