import { cusumCriticalValue, monitoringCriticalValue, type WindowShare } from './critical-values.ts';
import { buildDesign, type Design, type TimeAxis } from './design-matrix.ts';
import { createLeastSquares, fitHistory, type LeastSquares, leverageAt, type Observations } from './least-squares.ts';
import { medianOf } from './select.ts';
import { type CusumWork, createCusumWork, findStableHistory } from './stable-history.ts';

export type { TimeAxis } from './design-matrix.ts';

export interface BreakSettings {
  /** Harmonics of the year. */
  readonly order: 1 | 2 | 3;
  readonly trend: boolean;
  /** The whole time before the monitoring period, or its stable end (reverse-ordered CUSUM). */
  readonly history: 'all' | 'roc';
  /** Window of the moving sums as a share of the history. */
  readonly h: WindowShare;
  /** Chance of a false alarm within ten times the history, 0.001..0.05. */
  readonly level: number;
}

/** What can become of a series; only the first two are judgements. */
export const BREAK_OUTCOMES = [
  'break',
  'no_break',
  'too_few_observations',
  'window_too_short',
  'no_monitoring',
  'constant',
  'gap',
  'not_finite',
  'duplicate_dates',
  'unsorted_dates',
] as const;
export type BreakOutcome = (typeof BREAK_OUTCOMES)[number];

/** One object per monitor, overwritten by every call: copy what you keep. */
export interface BreakFit {
  outcome: BreakOutcome;
  /** −1 where nothing was fitted. */
  historyStartSlot: number;
  /** Observations that the season was fitted to, or would have been. */
  historyCount: number;
  monitoredCount: number;
  /** All observations of the series. */
  observationCount: number;
  /** Residual standard deviation of the history, n − p degrees of freedom; NaN where nothing was fitted. */
  sigma: number;
  /** First crossing of the boundary; −1 where there is none. */
  breakSlot: number;
  /** Median of value − fit over all observations of the monitoring period; NaN where it was not judged. */
  magnitude: number;
  /** const, (trend, per position), cos1, sin1, cos2, sin2 …; NaN where nothing was fitted. */
  readonly coefficients: Float64Array;
}

export interface BreakMonitor {
  /** values: one per slot, NaN = missing. */
  judge(values: Float64Array): BreakFit;
  /** Season (and trend) of the last fit at a slot, missing observations included; NaN where nothing was fitted. */
  fittedAt(slot: number): number;
  /** Standard error of a NEW observation at the slot from the last fit: sigma·sqrt(1 + x'(X'X)⁻¹x). */
  predictionSe(slot: number): number;
}

/** A year and a day or so: two observations further apart leave the season between them to guessing. */
export const MAX_GAP_YR = 367 / 365;
/** A spread below this share of the largest value is rounding. */
const ROUNDING = 1e-12;

interface Work {
  readonly axis: TimeAxis;
  readonly settings: BreakSettings;
  readonly maxGapYr: number;
  readonly design: Design;
  readonly observations: Observations;
  readonly fit: LeastSquares;
  readonly cusum: CusumWork;
  /** Of each observation from the start of the history on. */
  readonly residuals: Float64Array;
  readonly scratch: Float64Array;
  readonly critical: number;
  readonly lambda: number;
  /** What is wrong with the axis; null = nothing. */
  readonly axisFault: BreakOutcome | null;
  readonly result: BreakFit;
}

/**
 * BFAST Monitor (Verbesselt, Zeileis and Herold 2012) as the R package bfast computes it: a harmonic season, with a trend
 * or without, is fitted to the history, and moving sums of the residuals are watched from `axis.startSlot` on. Nothing is
 * allocated by `judge`. Between two observations from the start of the history on at most `maxGapYr` years may lie.
 * Throws a usage error for a level or window without critical value.
 */
export function createBreakMonitor(axis: TimeAxis, settings: BreakSettings, maxGapYr = MAX_GAP_YR): BreakMonitor {
  const work = createWork(axis, settings, maxGapYr);
  const { design, fit, result } = work;
  return {
    judge(values) {
      result.outcome = judgeSeries(work, values);
      return result;
    },
    fittedAt: (slot) => (Number.isNaN(result.sigma) ? Number.NaN : predictAt(fit, design, slot)),
    predictionSe: (slot) =>
      Number.isNaN(result.sigma) ? Number.NaN : result.sigma * Math.sqrt(1 + leverageAt(fit, design, slot)),
  };
}

function createWork(axis: TimeAxis, settings: BreakSettings, maxGapYr: number): Work {
  const design = buildDesign(axis, settings);
  const { slotCount, columnCount } = design;
  return {
    axis,
    settings,
    maxGapYr,
    design,
    observations: {
      slots: new Int32Array(slotCount),
      missing: new Int32Array(slotCount),
      values: new Float64Array(slotCount),
      count: 0,
      missingCount: 0,
      historyCount: 0,
      missingHistoryCount: 0,
    },
    fit: createLeastSquares(design),
    cusum: createCusumWork(design),
    residuals: new Float64Array(slotCount),
    scratch: new Float64Array(slotCount),
    critical: monitoringCriticalValue(settings.h, settings.level),
    lambda: cusumCriticalValue(settings.level),
    axisFault: findAxisFault(axis.timesYr),
    result: {
      outcome: 'no_break',
      historyStartSlot: -1,
      historyCount: 0,
      monitoredCount: 0,
      observationCount: 0,
      sigma: Number.NaN,
      breakSlot: -1,
      magnitude: Number.NaN,
      coefficients: new Float64Array(columnCount),
    },
  };
}

/** Slots of one and the same time are let pass: 29 February counts as 1 March. */
function findAxisFault(timesYr: Float64Array): BreakOutcome | null {
  if (!timesYr.every(Number.isFinite)) return 'not_finite';
  return timesYr.every((time, slot) => slot === 0 || time >= timesYr[slot - 1]!) ? null : 'unsorted_dates';
}

function judgeSeries(work: Work, values: Float64Array): BreakOutcome {
  const { design, observations, result, fit, settings } = work;
  resetResult(result);
  const scale = gather(work, values);
  result.monitoredCount = observations.count - observations.historyCount;
  result.historyCount = observations.historyCount;
  result.observationCount = observations.count;
  if (work.axisFault !== null) return work.axisFault;
  if (scale === Number.POSITIVE_INFINITY) return 'not_finite';
  const p = design.columnCount;
  if (observations.historyCount <= p) return 'too_few_observations';
  const { lambda } = work;
  const first =
    settings.history === 'roc'
      ? findStableHistory(work.cusum, design, observations, { lambda, noise: ROUNDING * scale })
      : 0;
  const n = observations.historyCount - first;
  result.historyCount = n;
  if (n <= p || !fitHistory(fit, design, observations, first)) return 'too_few_observations';
  result.historyStartSlot = observations.slots[first]!;
  result.sigma = Math.sqrt(findResiduals(work, first) / (n - p));
  reportCoefficients(result.coefficients, fit, design);
  if (!Number.isFinite(result.sigma)) return 'not_finite';
  const window = Math.floor(settings.h * n);
  if (window <= 1) return 'window_too_short';
  if (result.monitoredCount === 0) return 'no_monitoring';
  if (hasGap(work, first)) return 'gap';
  if (result.sigma <= ROUNDING * scale) return 'constant';
  result.magnitude = medianMonitored(work);
  const crossing = findCrossing(work, first, window);
  if (crossing < 0) return 'no_break';
  result.breakSlot = observations.slots[crossing]!;
  return 'break';
}

function resetResult(result: BreakFit): void {
  result.historyStartSlot = -1;
  result.sigma = Number.NaN;
  result.breakSlot = -1;
  result.magnitude = Number.NaN;
  result.coefficients.fill(Number.NaN);
}

/** Lists observations and gaps; returns the largest value of the history without its sign, ∞ where any value is infinite. */
function gather({ axis, observations }: Work, series: Float64Array): number {
  const end = axis.timesYr.length;
  const startSlot = Math.min(axis.startSlot, end);
  observations.count = 0;
  observations.missingCount = 0;
  const scale = gatherSlots(observations, series, 0, startSlot);
  observations.historyCount = observations.count;
  observations.missingHistoryCount = observations.missingCount;
  const later = gatherSlots(observations, series, startSlot, end);
  return later === Number.POSITIVE_INFINITY ? later : scale;
}

function gatherSlots(observations: Observations, series: Float64Array, from: number, end: number): number {
  const { slots, missing, values } = observations;
  let { count, missingCount } = observations;
  let scale = 0;
  for (let slot = from; slot < end; slot += 1) {
    const value = series[slot]!;
    if (Number.isNaN(value)) {
      missing[missingCount++] = slot;
      continue;
    }
    slots[count] = slot;
    values[count++] = value;
    const size = Math.abs(value);
    if (size > scale) scale = size;
  }
  observations.count = count;
  observations.missingCount = missingCount;
  return scale;
}

/** Residuals from the start of the history to the end, with the coefficients of the history; returns its sum of squares. */
function findResiduals({ design, observations, fit, residuals }: Work, first: number): number {
  const { slots, values, count, historyCount } = observations;
  let squares = 0;
  for (let i = first; i < count; i += 1) {
    const residual = values[i]! - predictAt(fit, design, slots[i]!);
    residuals[i] = residual;
    if (i < historyCount) squares += residual * residual;
  }
  return squares;
}

function predictAt({ coefficients }: LeastSquares, { rows, columnCount }: Design, slot: number): number {
  const at = slot * columnCount;
  let sum = coefficients[0]!;
  for (let j = 1; j < columnCount; j += 1) sum += coefficients[j]! * rows[at + j]!;
  return sum;
}

/** With the trend as it was given: a change of the value per position. */
function reportCoefficients(into: Float64Array, { coefficients }: LeastSquares, design: Design): void {
  into.set(coefficients);
  if (!design.hasTrend) return;
  into[1] = coefficients[1]! / design.trendScale;
  into[0] = coefficients[0]! - into[1]! * design.trendCentre;
}

function hasGap({ axis, observations, maxGapYr }: Work, first: number): boolean {
  const { timesYr } = axis;
  const { slots, count } = observations;
  for (let i = first + 1; i < count; i += 1) if (timesYr[slots[i]!]! - timesYr[slots[i - 1]!]! > maxGapYr) return true;
  return false;
}

function medianMonitored({ observations, residuals, scratch }: Work): number {
  const { historyCount, count } = observations;
  for (let i = historyCount; i < count; i += 1) scratch[i - historyCount] = residuals[i]!;
  return medianOf(scratch, count - historyCount);
}

/** First monitored observation whose moving sum of `window` residuals leaves the boundary; −1 where none does. */
function findCrossing({ observations, residuals, critical, result }: Work, first: number, window: number): number {
  const { historyCount, count } = observations;
  const n = historyCount - first;
  const limit = critical * result.sigma * Math.sqrt(n);
  let sum = 0;
  for (let i = historyCount - window; i < historyCount; i += 1) sum += residuals[i]!;
  for (let i = historyCount; i < count; i += 1) {
    sum += residuals[i]! - residuals[i - window]!;
    const ratio = (i - first + 1) / n;
    if (Math.abs(sum) > limit * Math.sqrt(2 * (ratio <= Math.E ? 1 : Math.log(ratio)))) return i;
  }
  return -1;
}
