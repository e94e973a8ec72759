import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Workspace } from '../../../pipeline/cog/kernel.ts';
import { runBatch } from '../../../scripts/fuzz/batch.ts';
import { makeCorpus } from '../../../scripts/fuzz/corpus.ts';
import { misreadSeeds } from '../../../scripts/fuzz/expected.ts';
import { readEverything } from '../../../scripts/fuzz/reading.ts';
import { contradict } from '../../../scripts/fuzz/second-opinion.ts';
import { makeTiff } from '../../pipeline/cog/make-tiff.ts';

/** Makes the decoder kernel wrong, below all of the reader that the fuzzer tries. */
type Plant = (kernel: Workspace['kernel']) => Partial<Workspace['kernel']>;

const planted = vi.hoisted(() => ({ plant: null as Plant | null }));

vi.mock('../../../pipeline/cog/kernel.ts', async (importActual) => {
  const actual = await importActual<typeof import('../../../pipeline/cog/kernel.ts')>();
  const openWorkspace: typeof actual.openWorkspace = (...sizes) => {
    const workspace = actual.openWorkspace(...sizes);
    const { kernel } = workspace;
    return planted.plant === null ? workspace : { ...workspace, kernel: { ...kernel, ...planted.plant(kernel) } };
  };
  return { ...actual, openWorkspace };
});

/** Neither a wrong checksum nor a short or senseless stream stops it: a block is whatever there is. */
const deaf: Plant = (kernel) => ({
  inflate: (from, fromBytes, to, toBytes) => {
    kernel.inflate(from, fromBytes, to, toBytes);
    return toBytes;
  },
  inflateLzw: (from, fromBytes, to, toBytes) => {
    kernel.inflateLzw(from, fromBytes, to, toBytes);
    return toBytes;
  },
});

/** One pixel of each block with predictor 2 is more by 1. */
const offByOne: Plant = (kernel) => ({
  undoDifference: (at, rowBytes, rows, stepBytes, size) => {
    kernel.undoDifference(at, rowBytes, rows, stepBytes, size);
    new Uint8Array(kernel.memory.buffer)[at + 5 * stepBytes]! += 1;
  },
});

const corpus = await makeCorpus(join(import.meta.dirname, '../../fixtures/fuzz/seeds'));

/** Files of 400 inputs that failed; bare streams have a judge of their own. */
async function failuresOf(plant: Plant | null) {
  const truths: Parameters<typeof runBatch>[1] = new Map();
  planted.plant = plant;
  const { failures } = await runBatch(corpus, truths, { runSeed: 4, firstIndex: 0, count: 400 });
  return failures.filter(({ index }) => index % 8 !== 7);
}

afterEach(() => {
  planted.plant = null;
});

describe('the second opinion', () => {
  it('has nothing against any of 400 inputs as our decoder reads them', async () => {
    expect(await failuresOf(null)).toEqual([]);
  });

  it('has nothing against an image of 40 × 26,300, whose corners are read with cells beyond its edge', async () => {
    const values = Array.from({ length: 40 * 26_300 }, (_, i) => i % 251);
    const { bytes } = makeTiff({ widthPx: 40, heightPx: 26_300, values, bits: 8, rowsPerStrip: 400, compression: 1 });
    const reading = await readEverything(bytes, null);
    expect(reading.images.map(({ window }) => window.col)).toEqual([0, 40 - 256]);
    expect(await contradict(bytes, reading)).toBeNull();
    reading.images[1]!.valid[0] = 1;
    expect(await contradict(bytes, reading)).toContain('column -216, row 26044 is 0, null to the second opinion');
  });

  it('fails inputs that a decoder takes which ignores every refusal of its kernel', async () => {
    const failures = await failuresOf(deaf);
    expect(failures.length).toBeGreaterThan(10);
    expect(new Set(failures.map(({ what }) => what))).toEqual(new Set(['misread']));
    const stories = failures.map(({ story }) => story).join('\n');
    for (const reason of ['incorrect data check', 'unexpected end of file', 'are wanted']) {
      expect(stories).toMatch(new RegExp(`accepted, but the second opinion refuses it .*${reason}`));
    }
  });

  it('fails inputs of a decoder that adds 1 to a pixel of every block with predictor 2, and names the pixel', async () => {
    const failures = await failuresOf(offByOne);
    expect(failures.length).toBeGreaterThan(10);
    expect(new Set(failures.map(({ what }) => what))).toEqual(new Set(['misread']));
    expect(failures[0]!.story).toMatch(/column 5, row 0 is -?\d+, -?\d+ to the second opinion/);
  });
});

describe('the truth of the corpus', () => {
  it('is what our reader reads in all of 150 unharmed files', async () => {
    expect(corpus.length).toBe(150);
    expect(await misreadSeeds(corpus)).toEqual([]);
  });

  it('is not what a decoder reads that adds 1 to a pixel of every block with predictor 2', async () => {
    planted.plant = offByOne;
    const problems = await misreadSeeds(corpus);
    expect(problems.length).toBeGreaterThan(20);
    expect(problems.every((problem) => problem.includes('other cells than were made'))).toBe(true);
    // Files that GDAL made, held against what GDAL reads in them.
    expect(problems.join('\n')).toContain('gdal-cog-deflate-uint16.tif: other cells');
    expect(problems.join('\n')).toContain('gdal-lzw-strips-int16.tif: other cells');
  });
});
