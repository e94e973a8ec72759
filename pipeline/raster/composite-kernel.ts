import type { CompositeMethod } from './composite.ts';
import { middleRanks, percentileRanks } from './rank.ts';
import { CHUNK_PX, layStack, loadCompositeKernel } from './stack-memory.ts';

export type StackMethod = CompositeMethod | { readonly kind: 'medoid' };

export interface StackSpec {
  readonly dates: number;
  /** Pixels that the kernel holds of each date. */
  readonly capacityPx: number;
  readonly method: StackMethod;
  /** Added to a DN to make it reflectance × 10,000; the medoid does not need it. */
  readonly dnOffset: number;
}

/** A stack of dates in a kernel's memory: fill the planes, compute, read the result before the next one. */
export interface StackKernel {
  /** DN of one date, `capacityPx` long at least; 0 = missing. */
  readonly planes: readonly { readonly red: Uint16Array; readonly nir: Uint16Array }[];
  /** Composite of the first `pixels` of the planes. */
  compute(pixels: number): StackResult;
}

export interface StackResult {
  /** NDVI × 10,000 (`compositeNdvi`), or red and nir side by side (`computeMedoid`). A view: valid until the next call. */
  readonly data: Int16Array | Uint16Array;
  /** Pixels left out because their NDVI is beyond ±3.2767. */
  readonly refusedPx: number;
}

/** WASM SIMD twin of `compositeNdvi` and `computeMedoid`: the same bits, some fifty times faster. */
export function createStackKernel({ dates, capacityPx, method, dnOffset }: StackSpec): StackKernel {
  const kernel = loadCompositeKernel();
  const planePx = Math.ceil(capacityPx / CHUNK_PX) * CHUNK_PX;
  const rules = Array.from({ length: dates }, (_, i) =>
    method.kind === 'percentile' ? percentileRanks(i + 1, method.pct) : middleRanks(i + 1),
  );
  const outBytes = planePx * (method.kind === 'medoid' ? 4 : 2);
  const planeBytes = planePx * 2;
  const { buffer, planesAt, outAt } = layStack(kernel, rules, { planes: 2 * dates, planeBytes, outBytes });
  const plane = (index: number) => new Uint16Array(buffer, planesAt + index * planeBytes, planePx);
  return {
    planes: Array.from({ length: dates }, (_, k) => ({ red: plane(2 * k), nir: plane(2 * k + 1) })),
    compute(pixels) {
      const whole = Math.ceil(pixels / CHUNK_PX) * CHUNK_PX;
      if (method.kind === 'medoid') {
        kernel.medoid(whole);
        return { data: new Uint16Array(buffer, outAt, 2 * pixels), refusedPx: 0 };
      }
      // What an earlier, larger window left behind the last pixel must not be counted.
      for (let k = 0; k < 2 * dates; k += 1) plane(k).fill(0, pixels, whole);
      const refusedPx = kernel.ndviByRank(whole, 2 * dnOffset, method.kind === 'median' ? 1 : 0);
      return { data: new Int16Array(buffer, outAt, pixels), refusedPx };
    },
  };
}
