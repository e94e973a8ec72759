import type { Design } from './design-matrix.ts';
import type { Observations } from './least-squares.ts';

/** A first row's own part smaller than this is rounding: it tells nothing that the rows before do not. */
const DEPENDENT = 1e-10;

/** Memory of the search for a stable history; overwritten by every search. */
export interface CusumWork {
  /** Square-root-free factor of the rows so far: R̄ (p × p, unit diagonal), D, and the rotated values. */
  readonly factor: Float64Array;
  readonly diagonal: Float64Array;
  readonly rotated: Float64Array;
  readonly row: Float64Array;
  readonly ahead: Float64Array;
  /** Recursive residuals from the last observation of the history backwards; n − p of them. */
  readonly residuals: Float64Array;
}

export function createCusumWork({ slotCount, columnCount: p }: Design): CusumWork {
  return {
    factor: new Float64Array(p * p),
    diagonal: new Float64Array(p),
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
  const { diagonal, row, residuals } = work;
  const { rows, columnCount: p } = design;
  const { slots, values, historyCount } = observations;
  diagonal.fill(0);
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
  const { factor, diagonal, rotated, row } = work;
  let weight = 1;
  let left = value;
  for (let i = 0; i < p; i += 1) {
    const x = row[i]!;
    const before = diagonal[i]!;
    if (x === 0 || (before === 0 && Math.abs(x) < DEPENDENT)) continue;
    if (before === 0) {
      const residual = leftOver(work, i + 1, weight, left);
      fillColumn(work, i, weight, left);
      return residual;
    }
    const scaled = weight * x;
    const after = before + scaled * x;
    const cos = before / after;
    const sin = scaled / after;
    diagonal[i] = after;
    weight *= cos;
    for (let k = i * p + i + 1, j = i + 1; j < p; j += 1, k += 1) {
      const above = factor[k]!;
      const xk = row[j]!;
      row[j] = xk - x * above;
      factor[k] = cos * above + sin * xk;
    }
    const above = rotated[i]!;
    rotated[i] = cos * above + sin * left;
    left -= x * above;
  }
  return left * Math.sqrt(weight);
}

/** What a row leaves over of the columns from `from` on, the factor unchanged. */
function leftOver(
  { factor, diagonal, rotated, row, ahead }: CusumWork,
  from: number,
  share: number,
  value: number,
): number {
  const p = row.length;
  ahead.set(row);
  let weight = share;
  let left = value;
  for (let i = from; i < p; i += 1) {
    const x = ahead[i]!;
    const before = diagonal[i]!;
    if (before === 0) continue;
    for (let j = i + 1; j < p; j += 1) ahead[j]! -= x * factor[i * p + j]!;
    left -= x * rotated[i]!;
    weight *= before / (before + weight * x * x);
  }
  return left * Math.sqrt(weight);
}

function fillColumn(
  { factor, diagonal, rotated, row }: CusumWork,
  column: number,
  weight: number,
  value: number,
): void {
  const p = row.length;
  const x = row[column]!;
  diagonal[column] = weight * x * x;
  rotated[column] = value / x;
  for (let j = column + 1; j < p; j += 1) factor[column * p + j] = row[j]! / x;
}
