import { checkBand } from '../../pipeline/cog/match.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { gridBbox } from '../../shared/grid.ts';
import type { Seed } from './corpus.ts';
import { type ReadImage, type Reading, readEverything } from './reading.ts';
import { contradict } from './second-opinion.ts';

/**
 * What became of a harmed file. `refused`: one of our errors about the input. The next four were accepted, and the second
 * opinion reads the same cells from the same bytes. `unchanged`: pixels, validity and georeference of the unharmed file.
 * `sparse`: cells are missing, and the reader counts the blocks that the file does not keep. `item`: other pixels or another
 * georeference, which the item's grid, data type or nodata give away. `checksum`: so too, but what the harmed bytes say is
 * well-formed, and only a checksum stated elsewhere could tell: none is looked at here. Two are failures. `misread`:
 * accepted, but the second opinion refuses it or reads other cells. `crash`: anything but an error about the input.
 */
export const OUTCOMES = ['refused', 'unchanged', 'sparse', 'item', 'checksum', 'misread', 'crash'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Verdict {
  readonly outcome: Outcome;
  /** Code of the refusal, the message of a crash, or the difference. */
  readonly detail: string;
}

/** A reading, or how it failed. */
export type Attempt = Reading | Verdict;

/** Reads a harmed file with our reader alone. */
export async function tryReading(seed: Seed, bytes: Uint8Array): Promise<Attempt> {
  try {
    return await readEverything(bytes, seed.item.nodata);
  } catch (error) {
    if (isCanopyError(error) && error.kind === 'input') return { outcome: 'refused', detail: error.code };
    return { outcome: 'crash', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Holds what was read of a harmed file against the second opinion, then against the unharmed file. */
export async function judge(seed: Seed, truth: Reading, bytes: Uint8Array, attempt: Attempt): Promise<Verdict> {
  if ('outcome' in attempt) return attempt;
  const contradiction = await contradict(bytes, attempt);
  if (contradiction !== null) return { outcome: 'misread', detail: contradiction };
  const difference = compare(truth, attempt);
  if (difference === 'none') return { outcome: 'unchanged', detail: '' };
  if (seed.bytes.equals(bytes)) return { outcome: 'misread', detail: 'the same bytes were read otherwise before' };
  const objection = itemObjection(seed, attempt);
  if (objection !== null) return { outcome: 'item', detail: objection };
  return { outcome: difference === 'sparse' ? 'sparse' : 'checksum', detail: difference };
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
