import { type EncodedSuperBlock, encodeSuperBlock } from '../cog/assemble-block.ts';
import { type CogPlan, insideOf, type SuperBlockAt } from '../cog/assemble-plan.ts';
import { NO_VALUES, type ValueSums } from '../cog/assemble-statistics.ts';
import type { RangeReader } from '../cog/source.ts';
import { type ChangeKernel, type ChangeTotals, createChangeKernel, type Plane } from '../raster/ndvi-change-simd.ts';
import { type BandReader, openBandReader, scratchBytesOf } from './change-blocks.ts';
import type { ChangeDate, ChangeInputs, ClassLattice } from './change-inputs.ts';

/** What every thread knows. */
export interface ChangeSetup {
  readonly plan: CogPlan;
  readonly inputs: ChangeInputs;
  readonly keepScl: readonly number[];
  /** Of both bands together, in DN. */
  readonly offsetSums: { readonly before: number; readonly after: number };
  readonly allowHosts: readonly string[];
}

export interface ChangedSuperBlock extends EncodedSuperBlock {
  /** Pixels whose change int16 cannot hold. */
  readonly beyondPx: number;
}

/** Computes and encodes super-blocks of the full size, one at a time, in memory that is made once. */
export async function createSuperBlockMaker(
  setup: ChangeSetup,
  egress: RangeReader,
): Promise<(at: SuperBlockAt) => Promise<ChangedSuperBlock>> {
  const { plan, inputs, keepScl, offsetSums } = setup;
  const dates = [inputs.before, inputs.after] as const;
  const files = dates.flatMap(({ red, nir, scl }) => [red, nir, scl]);
  const kernel = createChangeKernel(plan.superBlockPx, scratchBytesOf(files), keepScl);
  const readers: BandReader[] = [];
  for (const file of files) readers.push(await openBandReader(file, kernel, egress));
  const [red1, nir1, scl1, red2, nir2, scl2] = readers as unknown as readonly BandReader[] & { length: 6 };
  const bands = [red1!, nir1!, red2!, nir2!];
  return async (at) => {
    const window = { col: at.col * plan.superBlockPx, row: at.row * plan.superBlockPx };
    await markClear(kernel, dates, [scl1!, scl2!], window);
    clearOutside(kernel, insideOf(plan, 0, plan.superBlockPx, at));
    const sized = { ...window, widthPx: plan.superBlockPx, heightPx: plan.superBlockPx };
    for (const [i, band] of bands.entries()) {
      await band.fill(sized, kernel.dn[i]!, kernel.clear, (rect) => kernel.isAnyClear(rect));
    }
    const totals = kernel.compute(offsetSums);
    return { ...encodeSuperBlock(plan, at, kernel.out, [sumsOf(totals)]), beyondPx: totals.beyondPx };
  };
}

type Corner = { readonly col: number; readonly row: number };

async function markClear(
  kernel: ChangeKernel,
  dates: readonly [ChangeDate, ChangeDate],
  readers: readonly [BandReader, BandReader],
  corner: Corner,
): Promise<void> {
  const isHalf = dates.every(({ lattice: { factor, colShift, rowShift } }) => {
    return factor === 2 && colShift % 2 === 0 && rowShift % 2 === 0;
  });
  for (const i of [0, 1] as const) {
    const { lattice } = dates[i];
    if (isHalf) await fillHalf(kernel, kernel.classes[i], readers[i], lattice, corner);
    else await fillNearest(kernel, kernel.classes[i], readers[i], lattice, corner);
  }
  kernel.useClasses(isHalf ? 'half' : 'same');
}

const always = () => true;

async function fillHalf(
  kernel: ChangeKernel,
  plane: Plane,
  reader: BandReader,
  lattice: ClassLattice,
  { col, row }: Corner,
): Promise<void> {
  const sidePx = plane.sidePx / 2;
  const half = { ...plane, sidePx };
  kernel.cells(half).fill(0, 0, sidePx * sidePx);
  const corner = { col: (col + lattice.colShift) / 2, row: (row + lattice.rowShift) / 2 };
  await reader.fill({ ...corner, widthPx: sidePx, heightPx: sidePx }, half, half, always);
}

/** Any lattice: the class under each pixel. The plane of red before serves as room; its own pixels come later. */
async function fillNearest(
  kernel: ChangeKernel,
  plane: Plane,
  reader: BandReader,
  { factor, colShift, rowShift }: ClassLattice,
  { col, row }: Corner,
): Promise<void> {
  const { sidePx } = plane;
  const room: Plane = { ...kernel.dn[0], bytesPerCell: 1 };
  const found = kernel.cells(room);
  found.fill(0);
  const start = { col: Math.floor((col + colShift) / factor), row: Math.floor((row + rowShift) / factor) };
  const cells = factor === 1 ? sidePx : sidePx / 2 + 1;
  await reader.fill({ ...start, widthPx: cells, heightPx: cells }, room, room, always);
  const phase = { col: col + colShift - start.col * factor, row: row + rowShift - start.row * factor };
  const classes = kernel.cells(plane);
  for (let r = 0; r < sidePx; r++) {
    const from = Math.floor((r + phase.row) / factor) * sidePx;
    for (let c = 0; c < sidePx; c++) classes[r * sidePx + c] = found[from + Math.floor((c + phase.col) / factor)]!;
  }
}

/** Beyond the image there is nothing to be clear, whatever pads the blocks. */
function clearOutside(kernel: ChangeKernel, inside: { insideWidthPx: number; insideHeightPx: number }): void {
  const { clear } = kernel;
  const cells = kernel.cells(clear);
  cells.fill(0, inside.insideHeightPx * clear.sidePx);
  if (inside.insideWidthPx === clear.sidePx) return;
  for (let row = 0; row < inside.insideHeightPx; row++) {
    cells.fill(0, row * clear.sidePx + inside.insideWidthPx, (row + 1) * clear.sidePx);
  }
}

function sumsOf({ valuePx, sum, sumOfSquares, min, max }: ChangeTotals): ValueSums {
  if (valuePx === 0) return NO_VALUES;
  // Whole numbers of any size, so that the difference of two large ones keeps its last digit.
  const [n, s, q] = [BigInt(valuePx), BigInt(sum), BigInt(sumOfSquares)];
  return { count: valuePx, min, max, mean: sum / valuePx, squares: Number(n * q - s * s) / valuePx };
}
