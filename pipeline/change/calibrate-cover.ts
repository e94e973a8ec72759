import { inputError } from '../../shared/errors.ts';
import type { Endpoints } from '../raster/treecover.ts';
import { FEATURE_NAMES, type FeatureName, type FeatureRules } from './cover-features.ts';
import type { CoverModel } from './cover-model.ts';
import { type CoverValidation, crossValidate, dealFolds, gramsByFold, type PixelRows } from './cover-validation.ts';
import { fitLinear, type Gram, type LinearFit, squaredErrorOf, sumGrams } from './linear-fit.ts';

/** Pixels with features and a reference. */
export interface CoverSamples {
  readonly count: number;
  /** One column a feature, index units; NaN = missing. All of the same length. */
  readonly columns: Readonly<Record<FeatureName, Float64Array>>;
  /** Reference tree cover, fraction 0..1. */
  readonly cover: Float64Array;
  /** Ground block of each pixel, any whole numbers. */
  readonly block: Int32Array;
}

export interface CalibrationSettings extends FeatureRules {
  readonly folds: number;
  readonly seed: number;
  /** Of the model that stands beside ours. */
  readonly naiveEndpoints: Endpoints;
}

/** Sets of features, each with a chance to be the model, from the plainest on. */
const DRY: readonly FeatureName[] = ['dry_p10', 'dry_p25', 'dry_p50'];
const GREEN: readonly FeatureName[] = [...DRY, 'green_range'];
const WAVE: readonly FeatureName[] = ['amplitude', 'amplitude_cos', 'amplitude_sin'];
const SQUARES: readonly FeatureName[] = ['dry_p25_squared', 'green_range_squared'];
const CANDIDATES = [DRY, GREEN, [...GREEN, ...WAVE], [...GREEN, ...SQUARES], [...GREEN, ...WAVE, ...SQUARES]];

/** A larger set has to lower the RMSE on held-out blocks by this part, else the plainer one stays. */
const WORTH = 0.005;
/** A feature that fewer of the pixels have is left out: a map made with it would have holes. */
const MIN_SHARE = 0.8;
/** Pixels, and blocks a fold, below which nothing is fitted. */
const MIN_PIXELS = 100;
const MIN_BLOCKS_PER_FOLD = 2;
/** Standard deviation of the reference, as a fraction, below which it is constant. */
const MIN_REFERENCE_SD = 0.005;

/**
 * Fits tree cover to features on all pixels, and says how wrong the model is on ground that it has not seen: whole blocks
 * are held out, fold by fold. The set of features is chosen anew inside each training part, by cross-validation over its
 * own folds, so that the choice does not flatter the error.
 * @throws CanopyError (input) `E_CALIBRATE_FEW` pixels or blocks, `E_CALIBRATE_CONSTANT` reference
 */
export function calibrateCover(
  samples: CoverSamples,
  settings: CalibrationSettings,
): { readonly model: CoverModel; readonly validation: CoverValidation } {
  const { folds, seed, seasonMonths, minDryCount, naiveEndpoints } = settings;
  const names = usableFeatures(samples);
  const pixels = completeRows(samples, names);
  checkPixels(pixels, settings);
  const fitLine = (grams: readonly Gram[]) => fitBestSet(grams, names);
  const ndviPlace = names.indexOf('dry_p50') + 1;
  const validation = crossValidate(pixels, fitLine, { folds, seed, ndviPlace, naiveEndpoints });
  checkReference(validation);
  const line = fitLine(gramsByFold(pixels, dealFolds(pixels.blocks, folds, seed), folds));
  const terms = line.places.map((place, k) => ({
    feature: names[place - 1]!,
    mean: line.mean[k]!,
    sd: line.sd[k]!,
    coefficient: line.coefficient[k]!,
    ...rangeOf(pixels, place),
  }));
  return {
    model: { seasonMonths, minDryCount, intercept: line.intercept, terms, rmse: validation.model.rmse },
    validation,
  };
}

/** The features that at least 80 % of the pixels with dry percentiles have. */
function usableFeatures({ columns, count }: CoverSamples): FeatureName[] {
  const countOf = (name: FeatureName) => {
    let present = 0;
    for (let i = 0; i < count; i += 1) if (!Number.isNaN(columns[name][i]!)) present += 1;
    return present;
  };
  const wanted = MIN_SHARE * countOf('dry_p50');
  return FEATURE_NAMES.filter((name) => DRY.includes(name) || countOf(name) >= wanted);
}

/** The pixels that have every one of the features, with their blocks numbered anew. */
function completeRows({ count, columns, cover, block }: CoverSamples, names: readonly FeatureName[]): PixelRows {
  const kept: number[] = [];
  for (let i = 0; i < count; i += 1) if (names.every((name) => !Number.isNaN(columns[name][i]!))) kept.push(i);
  const size = names.length + 2;
  const rows = new Float64Array(kept.length * size);
  const numberOf = new Map<number, number>();
  // In the order of the blocks' own numbers, so that the order of the pixels plays no part in the folds.
  for (const old of [...new Set(kept.map((i) => block[i]!))].sort((a, b) => a - b)) numberOf.set(old, numberOf.size);
  kept.forEach((i, row) => {
    rows[row * size] = 1;
    names.forEach((name, k) => {
      rows[row * size + 1 + k] = columns[name][i]!;
    });
    rows[row * size + size - 1] = cover[i]!;
  });
  const newBlock = Int32Array.from(kept, (i) => numberOf.get(block[i]!)!);
  return { count: kept.length, rows, size, block: newBlock, blocks: numberOf.size };
}

/** The plainest set that no larger one beats by more than it costs, fitted on all the folds given. */
function fitBestSet(grams: readonly Gram[], names: readonly FeatureName[]): LinearFit {
  const sets = CANDIDATES.filter((set) => set.every((name) => names.includes(name)));
  let best: { places: number[]; rmse: number } | null = null;
  for (const set of sets) {
    const places = set.map((name) => names.indexOf(name) + 1);
    const rmse = heldOutRmse(grams, places);
    if (best === null || rmse < best.rmse * (1 - WORTH)) best = { places, rmse };
  }
  return fitLinear(sumGrams(grams), best!.places);
}

/** RMSE of a set over folds that are held out in turn, before predictions are cut to 0..1. */
function heldOutRmse(grams: readonly Gram[], places: readonly number[]): number {
  let squares = 0;
  let n = 0;
  grams.forEach((held, fold) => {
    const fit = fitLinear(sumGrams(grams.filter((_, other) => other !== fold)), places);
    squares += squaredErrorOf(held, fit);
    n += held.products[0]!;
  });
  return Math.sqrt(Math.max(0, squares) / n);
}

function rangeOf({ count, rows, size }: PixelRows, place: number): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i += 1) {
    min = Math.min(min, rows[i * size + place]!);
    max = Math.max(max, rows[i * size + place]!);
  }
  return { min, max };
}

function checkPixels({ count, blocks }: PixelRows, { folds, minDryCount, seasonMonths }: CalibrationSettings): void {
  const season = seasonMonths === null ? 'observations' : `observations in the months ${seasonMonths.join(', ')}`;
  if (count < MIN_PIXELS)
    throw inputError(
      'E_CALIBRATE_FEW',
      `${count} pixels have a reference and ${minDryCount} clear ${season}; ${MIN_PIXELS} are needed. Give more years, another season or a larger reference.`,
    );
  if (blocks < MIN_BLOCKS_PER_FOLD * folds)
    throw inputError(
      'E_CALIBRATE_FEW',
      `The pixels with a reference lie in ${blocks} blocks, and ${folds} folds want ${MIN_BLOCKS_PER_FOLD * folds} at least. Give a smaller --block-m, fewer --folds or a larger reference.`,
    );
}

function checkReference({ reference: { mean, sd } }: CoverValidation): void {
  if (sd >= MIN_REFERENCE_SD) return;
  throw inputError(
    'E_CALIBRATE_CONSTANT',
    `The reference is ${(100 * mean).toFixed(1)} % tree cover on all pixels that can be used (standard deviation ${(100 * sd).toFixed(2)} %): there is nothing to fit. Give a reference with open and with closed ground.`,
  );
}
