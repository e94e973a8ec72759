/** Red pixels of one Sentinel-2 scene; arrays of one length, row order is of no matter. */
export interface OffsetSample {
  readonly redDn: ArrayLike<number>;
  /** 1 = use. */
  readonly valid: ArrayLike<number>;
  /** Scene classification on the same cells, where there is one. */
  readonly scl?: ArrayLike<number>;
  /** Reflectance = DN·scale + offset, as decided from the metadata; the offset is 0 or −0.1. */
  readonly scale: number;
  readonly offset: number;
}

export type OffsetVerdict = 'agrees' | 'contradicts' | 'undecided';

const VEGETATION = 4;
const BARE = 5;
const WATER = 6;

/** Fewer pixels than this accuse nobody. */
const MIN_PIXELS = 500;
/** Share of positive-by-nature pixels that may come out at 0 or below, and the percentile taken as the darkest ground. */
const DARK_SHARE = 0.01;
/** −BOA_ADD_OFFSET in reflectance: darkest ground this bright means that the offset is still in the numbers. */
const OFFSET_REFLECTANCE = 0.1;
/** Glint-corrected water and deep shadow come out a little below 0 in good scenes: without classes, only more than this counts. */
const CLEARLY_NEGATIVE = -0.01;

/**
 * Lets the pixels object to the Sentinel-2 offset that the metadata gave (faults row 41). A caller quarantines a scene
 * that `contradicts`. Bright ground looks alike under both readings, so only ground that is dark by nature may accuse:
 *
 * - offset −0.1 applied: contradicts when ≥ 1 % of clear land (SCL 4, 5) is ≤ 0; without SCL, when ≥ 1 % of all valid
 *   pixels are and the 1st percentile is below −0.01.
 * - offset 0: agrees when the 1st percentile of vegetation and water (SCL 4, 6; without SCL of all) is below 0.1.
 *   Contradicts when that of at least 500 vegetation pixels is not. Without SCL a bright scene may be cloud or desert:
 *   undecided.
 */
export function checkOffset(sample: OffsetSample): OffsetVerdict {
  return sample.offset < 0 ? checkSubtracted(sample) : checkUntouched(sample);
}

function checkSubtracted(sample: OffsetSample): OffsetVerdict {
  const land = collect(sample, [VEGETATION, BARE]);
  if (land.length < MIN_PIXELS) return 'undecided';
  const share = countUpTo(land, 0) / land.length;
  const darkest = darkestOf(land);
  if (share >= DARK_SHARE) return sample.scl || darkest < CLEARLY_NEGATIVE ? 'contradicts' : 'undecided';
  return darkest < OFFSET_REFLECTANCE ? 'agrees' : 'undecided';
}

function checkUntouched(sample: OffsetSample): OffsetVerdict {
  const dark = collect(sample, [VEGETATION, WATER]);
  if (dark.length >= MIN_PIXELS && darkestOf(dark) < OFFSET_REFLECTANCE) return 'agrees';
  if (!sample.scl) return 'undecided';
  const vegetation = collect(sample, [VEGETATION]);
  return vegetation.length >= MIN_PIXELS && darkestOf(vegetation) >= OFFSET_REFLECTANCE ? 'contradicts' : 'undecided';
}

/** Sorted reflectances of the valid pixels of some classes, or of all where the sample has no classes. */
function collect(sample: OffsetSample, classes: readonly number[]): Float64Array {
  const { redDn, valid, scl, scale, offset } = sample;
  const values = new Float64Array(redDn.length);
  let count = 0;
  for (let i = 0; i < redDn.length; i++) {
    if (valid[i] !== 1 || (scl && !classes.includes(scl[i]!))) continue;
    values[count++] = redDn[i]! * scale + offset;
  }
  return values.subarray(0, count).sort();
}

function darkestOf(sorted: Float64Array): number {
  return sorted[Math.floor(sorted.length * DARK_SHARE)]!;
}

/** How many of the sorted values are at most `limit`, with DN 1000 at offset −0.1 counted as 0. */
function countUpTo(sorted: Float64Array, limit: number): number {
  const firstAbove = sorted.findIndex((value) => value > limit + 1e-9);
  return firstAbove === -1 ? sorted.length : firstAbove;
}
