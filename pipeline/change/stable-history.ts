import type { Design } from './design-matrix.ts';
import type { Observations } from './least-squares.ts';

/** A first row's own part smaller than this is rounding: it tells nothing that the rows before do not. */
const DEPENDENT = 1e-10;

/** Memory of the search for a stable history; overwritten by every search. */
export interface CusumWork {
  /** Square-root-free factor of the rows so far, X'X = R̄'DR̄: R̄ (p × p, unit diagonal) and the rotated values. */
  readonly factor: Float64Array;
  /** D⁻¹; 0 where the rows so far do not tell the column apart from those before it. */
  readonly inverse: Float64Array;
  readonly rotated: Float64Array;
  readonly row: Float64Array;
  readonly ahead: Float64Array;
  /** Recursive residuals from the last observation of the history backwards; n − p of them. */
  readonly residuals: Float64Array;
}

export function createCusumWork({ slotCount, columnCount: p }: Design): CusumWork {
  return {
    factor: new Float64Array(p * p),
    inverse: new Float64Array(p),
    rotated: new Float64Array(p),
    row: new Float64Array(p),
    ahead: new Float64Array(p),
    residuals: new Float64Array(slotCount),
  };
}

/**
 * First observation of the stable history, counted from 0: the reverse-ordered CUSUM of recursive residuals is followed
 * back in time until it leaves its boundary λ(1 + 2j/m); 0 where it never does (Pesaran and Timmermann 2002).
 * `noise`: a spread of the residuals at or below it is none.
 */
export function findStableHistory(
  work: CusumWork,
  design: Design,
  observations: Observations,
  { lambda, noise }: { readonly lambda: number; readonly noise: number },
): number {
  const { residuals } = work;
  const count = recursiveResiduals(work, design, observations);
  if (count < 2) return 0;
  let mean = 0;
  for (let i = 0; i < count; i += 1) mean += residuals[i]!;
  mean /= count;
  let squares = 0;
  for (let i = 0; i < count; i += 1) squares += (residuals[i]! - mean) ** 2;
  const sigma = Math.sqrt(squares / (count - 1));
  if (!(sigma > noise)) return 0;
  const limit = lambda * sigma * Math.sqrt(count);
  let process = 0;
  for (let j = 1; j <= count; j += 1) {
    process += residuals[j - 1]!;
    if (Math.abs(process) > limit * (1 + (2 * j) / count)) return count + 1 - j;
  }
  return 0;
}

/**
 * Recursive residuals of the history from its last observation backwards; returns their number. A row rotated into the
 * triangular factor of the rows before it leaves exactly its recursive residual over, (y − x'b)/sqrt(1 + x'(X'X)⁻¹x),
 * which loses no digits where the first rows are ill conditioned (Gentleman 1974, without square roots).
 */
export function recursiveResiduals(work: CusumWork, design: Design, observations: Observations): number {
  const { inverse, row, residuals } = work;
  const { rows, columnCount: p } = design;
  const { slots, values, historyCount } = observations;
  inverse.fill(0);
  work.factor.fill(0);
  work.rotated.fill(0);
  for (let i = historyCount - 1; i >= 0; i -= 1) {
    const at = slots[i]! * p;
    for (let j = 0; j < p; j += 1) row[j] = rows[at + j]!;
    const residual = includeRow(work, p, values[i]!);
    const index = historyCount - 1 - i - p;
    if (index >= 0) residuals[index] = residual;
  }
  return Math.max(0, historyCount - p);
}

/**
 * Rotates `work.row` and its value into the factor; returns what is left over. A column that the rows so far do not tell
 * apart from those before it has no part in the season yet (its coefficient is 0, as in R's `lm`), and is filled by the
 * first row that does.
 */
function includeRow(work: CusumWork, p: number, value: number): number {
  const { factor, inverse, rotated, row } = work;
  // 1 + x'(X'X)⁻¹x of the columns so far: what is left over of the row has the weight 1/spread.
  let spread = 1;
  let left = value;
  for (let i = 0, at = 0; i < p; i += 1, at += p) {
    const x = row[i]!;
    const known = inverse[i]!;
    if (known === 0) {
      if (Math.abs(x) < DEPENDENT) continue;
      const residual = leftOver(work, i + 1, spread, left);
      fillColumn(work, i, spread, left);
      return residual;
    }
    const before = spread;
    spread += x * x * known;
    const share = 1 / spread;
    const gain = x * known * share;
    inverse[i] = known * before * share;
    for (let j = i + 1; j < p; j += 1) {
      const above = factor[at + j]!;
      const rest = row[j]! - x * above;
      row[j] = rest;
      factor[at + j] = above + gain * rest;
    }
    const above = rotated[i]!;
    left -= x * above;
    rotated[i] = above + gain * left;
  }
  return left / Math.sqrt(spread);
}

/** What a row leaves over of the columns from `from` on, the factor unchanged. */
function leftOver(work: CusumWork, from: number, spreadBefore: number, value: number): number {
  const { factor, inverse, rotated, row, ahead } = work;
  const p = row.length;
  ahead.set(row);
  let spread = spreadBefore;
  let left = value;
  for (let i = from; i < p; i += 1) {
    const x = ahead[i]!;
    if (inverse[i] === 0) continue;
    for (let j = i + 1; j < p; j += 1) ahead[j]! -= x * factor[i * p + j]!;
    left -= x * rotated[i]!;
    spread += x * x * inverse[i]!;
  }
  return left / Math.sqrt(spread);
}

function fillColumn({ factor, inverse, rotated, row }: CusumWork, column: number, spread: number, value: number): void {
  const p = row.length;
  const x = row[column]!;
  inverse[column] = spread / (x * x);
  rotated[column] = value / x;
  for (let j = column + 1; j < p; j += 1) factor[column * p + j] = row[j]! / x;
}
