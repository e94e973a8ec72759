import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BreakSettings, TimeAxis } from '../../../pipeline/change/break-monitor.ts';
import { decimalYear } from '../../../pipeline/change/decimal-year.ts';
import { readCsv } from '../../canopy.ts';
import { sharedData } from '../../real-data.ts';

const folder = join(sharedData, 'reference/bfast');

export interface ReferenceSeries {
  readonly timesYr: Float64Array;
  /** NaN = missing. */
  readonly values: Float64Array;
}

/** One row of results.csv: what R's bfastmonitor 1.7.2 found. */
export interface ReferenceResult {
  readonly id: number;
  readonly series: string;
  readonly frequency: number;
  readonly start: number;
  readonly settings: BreakSettings;
  readonly historyStart: number;
  readonly historyCount: number;
  readonly sigma: number;
  readonly critical: number;
  readonly breakpoint: number | null;
  readonly magnitude: number;
  /** By R's names. */
  readonly coefficients: ReadonlyMap<string, number>;
}

/** Rows of a reference table, cells trimmed; none where there is no shared folder, whose tests are skipped then. */
export function readReference(name: string): Record<string, string>[] {
  if (!existsSync(folder)) return [];
  return readCsv(join(folder, name)).map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, cell.trim()])),
  );
}

export const referencePath = (name: string) => join(folder, name);

export function readSeries(name: string): ReferenceSeries {
  const rows = readReference(`series_${name}.csv`);
  return {
    timesYr: Float64Array.from(rows, ({ time }) => Number(time)),
    values: Float64Array.from(rows, ({ value }) => (value === 'NA' ? Number.NaN : Number(value))),
  };
}

export function readResults(): ReferenceResult[] {
  return readReference('results.csv').map((row) => ({
    id: Number(row.id),
    series: row.series!,
    frequency: Number(row.freq),
    start: Number(row.start),
    settings: {
      order: Number(row.order) as BreakSettings['order'],
      trend: row.trend === 'TRUE',
      history: row.history === 'ROC' ? 'roc' : 'all',
      h: Number(row.h) as BreakSettings['h'],
      level: 0.05,
    },
    historyStart: Number(row.hist_start),
    historyCount: Number(row.n_hist),
    sigma: Number(row.sigma),
    critical: Number(row.critval),
    breakpoint: row.breakpoint === 'NA' ? null : Number(row.breakpoint),
    magnitude: Number(row.magnitude),
    coefficients: new Map(
      row
        .coef!.split(';')
        .map((pair) => pair.split('='))
        .map(([name, v]) => [name!, Number(v)]),
    ),
  }));
}

/** The axis of a series on its own regular grid, positions from 1 as R counts them; times to all digits, not the 15 printed. */
export function axisOf({ timesYr: printed }: ReferenceSeries, frequency: number, start: number): TimeAxis {
  const timesYr = printed.map((time) => Math.round(time * frequency) / frequency);
  const startSlot = timesYr.findIndex((time) => time > start - 0.5 / frequency);
  return { timesYr, positions: timesYr.map((_, i) => i + 1), frequency, startSlot };
}

export interface PixelStack {
  /** Decimal years of 365 days. */
  readonly timesYr: Float64Array;
  /** Days since the first date, from 1. */
  readonly positions: Float64Array;
  /** One series a pixel, NaN = missing. */
  readonly pixels: readonly Float64Array[];
}

/** 300 Landsat NDVI series of Kafa, Ethiopia, 1984 to 2013, × 10,000. */
export function readTura(): PixelStack {
  const days = readReference('tura_dates.csv').map(({ date }) => date!);
  const lines = readFileSync(join(folder, 'tura_values_300px.csv'), 'utf8').trimEnd().split('\n').slice(1);
  return {
    timesYr: Float64Array.from(days, decimalYear),
    positions: Float64Array.from(days, (day) => 1 + Math.round((decimalYear(day) - decimalYear(days[0]!)) * 365)),
    pixels: lines.map((line) =>
      Float64Array.from(line.split(',').slice(1), (cell) => (cell === 'NA' ? Number.NaN : Number(cell))),
    ),
  };
}
