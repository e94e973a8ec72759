import type { CompositeMethod } from './composite.ts';
import { middleRanks, percentileRanks } from './rank.ts';

export const COMPOSITE_NODATA = -32768;
/** Stored NDVI = NDVI × 10,000; what rounds beyond this is no NDVI. */
const MAX_STORED = 32767;

const f = Math.fround;

/**
 * NDVI composite of dates of DN on one grid, as int16 × 10,000: the definition of `canopy composite`, every step in
 * float32 as numpy does it. A date counts where both DN are above 0 and red + nir + 2·offset is not 0; its NDVI is
 * (nir − red)/(nir + red + 2·offset). Median: the mean of the two middle values where their number is even. Rounded half
 * to even; −32768 where no date counts, and where the result is beyond ±3.2767, which int16 does not hold.
 * @param reds one array a date, 0 = missing; `nirs` alike, all of one length
 * @param dnOffset added to a DN to make it reflectance × 10,000: −1000 for Sentinel-2 from baseline 04.00 on
 */
export function compositeNdvi(
  reds: readonly Uint16Array[],
  nirs: readonly Uint16Array[],
  { method, dnOffset }: { readonly method: CompositeMethod; readonly dnOffset: number },
): Int16Array {
  const twice = f(2 * dnOffset);
  return Int16Array.from(reds[0] ?? [], (_, i) => {
    const values = new Float32Array(reds.length);
    let count = 0;
    reds.forEach((red, k) => {
      const r = red[i]!;
      const n = nirs[k]![i]!;
      const sum = f(f(n + r) + twice);
      if (r !== 0 && n !== 0 && sum !== 0) values[count++] = f(n - r) / sum;
    });
    return count === 0 ? COMPOSITE_NODATA : store(valueAtRank(values.subarray(0, count).sort(), method));
  });
}

/** @param ordered ascending, at least one */
function valueAtRank(ordered: Float32Array, method: CompositeMethod): number {
  const isMedian = method.kind === 'median';
  const rule = isMedian ? middleRanks(ordered.length) : percentileRanks(ordered.length, method.pct);
  const first = ordered[rule.first]!;
  const second = ordered[rule.second]!;
  return isMedian ? f(f(first + second) * 0.5) : f(first + f(f(second - first) * rule.weight));
}

function store(ndvi: number): number {
  const stored = roundHalfToEven(f(ndvi * 10_000));
  return Math.abs(stored) <= MAX_STORED ? stored : COMPOSITE_NODATA;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  return part < 0.5 || (part === 0.5 && below % 2 === 0) ? below : below + 1;
}
