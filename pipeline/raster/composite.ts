/** What one pixel becomes of its valid values. `pct` in [0, 100], interpolated linearly between ranks as numpy does. */
export type CompositeMethod = { readonly kind: 'median' } | { readonly kind: 'percentile'; readonly pct: number };

type StackedArray = Float32Array | Int16Array | Uint8Array;

export interface Composite {
  readonly data: Float32Array;
  /** 1 where at least `minCount` values were there. */
  readonly valid: Uint8Array;
  /** Number of valid values of each pixel, whether or not they sufficed. */
  readonly count: Uint16Array;
}

/** Pixels gathered at once: their values of all scenes stay in the processor's cache. */
const CHUNK_PX = 1024;
/** Up to this many values sorting by insertion beats selection. */
const INSERTION_MAX = 24;

/**
 * Composite of a stack, pixel by pixel. The order of the scenes has no influence. The median of an even number of values
 * is the mean of the middle two. NaN counts as not valid; pixels that are not valid are 0.
 * @param stack one array per scene, all of one length; an empty stack gives an empty composite
 * @param valid one mask per scene, 1 = use
 * @param minCount fewer valid values than this (at least 1) leave a pixel without a value
 */
export function computeComposite(
  stack: readonly StackedArray[],
  valid: readonly Uint8Array[],
  method: CompositeMethod,
  minCount: number,
): Composite {
  const size = stack[0]?.length ?? 0;
  const fraction = method.kind === 'median' ? 0.5 : method.pct / 100;
  const needed = Math.max(1, minCount);
  const result = { data: new Float32Array(size), valid: new Uint8Array(size), count: new Uint16Array(size) };
  const values = new Float32Array(CHUNK_PX * stack.length);
  const rows = { values, stride: stack.length };
  for (let start = 0; start < size; start += CHUNK_PX) {
    const end = Math.min(size, start + CHUNK_PX);
    const count = result.count.subarray(start, end);
    for (let k = 0; k < stack.length; k++) {
      gather(stack[k]!.subarray(start, end), valid[k]!.subarray(start, end), rows, count);
    }
    for (let i = 0, at = 0; i < count.length; i++, at += stack.length) {
      const n = count[i]!;
      if (n < needed) continue;
      result.data[start + i] = quantileOf(values, at, n, fraction);
      result.valid[start + i] = 1;
    }
  }
  return result;
}

/** Appends one scene's valid values to the rows of `values`, which hold `stride` places for each pixel. */
function gather(
  scene: StackedArray,
  use: Uint8Array,
  { values, stride }: { values: Float32Array; stride: number },
  count: Uint16Array,
): void {
  for (let i = 0, at = 0; i < scene.length; i++, at += stride) {
    const value = scene[i]!;
    if (use[i] !== 1 || Number.isNaN(value)) continue;
    const n = count[i]!;
    values[at + n] = value;
    count[i] = n + 1;
  }
}

/** The quantile of `n` values from `at` on, whose order it changes: rank fraction·(n − 1), between ranks linearly. */
function quantileOf(values: Float32Array, at: number, n: number, fraction: number): number {
  const rank = fraction * (n - 1);
  const lower = Math.min(n - 1, Math.floor(rank));
  const weight = rank - lower;
  if (n <= INSERTION_MAX) sortByInsertion(values, at, at + n);
  else selectRank(values, at, at + n - 1, at + lower);
  const low = values[at + lower]!;
  // Adding 0 turns −0 into 0, which would else depend on the order of the scenes.
  if (weight === 0) return low + 0;
  let high = values[at + lower + 1]!;
  if (n > INSERTION_MAX) for (let i = at + lower + 2; i < at + n; i++) if (values[i]! < high) high = values[i]!;
  return low + (high - low) * weight + 0;
}

function sortByInsertion(values: Float32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!;
    let j = i - 1;
    while (j >= from && values[j]! > value) {
      values[j + 1] = values[j]!;
      j--;
    }
    values[j + 1] = value;
  }
}

/** Hoare's selection: afterwards values[rank] is in its place, nothing before it is larger, nothing after it smaller. */
function selectRank(values: Float32Array, first: number, last: number, rank: number): void {
  let left = first;
  let right = last;
  while (left < right) {
    const pivot = medianOfThree(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else return;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
