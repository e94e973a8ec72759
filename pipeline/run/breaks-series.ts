import { usageError } from '../../shared/errors.ts';
import { type BreakFit, type BreakOutcome, type BreakSettings, createBreakMonitor } from '../change/break-monitor.ts';
import { monitoringCriticalValue } from '../change/critical-values.ts';
import { decimalYear } from '../change/decimal-year.ts';
import { findSeriesChanges, firstChange, type SeriesChange } from '../change/series-changes.ts';
import { placeOnGrid, type SeriesGrid } from '../change/series-grid.ts';
import type { BreaksSeriesConfig } from '../config-breaks.ts';
import { readSeriesFile, type SeriesFile } from './series-file.ts';

/** A change that was confirmed. Times are decimal years, or days where the file has days; null is "there is none". */
interface SeriesEvent {
  readonly kind: string;
  readonly after: number | string;
  readonly before: number | string;
  readonly detected: number | string;
  readonly recovered: number | string | null;
  readonly magnitude: number;
}

/** What `canopy breaks SERIES.csv --json` prints. Times are decimal years; null is "there is none". */
export interface SeriesBreaks extends BreakSettings {
  readonly kind: 'breaks';
  readonly outcome: BreakOutcome;
  /** First crossing of the boundary, as R reports it. */
  readonly breakpoint: number | null;
  /**
   * The two observations between which the first confirmed loss or gain of `events` lies: the project's judgement of the
   * cleaned series, which may differ from R's `breakpoint`.
   */
  readonly changed: readonly [number, number] | null;
  readonly magnitude: number | null;
  readonly historyStart: number | null;
  readonly historyCount: number;
  readonly monitoredCount: number;
  readonly sigma: number | null;
  readonly criticalValue: number;
  /** const, (trend, a place of the grid), cos1, sin1 … */
  readonly coefficients: Readonly<Record<string, number>> | null;
  /** Confirmed losses and gains, and their regrowth, in order of time. */
  readonly events: readonly SeriesEvent[];
  /** Begin of the monitoring period, on the grid. */
  readonly start: number;
  readonly frequency: number;
  /** Where the file has days, those of `breakpoint`, `changed` and `historyStart`. */
  readonly days?: {
    readonly breakpoint: string | null;
    readonly changed: readonly [string, string] | null;
    readonly historyStart: string | null;
  };
  /** The outcome as a sentence. */
  readonly reason: string;
}

/**
 * Judges the series of one file. Throws an input error for a file that cannot be read as a series, a usage error where
 * it wants a frequency; faults of the data are outcomes.
 */
export async function findSeriesBreaks(config: BreaksSeriesConfig): Promise<SeriesBreaks> {
  const file = await readSeriesFile(config.series, config.valueColumn);
  const frequency = frequencyOf(file, config);
  const timesYr = file.rows.map(({ when }) => (file.kind === 'date' ? decimalYear(when) : Number(when)));
  const grid = placeOnGrid(
    { timesYr, values: file.rows.map(({ value }) => value) },
    { frequency, start: config.start },
  );
  const common = {
    kind: 'breaks',
    start: onGrid(config.start, timesYr[0]!, frequency),
    frequency,
    ...config.settings.breaks,
    criticalValue: monitoringCriticalValue(config.settings.breaks.h, config.settings.breaks.level),
  } as const;
  if ('outcome' in grid) {
    const { line, when } = file.rows[grid.row]!;
    return {
      ...common,
      ...NOT_FITTED,
      outcome: grid.outcome,
      reason: faultSentence(grid.outcome, line, when, frequency),
    };
  }
  const fit = createBreakMonitor(grid.axis, config.settings.breaks, config.maxGapYr).judge(grid.values);
  return { ...common, ...describeFit(fit, grid, file, config) };
}

const NOT_FITTED = {
  breakpoint: null,
  changed: null,
  magnitude: null,
  historyStart: null,
  historyCount: 0,
  monitoredCount: 0,
  sigma: null,
  coefficients: null,
  events: [],
} as const;

/** The result as plain sentences. */
export function describeSeriesBreaks(result: SeriesBreaks): string {
  const { outcome, reason, historyCount, monitoredCount, sigma, criticalValue } = result;
  const lines = [`${outcome}: ${reason}`];
  if (sigma !== null)
    lines.push(
      `History: ${counted(historyCount)} from ${result.days?.historyStart ?? formatTime(result.historyStart!)}, spread around the season ${sigma.toPrecision(4)}. Monitored: ${counted(monitoredCount)} from ${formatTime(result.start)}; critical value ${criticalValue.toFixed(4)}.`,
    );
  for (const event of result.events) lines.push(eventSentence(event));
  if (outcome === 'break' && result.changed === null)
    lines.push(
      'No change is confirmed: too few observations in a row depart by --min-magnitude, so that the break is not dated.',
    );
  return lines.join('\n');
}

function eventSentence({ kind, after, before, detected, recovered, magnitude }: SeriesEvent): string {
  const text = (when: number | string) => (typeof when === 'number' ? formatTime(when) : when);
  const back = recovered === null ? '' : `, made good by ${text(recovered)}`;
  const size = Number.isFinite(magnitude) ? ` of ${magnitude.toPrecision(3)}` : '';
  return `${kind[0]!.toUpperCase()}${kind.slice(1)}${size} between ${text(after)} and ${text(before)}, detected ${text(detected)}${back}.`;
}

function frequencyOf({ kind, rows }: SeriesFile, { frequency, series }: BreaksSeriesConfig): number {
  if (kind === 'date') {
    if (frequency !== null && frequency !== 365)
      throw usageError(
        `${series} has dates, whose --frequency is 365; got ${frequency}. On another grid give a column time.`,
      );
    return 365;
  }
  if (frequency === null)
    throw usageError(
      `${series} has decimal years: give --frequency F, the places of its grid in a year, such as 23 for 16-day composites (its first times are ${rows
        .slice(0, 2)
        .map(({ when }) => when)
        .join(' and ')}), or 365 for irregular dates.`,
    );
  return frequency;
}

function onGrid(timeYr: number, first: number, frequency: number): number {
  // A first time that is no number leaves no grid to move to.
  return Number.isFinite(first) ? first + Math.round((timeYr - first) * frequency) / frequency : timeYr;
}

function describeFit(fit: BreakFit, grid: SeriesGrid, file: SeriesFile, config: BreaksSeriesConfig) {
  const timeOf = (slot: number) => (slot < 0 ? null : grid.axis.timesYr[slot]!);
  const dayOf = (slot: number) => (slot < 0 ? null : file.rows[grid.rowOf[slot]!]!.when);
  const hasDays = file.kind === 'date';
  const isJudged = fit.outcome === 'break' || fit.outcome === 'no_break';
  const changes = isJudged ? findSeriesChanges(grid, config.settings, config.maxGapYr) : [];
  const change = firstChange(changes);
  const between = <T>(of: (slot: number) => T | null): [T, T] | null =>
    change ? [of(change.fromSlot)!, of(change.toSlot)!] : null;
  return {
    outcome: fit.outcome,
    breakpoint: timeOf(fit.breakSlot),
    changed: between(timeOf),
    magnitude: finite(fit.magnitude),
    historyStart: timeOf(fit.historyStartSlot),
    historyCount: fit.historyCount,
    monitoredCount: fit.monitoredCount,
    sigma: finite(fit.sigma),
    coefficients: nameCoefficients(fit.coefficients, config.settings.breaks.trend),
    events: changes.map((one) => describeChange(one, hasDays ? dayOf : timeOf)),
    ...(hasDays
      ? {
          days: {
            breakpoint: dayOf(fit.breakSlot),
            changed: between(dayOf),
            historyStart: dayOf(fit.historyStartSlot),
          },
        }
      : {}),
    reason: reasonOf(fit, grid, config),
  };
}

function describeChange(change: SeriesChange, at: (slot: number) => number | string | null): SeriesEvent {
  const { kind, fromSlot, toSlot, detectedSlot, recoveredSlot, magnitude } = change;
  return {
    kind,
    after: at(fromSlot)!,
    before: at(toSlot)!,
    detected: at(detectedSlot)!,
    recovered: at(recoveredSlot),
    magnitude,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function nameCoefficients(values: Float64Array, hasTrend: boolean): Record<string, number> | null {
  if (!values.every(Number.isFinite)) return null;
  const start = hasTrend ? 2 : 1;
  const nameOf = (i: number) => {
    if (i === 0) return 'intercept';
    if (i < start) return 'trend';
    return `${(i - start) % 2 === 0 ? 'cos' : 'sin'}${((i - start) >> 1) + 1}`;
  };
  return Object.fromEntries(Array.from(values, (value, i) => [nameOf(i), value]));
}

function reasonOf(
  fit: BreakFit,
  grid: SeriesGrid,
  { settings: { breaks }, maxGapYr, start }: BreaksSeriesConfig,
): string {
  const { timesYr, frequency } = grid.axis;
  const parameters = fit.coefficients.length;
  const history = `${counted(fit.historyCount)} in the ${breaks.history === 'roc' ? 'stable ' : ''}history`;
  const from = `from ${formatTime(onGrid(start, timesYr[0]!, frequency))} on`;
  switch (fit.outcome) {
    case 'break':
      return `The series leaves its season: first crossing of the boundary at ${formatTime(timesYr[fit.breakSlot]!)}, median departure ${fit.magnitude.toPrecision(4)} ${from}.`;
    case 'no_break':
      return `The series keeps to its season; median departure ${fit.magnitude.toPrecision(4)} ${from}.`;
    case 'too_few_observations':
      return fit.historyCount > parameters
        ? `The dates of the ${history} do not tell the ${parameters} parameters of season and trend apart; a lower --order or a longer history may.`
        : `${history}, more than ${parameters} needed for ${parameters} parameters.`;
    case 'window_too_short':
      return `${history}, of which the window --h ${breaks.h} takes ${Math.floor(breaks.h * fit.historyCount)}; 2 needed.`;
    case 'no_monitoring':
      return 'No observation in the monitoring period.';
    case 'constant':
      return 'The values of the history do not vary around their season, so that there is nothing to measure a departure by.';
    case 'gap':
      return gapSentence(fit, grid, maxGapYr);
    default:
      return 'A value is not a finite number.';
  }
}

function gapSentence(fit: BreakFit, { axis, values }: SeriesGrid, maxGapYr: number): string {
  let before = fit.historyStartSlot;
  for (let slot = before + 1; slot < values.length; slot += 1) {
    if (Number.isNaN(values[slot])) continue;
    const [from, to] = [axis.timesYr[before]!, axis.timesYr[slot]!];
    if (to - from > maxGapYr)
      return `No observation for ${(to - from).toFixed(1)} years, from ${formatTime(from)} to ${formatTime(to)}; the season in between is not known (--max-gap none judges it all the same).`;
    before = slot;
  }
  return 'The observations lie too far apart.';
}

function faultSentence(outcome: BreakOutcome, line: number, when: string, frequency: number): string {
  if (outcome === 'not_finite')
    return `Time or value on line ${line} is not a finite number; a missing value is an empty cell or NA.`;
  if (outcome === 'unsorted_dates')
    return `${when} on line ${line} is earlier than the row above it; sort the rows by time.`;
  return `${when} on line ${line} falls on the same place of a grid of ${frequency} a year as the row above it; irregular dates want --frequency 365.`;
}

function formatTime(timeYr: number): string {
  return timeYr.toFixed(4);
}

function counted(count: number): string {
  return `${count} observation${count === 1 ? '' : 's'}`;
}
