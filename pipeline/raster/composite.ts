import { CHUNK_PX, type CompositeExports, layStack, loadCompositeKernel } from './stack-memory.ts';

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

/** Loaded once: a new one would start slowly each time. It keeps nothing from one call to the next. */
let loaded: CompositeExports | null = null;

/**
 * Composite of a stack, pixel by pixel: of n valid values the one at rank fraction · (n − 1), between ranks linearly, in
 * float64, then rounded to float32. The order of the scenes has no influence. The median of an even number of values is
 * the mean of the middle two. NaN counts as not valid; pixels that are not valid are 0.
 * @param stack one array per scene, all of one type and length; an empty stack gives an empty composite
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
  const result = { data: new Float32Array(size), valid: new Uint8Array(size), count: new Uint16Array(size) };
  if (stack.length === 0) return result;
  const sorter = createSorter(stack, method.kind === 'median' ? 0.5 : method.pct / 100);
  for (let start = 0; start < size; start += VALUES_PX) {
    const part = { start, end: Math.min(size, start + VALUES_PX) };
    stack.forEach((values, k) => {
      sorter.fill(k, values.subarray(part.start, part.end), valid[k]!.subarray(part.start, part.end));
    });
    sorter.finish(result, part, Math.max(1, minCount));
  }
  return result;
}

/** Values that a plane of the kernel holds. */
const VALUES_PX = 2048;
/** Of each chunk of pixels, 32 bits each: the number of values, then the values at both ranks. */
const OUT_ROWS = 3;

function createSorter(stack: readonly StackedArray[], fraction: number) {
  loaded ??= loadCompositeKernel();
  const kernel = loaded;
  const rules = stack.map((_, i) => rankOf(i + 1, fraction));
  const bytesPerValue = stack[0]!.BYTES_PER_ELEMENT;
  const planeBytes = VALUES_PX * (bytesPerValue + 1);
  const outBytes = VALUES_PX * OUT_ROWS * 4;
  const { buffer, planesAt, outAt } = layStack(kernel, rules, { planes: stack.length, planeBytes, outBytes });
  const planes = stack.map((values, k) => {
    const at = planesAt + k * planeBytes;
    return {
      values: viewLike(values, buffer, at),
      use: new Uint8Array(buffer, at + VALUES_PX * bytesPerValue, VALUES_PX),
    };
  });
  const counts = new Uint32Array(buffer, outAt, VALUES_PX * OUT_ROWS);
  const ranked = new Float32Array(buffer, outAt, VALUES_PX * OUT_ROWS);
  return {
    fill(scene: number, values: StackedArray, use: Uint8Array): void {
      planes[scene]!.values.set(values);
      planes[scene]!.use.set(use);
    },
    finish(result: Composite, part: { start: number; end: number }, needed: number): void {
      kernel.valuesByRank(Math.ceil((part.end - part.start) / CHUNK_PX) * CHUNK_PX, bytesPerValue);
      blendRanks(result, part, { counts, ranked, rules, needed });
    },
  };
}

interface Ranked {
  readonly counts: Uint32Array;
  readonly ranked: Float32Array;
  readonly rules: readonly { readonly weight: number }[];
  readonly needed: number;
}

function blendRanks(
  { data, valid, count }: Composite,
  { start, end }: { start: number; end: number },
  { counts, ranked, rules, needed }: Ranked,
): void {
  for (let to = start, at = 0; to < end; at += OUT_ROWS * CHUNK_PX) {
    for (const last = Math.min(end, to + CHUNK_PX), from = at - to; to < last; to++) {
      const n = counts[from + to]!;
      count[to] = n;
      if (n < needed) continue;
      const low = ranked[from + to + CHUNK_PX]!;
      const high = ranked[from + to + 2 * CHUNK_PX]!;
      const { weight } = rules[n - 1]!;
      // Adding 0 turns −0 into 0, which would else depend on the order of the scenes.
      data[to] = weight === 0 ? low + 0 : low + (high - low) * weight + 0;
      valid[to] = 1;
    }
  }
}

function viewLike(values: StackedArray, buffer: ArrayBuffer, at: number): StackedArray {
  if (values instanceof Float32Array) return new Float32Array(buffer, at, VALUES_PX);
  return values instanceof Int16Array ? new Int16Array(buffer, at, VALUES_PX) : new Uint8Array(buffer, at, VALUES_PX);
}

/** @param count at least 1; `weight` in float64 */
function rankOf(count: number, fraction: number) {
  const rank = fraction * (count - 1);
  const first = Math.min(count - 1, Math.floor(rank));
  const weight = rank - first;
  return { first, second: weight === 0 ? first : first + 1, weight };
}
