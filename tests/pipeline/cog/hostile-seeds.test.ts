import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../../scripts/fuzz/batch.ts';
import { makeCorpus } from '../../../scripts/fuzz/corpus.ts';
import { misreadSeeds } from '../../../scripts/fuzz/expected.ts';
import { readEverything } from '../../../scripts/fuzz/reading.ts';
import { toErrorDetail } from '../../../shared/errors.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/fuzz');

/** How each input that the fuzzer once got through with has to end: see the README beside them. */
const FOUND: Readonly<Record<string, string>> = {
  'block-length-fraction.tif': 'E_TIFF_MALFORMED',
  'height-33.5.tif': 'E_TIFF_MALFORMED',
  'overview-width-10.5-framed.tif': 'E_TIFF_MALFORMED',
  'overview-width-10.5.tif': 'E_TIFF_MALFORMED',
};

describe('an input that the fuzzer has found', () => {
  it('is listed here, every one', () => {
    expect(readdirSync(join(fixtures, 'found')).sort()).toEqual(Object.keys(FOUND));
  });

  it.each(Object.entries(FOUND))('%s is %s', async (name, code) => {
    const end = await readEverything(readFileSync(join(fixtures, 'found', name)), null).then(
      () => 'read',
      toErrorDetail,
    );
    expect(end).toMatchObject({ kind: 'input', code });
  });
});

describe('the fuzzer', () => {
  it('makes the same 1,500 inputs of seed 4 each time; none crashes, hangs or is read otherwise than by the second opinion', async () => {
    const corpus = await makeCorpus(join(fixtures, 'seeds'));
    expect(corpus.length).toBeGreaterThan(120);
    expect(await misreadSeeds(corpus)).toEqual([]);
    const run = (firstIndex: number, count: number) => runBatch(corpus, new Map(), { runSeed: 4, firstIndex, count });
    const result = await run(0, 1500);
    expect(result.failures).toEqual([]);
    // 17 families of mutation, and two kinds of bare streams.
    expect(Object.keys(result.counts).length).toBe(19);
    const [once, again] = [await run(100, 80), await run(100, 80)];
    expect(again.counts).toEqual(once.counts);
    expect(again.codes).toEqual(once.codes);
  });
});
