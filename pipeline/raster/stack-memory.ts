import { compositeWasm } from '../wasm/composite.wasm.ts';
import { ensureMemory, type Kernel, loadKernel } from '../wasm/load.ts';
import type { RankRule } from './rank.ts';
import { buildSortingNetwork } from './sorting-network.ts';

export interface CompositeExports extends Kernel {
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
  valuesByRank(pixels: number, bytesPerValue: number): void;
  ndviByRank(pixels: number, twiceOffset: number, isMedian: number): number;
  medoid(pixels: number): void;
}

/** The composite kernel works on this many pixels at a time. */
export const CHUNK_PX = 64;
const RANK_BYTES = 16;
/** Rows of scratch besides one a date: count, two ranks, weight. */
const EXTRA_ROWS = 4;

export interface StackMemory {
  readonly buffer: ArrayBuffer;
  readonly planesAt: number;
  readonly outAt: number;
}

export function loadCompositeKernel(): CompositeExports {
  return loadKernel<CompositeExports>(compositeWasm);
}

/**
 * Lays the memory of the kernel out for a stack: the sorting network for its ranks, the ranks for each number of values
 * from 1 on (`rules[0]`: of one value), scratch, a result of `outBytes`, and `planes` planes.
 */
export function layStack(
  kernel: CompositeExports,
  rules: readonly RankRule[],
  { planes, planeBytes, outBytes }: { readonly planes: number; readonly planeBytes: number; readonly outBytes: number },
): StackMemory {
  const dates = rules.length;
  const network = buildSortingNetwork(dates, new Set(rules.flatMap(({ first, second }) => [first, second])));
  const place = createPlacer();
  const networkAt = place(network.length * 4);
  const ranksAt = place((dates + 1) * RANK_BYTES);
  const scratchAt = place((dates + EXTRA_ROWS) * CHUNK_PX * 4);
  const outAt = place(outBytes);
  const planesAt = place(planes * planeBytes);
  ensureMemory(kernel, place(0));
  const { buffer } = kernel.memory;
  new Uint16Array(buffer, networkAt, network.length * 2).set(network.flat());
  writeRules(new DataView(buffer, ranksAt), rules);
  kernel.place(planesAt, planeBytes, dates, networkAt, network.length, ranksAt, scratchAt, outAt);
  return { buffer, planesAt, outAt };
}

/** One rule for each number of values; for 0, ranks 0: these pixels read infinity. */
function writeRules(view: DataView, rules: readonly RankRule[]): void {
  [{ first: 0, second: 0, weight: 0 }, ...rules].forEach(({ first, second, weight }, i) => {
    view.setInt32(i * RANK_BYTES, first, true);
    view.setInt32(i * RANK_BYTES + 4, second, true);
    view.setFloat32(i * RANK_BYTES + 8, weight, true);
  });
}

/** Hands out addresses, one after the other, each on a multiple of 64. */
function createPlacer(): (bytes: number) => number {
  let free = 64;
  return (bytes) => {
    const at = free;
    free = Math.ceil((at + bytes) / 64) * 64;
    return at;
  };
}
