import type { BreakFit, BreakMonitor, TimeAxis } from './break-monitor.ts';
import { monitoringCriticalValue } from './critical-values.ts';
import { dateStep } from './dating.ts';
import { lag1Of, magnitudeSe, SURE_Z } from './detectability.ts';
import type { ChangeEvent, ChangeSettings, EventKind, SeriesVerdict } from './judge-series.ts';
import { findReturn, findRun, isSettled, type Watch } from './segments.ts';
import { medianOf } from './select.ts';

export interface Finder {
  /** Adds losses, gains and regrowth of a fitted series to the verdict, and orders its events by time. */
  find(verdict: SeriesVerdict, clean: Float64Array, fit: BreakFit): void;
}

/** What is made good sooner has not lasted. */
const PASSING_YR = 1;
/** The dating step looks so far to both sides of what was found. */
const DATING_YR = 1;

interface Work {
  readonly timesYr: Float64Array;
  readonly h: number;
  readonly critical: number;
  readonly minMagnitude: number;
  readonly monitor: BreakMonitor;
  readonly slots: Int32Array;
  readonly values: Float64Array;
  readonly departures: Float64Array;
  readonly scratch: Float64Array;
  readonly watch: { -readonly [K in keyof Watch]: Watch[K] };
  /** Sum over the window at each observation behind the history, and the boundary without its time part. */
  readonly sums: Float64Array;
  limit: number;
}

/**
 * From a series that crossed the boundary of the break monitor to changes with dates.
 *
 * A change is a run of at least `minConsecutive` observations beyond `minMagnitude` to one side, whose median until it
 * is made good (or to the end) lies beyond `minMagnitude` too, and during which the moving sum crosses the boundary of
 * the monitor to the same side. It is dated by least squares (`dating.ts`), within the year before and behind the run,
 * which reaches back into the change before it where the series goes straight from one to the other.
 * A change that is made good within a year is passing and no event; a loss that is made good later has its regrowth.
 * Then the watch goes on, against the same history.
 */
export function createFinder(axis: TimeAxis, settings: ChangeSettings, monitor: BreakMonitor): Finder {
  const work = createWork(axis, settings, monitor);
  const { watch, departures } = work;
  return {
    find(verdict, clean, fit) {
      gather(work, clean, fit);
      verdict.lag1 = lag1Of(departures, 0, watch.historyCount);
      // p/n is the mean of x′(X′X)⁻¹x over the history: close enough for a figure that covers all seasons.
      verdict.magnitudeSe = magnitudeSe(verdict, fit.monitoredCount, fit.coefficients.length / fit.historyCount);
      if (fit.outcome === 'break') findAll(work, verdict);
      orderEvents(verdict);
    },
  };
}

function createWork(axis: TimeAxis, settings: ChangeSettings, monitor: BreakMonitor): Work {
  const { timesYr } = axis;
  const { minMagnitude, minConsecutive } = settings;
  const list = () => new Float64Array(timesYr.length);
  const lists = { slots: new Int32Array(timesYr.length), values: list(), departures: list(), scratch: list() };
  return {
    timesYr,
    h: settings.breaks.h,
    critical: monitoringCriticalValue(settings.breaks.h, settings.breaks.level),
    minMagnitude,
    monitor,
    ...lists,
    watch: { timesYr, ...lists, count: 0, historyCount: 0, minMagnitude, minConsecutive },
    sums: list(),
    limit: 0,
  };
}

/** Departures of all observations from the start of the history on, and the moving sums behind it. */
function gather(work: Work, clean: Float64Array, fit: BreakFit): void {
  const { slots, values, departures, sums, monitor } = work;
  let count = 0;
  for (let slot = fit.historyStartSlot; slot < clean.length; slot++) {
    const value = clean[slot]!;
    if (Number.isNaN(value)) continue;
    slots[count] = slot;
    values[count] = value;
    departures[count++] = value - monitor.fittedAt(slot);
  }
  work.watch.count = count;
  const n = fit.historyCount;
  work.watch.historyCount = n;
  if (fit.outcome !== 'break') return;
  const window = Math.floor(work.h * n);
  let sum = 0;
  for (let i = n - window; i < n; i++) sum += departures[i]!;
  for (let i = n; i < count; i++) {
    sum += departures[i]! - departures[i - window]!;
    sums[i] = sum;
  }
  work.limit = work.critical * fit.sigma * Math.sqrt(n);
}

function findAll(work: Work, verdict: SeriesVerdict): void {
  const { watch } = work;
  let at = watch.historyCount;
  let after = 0;
  while (at < watch.count) {
    const fall = findRun(watch, at, -1);
    const rise = findRun(watch, at, 1);
    const run = Math.min(fall, rise);
    if (run >= watch.count) return;
    const sign = fall < rise ? -1 : 1;
    const back = findReturn(watch, run + watch.minConsecutive, sign);
    // What is not confirmed is passed over run by run: a true change may begin inside it.
    const isConfirmed = confirm(work, verdict, { from: at, after, run, back, sign });
    at = isConfirmed ? back : run + 1;
    if (isConfirmed) after = back;
  }
}

interface Candidate {
  /**
   * First observation that may belong to it, first at which the change before it was made good (0 = none), first of the
   * run, first at which it is made good.
   */
  readonly from: number;
  readonly after: number;
  readonly run: number;
  readonly back: number;
  readonly sign: number;
}

function confirm(work: Work, verdict: SeriesVerdict, candidate: Candidate): boolean {
  const { slots, watch, timesYr, minMagnitude } = work;
  const { back, sign } = candidate;
  const to = dateChange(work, candidate);
  if (to < 0) return false;
  const magnitude = medianBetween(work, to, back);
  const se = seBetween(work, verdict, to, back);
  if (!(sign * magnitude >= Math.max(minMagnitude, SURE_Z * se))) return false;
  const crossing = findCrossing(work, to, back, sign);
  if (crossing < 0) return false;
  const isBack = back < watch.count;
  if (isBack && timesYr[slots[back]!]! - timesYr[slots[to]!]! <= PASSING_YR) {
    notePassing(verdict, { from: slots[to - 1]!, to: slots[to]!, back: slots[back]!, magnitude });
    return true;
  }
  const event = addEvent(verdict, sign < 0 ? 'loss' : 'gain');
  if (event === null) return true;
  event.fromSlot = slots[to - 1]!;
  event.toSlot = slots[to]!;
  event.detectedSlot = slots[crossing]!;
  event.recoveredSlot = isBack ? slots[back]! : -1;
  event.magnitude = magnitude;
  event.magnitudeSe = se;
  if (isBack && sign < 0) addRegrowth(work, verdict, back);
  return true;
}

/** Index of the first observation after the change, by least squares within a year of the run; −1 = none. */
function dateChange(work: Work, { from, after, run, back, sign }: Candidate): number {
  const { slots, timesYr, departures, watch } = work;
  const { historyCount } = watch;
  const runYr = timesYr[slots[run]!]!;
  let start = run;
  // The step is held against what follows the last return; where the series left its season again at once, as a stand
  // that is cut does, against what lies before that return.
  // Inside a run that was passed over, only what follows is looked at, or the step would be drawn to where that ended.
  const settled = isSettled(watch, after, run) ? after : 0;
  const earliest = from > Math.max(after, historyCount) ? from : settled;
  // Behind a long gap the one before it is wanted all the same: without any there is no step.
  const nearest = Math.max(earliest, run - 1);
  while (start > nearest || (start > earliest && runYr - timesYr[slots[start - 1]!]! <= DATING_YR)) start--;
  let end = run + 1;
  while (end < back && timesYr[slots[end]!]! - runYr <= DATING_YR) end++;
  return dateStep(departures, { from: start, to: end, first: Math.max(historyCount, from), last: run, sign });
}

/** First observation from `from` to before `to` at which the moving sum lies beyond the boundary on the side of `sign`. */
function findCrossing({ sums, limit, watch: { historyCount } }: Work, from: number, to: number, sign: number): number {
  for (let i = from; i < to; i++) {
    const ratio = (i + 1) / historyCount;
    if (sign * sums[i]! > limit * Math.sqrt(2 * (ratio <= Math.E ? 1 : Math.log(ratio)))) return i;
  }
  return -1;
}

function addRegrowth(work: Work, verdict: SeriesVerdict, back: number): void {
  const { slots, watch } = work;
  const event = addEvent(verdict, 'regrowth');
  if (event === null) return;
  const next = Math.min(findRun(watch, back, -1), findRun(watch, back, 1));
  event.fromSlot = slots[back - 1]!;
  event.toSlot = slots[back]!;
  event.detectedSlot = slots[back + watch.minConsecutive - 1]!;
  event.recoveredSlot = -1;
  event.magnitude = medianBetween(work, back, next);
  event.magnitudeSe = seBetween(work, verdict, back, next);
}

function addEvent(verdict: SeriesVerdict, kind: EventKind): ChangeEvent | null {
  const event = verdict.events[verdict.eventCount];
  if (event === undefined) return null;
  verdict.eventCount++;
  event.kind = kind;
  return event;
}

function notePassing(
  verdict: SeriesVerdict,
  { from, to, back, magnitude }: { from: number; to: number; back: number; magnitude: number },
): void {
  verdict.passingCount++;
  if (Math.abs(magnitude) <= Math.abs(verdict.passingMagnitude)) return;
  verdict.passingFromSlot = from;
  verdict.passingToSlot = to;
  verdict.passingBackSlot = back;
  verdict.passingMagnitude = magnitude;
}

function medianBetween({ departures, scratch }: Work, from: number, to: number): number {
  for (let i = from; i < to; i++) scratch[i - from] = departures[i]!;
  return to > from ? medianOf(scratch, to - from) : Number.NaN;
}

function seBetween({ slots, monitor }: Work, { sigma, lag1 }: SeriesVerdict, from: number, to: number): number {
  let leverage = 0;
  for (let i = from; i < to; i++) leverage += (monitor.predictionSe(slots[i]!) / sigma) ** 2 - 1;
  return magnitudeSe({ sigma, lag1 }, to - from, leverage / (to - from));
}

/** By the slot at which each begins; few events, so insertion sort. */
function orderEvents({ events, eventCount }: SeriesVerdict): void {
  for (let i = 1; i < eventCount; i++) {
    const event = events[i]!;
    let j = i;
    while (j > 0 && events[j - 1]!.toSlot > event.toSlot) {
      events[j] = events[j - 1]!;
      j--;
    }
    events[j] = event;
  }
}
