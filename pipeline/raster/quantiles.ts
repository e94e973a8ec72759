import { intersectWindows } from '../../shared/grid.ts';
import { radixOrder } from './radix-order.ts';
import { type CoveredWindow, indexOf, type ValueWindow } from './zonal.ts';

/** The valid values a parcel covers and their weights. Parts of one parcel are simply put together. */
export interface WeightedValues {
  readonly values: Float32Array;
  readonly weights: Float64Array;
}

/** Collects the valid cells of `cells` that the parcel covers, in row order, for `weightedQuantiles`. */
export function collectWeighted(
  parcel: CoveredWindow,
  cells: ValueWindow & { readonly values: Float32Array },
): WeightedValues {
  const shared = intersectWindows(parcel.window, cells.window);
  const size = shared === null ? 0 : shared.widthPx * shared.heightPx;
  const values = new Float32Array(size);
  const weights = new Float64Array(size);
  let n = 0;
  for (let row = 0; shared !== null && row < shared.heightPx; row++) {
    let i = indexOf(parcel.window, shared, row);
    let j = indexOf(cells.window, shared, row);
    for (const end = i + shared.widthPx; i < end; i++, j++) {
      const share = parcel.coverage[i]!;
      if (share === 0 || cells.valid[j] === 0) continue;
      values[n] = cells.values[j]!;
      weights[n++] = share;
    }
  }
  return { values: values.slice(0, n), weights: weights.slice(0, n) };
}

/** A share of the total is reached when only rounding of the summed weights is missing. */
export const REACHED = 1 - 1e-12;

/**
 * Weighted quantiles: for each p of `ps` (in [0, 1]) the smallest value whose cumulated weight reaches p of the total.
 * The answer does not depend on the order of the input, bit for bit. Empty without input.
 * @param values no NaN
 * @param weights as many, all above 0
 */
export function weightedQuantiles(
  values: Float32Array | Float64Array,
  weights: Float64Array,
  ps: readonly number[],
): number[] {
  if (values.length === 0) return [];
  const order = values instanceof Float32Array ? radixOrder(values) : compareOrder(values);
  const cumulated = cumulate(values, weights, order);
  const total = cumulated[cumulated.length - 1]!;
  return ps.map((p) => {
    const wanted = p * total * REACHED;
    let low = 0;
    let high = order.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle]! >= wanted) high = middle;
      else low = middle + 1;
    }
    return values[order[low]!]! + 0;
  });
}

/** Weight up to and with each value in rising order; equal values all carry the sum of their whole group. */
function cumulate(values: Float32Array | Float64Array, weights: Float64Array, order: Uint32Array): Float64Array {
  const out = new Float64Array(order.length);
  let sum = 0;
  for (let i = 0; i < order.length; ) {
    const value = values[order[i]!]!;
    let end = i + 1;
    while (end < order.length && values[order[end]!]! === value) end++;
    sum += end === i + 1 ? weights[order[i]!]! : sumInFixedOrder(weights, order.subarray(i, end));
    for (; i < end; i++) out[i] = sum;
  }
  return out;
}

/** Sums of more than two numbers depend on their order, so they are added from the smallest on. */
function sumInFixedOrder(weights: Float64Array, indices: Uint32Array): number {
  let sum = 0;
  for (const weight of Float64Array.from(indices, (index) => weights[index]!).sort()) sum += weight;
  return sum;
}

function compareOrder(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
}
