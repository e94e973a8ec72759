import { changeWasm } from '../wasm/change.wasm.ts';
import { ensureMemory, type Kernel, loadKernel } from '../wasm/load.ts';

interface ChangeExports extends Kernel {
  keepAt(): number;
  totalsAt(): number;
  freeAt(): number;
  paste(from: number, fromStride: number, to: number, toStride: number, widthBytes: number, rows: number): number;
  anyIn(at: number, stride: number, widthBytes: number, rows: number): number;
  clearSame(before: number, after: number, clear: number, count: number): void;
  clearDouble(before: number, after: number, clear: number, side: number): void;
  change(
    red1: number,
    nir1: number,
    red2: number,
    nir2: number,
    clear: number,
    out: number,
    count: number,
    offsetSum1: number,
    offsetSum2: number,
  ): void;
}

/** A rectangle of a square plane of `sidePx` cells. */
export interface PlaneRect {
  readonly col: number;
  readonly row: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A square of cells in the kernel's memory. */
export interface Plane {
  readonly at: number;
  readonly sidePx: number;
  readonly bytesPerCell: 1 | 2;
}

export interface ChangeTotals {
  /** Pixels beyond what int16 holds: nodata. */
  readonly beyondPx: number;
  readonly valuePx: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Of no meaning where there is no value. */
  readonly min: number;
  readonly max: number;
}

/** Red and nir DN of both dates, the classes of both, and what comes of them, on one square of pixels. */
export interface ChangeKernel {
  /** Red and nir before, red and nir after. Cells that are not clear may hold anything. */
  readonly dn: readonly [Plane, Plane, Plane, Plane];
  /** Scene classes before and after, as large as the square; `useClasses` reads the part that it is told to. */
  readonly classes: readonly [Plane, Plane];
  /** 255 where a pixel is clear on both dates, else 0. */
  readonly clear: Plane;
  /** The result, int16. */
  readonly out: Int16Array;
  /** Room for one decoded block. */
  readonly scratch: Uint8Array;
  cells(plane: Plane): Uint8Array;
  /** Copies a rectangle of the block in `scratch`, `strideCells` wide, into a plane; false where it holds only 0. */
  paste(from: { col: number; row: number; strideCells: number }, plane: Plane, to: PlaneRect): boolean;
  isAnyClear(rect: PlaneRect): boolean;
  /** Makes `clear` from the classes: of the same resolution, or of half of it (then `classes` hold half the side). */
  useClasses(resolution: 'same' | 'half'): void;
  /** Computes all of `out`. Offsets: the sum of both bands' in DN, see `ndvi-change.ts`. */
  compute(offsetSums: { readonly before: number; readonly after: number }): ChangeTotals;
}

/**
 * The SIMD twin of `computeNdviChange` with a memory of its own.
 * @param sidePx a multiple of 32; @param keepScl classes from 0 to 15 that count as clear
 */
export function createChangeKernel(sidePx: number, scratchBytes: number, keepScl: readonly number[]): ChangeKernel {
  const kernel = loadKernel<ChangeExports>(changeWasm);
  const planes = placePlanes(kernel.freeAt(), sidePx);
  const { dn, out, clear, classes, endAt: scratchAt } = planes;
  ensureMemory(kernel, scratchAt + scratchBytes);
  const { buffer } = kernel.memory;
  const count = sidePx * sidePx;
  const keep = new Uint8Array(buffer, kernel.keepAt(), 16);
  for (const label of keepScl) keep[label] = 255;
  return {
    dn,
    classes,
    clear,
    out: new Int16Array(buffer, out.at, count),
    scratch: new Uint8Array(buffer, scratchAt, scratchBytes),
    cells: (plane) => new Uint8Array(buffer, plane.at, count * plane.bytesPerCell),
    paste(from, plane, to) {
      const size = plane.bytesPerCell;
      const source = scratchAt + (from.row * from.strideCells + from.col) * size;
      const target = plane.at + (to.row * plane.sidePx + to.col) * size;
      const strides = [from.strideCells * size, plane.sidePx * size] as const;
      return kernel.paste(source, strides[0], target, strides[1], to.widthPx * size, to.heightPx) === 1;
    },
    isAnyClear: ({ col, row, widthPx, heightPx }) =>
      kernel.anyIn(clear.at + row * sidePx + col, sidePx, widthPx, heightPx) === 1,
    useClasses(resolution) {
      const [before, after] = classes;
      if (resolution === 'same') kernel.clearSame(before.at, after.at, clear.at, count);
      else kernel.clearDouble(before.at, after.at, clear.at, sidePx / 2);
    },
    compute: (offsetSums) => computeAll(kernel, planes, offsetSums),
  };
}

type ChangePlanes = ReturnType<typeof placePlanes>;

/** Addresses of all planes, one behind the other. */
function placePlanes(freeAt: number, sidePx: number) {
  let endAt = freeAt;
  const place = (bytesPerCell: 1 | 2): Plane => {
    const at = endAt;
    endAt += sidePx * sidePx * bytesPerCell;
    return { at, sidePx, bytesPerCell };
  };
  const dn = [place(2), place(2), place(2), place(2)] as const;
  const out = place(2);
  const clear = place(1);
  const classes = [place(1), place(1)] as const;
  return { dn, out, clear, classes, endAt };
}

function computeAll(
  kernel: ChangeExports,
  { dn: [red1, nir1, red2, nir2], clear, out }: ChangePlanes,
  { before, after }: { readonly before: number; readonly after: number },
): ChangeTotals {
  const count = out.sidePx * out.sidePx;
  kernel.change(red1.at, nir1.at, red2.at, nir2.at, clear.at, out.at, count, before, after);
  const totals = new Float64Array(kernel.memory.buffer, kernel.totalsAt(), 6);
  const [beyondPx, valuePx, sum, sumOfSquares, min, max] = totals as unknown as number[];
  return { beyondPx: beyondPx!, valuePx: valuePx!, sum: sum!, sumOfSquares: sumOfSquares!, min: min!, max: max! };
}
