import { type CoverFeatures, type FeatureName, type FeatureRules, featureColumn } from './cover-features.ts';

/** A linear model of tree cover: fraction = intercept + Σ coefficient · (feature − mean)/sd, cut to 0..1. */
export interface CoverModel extends FeatureRules {
  readonly intercept: number;
  readonly terms: readonly CoverTerm[];
  /** Root mean square error on held-out blocks, tree-cover fraction: the error of every prediction. */
  readonly rmse: number;
}

export interface CoverTerm {
  readonly feature: FeatureName;
  /** Mean and population standard deviation of the training pixels. */
  readonly mean: number;
  readonly sd: number;
  /** Fraction for one standard deviation. */
  readonly coefficient: number;
  /** Least and greatest value of the training pixels. */
  readonly min: number;
  readonly max: number;
}

/** Tree cover of a chunk. */
export interface CoverPrediction {
  /** Fraction × 10,000, 0..10,000; −32768 where a feature is missing. */
  readonly cover: Int16Array;
  /** Standard error of one pixel's fraction: the model's RMSE on held-out blocks. Errors of neighbours are not independent. */
  readonly se: number;
  /** Pixels with a feature outside what the model was trained on: their cover is extrapolated. */
  readonly extrapolatedPx: number;
}

const COVER_SCALE = 1e-4;
const MISSING_COVER = -32768;

/**
 * Tree cover of every pixel of a chunk.
 * @param features from `computeCoverFeatures` with the model itself as rules and the model's own features (`featuresOf`):
 *   for the cover of the baseline with the baseline as period, for that of the monitoring period with that one
 */
export function predictCover(model: CoverModel, features: CoverFeatures): CoverPrediction {
  const { pixelCount } = features;
  const sums = new Float64Array(pixelCount).fill(model.intercept);
  const isOutside = new Uint8Array(pixelCount);
  for (const { feature, mean, sd, coefficient, min, max } of model.terms) {
    const column = featureColumn(features, feature);
    const slope = coefficient / sd;
    for (let i = 0; i < pixelCount; i += 1) {
      const value = column[i]!;
      sums[i]! += slope * (value - mean);
      if (value < min || value > max) isOutside[i] = 1;
    }
  }
  const cover = new Int16Array(pixelCount).fill(MISSING_COVER);
  let extrapolatedPx = 0;
  for (let i = 0; i < pixelCount; i += 1) {
    if (Number.isNaN(sums[i]!)) continue;
    cover[i] = Math.round(cutFraction(sums[i]!) / COVER_SCALE);
    extrapolatedPx += isOutside[i]!;
  }
  return { cover, se: model.rmse, extrapolatedPx };
}

/** The features that a model is made of. */
export function featuresOf({ terms }: Pick<CoverModel, 'terms'>): FeatureName[] {
  return terms.map(({ feature }) => feature);
}

export function cutFraction(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
