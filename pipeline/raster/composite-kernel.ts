import { compositeWasm } from '../wasm/composite.wasm.ts';
import { ensureMemory, type Kernel, loadKernel } from '../wasm/load.ts';
import type { CompositeMethod } from './composite.ts';
import { middleRanks, percentileRanks, type RankRule } from './rank.ts';
import { buildSortingNetwork } from './sorting-network.ts';

interface CompositeExports extends Kernel {
  place(
    planes: number,
    planeBytes: number,
    dates: number,
    network: number,
    comparators: number,
    ranks: number,
    scratch: number,
    out: number,
  ): void;
  ndviByRank(pixels: number, twiceOffset: number, isMedian: number): number;
  medoid(pixels: number): void;
}

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

/** The kernel works on this many pixels at a time. */
const CHUNK_PX = 64;
const RANK_BYTES = 16;
/** Rows of scratch besides one a date: count, two ranks, weight. */
const EXTRA_ROWS = 4;

/** WASM SIMD twin of `compositeNdvi` and `computeMedoid`: the same bits, some fifty times faster. */
export function createStackKernel({ dates, capacityPx, method, dnOffset }: StackSpec): StackKernel {
  const kernel = loadKernel<CompositeExports>(compositeWasm);
  const rules = Array.from({ length: dates }, (_, i) => ruleFor(method, i + 1));
  const network = buildSortingNetwork(dates, new Set(rules.flatMap(({ first, second }) => [first, second])));
  const paddedPx = Math.ceil(capacityPx / CHUNK_PX) * CHUNK_PX;
  const outBytes = paddedPx * (method.kind === 'medoid' ? 4 : 2);
  const place = createPlacer(kernel);
  const networkAt = place(network.length * 4);
  const ranksAt = place((dates + 1) * RANK_BYTES);
  const scratchAt = place((dates + EXTRA_ROWS) * CHUNK_PX * 4);
  const outAt = place(outBytes);
  const planesAt = place(2 * dates * paddedPx * 2);
  const { buffer } = kernel.memory;
  new Uint16Array(buffer, networkAt, network.length * 2).set(network.flat());
  writeRules(new DataView(buffer, ranksAt), rules);
  kernel.place(planesAt, paddedPx * 2, dates, networkAt, network.length, ranksAt, scratchAt, outAt);
  const plane = (index: number) => new Uint16Array(buffer, planesAt + index * paddedPx * 2, paddedPx);
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

function ruleFor(method: StackMethod, count: number): RankRule {
  return method.kind === 'percentile' ? percentileRanks(count, method.pct) : middleRanks(count);
}

/** One rule for each number of values; none for 0, whose pixels read a row of infinities. */
function writeRules(view: DataView, rules: readonly RankRule[]): void {
  rules.forEach(({ first, second, weight }, i) => {
    const at = (i + 1) * RANK_BYTES;
    view.setInt32(at, first, true);
    view.setInt32(at + 4, second, true);
    view.setFloat32(at + 8, weight, true);
  });
}

/** Hands out addresses of a kernel's memory, one after the other, each on a multiple of 64. */
function createPlacer(kernel: Kernel): (bytes: number) => number {
  let free = CHUNK_PX;
  return (bytes) => {
    const at = free;
    free = Math.ceil((at + bytes) / 64) * 64;
    ensureMemory(kernel, free);
    return at;
  };
}
