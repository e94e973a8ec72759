import { createHash } from 'node:crypto';
import { checkBand } from '../../pipeline/cog/match.ts';
import { type Cog, openCog, readWindow } from '../../pipeline/cog/read.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { gridBbox, type Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { memorySource } from '../../tests/pipeline/cog/memory-source.ts';
import type { Seed } from './corpus.ts';

/**
 * What became of a harmed file. `refused`: one of our errors about the input. `unchanged`: same pixels, same validity,
 * same georeference as the unharmed file. `sparse`: cells are missing, and the reader counts the blocks that the file does
 * not keep. `item`: read with other pixels or another georeference, but the item's grid, data type or nodata give it
 * away. `checksum`: so too, and nothing but the SHA-256 of the file tells. `silent`: not even that. `crash`: anything but
 * an error about the input.
 */
export const OUTCOMES = ['refused', 'unchanged', 'sparse', 'item', 'checksum', 'silent', 'crash'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Verdict {
  readonly outcome: Outcome;
  /** Code of the refusal, or the message of a crash. */
  readonly detail: string;
}

/** All that a caller can get out of a file. */
export interface Reading {
  readonly cog: Cog;
  readonly images: readonly ReadImage[];
}

interface ReadImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sample: number;
  readonly data: PixelArray;
  readonly valid: Uint8Array;
  readonly sparseBlocks: number;
}

/** Larger images are read at their corners only: nobody reads such a one whole, and memory is the caller's choice. */
const WHOLE_PX = 2 ** 20;
const CORNER_PX = 256;

/** Opens the file and reads its first and last sample at full size and in every overview, as the pipeline would. */
export async function readEverything(bytes: Uint8Array, itemNodata: number | null): Promise<Reading> {
  const cog = await openCog(memorySource(bytes));
  const { levels, samplesPerPixel, nodata } = cog.header;
  const images: ReadImage[] = [];
  for (let level = 0; level < levels.length; level++) {
    const { widthPx, heightPx } = levels[level]!;
    for (const sample of new Set([0, samplesPerPixel - 1])) {
      for (const window of windowsOf(widthPx, heightPx)) {
        // A file without a nodata tag still has the one that its item states.
        const read = await readWindow(cog, { level, window, sample, nodata: nodata ?? itemNodata });
        images.push({ widthPx, heightPx, sample, ...read });
      }
    }
  }
  return { cog, images };
}

function windowsOf(widthPx: number, heightPx: number): Window[] {
  if (widthPx * heightPx <= WHOLE_PX) return [{ col: 0, row: 0, widthPx, heightPx }];
  const size = { widthPx: CORNER_PX, heightPx: CORNER_PX };
  const [right, bottom] = [widthPx - CORNER_PX, heightPx - CORNER_PX];
  return [
    { ...size, col: 0, row: 0 },
    { ...size, col: right, row: bottom },
  ];
}

/** Reads a harmed file and holds it against what the unharmed one gave. */
export async function judge(seed: Seed, truth: Reading, bytes: Uint8Array): Promise<Verdict> {
  let reading: Reading;
  try {
    reading = await readEverything(bytes, seed.item.nodata);
  } catch (error) {
    if (isCanopyError(error) && error.kind === 'input') return { outcome: 'refused', detail: error.code };
    return { outcome: 'crash', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const difference = compare(truth, reading);
  if (difference === 'none') return { outcome: 'unchanged', detail: '' };
  const objection = itemObjection(seed, reading);
  if (objection !== null) return { outcome: 'item', detail: objection };
  if (difference === 'sparse') return { outcome: 'sparse', detail: '' };
  const isTold = sha256(bytes) !== sha256(seed.bytes);
  return { outcome: isTold ? 'checksum' : 'silent', detail: difference };
}

function itemObjection(seed: Seed, { cog }: Reading): string | null {
  try {
    checkBand(cog.header, seed.item);
    return null;
  } catch (error) {
    return isCanopyError(error) ? error.code : String(error);
  }
}

type Difference = 'none' | 'sparse' | 'georeference' | 'pixels' | 'size';

/** Overviews that are gone are no difference: a caller then reads a finer level. */
function compare(truth: Reading, reading: Reading): Difference {
  if (!hasSameGrid(truth, reading)) return 'georeference';
  let worst: Difference = 'none';
  for (const image of reading.images) {
    const right = truth.images.find(
      (t) => t.widthPx === image.widthPx && t.heightPx === image.heightPx && t.sample === image.sample,
    );
    if (right === undefined) return 'size';
    const found = compareCells(right, image);
    if (found === 'pixels') return found;
    if (found === 'sparse') worst = found;
  }
  return worst;
}

/** Corners within a millionth of a cell, the tolerance that items have too. */
function hasSameGrid(truth: Reading, reading: Reading): boolean {
  const [right, found] = [truth.cog.header.grid!, reading.cog.header.grid];
  if (found === null || found.crs !== right.crs) return false;
  const [wanted, got] = [gridBbox(right), gridBbox(found)];
  return wanted.every((value, i) => Math.abs(value - got[i]!) <= 1e-6 * Math.abs(right.transform[i % 2 === 0 ? 0 : 4]));
}

function compareCells(right: ReadImage, image: ReadImage): Difference {
  if (image.data.constructor !== right.data.constructor || image.data.length !== right.data.length) return 'pixels';
  let isLess = false;
  for (let i = 0; i < image.data.length; i++) {
    if (image.valid[i] === 0) isLess ||= right.valid[i] === 1;
    else if (right.valid[i] === 0 || image.data[i] !== right.data[i]) return 'pixels';
  }
  if (!isLess) return 'none';
  return image.sparseBlocks > right.sparseBlocks ? 'sparse' : 'pixels';
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
