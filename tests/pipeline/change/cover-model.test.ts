import { describe, expect, it } from 'vitest';
import { type CoverSamples, calibrateCover } from '../../../pipeline/change/calibrate-cover.ts';
import { seededRandom } from '../../../pipeline/change/controls/random.ts';
import {
  type CoverFeatures,
  computeCoverFeatures,
  FEATURE_NAMES,
  type FeatureName,
} from '../../../pipeline/change/cover-features.ts';
import { featuresOf, predictCover } from '../../../pipeline/change/cover-model.ts';
import { type CoverModelFile, parseCoverModel } from '../../../pipeline/change/cover-model-file.ts';
import { dealFolds } from '../../../pipeline/change/cover-validation.ts';

const RIDGE = 1e-4;
const SETTINGS = {
  ...{ seasonMonths: [11, 12, 1, 2], minDryCount: 3, folds: 5, seed: 7 },
  naiveEndpoints: { soilNdvi: 0.1, vegetationNdvi: 0.85 },
};

/** Samples whose features come from a function; features it leaves out are missing everywhere. */
function samplesOf(
  count: number,
  make: (i: number) => {
    readonly features: Partial<Record<FeatureName, number>>;
    readonly cover: number;
    readonly block: number;
  },
): CoverSamples {
  const pixels = Array.from({ length: count }, (_, i) => make(i));
  const column = (name: FeatureName) => Float64Array.from(pixels, ({ features }) => features[name] ?? Number.NaN);
  return {
    count,
    columns: Object.fromEntries(FEATURE_NAMES.map((name) => [name, column(name)])) as CoverSamples['columns'],
    cover: Float64Array.from(pixels, ({ cover }) => cover),
    block: Int32Array.from(pixels, ({ block }) => block),
  };
}

/** Standard normal numbers (Box–Muller). */
function normalOf(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Pixels of 40 blocks whose cover is a line over the dry percentiles plus noise. */
function plantedLine(noise: number, seed = 1): CoverSamples {
  const random = seededRandom(seed);
  const normal = normalOf(random);
  return samplesOf(2000, (i) => {
    const [a, b, c] = [random(), random(), random()];
    const cover = 0.2 + 0.3 * a + 0.1 * b - 0.05 * c + noise * normal();
    return { features: { dry_p10: a, dry_p25: b, dry_p50: c }, cover, block: i % 40 };
  });
}

describe('a calibrated model of tree cover', () => {
  it('finds the planted 0.3, 0.1 and −0.05 for one unit of NDVI, and an RMSE of the planted noise of 0.02', () => {
    const { model, validation } = calibrateCover(plantedLine(0.02), SETTINGS);
    const slopes = model.terms.map(({ coefficient, sd }) => coefficient / sd);
    expect(featuresOf(model)).toEqual(['dry_p10', 'dry_p25', 'dry_p50']);
    [0.3, 0.1, -0.05].forEach((slope, k) => {
      expect(Math.abs(slopes[k]! - slope)).toBeLessThan(0.005);
    });
    const base = model.intercept - model.terms.reduce((sum, { mean }, k) => sum + slopes[k]! * mean, 0);
    expect(base).toBeCloseTo(0.2, 2);
    expect(validation.model.rmse).toBeCloseTo(0.02, 2);
    expect(model.rmse).toBe(validation.model.rmse);
    expect(validation).toMatchObject({ pixels: 2000, blocks: 40, folds: 5, seed: 7 });
  });

  it('takes the wave and the squares only where they lower the error of held-out blocks', () => {
    const random = seededRandom(3);
    const make = (bend: number, swing: number) =>
      samplesOf(2000, (i) => {
        const [a, b, c, g, m] = [random(), random(), random(), random(), random()];
        const cover = 0.3 + 0.2 * b + bend * b * b + swing * m + 0.02 * (random() - 0.5);
        const wave = { amplitude: m, amplitude_cos: m * 0.6, amplitude_sin: random() };
        const squares = { dry_p25_squared: b * b, green_range_squared: g * g };
        const features = { dry_p10: a, dry_p25: b, dry_p50: c, green_range: g, ...wave, ...squares };
        return { features, cover, block: i % 40 };
      });
    const chosen = (bend: number, swing: number) => featuresOf(calibrateCover(make(bend, swing), SETTINGS).model);
    expect(chosen(0, 0)).toEqual(['dry_p10', 'dry_p25', 'dry_p50']);
    expect(chosen(0.4, 0)).toContain('dry_p25_squared');
    expect(chosen(0.4, 0)).not.toContain('amplitude');
    expect(chosen(0, 0.3)).toContain('amplitude');
    expect(chosen(0, 0.3)).not.toContain('dry_p25_squared');
  });

  it('leaves out a feature that fewer than 80 % of the pixels have, and keeps their pixels', () => {
    const random = seededRandom(5);
    const make = (share: number) =>
      samplesOf(1000, (i) => {
        const [a, g] = [random(), random()];
        const features = { dry_p10: a, dry_p25: a * a, dry_p50: random() };
        const green = i % 100 < 100 * share ? { green_range: g } : {};
        return { features: { ...features, ...green }, cover: 0.2 + 0.2 * a + 0.3 * g, block: i % 20 };
      });
    const few = calibrateCover(make(0.7), SETTINGS);
    expect(featuresOf(few.model)).not.toContain('green_range');
    expect(few.validation.pixels).toBe(1000);
    const many = calibrateCover(make(0.9), SETTINGS);
    expect(featuresOf(many.model)).toContain('green_range');
    expect(many.validation.pixels).toBe(900);
  });

  it.each<[string, CoverSamples, RegExp]>([
    [
      '99 pixels',
      samplesOf(99, (i) => ({ ...pixelOf(i), block: i % 20 })),
      /99 pixels have a reference and 3 clear.*100 are needed/,
    ],
    ['9 blocks for 5 folds', samplesOf(900, (i) => ({ ...pixelOf(i), block: i % 9 })), /9 blocks, and 5 folds want 10/],
    [
      'a constant reference',
      samplesOf(900, (i) => ({ ...pixelOf(i), cover: 0.42, block: i % 20 })),
      /42\.0 % tree cover on all pixels/,
    ],
    ['no pixel at all', samplesOf(0, pixelOf), /0 pixels have a reference/],
  ])('refuses %s with a sentence', (_, samples, sentence) => {
    expect(() => calibrateCover(samples, SETTINGS)).toThrow(sentence);
  });
});

function pixelOf(i: number) {
  const a = ((i * 37) % 101) / 101;
  return { features: { dry_p10: a, dry_p25: a * a, dry_p50: 1 - a }, cover: 0.1 + 0.5 * a, block: i % 20 };
}

describe('cross-validation by blocks', () => {
  it('deals 23 blocks into 5 folds that differ by one block, the same for the same seed, others for another', () => {
    const folds = dealFolds(23, 5, 1);
    const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((found) => found === fold).length);
    expect([...sizes].sort()).toEqual([4, 4, 5, 5, 5]);
    expect(dealFolds(23, 5, 1)).toEqual(folds);
    expect(dealFolds(23, 5, 2)).not.toEqual(folds);
  });

  it('is honest: where noise is shared inside a block, its RMSE is above that of a split pixel by pixel', () => {
    const random = seededRandom(11);
    const normal = normalOf(random);
    const places = Array.from({ length: 25 }, () => ({
      features: [normal(), normal(), normal()] as const,
      noise: 0.1 * normal(),
    }));
    const make = (blockOf: (place: number, i: number) => number) =>
      samplesOf(2500, (i) => {
        const place = i % places.length;
        const { features, noise } = places[place]!;
        const [a, b, c] = features.map((value) => 0.5 + 0.1 * value + 0.001 * normal());
        return {
          features: { dry_p10: a!, dry_p25: b!, dry_p50: c! },
          cover: 0.2 + 0.4 * a! + noise + 0.01 * normal(),
          block: blockOf(place, i),
        };
      });
    const blocked = calibrateCover(
      make((place) => place),
      SETTINGS,
    ).validation;
    const split = calibrateCover(
      make((_, i) => i),
      SETTINGS,
    ).validation;
    expect(blocked.model.rmse).toBeGreaterThan(1.1 * split.model.rmse);
    // The true error on new ground is that of the noise of 0.1, and a little for coefficients fitted on 20 places.
    expect(blocked.model.rmse).toBeGreaterThan(0.085);
    expect(blocked.model.rmseSe).toBeGreaterThan(2 * split.model.rmseSe!);
  });

  it('agrees with a second implementation in RMSE, bias, R², classes, jackknife and both dimidiate models to 1e-9', () => {
    const samples = plantedLine(0.1, 9);
    const { validation } = calibrateCover(samples, SETTINGS);
    const plain = validatePlainly(samples);
    expect(validation.model).toMatchObject({ n: 2000 });
    expect(validation.model.rmse).toBeCloseTo(plain.model.rmse, 9);
    expect(validation.model.bias).toBeCloseTo(plain.model.bias, 9);
    expect(validation.model.rmseSe).toBeCloseTo(plain.rmseSe, 9);
    expect(validation.r2).toBeCloseTo(plain.r2, 9);
    expect(validation.naive.rmse).toBeCloseTo(plain.naive.rmse, 9);
    expect(validation.naive.bias).toBeCloseTo(plain.naive.bias, 9);
    expect(validation.dimidiate.rmse).toBeCloseTo(plain.dimidiate.rmse, 9);
    validation.byClass.forEach(({ fromPct, toPct, n, rmse, bias }, k) => {
      expect([fromPct, toPct]).toEqual(
        [
          [0, 10],
          [10, 30],
          [30, 60],
          [60, 100],
        ][k],
      );
      expect(n).toBe(plain.byClass[k]!.n);
      expect(rmse).toBeCloseTo(plain.byClass[k]!.rmse, 9);
      expect(bias).toBeCloseTo(plain.byClass[k]!.bias, 9);
    });
  });

  it('does not depend on the order of the pixels nor on how blocks are numbered, but for the last digits', () => {
    const samples = plantedLine(0.1, 9);
    const turn = (column: Float64Array) => Float64Array.from(column).reverse();
    const turned: CoverSamples = {
      count: samples.count,
      columns: Object.fromEntries(
        FEATURE_NAMES.map((name) => [name, turn(samples.columns[name])]),
      ) as CoverSamples['columns'],
      cover: turn(samples.cover),
      block: Int32Array.from(samples.block, (block) => 1000 + 3 * block).reverse(),
    };
    const [one, other] = [calibrateCover(samples, SETTINGS), calibrateCover(turned, SETTINGS)];
    expect(other.validation.model.rmse).toBeCloseTo(one.validation.model.rmse, 12);
    expect(other.model.intercept).toBeCloseTo(one.model.intercept, 12);
  });
});

interface PlainErrors {
  readonly n: number;
  readonly rmse: number;
  readonly bias: number;
}

/** The dry set alone, by rows and plain loops: what cross-validation has to come to. */
function validatePlainly({ count, columns, cover, block }: CoverSamples) {
  const { folds, seed, naiveEndpoints } = SETTINGS;
  const blocks = Math.max(...block) + 1;
  const foldOf = dealFolds(blocks, folds, seed);
  const names = ['dry_p10', 'dry_p25', 'dry_p50'] as const;
  const cut = (f: number) => Math.min(1, Math.max(0, f));
  const guess = {
    model: new Array<number>(count),
    naive: new Array<number>(count),
    dimidiate: new Array<number>(count),
  };
  for (let fold = 0; fold < folds; fold += 1) {
    const train = [...Array(count).keys()].filter((i) => foldOf[block[i]!] !== fold);
    const mean = names.map((name) => average(train.map((i) => columns[name][i]!)));
    const sd = names.map((name, k) => Math.sqrt(average(train.map((i) => (columns[name][i]! - mean[k]!) ** 2))));
    const rowOf = (i: number) => names.map((name, k) => (columns[name][i]! - mean[k]!) / sd[k]!);
    const middle = average(train.map((i) => cover[i]!));
    const matrix = names.map((_, j) => [
      ...names.map((_, k) => average(train.map((i) => rowOf(i)[j]! * rowOf(i)[k]!)) + (j === k ? RIDGE : 0)),
      average(train.map((i) => rowOf(i)[j]! * (cover[i]! - middle))),
    ]);
    // Diagonals are 1 up to rounding there and exactly 1 here.
    const weights = eliminate(matrix);
    const ndvi = train.map((i) => columns.dry_p50[i]!).sort((a, b) => a - b);
    const at = (pct: number) => ndvi[Math.ceil((pct * ndvi.length) / 100) - 1]!;
    for (let i = 0; i < count; i += 1) {
      if (foldOf[block[i]!] !== fold) continue;
      guess.model[i] = cut(middle + rowOf(i).reduce((sum, value, k) => sum + value * weights[k]!, 0));
      const value = columns.dry_p50[i]!;
      const { soilNdvi, vegetationNdvi } = naiveEndpoints;
      guess.naive[i] = cut((value - soilNdvi) / (vegetationNdvi - soilNdvi));
      guess.dimidiate[i] = cut((value - at(5)) / (at(95) - at(5)));
    }
  }
  const all = [...Array(count).keys()];
  const errors = (guesses: readonly number[], of: readonly number[]): PlainErrors => ({
    n: of.length,
    rmse: of.length === 0 ? 0 : Math.sqrt(average(of.map((i) => (guesses[i]! - cover[i]!) ** 2))),
    bias: of.length === 0 ? 0 : average(of.map((i) => guesses[i]! - cover[i]!)),
  });
  const left = [...Array(blocks).keys()].map(
    (b) =>
      errors(
        guess.model,
        all.filter((i) => block[i] !== b),
      ).rmse,
  );
  const spread = left.reduce((sum, rmse) => sum + (rmse - average(left)) ** 2, 0);
  const model = errors(guess.model, all);
  const variance = average(all.map((i) => (cover[i]! - average([...cover])) ** 2));
  const edges = [0, 0.1, 0.3, 0.6, Number.POSITIVE_INFINITY];
  return {
    model,
    naive: errors(guess.naive, all),
    dimidiate: errors(guess.dimidiate, all),
    rmseSe: Math.sqrt(((blocks - 1) / blocks) * spread),
    r2: 1 - model.rmse ** 2 / variance,
    byClass: [0, 1, 2, 3].map((k) =>
      errors(
        guess.model,
        all.filter((i) => cover[i]! >= edges[k]! && cover[i]! < edges[k + 1]!),
      ),
    ),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Gauss–Jordan; the last column is the right side. */
function eliminate(matrix: number[][]): number[] {
  const m = matrix.map((row) => [...row]);
  for (let j = 0; j < m.length; j += 1) {
    const lead = m[j]![j]!;
    m[j] = m[j]!.map((value) => value / lead);
    for (let k = 0; k < m.length; k += 1) {
      const factor = k === j ? 0 : m[k]![j]!;
      m[k] = m[k]!.map((value, c) => value - factor * m[j]![c]!);
    }
  }
  return m.map((row) => row.at(-1)!);
}

describe('features and prediction of a chunk', () => {
  const days = Array.from({ length: 46 }, (_, k) => new Date(Date.UTC(2001, 0, 1 + 16 * k)).toISOString().slice(0, 10));
  const period = { start: '2001-01-01', end: '2002-12-31' };

  /** Dry 0.30, else 0.70; a pixel whose number is odd has only its first two dry slots. */
  function twoPixels() {
    const ndvi = new Int16Array(2 * days.length);
    let seen = 0;
    days.forEach((day, slot) => {
      const isDry = SETTINGS.seasonMonths.includes(Number(day.slice(5, 7)));
      ndvi[2 * slot] = isDry ? 3000 : 7000;
      if (isDry) seen += 1;
      ndvi[2 * slot + 1] = isDry && seen > 2 ? -32768 : isDry ? 3000 : 7000;
    });
    return { pixelCount: 2, days, ndvi };
  }

  it('gives dry percentiles of 0.30, P90 of 0.70 outside the season, and nothing with 2 of 3 dry observations', () => {
    const features = computeCoverFeatures(twoPixels(), period, SETTINGS);
    expect([...features.dryP10]).toEqual([3000, -32768]);
    expect([...features.dryP25]).toEqual([3000, -32768]);
    expect([...features.dryP50]).toEqual([3000, -32768]);
    expect([...features.wetP90!]).toEqual([7000, 7000]);
    expect(features.amplitude![0]).toBeGreaterThan(1500);
    const bare = computeCoverFeatures(twoPixels(), period, SETTINGS, ['dry_p10']);
    expect([bare.wetP90, bare.amplitude, bare.phase]).toEqual([null, null, null]);
    const early = computeCoverFeatures(twoPixels(), { start: '2000-01-01', end: '2000-12-31' }, SETTINGS);
    expect([...early.dryP50]).toEqual([-32768, -32768]);
  });

  it('predicts 0.46 from dry P10 and green range, cuts to 0..1, leaves missing pixels missing, counts extrapolated ones', () => {
    const term = (feature: FeatureName, coefficient: number) => ({
      ...{ feature, coefficient, mean: 0.5, sd: 0.1, min: 0.2, max: 0.8 },
    });
    const terms = [term('dry_p10', 0.1), term('green_range', -0.06)];
    const model = { seasonMonths: null, minDryCount: 1, intercept: 0.6, rmse: 0.123, terms };
    const stored = (...values: number[]) => Int16Array.from(values);
    const features: CoverFeatures = {
      pixelCount: 5,
      ...{
        dryP10: stored(3000, 7900, 300, -32768, 5000),
        dryP25: stored(0, 0, 0, 0, 0),
        dryP50: stored(0, 0, 0, 0, 0),
      },
      ...{ wetP90: stored(7000, 9900, 9000, 7000, -32768), amplitude: null, phase: null },
    };
    const { cover, se, extrapolatedPx } = predictCover(model, features);
    // 0.6 + 0.1·(0.3 − 0.5)/0.1 − 0.06·(0.4 − 0.5)/0.1 = 0.46; the second is 0.6 + 0.29 + 0.18, the third 0.6 − 0.47 − 0.222.
    expect([...cover]).toEqual([4600, 10_000, 0, -32768, -32768]);
    expect(se).toBe(0.123);
    expect(extrapolatedPx).toBe(1);
  });
});

describe('the file of a model', () => {
  const { model, validation } = calibrateCover(plantedLine(0.1), SETTINGS);
  const file: CoverModelFile = {
    ...{ type: 'twin-canopy-cover-model', version: 1, model, sentence: 'RMSE 10 %.' },
    validation: { ...validation, blockM: 1000 },
    years: { start: '1999-01-01', end: '2002-12-31' },
    ...{ sensors: ['tm-etm'], harmonised: false, mask: { keepScl: [4, 5], dilateM: 0 } },
    reference: { name: 'vcf.tif', sha256: 'ab', scale: 0.01, nodata: [], method: 'nearest' },
    ...{ scenes: ['A'], inputs: [], attribution: ['USGS'], synthetic: false, versions: { 'twin-canopy': '0.1.0' } },
  };

  it('comes back from JSON as it was', () => {
    expect(parseCoverModel(JSON.parse(JSON.stringify(file)), 'model.json')).toEqual(file);
  });

  const withModel = (change: object) => ({ ...file, model: { ...model, ...change } });
  const withTerm = (change: object) => withModel({ terms: [{ ...model.terms[0], ...change }] });
  it.each<[string, unknown, string]>([
    ['a text', 'model', 'the file is "model"; wanted was an object'],
    ['another type', { ...file, type: 'Feature' }, 'its "type" is "Feature"'],
    ['a later version', { ...file, version: 2 }, 'it is of version 2, and version 1 is read here'],
    ['no model', { ...file, model: undefined }, 'model is missing; wanted was an object'],
    ['an unknown key', withModel({ slope: 1 }), 'its "model" has the unknown key "slope"'],
    ['month 13', withModel({ seasonMonths: [13] }), 'model.seasonMonths is 13; wanted was a number from 1 to 12'],
    ['half an observation', withModel({ minDryCount: 1.5 }), 'model.minDryCount is 1.5; wanted was a whole number'],
    ['an RMSE that was not measured', withModel({ rmse: 0 }), 'its "model.rmse" is 0, but'],
    ['an RMSE of 12', withModel({ rmse: 12 }), 'model.rmse is 12; wanted was a number from 0 to 1'],
    ['no terms', withModel({ terms: [] }), 'model.terms is []; wanted was a list with at least one entry'],
    ['an unknown feature', withTerm({ feature: 'evi' }), 'model.terms[0].feature is "evi"; wanted was one of dry_p10'],
    ['an sd of 0', withTerm({ sd: 0 }), 'model.terms[0].sd is 0; wanted was a number above 0'],
    ['a text for a number', withTerm({ mean: '0.5' }), 'model.terms[0].mean is "0.5"; wanted was a number'],
    ['one feature twice', withModel({ terms: [model.terms[0], model.terms[0]] }), 'it has two terms of dry_p10'],
    ['no attribution', { ...file, attribution: [] }, 'attribution is []'],
    ['a mask without classes', { ...file, mask: { dilateM: 0 } }, 'mask.keepScl is missing'],
  ])('is refused with %s', (_, value, sentence) => {
    expect(() => parseCoverModel(value, 'model.json')).toThrow(
      `model.json cannot be used as a tree-cover model: ${sentence}`,
    );
  });
});
