import type { TimeAxis } from './break-monitor.ts';

/** A series on its regular grid: one slot per place that the file names, ascending. */
export interface SeriesGrid {
  readonly axis: TimeAxis;
  /** One per slot, NaN = missing. */
  readonly values: Float64Array;
  /** Row of the file that each slot came from first. */
  readonly rowOf: Int32Array;
}

export type SeriesFault = {
  readonly outcome: 'not_finite' | 'unsorted_dates' | 'duplicate_dates';
  readonly row: number;
};

export interface SeriesRows {
  /** Decimal years, in file order. */
  readonly timesYr: readonly number[];
  /** null = missing. */
  readonly values: readonly (number | null)[];
}

/** Of irregular dates, the places of the grid are days, and several values of one are averaged. */
const DAYS_A_YEAR = 365;

/**
 * Puts rows on the regular grid that begins at the first time: place = round((t − t0)·frequency), its time t0 +
 * place/frequency, as R's `ts` has it. `start` is moved to the nearest place; history lies before it. Answers the first
 * row that cannot be placed: a time or value that is not finite, a time before the one above it, or one whose place is
 * taken on a grid other than that of days.
 */
export function placeOnGrid(
  rows: SeriesRows,
  { frequency, start }: { readonly frequency: number; readonly start: number },
): SeriesGrid | SeriesFault {
  const { timesYr, values } = rows;
  const notFinite = timesYr.findIndex((time, row) => !Number.isFinite(time) || !Number.isFinite(values[row] ?? 0));
  if (notFinite !== -1) return { outcome: 'not_finite', row: notFinite };
  const unsorted = timesYr.findIndex((time, row) => time < (timesYr[row - 1] ?? time));
  if (unsorted !== -1) return { outcome: 'unsorted_dates', row: unsorted };
  const first = timesYr[0]!;
  const places = timesYr.map((time) => Math.round((time - first) * frequency));
  const repeated = places.findIndex((place, row) => place === places[row - 1]);
  if (repeated !== -1 && frequency !== DAYS_A_YEAR) return { outcome: 'duplicate_dates', row: repeated };
  const firstRows = places.map((_, row) => row).filter((row) => places[row] !== places[row - 1]);
  const startPlace = Math.round((start - first) * frequency);
  const later = firstRows.findIndex((row) => places[row]! >= startPlace);
  return {
    axis: {
      timesYr: Float64Array.from(firstRows, (row) => first + places[row]! / frequency),
      positions: Float64Array.from(firstRows, (row) => places[row]! + 1),
      frequency,
      startSlot: later === -1 ? firstRows.length : later,
    },
    values: Float64Array.from(firstRows, (row, slot) => meanOf(values.slice(row, firstRows[slot + 1]))),
    rowOf: Int32Array.from(firstRows),
  };
}

/** Mean of the values that are there; NaN of none. */
function meanOf(values: readonly (number | null)[]): number {
  const there = values.filter((value) => value !== null);
  let sum = 0;
  for (const value of there) sum += value;
  return sum / there.length;
}
