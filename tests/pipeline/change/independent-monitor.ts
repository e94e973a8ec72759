/**
 * BFAST Monitor once more, for tests: written from the description alone, with Householder reflections, every quantity
 * from its definition and nothing shared with the program (order of the frequency above 2·order).
 */
export interface PlainSeries {
  readonly timesYr: readonly number[];
  readonly positions: readonly number[];
  /** NaN = missing. */
  readonly values: readonly number[];
  readonly startSlot: number;
  readonly order: number;
  readonly trend: boolean;
  readonly history: 'all' | 'roc';
  readonly h: number;
  readonly critical: number;
  readonly lambda: number;
}

export interface PlainVerdict {
  readonly historyStartSlot: number;
  readonly historyCount: number;
  readonly sigma: number;
  /** −1 = none. */
  readonly breakSlot: number;
  readonly magnitude: number;
}

export function monitorPlainly(series: PlainSeries): PlainVerdict {
  const slots = series.values.map((_, slot) => slot).filter((slot) => !Number.isNaN(series.values[slot]));
  const rows = new Map(slots.map((slot) => [slot, rowOf(series, slot)]));
  const y = (slot: number) => series.values[slot]!;
  const x = (slot: number) => rows.get(slot)!;
  const past = slots.filter((slot) => slot < series.startSlot);
  const history = series.history === 'roc' ? past.slice(stableFrom(past.map(x), past.map(y), series.lambda)) : past;
  const later = slots.filter((slot) => slot >= series.startSlot);
  const { coefficients } = solve(history.map(x), history.map(y));
  const departures = [...history, ...later].map((slot) => y(slot) - dot(x(slot), coefficients));
  const n = history.length;
  const squares = departures.slice(0, n).reduce((sum, e) => sum + e * e, 0);
  const sigma = Math.sqrt(squares / (n - coefficients.length));
  const window = Math.floor(series.h * n);
  const crossing = later.findIndex((_, i) => {
    const k = n + i + 1;
    const sum = departures.slice(k - window, k).reduce((a, b) => a + b, 0);
    const log = k / n <= Math.E ? 1 : Math.log(k / n);
    return Math.abs(sum / (sigma * Math.sqrt(n))) > series.critical * Math.sqrt(2 * log);
  });
  const sorted = departures.slice(n).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return {
    historyStartSlot: history[0]!,
    historyCount: n,
    sigma,
    breakSlot: crossing === -1 ? -1 : later[crossing]!,
    magnitude: (sorted[Math.ceil(middle - 1)]! + sorted[Math.floor(middle)]!) / 2,
  };
}

function rowOf({ timesYr, positions, order, trend }: PlainSeries, slot: number): number[] {
  const middle = (positions[0]! + positions.at(-1)!) / 2;
  const row = trend ? [1, (positions[slot]! - middle) / (positions.at(-1)! - positions[0]!)] : [1];
  for (let k = 1; k <= order; k += 1) row.push(Math.cos(2 * Math.PI * k * timesYr[slot]!));
  for (let k = 1; k <= order; k += 1) row.push(Math.sin(2 * Math.PI * k * timesYr[slot]!));
  return row;
}

function stableFrom(rows: number[][], values: number[], lambda: number): number {
  const [x, y, p] = [rows.toReversed(), values.toReversed(), rows[0]!.length];
  const residuals: number[] = [];
  for (let r = p; r < x.length; r += 1) {
    const { coefficients, leverage } = solve(x.slice(0, r), y.slice(0, r), x[r]!);
    residuals.push((y[r]! - dot(x[r]!, coefficients)) / Math.sqrt(1 + leverage));
  }
  const m = residuals.length;
  const mean = residuals.reduce((a, b) => a + b, 0) / m;
  const sigma = Math.sqrt(residuals.reduce((sum, w) => sum + (w - mean) ** 2, 0) / (m - 1));
  let sum = 0;
  const process = residuals.map((w) => {
    sum += w;
    return Math.abs(sum) / (sigma * Math.sqrt(m));
  });
  const first = process.findIndex((value, i) => value > lambda * (1 + (2 * (i + 1)) / m));
  return first === -1 ? 0 : m + 1 - (first + 1);
}

/** Least squares by Householder reflections of [X y]; the leverage x'(X'X)⁻¹x of a further row. */
function solve(rows: number[][], values: number[], at: number[] = []): { coefficients: number[]; leverage: number } {
  const p = rows[0]!.length;
  const a = rows.map((row, i) => [...row, values[i]!]);
  for (let j = 0; j < p; j += 1) {
    const norm = Math.hypot(...a.slice(j).map((row) => row[j]!));
    const v = a.slice(j).map((row) => row[j]!);
    v[0]! += v[0]! < 0 ? -norm : norm;
    const scale = 2 / v.reduce((sum, part) => sum + part * part, 0);
    for (let k = j; k <= p; k += 1) {
      const s = scale * v.reduce((sum, part, i) => sum + part * a[j + i]![k]!, 0);
      for (const [i, part] of v.entries()) a[j + i]![k]! -= s * part;
    }
  }
  const coefficients = new Array<number>(p).fill(0);
  for (let i = p - 1; i >= 0; i -= 1) {
    const known = coefficients.reduce((sum, c, k) => (k > i ? sum + c * a[i]![k]! : sum), 0);
    coefficients[i] = (a[i]![p]! - known) / a[i]![i]!;
  }
  const z: number[] = [];
  for (let i = 0; i < at.length; i += 1) {
    const known = z.reduce((sum, part, k) => sum + part * a[k]![i]!, 0);
    z.push((at[i]! - known) / a[i]![i]!);
  }
  return { coefficients, leverage: dot(z, z) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
