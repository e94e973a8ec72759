import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { describe, expect, it } from 'vitest';
import { parseItem } from '../../../pipeline/stac/item.ts';
import { checkOffset, type OffsetVerdict } from '../../../pipeline/stac/offset-check.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { makeItem } from './make-item.ts';

/** Cropland medians of TERRA issue 42, DN with the offset of 1000 still in them. */
const RED_DN = 1718;
const NIR_DN = 3338;

function ndviOf(red: { scale: number; offset: number }): number {
  const [r, n] = [RED_DN * red.scale + red.offset, NIR_DN * red.scale + red.offset];
  return (n - r) / (n + r);
}

interface Combination {
  readonly source: 'earth-search' | 'collection-1' | 'planetary';
  readonly baseline: string;
  readonly flag: boolean | undefined;
  readonly offset: number;
  readonly rule: string;
  readonly applied: boolean;
}

const row = (
  source: Combination['source'],
  baseline: string,
  flag: boolean | undefined,
  result: [number, string, boolean],
): Combination => ({
  source,
  baseline,
  flag,
  offset: result[0],
  rule: result[1],
  applied: result[2],
});

const TABLE: readonly Combination[] = [
  row('earth-search', '03.01', true, [0, 'baseline', false]),
  row('earth-search', '03.01', false, [0, 'baseline', false]),
  row('earth-search', '03.01', undefined, [0, 'baseline', false]),
  row('earth-search', '05.09', true, [0, 'flag', true]),
  row('earth-search', '05.09', false, [-0.1, 'flag', false]),
  row('earth-search', '05.09', undefined, [-0.1, 'baseline', false]),
  row('collection-1', '05.00', true, [-0.1, 'baseline', false]),
  row('collection-1', '05.00', false, [-0.1, 'baseline', false]),
  row('collection-1', '05.00', undefined, [-0.1, 'baseline', false]),
  row('planetary', '02.12', undefined, [0, 'baseline', false]),
  row('planetary', '03.01', undefined, [0, 'baseline', false]),
  row('planetary', '04.00', undefined, [-0.1, 'baseline', false]),
];

function redOf({ source, baseline, flag }: Combination) {
  const item = makeItem({
    collection: source === 'collection-1' ? 'sentinel-2-c1-l2a' : 'sentinel-2-l2a',
    // A scene of 2018 made anew: the date must not decide.
    properties: {
      datetime: '2018-07-01T10:00:00Z',
      's2:processing_baseline': baseline,
      'earthsearch:boa_offset_applied': flag,
    },
  });
  const { red, nir, scl } = item.assets as Record<string, unknown>;
  const assets = source === 'planetary' ? { B04: red, B08: nir, SCL: scl } : item.assets;
  return parseItem({ ...item, assets }, '/x/item.json').scene!;
}

describe('the Sentinel-2 offset', () => {
  it.each(TABLE)('of $source, baseline $baseline, flag $flag is $offset by $rule', (combination) => {
    const scene = redOf(combination);
    expect(scene.bands.red!.offset).toBe(combination.offset);
    expect(scene.bands.nir!.offset).toBe(combination.offset);
    expect(scene.bands.scl!.offset).toBe(0);
    expect(scene.offsetEvidence).toEqual({ rule: combination.rule, applied: combination.applied });
  });

  it.each(TABLE)(
    'of $source, baseline $baseline, flag $flag turns the raw cropland medians into NDVI 0.530 or 0.320',
    (combination) => {
      expect(ndviOf(redOf(combination).bands.red!)).toBeCloseTo(combination.offset === 0 ? 0.3204 : 0.5301, 4);
    },
  );

  it('is read from the product’s name when the item states no baseline: N0214 gives 0, N0500 gives -0.1', () => {
    const bare = {
      's2:processing_baseline': undefined,
      's2:datatake_id': undefined,
      's2:datastrip_id': undefined,
      'earthsearch:boa_offset_applied': undefined,
    };
    const offset = (product: string) =>
      parseItem(makeItem({ properties: { ...bare, 's2:product_uri': product } }), '/x/i.json').scene!.bands.red!.offset;
    expect(offset('S2A_MSIL2A_20200714T115221_N0214_R123_T28QCH_20200714T191310.SAFE')).toBe(0);
    expect(offset('S2A_MSIL2A_20200714T115221_N0500_R123_T28QCH_20230714T191310.SAFE')).toBe(-0.1);
  });
});

/** 2,000 pixels of one class: DN from `lowest` in steps of 1, with the offset of 1000 in them or not. */
function pixels(lowest: number, scl: number, offset: number, withScl = true) {
  const redDn = Uint16Array.from({ length: 2000 }, (_, i) => lowest + i);
  const valid = new Uint8Array(2000).fill(1);
  const base = { redDn, valid, scale: 0.0001, offset };
  return withScl ? { ...base, scl: new Uint8Array(2000).fill(scl) } : base;
}

describe('the pixel check', () => {
  it.each<[string, Parameters<typeof pixels>, OffsetVerdict]>([
    // What the ground is, and what was decided. Vegetation starts at reflectance 0.02.
    ['vegetation with the offset in it, -0.1 decided', [1200, 4, -0.1], 'agrees'],
    ['vegetation without it, -0.1 decided', [200, 4, -0.1], 'contradicts'],
    ['vegetation with it, 0 decided', [1200, 4, 0], 'contradicts'],
    ['vegetation without it, 0 decided', [200, 4, 0], 'agrees'],
    ['cloud alone, 0 decided', [4000, 9, 0], 'undecided'],
    ['cloud alone, -0.1 decided', [4000, 9, -0.1], 'undecided'],
    ['desert, 0 decided', [2500, 5, 0], 'undecided'],
    ['desert, -0.1 decided', [2500, 5, -0.1], 'undecided'],
    ['snow, 0 decided', [6000, 11, 0], 'undecided'],
    ['glinting water, 0 decided', [1500, 6, 0], 'undecided'],
    ['water a little below 0, -0.1 decided', [980, 6, -0.1], 'undecided'],
    ['bright ground without classes, 0 decided', [1500, 0, 0, false], 'undecided'],
    ['dark ground without classes, 0 decided', [200, 0, 0, false], 'agrees'],
    ['dark ground without classes, -0.1 decided', [200, 0, -0.1, false], 'contradicts'],
    ['water a little below 0 without classes, -0.1 decided', [950, 0, -0.1, false], 'undecided'],
  ])('of %s', (_name, sample, verdict) => {
    expect(checkOffset(pixels(...sample))).toBe(verdict);
  });

  it('accuses at 20 of 2,000 land pixels at or below 0 and not at 19', () => {
    const withDark = (dark: number) => {
      const sample = pixels(1300, 4, -0.1);
      sample.redDn.fill(1000, 0, dark);
      return checkOffset(sample);
    };
    expect(withDark(19)).toBe('agrees');
    expect(withDark(20)).toBe('contradicts');
  });

  it('leaves 499 vegetation pixels and invalid ones unheard', () => {
    const sample = pixels(1200, 4, 0);
    sample.valid.fill(0, 499);
    expect(checkOffset(sample)).toBe('undecided');
  });
});

describeWithData('the pixel check on the Alps', () => {
  const folder = join(sharedData, 'data/s2-alps/sentinel-2-l2a');
  it.each([
    'S2A_33TWL_20230815_0_L2A',
    'S2B_33TWL_20230810_0_L2A',
    'S2B_33TWM_20230810_0_L2A',
    'S2A_33TWM_20230818_0_L2A',
  ])('agrees with offset 0 for %s, whose numbers were harmonised, and contradicts -0.1', async (id) => {
    const read = async (name: string) => {
      const tiff = await fromFile(join(folder, id, name));
      const data = await (await tiff.getImage()).readRasters({ interleave: true });
      tiff.close();
      return data as unknown as Uint16Array;
    };
    const redDn = await read('B04.tif');
    const scl = await read('SCL.tif');
    const valid = Uint8Array.from(redDn, (dn) => (dn > 0 ? 1 : 0));
    expect(checkOffset({ redDn, valid, scl, scale: 0.0001, offset: 0 })).toBe('agrees');
    expect(checkOffset({ redDn, valid, scl, scale: 0.0001, offset: -0.1 })).toBe('contradicts');
    const shifted = redDn.map((dn) => dn + 1000);
    expect(checkOffset({ redDn: shifted, valid, scl, scale: 0.0001, offset: -0.1 })).toBe('agrees');
    expect(checkOffset({ redDn: shifted, valid, scl, scale: 0.0001, offset: 0 })).toBe('contradicts');
  });
});
