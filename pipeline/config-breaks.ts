import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../shared/errors.ts';
import { MAX_GAP_YR } from './change/break-monitor.ts';
import { decimalYear, isDay } from './change/decimal-year.ts';
import type { ChangeSettings } from './change/judge-series.ts';
import { flagError } from './config.ts';
import { readChangeParams } from './config-change.ts';

/** Everything `canopy breaks SERIES.csv` was asked for; frozen. */
export interface BreaksSeriesConfig {
  readonly series: string;
  /** Decimal year, not yet on the grid of the series. */
  readonly start: number;
  /** Places of the regular grid in a year; null where only dates are to be read, which have 365. */
  readonly frequency: number | null;
  readonly valueColumn: string;
  /** Of the monitor, and of what confirms and dates its breaks. */
  readonly settings: ChangeSettings;
  /** Two observations may lie this far apart, years. */
  readonly maxGapYr: number;
  readonly json: boolean;
}

const OPTIONS = {
  start: { type: 'string' },
  frequency: { type: 'string' },
  'value-column': { type: 'string' },
  order: { type: 'string' },
  trend: { type: 'boolean' },
  history: { type: 'string' },
  h: { type: 'string' },
  level: { type: 'string' },
  'max-gap': { type: 'string' },
  'min-magnitude': { type: 'string' },
  consecutive: { type: 'string' },
  'no-outlier-rule': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export function readBreaksSeriesConfig(argv: readonly string[]): BreaksSeriesConfig {
  const { flags, places } = parseFlags(argv);
  const [series, second] = places;
  if (series === undefined)
    throw usageError(
      'No series: canopy breaks SERIES.csv --start T --frequency F wants a CSV file with columns time and value.',
    );
  if (second !== undefined) throw usageError(`One series is judged at a time; got "${series}" and "${second}".`);
  if (flags.start === undefined)
    throw usageError(
      'No start of the monitoring period: give --start T, a decimal year such as 2010.5 or a day such as 2010-07-01.',
    );
  return Object.freeze({
    series: resolve(series),
    start: readStart(flags.start),
    frequency: flags.frequency === undefined ? null : readFrequency(flags.frequency),
    valueColumn: flags['value-column']?.trim() ?? 'value',
    settings: readSettings(flags),
    maxGapYr: readMaxGap(flags['max-gap']),
    json: flags.json === true,
  });
}

function parseFlags(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    });
    return { flags: values, places: positionals };
  } catch (error) {
    throw flagError('breaks', error as Error);
  }
}

function readSettings(flags: ReturnType<typeof parseFlags>['flags']): ChangeSettings {
  const { 'min-magnitude': magnitude, ...others } = flags;
  const params = readChangeParams(others)!;
  if (magnitude === undefined) return params;
  // A series may hold any unit, an index times 10,000 as well.
  const wanted = { min: 0, max: 1e9, wanted: 'a number from 0 on, in the units of the series' };
  return { ...params, minMagnitude: readNumber('--min-magnitude', magnitude, wanted) };
}

function readStart(text: string): number {
  if (isDay(text)) return decimalYear(text);
  return readNumber('--start', text, {
    min: 1900,
    max: 2200,
    wanted: 'a decimal year such as 2010.5 or a day such as 2010-07-01',
  });
}

function readFrequency(text: string): number {
  return readNumber('--frequency', text, {
    min: 1,
    max: 366,
    wanted: 'observations a year on a regular grid, a number from 1 to 366',
  });
}

function readMaxGap(text: string | undefined): number {
  if (text === undefined) return MAX_GAP_YR;
  if (text === 'none') return Number.POSITIVE_INFINITY;
  return readNumber('--max-gap', text, { min: 0.01, max: 100, wanted: 'years from 0.01 to 100, or none' });
}

function readNumber(
  flag: string,
  text: string,
  { min, max, wanted }: { readonly min: number; readonly max: number; readonly wanted: string },
): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max))
    throw usageError(`${flag} wants ${wanted}; got "${text}".`);
  return value;
}
