/** The mean index of one area, acquisition by acquisition: only observations that may be used (clear, no outlier, not burnt). */
export interface IndexSeries {
  /** Decimal years of the acquisitions; the same acquisition has the same time in every series. */
  readonly days: Float64Array;
  /** Index units (NDVI); NaN counts as missing. */
  readonly values: Float64Array;
  /** Index of the acquisition, by which series are brought together. */
  readonly keys: ArrayLike<number>;
}

export interface NamedSeries {
  readonly id: string;
  readonly series: IndexSeries;
}

/** Many series over one axis of time, as one matrix: row × slot. */
export interface SeriesTable {
  /** Decimal years, ascending; one slot for each acquisition that any series has. */
  readonly timesYr: Float64Array;
  /** Acquisition of each slot. */
  readonly keys: Int32Array;
  /** Slots before the split: the history. The others are monitored. */
  readonly historyCount: number;
  readonly rowCount: number;
  /** rowCount × slots, NaN = missing. */
  readonly values: Float64Array;
}

/** Brings series together; the rows follow the order given, plus `spareRows` empty ones at the end. */
export function tabulateSeries(series: readonly IndexSeries[], splitYr: number, spareRows = 0): SeriesTable {
  const timeOf = new Map<number, number>();
  for (const { days, values, keys } of series) {
    for (let i = 0; i < days.length; i++) {
      if (Number.isFinite(values[i]!)) timeOf.set(keys[i]!, Math.min(days[i]!, timeOf.get(keys[i]!) ?? Infinity));
    }
  }
  const slots = [...timeOf].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const slotOf = new Map(slots.map(([key], slot) => [key, slot]));
  const rowCount = series.length + spareRows;
  const values = new Float64Array(rowCount * slots.length).fill(Number.NaN);
  series.forEach((one, row) => {
    for (let i = 0; i < one.days.length; i++) {
      const slot = slotOf.get(one.keys[i]!);
      if (slot !== undefined && Number.isFinite(one.values[i]!)) values[row * slots.length + slot] = one.values[i]!;
    }
  });
  return {
    timesYr: Float64Array.from(slots, ([, time]) => time),
    keys: Int32Array.from(slots, ([key]) => key),
    historyCount: slots.filter(([, time]) => time < splitYr).length,
    rowCount,
    values,
  };
}

export function rowOf({ values, timesYr }: SeriesTable, row: number): Float64Array {
  return values.subarray(row * timesYr.length, (row + 1) * timesYr.length);
}

/** Writes into row `out` the mean over rows [from, to) of each slot, NaN where none has a value. */
export function writeMeanRow(table: SeriesTable, { from, to, out }: { from: number; to: number; out: number }): void {
  const target = rowOf(table, out);
  for (let slot = 0; slot < target.length; slot++) {
    let sum = 0;
    let count = 0;
    for (let row = from; row < to; row++) {
      const value = table.values[row * target.length + slot]!;
      if (!Number.isNaN(value)) {
        sum += value;
        count += 1;
      }
    }
    target[slot] = count > 0 ? sum / count : Number.NaN;
  }
}
