import type { SeriesRow } from '../../shared/change.ts';

export interface CurvePoint {
  readonly timeMs: number;
  readonly ndvi: number;
  readonly low: number;
  readonly high: number;
}

type SeasonRow = SeriesRow & { readonly seasonNdvi: number; readonly seasonLow: number; readonly seasonHigh: number };

const DAY_MS = 86_400_000;
const STEP_MS = 5 * DAY_MS;
/** The rows are rounded to 7 decimals. */
const EXACT = 2e-6;
/** Waves of the year, and whether a slope goes with them: what the run may have fitted, the plainest first. */
const MODELS = [1, 2, 3].flatMap((order) => [false, true].map((hasTrend) => ({ order, hasTrend })));

/**
 * The fitted season as a smooth line with its band. The rows give it on days of observations only; it is a sum of waves
 * of the year (methods B6), which these days determine: the waves are found again and drawn on all days. Where no model
 * goes through every row, the rows themselves are joined.
 */
export function seasonCurve(series: readonly SeriesRow[]): readonly CurvePoint[] {
  const rows = series.filter(
    (row): row is SeasonRow => row.seasonNdvi !== null && row.seasonLow !== null && row.seasonHigh !== null,
  );
  if (rows.length < 2) return [];
  const times = rows.map(({ datetime }) => Date.parse(datetime));
  const widths = rows.map(({ seasonLow, seasonHigh }) => (seasonHigh - seasonLow) / 2);
  const values = rows.map(({ seasonNdvi }) => seasonNdvi);
  const fitted = findWaves(times, values);
  const stops = fitted ? evenTimes(times[0]!, times.at(-1)!) : times;
  const at = fitted ?? ((timeMs: number) => between(times, values, timeMs));
  return stops.map((timeMs) => {
    const [ndvi, width] = [at(timeMs), between(times, widths, timeMs)];
    return { timeMs, ndvi, low: ndvi - width, high: ndvi + width };
  });
}

function evenTimes(start: number, end: number): number[] {
  const count = Math.max(1, Math.ceil((end - start) / STEP_MS));
  return Array.from({ length: count + 1 }, (_, i) => start + ((end - start) * i) / count);
}

/** The plainest model that goes through all values; null where none does. */
function findWaves(times: readonly number[], values: readonly number[]): ((timeMs: number) => number) | null {
  const middle = yearsOf(times[Math.floor(times.length / 2)]!);
  for (const model of MODELS) {
    const terms = (timeMs: number) => termsOf(yearsOf(timeMs), middle, model);
    const table = times.map(terms);
    // As many values as unknowns would always fit.
    if (table.length < table[0]!.length + 2) return null;
    const found = solve(table, values);
    const at = (timeMs: number) => sumOf(terms(timeMs), found ?? []);
    if (found && values.every((value, i) => Math.abs(at(times[i]!) - value) <= EXACT)) return at;
  }
  return null;
}

/** Days before each month of a year of 365 days. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Decimal year of a UTC day as the run counts it: every year has 365 days, 29 February is the 1st of March. */
function yearsOf(timeMs: number): number {
  const day = new Date(timeMs);
  return day.getUTCFullYear() + (DAYS_BEFORE[day.getUTCMonth()]! + day.getUTCDate() - 1) / 365;
}

function termsOf(year: number, middle: number, { order, hasTrend }: (typeof MODELS)[number]): number[] {
  const waves = Array.from({ length: order }, (_, k) => {
    const angle = 2 * Math.PI * (k + 1) * year;
    return [Math.cos(angle), Math.sin(angle)];
  });
  return [1, ...(hasTrend ? [year - middle] : []), ...waves.flat()];
}

function sumOf(terms: readonly number[], factors: readonly number[]): number {
  return terms.reduce((sum, term, i) => sum + term * (factors[i] ?? 0), 0);
}

/** Least squares by the normal equations and elimination with row swaps; null where they have no single answer. */
function solve(table: readonly (readonly number[])[], values: readonly number[]): number[] | null {
  const size = table[0]!.length;
  const rows = Array.from({ length: size }, (_, i) => {
    const left = Array.from({ length: size }, (_, j) => table.reduce((sum, row) => sum + row[i]! * row[j]!, 0));
    return [...left, table.reduce((sum, row, n) => sum + row[i]! * values[n]!, 0)];
  });
  for (let i = 0; i < size; i++) {
    const best = rows.slice(i).reduce((at, row, k) => (Math.abs(row[i]!) > Math.abs(rows[at]![i]!) ? i + k : at), i);
    [rows[i], rows[best]] = [rows[best]!, rows[i]!];
    if (Math.abs(rows[i]![i]!) < 1e-9) return null;
    for (let k = 0; k < size; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]! / rows[i]![i]!;
      for (let j = i; j <= size; j++) rows[k]![j]! -= factor * rows[i]![j]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}

/** Linear between the two nearest times, which ascend; the end values beyond. */
function between(times: readonly number[], values: readonly number[], timeMs: number): number {
  const next = times.findIndex((time) => time >= timeMs);
  if (next <= 0) return next === 0 ? values[0]! : values.at(-1)!;
  const [from, to] = [times[next - 1]!, times[next]!];
  const share = to === from ? 0 : (timeMs - from) / (to - from);
  return values[next - 1]! + share * (values[next]! - values[next - 1]!);
}
