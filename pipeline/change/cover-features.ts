import type { Period } from '../../shared/result.ts';
import {
  computePercentiles,
  fitSeasonWave,
  MISSING_NDVI,
  type NdviStack,
  slotsInSeason,
  slotsOutOfSeason,
} from './season-features.ts';

/**
 * What a tree-cover model may be made of; index units unless said otherwise. `dry_*`: percentiles of the season's
 * observations, when grass is dead. `green_range`: P90 outside the season minus dry P10, which is grass and falling
 * leaves. `amplitude`, and the same times cosine and sine of its phase: the wave of the year. Squares let the line bend.
 */
export const FEATURE_NAMES = [
  'dry_p10',
  'dry_p25',
  'dry_p50',
  'green_range',
  'amplitude',
  'amplitude_cos',
  'amplitude_sin',
  'dry_p25_squared',
  'green_range_squared',
] as const;
export type FeatureName = (typeof FEATURE_NAMES)[number];

/** What decides which observations enter the features, beside the series. */
export interface FeatureRules {
  /** Months 1..12 of the dry season; null = all, and then the slots outside the season are all, too. */
  readonly seasonMonths: readonly number[] | null;
  /** Observations in season that a pixel needs. */
  readonly minDryCount: number;
}

/** Features of a chunk in stored numbers (NDVI × 10,000, −32768 = missing; phase 1..365, 0 = none); null: not asked for. */
export interface CoverFeatures {
  readonly pixelCount: number;
  readonly dryP10: Int16Array;
  readonly dryP25: Int16Array;
  readonly dryP50: Int16Array;
  readonly wetP90: Int16Array | null;
  readonly amplitude: Int16Array | null;
  readonly phase: Uint16Array | null;
}

/** Percentile of the observations outside the season that stands for full green. */
const WET_PCT = 90;
const SCALE = 1e-4;
const RAD_PER_DAY = (2 * Math.PI) / 365;

/**
 * Features of every pixel of a chunk from the slots of one period: dry percentiles of its slots in season, P90 of those
 * outside it, the wave of all of them. Slots outside the period play no part, so a baseline and a monitoring period have
 * features of their own.
 * @param names the features wanted, of a model or all
 */
export function computeCoverFeatures(
  stack: NdviStack,
  period: Period,
  rules: FeatureRules,
  names: readonly FeatureName[] = FEATURE_NAMES,
): CoverFeatures {
  const { seasonMonths, minDryCount } = rules;
  const dry = slotsInSeason(stack.days, seasonMonths, period);
  const [dryP10, dryP25, dryP50] = computePercentiles(stack, dry, { pcts: [10, 25, 50], minCount: minDryCount });
  const wantsGreen = names.some((name) => name.startsWith('green_range'));
  const wave = names.some((name) => name.startsWith('amplitude'))
    ? fitSeasonWave(stack, slotsInSeason(stack.days, null, period))
    : null;
  return {
    pixelCount: stack.pixelCount,
    dryP10: dryP10!,
    dryP25: dryP25!,
    dryP50: dryP50!,
    wetP90: wantsGreen
      ? computePercentiles(stack, slotsOutOfSeason(stack.days, seasonMonths, period), { pcts: [WET_PCT] })[0]!
      : null,
    amplitude: wave?.amplitude ?? null,
    phase: wave?.phase ?? null,
  };
}

/** One feature of every pixel in the units of the model; NaN = missing. */
export function featureColumn(features: CoverFeatures, name: FeatureName): Float64Array {
  const column = new Float64Array(features.pixelCount);
  for (let i = 0; i < column.length; i += 1) column[i] = featureAt(features, name, i);
  return column;
}

function featureAt(features: CoverFeatures, name: FeatureName, i: number): number {
  switch (name) {
    case 'dry_p10':
      return valueAt(features.dryP10, i);
    case 'dry_p25':
      return valueAt(features.dryP25, i);
    case 'dry_p50':
      return valueAt(features.dryP50, i);
    case 'green_range':
      return valueAt(features.wetP90, i) - valueAt(features.dryP10, i);
    case 'amplitude':
      return valueAt(features.amplitude, i);
    case 'amplitude_cos':
      return valueAt(features.amplitude, i) * Math.cos(angleAt(features.phase, i));
    case 'amplitude_sin':
      return valueAt(features.amplitude, i) * Math.sin(angleAt(features.phase, i));
    case 'dry_p25_squared':
      return valueAt(features.dryP25, i) ** 2;
    case 'green_range_squared':
      return (valueAt(features.wetP90, i) - valueAt(features.dryP10, i)) ** 2;
  }
}

function valueAt(column: Int16Array | null, i: number): number {
  const stored = column === null ? MISSING_NDVI : column[i]!;
  return stored === MISSING_NDVI ? Number.NaN : stored * SCALE;
}

/** A wave without a phase has no amplitude either: any angle will do. */
function angleAt(phase: Uint16Array | null, i: number): number {
  return phase === null ? Number.NaN : RAD_PER_DAY * (phase[i]! - 1);
}
