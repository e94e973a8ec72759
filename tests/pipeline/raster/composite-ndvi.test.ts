import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CompositeMethod } from '../../../pipeline/raster/composite.ts';
import { COMPOSITE_NODATA, compositeNdvi } from '../../../pipeline/raster/composite-ndvi.ts';
import { computeMedoid } from '../../../pipeline/raster/medoid.ts';

interface Golden {
  readonly stacks: readonly {
    readonly red: number[][];
    readonly nir: number[][];
    readonly expected: Readonly<Record<string, number[]>>;
  }[];
}

const path = `${import.meta.dirname}/../../fixtures/composite/golden.json`;
const { stacks } = JSON.parse(readFileSync(path, 'utf8')) as Golden;
const MEDIAN = { kind: 'median' } as const;

const bands = (dates: readonly number[][]) => dates.map((dn) => Uint16Array.from(dn));
/** Dates of one pixel, each [red, nir]. */
const ofPixel = (dates: number[][]) =>
  [dates.map(([red]) => Uint16Array.of(red!)), dates.map(([, nir]) => Uint16Array.of(nir!))] as const;

describe('composite of DN, by its definition', () => {
  it.each(stacks.map((stack) => [stack.red.length, stack] as const))(
    'of %i dates is numpy’s to the last bit: median, eight percentiles, medoid',
    (_, { red, nir, expected }) => {
      const names = Object.keys(expected);
      expect(names).toHaveLength(10);
      for (const name of names) {
        const [kind, pct] = name.split(':');
        const method: CompositeMethod = kind === 'percentile' ? { kind, pct: Number(pct) } : MEDIAN;
        const found =
          kind === 'medoid'
            ? computeMedoid(bands(red), bands(nir))
            : compositeNdvi(bands(red), bands(nir), { method, dnOffset: -1000 });
        expect([name, ...found]).toEqual([name, ...expected[name]!]);
      }
    },
  );

  it.each<[string, number[][], number]>([
    ['one date: (3000 − 1500)/(4500 − 2000)', [[1500, 3000]], 6000],
    [
      'two dates: the mean of 0.6 and 0.5',
      [
        [1500, 3000],
        [1750, 3250],
      ],
      5500,
    ],
    [
      'a date with only one band',
      [
        [1500, 3000],
        [0, 9000],
      ],
      6000,
    ],
    [
      '0/0, DN 1000 in both: no observation',
      [
        [1500, 3000],
        [1000, 1000],
      ],
      6000,
    ],
    [
      '2/0, DN 999 and 1001: no observation',
      [
        [1500, 3000],
        [999, 1001],
      ],
      6000,
    ],
    [
      'no observation at all',
      [
        [1000, 1000],
        [0, 0],
      ],
      COMPOSITE_NODATA,
    ],
    ['1966/600 = 3.27667, the largest that is stored', [[317, 2283]], 32767],
    ['1963/599 = 3.27713: more than int16 holds', [[318, 2281]], COMPOSITE_NODATA],
    ['−997/1 = −997: more than int16 holds', [[1499, 502]], COMPOSITE_NODATA],
  ])('%s', (_, pairs, expected) => {
    const [reds, nirs] = ofPixel(pairs);
    expect(compositeNdvi(reds, nirs, { method: MEDIAN, dnOffset: -1000 })[0]).toBe(expected);
  });

  it('rounds half to even: 0.00005 is 0, 0.00015 is 2', () => {
    // With offset 0 and a sum of 20,000 the NDVI is (nir − red)/20,000, exact halves of the last digit in float32.
    const stored = (difference: number) =>
      compositeNdvi(...ofPixel([[(20_000 - difference) / 2, (20_000 + difference) / 2]]), {
        method: MEDIAN,
        dnOffset: 0,
      })[0];
    expect([stored(0), stored(2), stored(-2), stored(6)]).toEqual([0, 1, -1, 3]);
  });

  it('medoid takes the first of two dates equally near to the medians', () => {
    const [reds, nirs] = ofPixel([
      [2000, 4000],
      [1000, 3000],
    ]);
    expect([...computeMedoid(reds, nirs)]).toEqual([2000, 4000]);
    expect([...computeMedoid(reds.toReversed(), nirs.toReversed())]).toEqual([1000, 3000]);
  });

  it('medoid of an outlier among 3 dates is a date, not the pair of medians', () => {
    const [reds, nirs] = ofPixel([
      [1200, 4000],
      [1300, 3000],
      [9000, 3500],
    ]);
    expect([...computeMedoid(reds, nirs)]).toEqual([1300, 3000]);
  });
});
