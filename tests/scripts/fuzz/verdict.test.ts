import { describe, expect, it } from 'vitest';
import { openCog } from '../../../pipeline/cog/read.ts';
import { composeTiff } from '../../../scripts/fuzz/compose.ts';
import type { Seed } from '../../../scripts/fuzz/corpus.ts';
import { readEverything } from '../../../scripts/fuzz/reading.ts';
import { parseLayout, setNumber, viewOf } from '../../../scripts/fuzz/tiff-layout.ts';
import { judge, tryReading } from '../../../scripts/fuzz/verdict.ts';
import type { TiffSpec } from '../../pipeline/cog/make-tiff.ts';
import { memorySource } from '../../pipeline/cog/memory-source.ts';

const image: TiffSpec = {
  widthPx: 40,
  heightPx: 33,
  values: Array.from({ length: 40 * 33 }, (_, i) => 1000 + i),
  tile: [16, 16],
  nodata: '0',
};

async function makeSeed(spec: Partial<TiffSpec>, framed = false): Promise<Seed> {
  const bytes = composeTiff([{ subfile: 0, spec: { ...image, ...spec } }], framed);
  const { header } = await openCog(memorySource(bytes));
  const item = { grid: header.grid!, dataType: header.dataType, nodata: header.nodata };
  return { name: 'made', bytes, layout: parseLayout(bytes), item, cells: [] };
}

/** What becomes of a copy of the file after `harm`. */
async function outcomeOf(seed: Seed, harm: (bytes: Buffer) => void): Promise<string> {
  const bytes = Buffer.from(seed.bytes);
  harm(bytes);
  return (await judge(seed, await readEverything(seed.bytes, 0), bytes, await tryReading(seed, bytes))).outcome;
}

const valuesAt = (seed: Seed, tag: number) => seed.layout.ifds[0]!.fields.find((field) => field.tag === tag)!.valuesAt;
const put = (bytes: Buffer, at: number, type: number, value: number) =>
  setNumber(viewOf(bytes), { at, type }, value, true);

describe('the verdict of the fuzzer', () => {
  it('is unchanged for the same bytes, and where only unused bytes differ', async () => {
    const seed = await makeSeed({});
    expect(await outcomeOf(seed, () => {})).toBe('unchanged');
    expect(await outcomeOf(seed, (bytes) => put(bytes, valuesAt(seed, 262), 3, 0))).toBe('unchanged');
  });

  it('is refused for one flipped bit in deflated pixels, but checksum in bare ones: nothing else can tell', async () => {
    const flipLast = (bytes: Buffer) => {
      bytes[bytes.length - 200]! ^= 1;
    };
    expect(await outcomeOf(await makeSeed({}), flipLast)).toBe('refused');
    // The last block of bare pixels is mostly padding: harm the middle of the first.
    const bare = await makeSeed({ compression: 1 });
    const firstBlock = bare.bytes.length - 9 * 512;
    const flipFirst = (bytes: Buffer) => {
      bytes[firstBlock + 100]! ^= 1;
    };
    expect(await outcomeOf(bare, flipFirst)).toBe('checksum');
  });

  it.each([
    ['a tie point moved by 5 m', 33922, 3 * 8, 12, 300_005],
    ['another zone', 34735, 15 * 2, 3, 32_632],
    ['a sample format of signed numbers', 339, 0, 3, 2],
    ['a height more by a row', 257, 0, 4, 34],
  ])('is item for %s', async (_name, tag, offsetBytes, type, value) => {
    const seed = await makeSeed({});
    expect(await outcomeOf(seed, (bytes) => put(bytes, valuesAt(seed, tag) + offsetBytes, type, value))).toBe('item');
  });

  it('is unchanged for a tie point moved by a ten-millionth of a cell, the tolerance of items', async () => {
    const seed = await makeSeed({});
    const move = (bytes: Buffer) => put(bytes, valuesAt(seed, 33922) + 3 * 8, 12, 300_000.000_001);
    expect(await outcomeOf(seed, move)).toBe('unchanged');
  });

  it('is sparse where a block is gone: its cells are missing, none is wrong, and the reader counts it', async () => {
    const seed = await makeSeed({});
    expect(await outcomeOf(seed, (bytes) => put(bytes, valuesAt(seed, 325) + 4 * 4, 4, 0))).toBe('sparse');
  });

  it("is checksum where a block's place is that of its neighbour, but refused with GDAL's frames", async () => {
    const swap = (seed: Seed) => (bytes: Buffer) => {
      for (const tag of [324, 325])
        bytes.copyWithin(valuesAt(seed, tag), valuesAt(seed, tag) + 4, valuesAt(seed, tag) + 8);
    };
    const bare = await makeSeed({});
    expect(await outcomeOf(bare, swap(bare))).toBe('checksum');
    const framed = await makeSeed({}, true);
    const wrongOffset = (bytes: Buffer) => {
      bytes.copyWithin(valuesAt(framed, 324), valuesAt(framed, 324) + 4, valuesAt(framed, 324) + 8);
    };
    expect(await outcomeOf(framed, wrongOffset)).toBe('refused');
  });
});
