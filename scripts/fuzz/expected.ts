import type { DataType } from '../../pipeline/cog/header.ts';
import { CELL_ARRAYS, type CellDigest, digestCells, isNodata } from './cells.ts';
import type { SeedImage } from './compose.ts';
import type { Seed } from './corpus.ts';
import { readEverything } from './reading.ts';

/**
 * What the first and last sample of each level of a composed file have to be: the numbers that went into it, never what a
 * reader says. `isHole` tells the cells that the masks, if there are any, call invalid.
 */
export function expectedCells(
  images: readonly SeedImage[],
  isHole: (col: number, row: number) => boolean,
): readonly CellDigest[] {
  const isMasked = images.some(({ subfile }) => subfile === 4);
  const levels = images.filter(({ subfile }) => subfile === 0 || subfile === 1);
  return levels.flatMap((image) => {
    const samples = image.spec.samples ?? 1;
    return [...new Set([0, samples - 1])].map((sample) => digestSample(image, sample, isMasked ? isHole : () => false));
  });
}

function digestSample(image: SeedImage, sample: number, isHole: (col: number, row: number) => boolean): CellDigest {
  const { widthPx, heightPx, values, samples = 1, nodata } = image.spec;
  const dataType = dataTypeOf(image);
  const stated = nodata === undefined ? null : Number(nodata);
  const data = new CELL_ARRAYS[dataType](widthPx * heightPx);
  const valid = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < data.length; i++) {
    const [col, row] = [i % widthPx, Math.floor(i / widthPx)];
    data[i] = values[i * samples + sample]!;
    const isMissing = isSparse(image, sample, col, row) || isHole(col, row);
    valid[i] = isMissing || isNodata(data[i]!, stated, dataType) ? 0 : 1;
  }
  return { widthPx, heightPx, sample, sha256: digestCells(dataType, data, valid) };
}

function dataTypeOf({ spec: { bits = 16, format = 1 } }: SeedImage): DataType {
  return `${{ 1: 'uint', 2: 'int', 3: 'float' }[format]}${bits}` as DataType;
}

function isSparse({ spec, sparseBlocks = [] }: SeedImage, sample: number, col: number, row: number): boolean {
  const { widthPx, heightPx, tile, rowsPerStrip, planar = 1 } = spec;
  const [blockWidth, blockHeight] = tile ?? [widthPx, rowsPerStrip ?? heightPx];
  const cols = Math.ceil(widthPx / blockWidth);
  const plane = planar === 2 ? sample * cols * Math.ceil(heightPx / blockHeight) : 0;
  return sparseBlocks.includes(plane + Math.floor(row / blockHeight) * cols + Math.floor(col / blockWidth));
}

/** Seeds that our reader does not read as they were made, each in a sentence: with one of them no run means anything. */
export async function misreadSeeds(corpus: readonly Seed[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, bytes, item, cells } of corpus) {
    const { cog, images } = await readEverything(bytes, item.nodata);
    const tell = (list: readonly CellDigest[]) => list.map((d) => `${d.widthPx} × ${d.heightPx}, sample ${d.sample}`);
    const found = images.map((image) => ({
      ...image,
      sha256: digestCells(cog.header.dataType, image.data, image.valid),
    }));
    if (tell(found).join('; ') !== tell(cells).join('; ')) {
      problems.push(`${name}: images are ${tell(found).join('; ')}, ${tell(cells).join('; ')} were made`);
      continue;
    }
    const wrong = found.filter(({ sha256 }, i) => sha256 !== cells[i]!.sha256);
    if (wrong.length > 0) problems.push(`${name}: other cells than were made in ${tell(wrong).join('; ')}`);
  }
  return problems;
}
