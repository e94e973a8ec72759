import type { Design } from './design-matrix.ts';

/** The observations of one series, in order of time; filled anew for every series. */
export interface Observations {
  /** Slot of each observation, and of each missing value. */
  readonly slots: Int32Array;
  readonly missing: Int32Array;
  readonly values: Float64Array;
  count: number;
  missingCount: number;
  /** Those before the monitoring period. */
  historyCount: number;
  missingHistoryCount: number;
}

/** A fitted season (and trend); overwritten by every fit. */
export interface LeastSquares {
  /** Of the design's columns, the trend centred and scaled. */
  readonly coefficients: Float64Array;
  /** p × p, upper triangle R with R'R = X'X, row by row. */
  readonly factor: Float64Array;
  /** X'X while it is fitted; p(p+1)/2. */
  readonly gram: Float64Array;
  /** Scratch of length p. */
  readonly row: Float64Array;
}

/** Below it, the share of a column's square that the columns before leave over, X'X has too few digits: rows are rotated. */
const SAFE_PIVOT = 1e-3;
/** Below it a column counts as a combination of those before: a share of 1e-7 of its length, as R's `lm` has it. */
const RANK_PIVOT = 1e-14;

export function createLeastSquares({ columnCount: p }: Design): LeastSquares {
  return {
    coefficients: new Float64Array(p),
    factor: new Float64Array(p * p),
    gram: new Float64Array((p * (p + 1)) / 2),
    row: new Float64Array(p),
  };
}

/**
 * Ordinary least squares of the observations `first` … historyCount − 1. False where the columns are linearly dependent
 * on these dates, or nearly so. Normal equations where they are well conditioned, else rotations of the rows.
 */
export function fitHistory(fit: LeastSquares, design: Design, observations: Observations, first: number): boolean {
  sumProducts(fit, design, observations, first);
  const pivot = factorize(fit, design.columnCount);
  if (pivot > SAFE_PIVOT) {
    projectValues(fit, design, observations, first);
    solveLower(fit.factor, fit.coefficients);
    solveUpper(fit.factor, fit.coefficients);
    return true;
  }
  return rotateRows(fit, design, observations, first);
}

/** Leverage x'(X'X)⁻¹x of a slot in the last fit. */
export function leverageAt({ factor, row }: LeastSquares, { rows, columnCount }: Design, slot: number): number {
  for (let j = 0; j < columnCount; j += 1) row[j] = rows[slot * columnCount + j]!;
  solveLower(factor, row);
  let sum = 0;
  for (let j = 0; j < columnCount; j += 1) sum += row[j]! * row[j]!;
  return sum;
}

/** X'X: the sum over all slots less that over the missing ones, or the sum over the observed ones, whichever are fewer. */
function sumProducts({ gram }: LeastSquares, design: Design, observations: Observations, first: number): void {
  const { products, cumulated } = design;
  const { slots, missing, historyCount, missingHistoryCount } = observations;
  const width = gram.length;
  let skipped = 0;
  const from = slots[first]!;
  while (skipped < missingHistoryCount && missing[skipped]! < from) skipped += 1;
  const absent = missingHistoryCount - skipped;
  const present = historyCount - first;
  if (present <= absent) {
    gram.fill(0);
    for (let i = first; i < historyCount; i += 1) {
      const at = slots[i]! * width;
      for (let k = 0; k < width; k += 1) gram[k]! += products[at + k]!;
    }
    return;
  }
  const start = from * width;
  const end = (from + present + absent) * width;
  for (let k = 0; k < width; k += 1) gram[k] = cumulated[end + k]! - cumulated[start + k]!;
  let i = skipped;
  if ((missingHistoryCount - i) % 2 === 1) {
    const at = missing[i++]! * width;
    for (let k = 0; k < width; k += 1) gram[k]! -= products[at + k]!;
  }
  // Two at a time: most of the work is to fetch and to put back the sums.
  for (; i < missingHistoryCount; i += 2) {
    const at = missing[i]! * width;
    const next = missing[i + 1]! * width;
    for (let k = 0; k < width; k += 1) gram[k]! -= products[at + k]! + products[next + k]!;
  }
}

/** Cholesky; returns the smallest share of a column's square that the columns before leave over. */
function factorize({ gram, factor }: LeastSquares, p: number): number {
  let smallest = 1;
  let at = 0;
  for (let i = 0; i < p; i += 1) {
    const whole = gram[at]!;
    let square = whole;
    for (let k = 0; k < i; k += 1) square -= factor[k * p + i]! * factor[k * p + i]!;
    const share = square / whole;
    if (!(share > SAFE_PIVOT)) return 0;
    if (share < smallest) smallest = share;
    const root = Math.sqrt(square);
    factor[i * p + i] = root;
    at += 1;
    for (let j = i + 1; j < p; j += 1) {
      let sum = gram[at++]!;
      for (let k = 0; k < i; k += 1) sum -= factor[k * p + i]! * factor[k * p + j]!;
      factor[i * p + j] = sum / root;
    }
  }
  return smallest;
}

/** X'y into the coefficients. */
function projectValues(fit: LeastSquares, design: Design, observations: Observations, first: number): void {
  const { coefficients } = fit;
  const { rows, columnCount: p } = design;
  const { slots, values, historyCount } = observations;
  coefficients.fill(0);
  for (let i = first; i < historyCount; i += 1) {
    const at = slots[i]! * p;
    const value = values[i]!;
    for (let j = 0; j < p; j += 1) coefficients[j]! += rows[at + j]! * value;
  }
}

/** Solves R'z = b in place. */
function solveLower(factor: Float64Array, b: Float64Array): void {
  const p = b.length;
  for (let i = 0; i < p; i += 1) {
    let sum = b[i]!;
    for (let k = 0; k < i; k += 1) sum -= factor[k * p + i]! * b[k]!;
    b[i] = sum / factor[i * p + i]!;
  }
}

/** Solves Rb = z in place. */
function solveUpper(factor: Float64Array, z: Float64Array): void {
  const p = z.length;
  for (let i = p - 1; i >= 0; i -= 1) {
    let sum = z[i]!;
    for (let k = i + 1; k < p; k += 1) sum -= factor[i * p + k]! * z[k]!;
    z[i] = sum / factor[i * p + i]!;
  }
}

/** R and z of the QR decomposition by Givens rotations of one row after the other. */
function rotateRows(fit: LeastSquares, design: Design, observations: Observations, first: number): boolean {
  const { factor, coefficients, row } = fit;
  const { rows, columnCount: p } = design;
  const { slots, values, historyCount } = observations;
  factor.fill(0);
  coefficients.fill(0);
  for (let i = first; i < historyCount; i += 1) {
    for (let j = 0; j < p; j += 1) row[j] = rows[slots[i]! * p + j]!;
    let value = values[i]!;
    for (let j = 0; j < p; j += 1) {
      const [diagonal, x] = [factor[j * p + j]!, row[j]!];
      if (x === 0) continue;
      const radius = Math.hypot(diagonal, x);
      const [cos, sin] = [diagonal / radius, x / radius];
      factor[j * p + j] = radius;
      for (let k = j + 1; k < p; k += 1) {
        const above = factor[j * p + k]!;
        factor[j * p + k] = cos * above + sin * row[k]!;
        row[k] = cos * row[k]! - sin * above;
      }
      const above = coefficients[j]!;
      coefficients[j] = cos * above + sin * value;
      value = cos * value - sin * above;
    }
  }
  if (!hasFullRank(factor, p)) return false;
  solveUpper(factor, coefficients);
  return true;
}

function hasFullRank(factor: Float64Array, p: number): boolean {
  for (let j = 0; j < p; j += 1) {
    let whole = 0;
    for (let k = 0; k <= j; k += 1) whole += factor[k * p + j]! ** 2;
    if (!(factor[j * p + j]! ** 2 > RANK_PIVOT * whole)) return false;
  }
  return true;
}
