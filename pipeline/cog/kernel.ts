import { decodeWasm } from '../wasm/decode.wasm.ts';
import { ensureMemory, type Kernel, loadKernel } from '../wasm/load.ts';

/** The functions of `wasm/decode.as`; addresses are bytes in its memory. */
export interface DecodeKernel extends Kernel {
  workBytes(): number;
  inflate(source: number, sourceBytes: number, target: number, targetBytes: number): number;
  inflateLzw(source: number, sourceBytes: number, target: number, targetBytes: number): number;
  undoDifference(at: number, rowBytes: number, rows: number, stepBytes: number, size: number): void;
  undoFloat(at: number, values: number, rows: number, samples: number, size: number, spare: number): void;
  swapBytes(at: number, length: number, size: number): void;
  markIntegers(at: number, count: number, size: number, sentinel: number, out: number): number;
  markFloats(at: number, count: number, size: number, sentinel: number, out: number): number;
}

/** The kernel of this thread with room for one block: compressed bytes, the block itself, and as much again to work in. */
export interface Workspace {
  readonly kernel: DecodeKernel;
  readonly inputAt: number;
  readonly outputAt: number;
  readonly spareAt: number;
  /** All its memory. */
  readonly bytes: Uint8Array;
}

/** What the kernel may read or write past the end of its input and output. */
const SLACK_BYTES = 64;
/** Room for blocks of 1024 × 1024 float64. A kernel that had to grow beyond is let go: its memory never shrinks. */
const KEPT_BYTES = 32 * 1024 * 1024;

let kept: DecodeKernel | null = null;

/** Room for `inputBytes` and `outputBytes`; what the last workspace of this thread held is overwritten. */
export function openWorkspace(inputBytes: number, outputBytes: number): Workspace {
  const kernel = kept ?? loadKernel<DecodeKernel>(decodeWasm);
  const inputAt = kernel.workBytes();
  const outputAt = align(inputAt + inputBytes + SLACK_BYTES);
  const spareAt = align(outputAt + outputBytes + SLACK_BYTES);
  const endAt = spareAt + outputBytes + SLACK_BYTES;
  ensureMemory(kernel, endAt);
  kept = kernel.memory.buffer.byteLength <= KEPT_BYTES ? kernel : null;
  return { kernel, inputAt, outputAt, spareAt, bytes: new Uint8Array(kernel.memory.buffer) };
}

function align(address: number): number {
  return Math.ceil(address / SLACK_BYTES) * SLACK_BYTES;
}
