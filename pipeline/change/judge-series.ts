import {
  type BreakFit,
  type BreakOutcome,
  type BreakSettings,
  createBreakMonitor,
  MAX_GAP_YR,
  type TimeAxis,
} from './break-monitor.ts';
import { type Burn, type BurnSearch, createBurnSearch } from './burn-search.ts';
import { type Departures, dropOutliers } from './clean-series.ts';
import { createFinder, type Finder } from './find-changes.ts';
import { createSeasonFit, type SeasonFit } from './season-fit.ts';

export interface ChangeSettings {
  readonly breaks: BreakSettings;
  /** Smallest |magnitude| in index units that counts. */
  readonly minMagnitude: number;
  /** Consecutive observations beyond it that confirm. */
  readonly minConsecutive: number;
  readonly removeBurns: boolean;
  readonly removeOutliers: boolean;
}

/** The project's defaults; why, is told in docs/accuracy.md and docs/decisions.md. */
export const DEFAULT_CHANGE_SETTINGS: ChangeSettings = {
  breaks: { order: 1, trend: false, history: 'all', h: 0.25, level: 0.05 },
  minMagnitude: 0.1,
  minConsecutive: 3,
  removeBurns: true,
  removeOutliers: true,
};

/** What became of a slot. `none`: no observation, or one that a gap of more than a year cuts off. */
export const SLOT_STATE = { none: 0, used: 1, outlier: 2, burnt: 3 } as const;

export type EventKind = 'loss' | 'gain' | 'burnt' | 'regrowth';

/** Slots; −1 where there is none. */
export interface ChangeEvent {
  kind: EventKind;
  /** Last observation before and first one after: the change lies between the two. */
  fromSlot: number;
  toSlot: number;
  /**
   * Loss and gain: first crossing of the monitoring boundary at or after `toSlot`, which is R's where it is the first.
   * Regrowth: the observation that confirms it. Burnt: the first burnt observation.
   */
  detectedSlot: number;
  /** Loss, gain and burnt: first observation at which it is made good; −1 where it lasts. */
  recoveredSlot: number;
  /** Median departure from the season after the change, until it is made good or the series ends. */
  magnitude: number;
  magnitudeSe: number;
}

/**
 * `judged`, or why not: as the break monitor says, or a history too short to know a season (`short_history`), or fewer
 * monitored observations than confirm a change (`too_few_monitored`), of which nobody can say that nothing happened.
 */
export type SeriesOutcome =
  | 'judged'
  | 'short_history'
  | 'too_few_monitored'
  | Exclude<BreakOutcome, 'break' | 'no_break'>;

/** One object per judge, overwritten by every call: copy what you keep. */
export interface SeriesVerdict {
  outcome: SeriesOutcome;
  readonly states: Uint8Array;
  /** In order of time; the first `eventCount` are in use. */
  readonly events: ChangeEvent[];
  eventCount: number;
  /**
   * Falls and rises beyond the limits that were made good within a year without a burn index that shows a fire: nothing
   * lasting, so no event, but told. Slots of the deepest of them; −1 where there is none.
   */
  passingCount: number;
  passingFromSlot: number;
  passingToSlot: number;
  passingBackSlot: number;
  passingMagnitude: number;
  historyStartSlot: number;
  historyCount: number;
  monitoredCount: number;
  /** Observations in a row that confirm a change; a year with fewer says nothing (`year-classes.ts`). */
  readonly minConsecutive: number;
  /** Last monitored slot that was judged; −1 where there is none. */
  judgedToSlot: number;
  /** Days without an observation behind it where more follow, which are not judged; 0 where none do. */
  gapDays: number;
  /** Residual standard deviation of the history and its lag-1 autocorrelation (0 … 0.9). */
  sigma: number;
  lag1: number;
  outlierCount: number;
  burntCount: number;
  /** Median departure over the whole monitored period, as R reports it, of the cleaned series. */
  magnitude: number;
  /** Of that median; NaN where nothing was judged. */
  magnitudeSe: number;
}

export interface SeriesJudge {
  /**
   * @param ndvi one value per slot; NaN (and ±∞) = missing.
   * @param nbr the burn index at the same slots, or null where the sensor has no short-wave infrared: then no drop is
   *   called a fire.
   */
  judge(ndvi: Float64Array, nbr: Float64Array | null): SeriesVerdict;
  /** Season of the last judged series at a slot; NaN where nothing was fitted. */
  fittedAt(slot: number): number;
  /** Standard error of a new observation round it. */
  predictionSe(slot: number): number;
}

const MAX_EVENTS = 32;
/**
 * Where a history lacks more than three months of the year, its wave makes them up: unchanged savanna with 7 months of
 * history is called lost in 12 % of simulated series, with 8 and a half in none.
 */
const LEAST_HISTORY_YR = 0.75;
const DAYS = 365;

interface Work {
  readonly axis: TimeAxis;
  readonly settings: ChangeSettings;
  readonly maxGapYr: number;
  readonly season: SeasonFit;
  readonly series: Departures;
  readonly burns: BurnSearch;
  readonly isOutlier: (slot: number) => boolean;
  readonly clean: Float64Array;
  readonly finder: Finder;
  readonly verdict: SeriesVerdict;
}

/**
 * What happened to one pixel or parcel: its history is cut to what follows its last gap of over a year, bad
 * observations are dropped (`clean-series.ts`), fires are found in the burn index and taken out (`burn.ts`), the break
 * monitor watches what is left, and what it finds is confirmed, dated and followed until it is made good
 * (`find-changes.ts`). Monitored observations behind a gap of over a year are not judged; `judgedToSlot` and `gapDays`
 * say so. A used history of less than nine months, or fewer monitored observations than confirm a change, is no judgement.
 *
 * @param maxGapYr longest gap between two observations that is bridged; ∞ = any.
 *
 * Nothing is allocated by `judge`; a series of 120 observations takes a few microseconds.
 */
export function createSeriesJudge(axis: TimeAxis, settings: ChangeSettings, maxGapYr = MAX_GAP_YR): SeriesJudge {
  const monitor = createBreakMonitor(axis, settings.breaks, maxGapYr);
  const work = createWork({ axis, settings, maxGapYr }, monitor);
  return {
    judge(ndvi, nbr) {
      resetVerdict(work.verdict);
      clean(work, ndvi, nbr);
      const fit = monitor.judge(work.clean);
      report(work, fit);
      if (work.verdict.outcome === 'judged') work.finder.find(work.verdict, work.clean, fit);
      else keepNoEvents(work.verdict);
      return work.verdict;
    },
    fittedAt: monitor.fittedAt,
    predictionSe: monitor.predictionSe,
  };
}

function createWork(
  { axis, settings, maxGapYr }: Pick<Work, 'axis' | 'settings' | 'maxGapYr'>,
  monitor: ReturnType<typeof createBreakMonitor>,
): Work {
  const { timesYr } = axis;
  const slotCount = timesYr.length;
  const list = () => new Float64Array(slotCount);
  const verdict = createVerdict(slotCount, settings);
  return {
    axis,
    settings,
    maxGapYr,
    season: createSeasonFit(timesYr),
    series: { timesYr, slots: new Int32Array(slotCount), values: list(), scratch: list(), count: 0 },
    burns: createBurnSearch(timesYr, axis.startSlot, (burn) => noteBurn(verdict, axis.startSlot, burn)),
    isOutlier: (slot) => verdict.states[slot] === SLOT_STATE.outlier,
    clean: list(),
    finder: createFinder(axis, settings, monitor),
    verdict,
  };
}

function createVerdict(slotCount: number, { minConsecutive }: ChangeSettings): SeriesVerdict {
  const events = Array.from(
    { length: MAX_EVENTS },
    (): ChangeEvent => ({
      kind: 'loss',
      fromSlot: -1,
      toSlot: -1,
      detectedSlot: -1,
      recoveredSlot: -1,
      magnitude: Number.NaN,
      magnitudeSe: Number.NaN,
    }),
  );
  return {
    outcome: 'judged',
    states: new Uint8Array(slotCount),
    events,
    eventCount: 0,
    passingCount: 0,
    passingFromSlot: -1,
    passingToSlot: -1,
    passingBackSlot: -1,
    passingMagnitude: Number.NaN,
    historyStartSlot: -1,
    historyCount: 0,
    monitoredCount: 0,
    minConsecutive,
    judgedToSlot: -1,
    gapDays: 0,
    sigma: Number.NaN,
    lag1: Number.NaN,
    outlierCount: 0,
    burntCount: 0,
    magnitude: Number.NaN,
    magnitudeSe: Number.NaN,
  };
}

function resetVerdict(verdict: SeriesVerdict): void {
  verdict.states.fill(SLOT_STATE.none);
  verdict.eventCount = 0;
  verdict.passingCount = 0;
  verdict.passingFromSlot = -1;
  verdict.passingToSlot = -1;
  verdict.passingBackSlot = -1;
  verdict.passingMagnitude = Number.NaN;
  verdict.lag1 = Number.NaN;
  verdict.magnitudeSe = Number.NaN;
  verdict.outlierCount = 0;
  verdict.burntCount = 0;
  verdict.judgedToSlot = -1;
  verdict.gapDays = 0;
}

/** Leaves what is to be judged in `work.clean` and says in the verdict's states what became of the rest. */
function clean(work: Work, ndvi: Float64Array, nbr: Float64Array | null): void {
  const { series, verdict, settings, season, axis } = work;
  const { states } = verdict;
  gather(work, ndvi);
  const { slots, values } = series;
  const first = series.count > 0 ? slots[0]! : 0;
  season.fit(ndvi, first, axis.startSlot);
  for (let i = 0; i < series.count; i++) {
    states[slots[i]!] = SLOT_STATE.used;
    values[i] = ndvi[slots[i]!]! - season.at(slots[i]!);
  }
  const all = series.count;
  if (settings.removeOutliers) dropOutliers(series, states, SLOT_STATE.outlier);
  verdict.outlierCount = all - series.count;
  if (settings.removeBurns && nbr !== null) work.burns.find(ndvi, nbr, series, work.isOutlier);
  work.clean.fill(Number.NaN);
  for (let i = 0; i < series.count; i++) {
    const slot = slots[i]!;
    if (states[slot] === SLOT_STATE.used) work.clean[slot] = ndvi[slot]!;
  }
}

/** Lists the finite values between the last gap of the history and the first gap of the monitored period. */
function gather({ series, verdict, maxGapYr, axis: { timesYr, startSlot } }: Work, ndvi: Float64Array): void {
  const { slots } = series;
  let count = 0;
  let lastYr = Number.NaN;
  for (let slot = 0; slot < ndvi.length; slot++) {
    const value = ndvi[slot]!;
    // NaN and infinities alike: only finite numbers differ from themselves by 0.
    if (value - value !== 0) continue;
    const atYr = timesYr[slot]!;
    if (atYr - lastYr > maxGapYr) {
      // Before the start of monitoring a gap cuts off what lies before it, behind the start what comes after it.
      if (slot < startSlot) count = 0;
      else if (slots[count - 1]! >= startSlot) {
        verdict.gapDays = Math.round((atYr - lastYr) * DAYS);
        break;
      }
    }
    slots[count++] = slot;
    lastYr = atYr;
  }
  series.count = count;
  if (count > 0 && slots[count - 1]! >= startSlot) verdict.judgedToSlot = slots[count - 1]!;
}

/** Marks the burnt observations of one fire and, where it reaches into the monitored period, tells of it. */
function noteBurn(verdict: SeriesVerdict, startSlot: number, burn: Burn): void {
  const { states, events } = verdict;
  for (let slot = burn.fromSlot; slot < burn.backSlot; slot++)
    if (states[slot] === SLOT_STATE.used) states[slot] = SLOT_STATE.burnt;
  verdict.burntCount += burn.count;
  if (burn.backSlot < startSlot || verdict.eventCount >= MAX_EVENTS / 2) return;
  const event = events[verdict.eventCount++]!;
  event.kind = 'burnt';
  event.fromSlot = burn.beforeSlot;
  event.toSlot = burn.fromSlot;
  event.detectedSlot = burn.fromSlot;
  event.recoveredSlot = burn.backSlot;
  event.magnitude = burn.magnitude;
  event.magnitudeSe = Number.NaN;
}

function report(work: Work, fit: BreakFit): void {
  const { verdict } = work;
  verdict.outcome = outcomeOf(work, fit);
  verdict.historyStartSlot = fit.historyStartSlot;
  verdict.historyCount = fit.historyCount;
  verdict.monitoredCount = fit.monitoredCount;
  verdict.sigma = fit.sigma;
  verdict.magnitude = fit.magnitude;
}

function outcomeOf({ axis: { timesYr }, series, verdict, settings }: Work, fit: BreakFit): SeriesOutcome {
  if (fit.outcome !== 'break' && fit.outcome !== 'no_break') return fit.outcome;
  let last = fit.historyStartSlot;
  for (let i = 0, seen = 0; seen < fit.historyCount; i++) {
    const slot = series.slots[i]!;
    if (slot < fit.historyStartSlot || verdict.states[slot] !== SLOT_STATE.used) continue;
    last = slot;
    seen++;
  }
  if (timesYr[last]! - timesYr[fit.historyStartSlot]! < LEAST_HISTORY_YR) return 'short_history';
  return fit.monitoredCount < settings.minConsecutive ? 'too_few_monitored' : 'judged';
}

/** What cannot be judged shows no change of any kind, fires included. */
function keepNoEvents(verdict: SeriesVerdict): void {
  verdict.eventCount = 0;
}
