import { type Endpoints, treeCoverFraction } from '../raster/treecover.ts';
import { seededRandom } from './controls/random.ts';
import { cutFraction } from './cover-model.ts';
import { addToGram, emptyGram, type Gram, type LinearFit, valueOfFit } from './linear-fit.ts';

/** Pixels as rows of a table: 1, features, reference cover (fraction 0..1). */
export interface PixelRows {
  readonly count: number;
  /** count × size. */
  readonly rows: Float64Array;
  readonly size: number;
  /** Ground block of each pixel: 0, 1, 2 … `blocks` − 1. */
  readonly block: Int32Array;
  readonly blocks: number;
}

/** Predicted − reference, tree-cover fractions. */
export interface ErrorSummary {
  readonly n: number;
  readonly rmse: number;
  /** Standard error of `rmse` by the jackknife over blocks; null with fewer than two blocks. */
  readonly rmseSe: number | null;
  readonly bias: number;
}

export interface CoverClassError extends ErrorSummary {
  readonly fromPct: number;
  readonly toPct: number;
}

/** What cross-validation by blocks found. */
export interface CoverValidation {
  readonly pixels: number;
  readonly blocks: number;
  readonly folds: number;
  readonly seed: number;
  /** Of the model, on pixels of blocks that it was not fitted on. */
  readonly model: ErrorSummary;
  /** 1 − Σ error²/Σ (reference − its mean)². */
  readonly r2: number;
  /** Of the dimidiate model with fixed endpoints, on the same pixels. */
  readonly naive: ErrorSummary;
  /** The same with endpoints at the 5th and 95th percentile of NDVI in the blocks that were not held out. */
  readonly dimidiate: ErrorSummary;
  /** Of the model, by reference cover. */
  readonly byClass: readonly CoverClassError[];
  readonly reference: { readonly mean: number; readonly sd: number };
}

export interface HoldOutSettings {
  readonly folds: number;
  readonly seed: number;
  /** Place of the median dry NDVI in a row: what the dimidiate models take. */
  readonly ndviPlace: number;
  readonly naiveEndpoints: Endpoints;
}

const CLASS_EDGES_PCT = [0, 10, 30, 60, 100] as const;
const ENDPOINT_PCT = { soil: 5, vegetation: 95 };

/** Fold of each block: shuffled by the seed, then dealt out in turn, so that folds differ by one block at most. */
export function dealFolds(blocks: number, folds: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const order = Array.from({ length: blocks }, (_, block) => block);
  for (let i = blocks - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const foldOf = new Uint8Array(blocks);
  order.forEach((block, place) => {
    foldOf[block] = place % folds;
  });
  return foldOf;
}

/**
 * Errors of a way of fitting on ground that it has not seen: fold by fold, whole blocks are held out, `fitLine` sees the
 * sums of the other folds (one gram a fold, so that it may cross-validate a choice of its own) and its line, cut to
 * 0..1, is held against the reference. The dimidiate models meet the same pixels.
 */
export function crossValidate(
  pixels: PixelRows,
  fitLine: (trainingFolds: readonly Gram[]) => LinearFit,
  settings: HoldOutSettings,
): CoverValidation {
  const { folds, seed, naiveEndpoints, ndviPlace } = settings;
  const { count, rows, size, block, blocks } = pixels;
  const foldOf = dealFolds(blocks, folds, seed);
  const grams = gramsByFold(pixels, foldOf, folds);
  const guesses = {
    model: new Float64Array(count),
    naive: new Float64Array(count),
    dimidiate: new Float64Array(count),
  };
  for (let fold = 0; fold < folds; fold += 1) {
    const line = fitLine(grams.filter((_, other) => other !== fold));
    const endpoints = fittedEndpoints(pixels, ndviPlace, (i) => foldOf[block[i]!] !== fold);
    for (let i = 0; i < count; i += 1) {
      if (foldOf[block[i]!] !== fold) continue;
      const ndvi = rows[i * size + ndviPlace]!;
      guesses.model[i] = cutFraction(valueOfFit(line, rows, i * size));
      guesses.naive[i] = treeCoverFraction(ndvi, naiveEndpoints);
      guesses.dimidiate[i] = treeCoverFraction(ndvi, endpoints);
    }
  }
  const reference = meanAndSd(pixels);
  const model = summariseErrors(pixels, guesses.model);
  return {
    ...{ pixels: count, blocks, folds, seed, model, reference },
    r2: 1 - model.rmse ** 2 / reference.sd ** 2,
    naive: summariseErrors(pixels, guesses.naive),
    dimidiate: summariseErrors(pixels, guesses.dimidiate),
    byClass: classErrors(pixels, guesses.model),
  };
}

/** Sums of products of each fold's pixels. */
export function gramsByFold({ count, rows, size, block }: PixelRows, foldOf: Uint8Array, folds: number): Gram[] {
  const grams = Array.from({ length: folds }, () => emptyGram(size));
  for (let i = 0; i < count; i += 1) addToGram(grams[foldOf[block[i]!]!]!, rows, i * size);
  return grams;
}

/** Fitted endpoints lie at least so far apart, NDVI: on ground that is all alike they would else coincide. */
const LEAST_SPAN = 0.005;

function fittedEndpoints(
  { count, rows, size }: PixelRows,
  place: number,
  isTraining: (i: number) => boolean,
): Endpoints {
  const ndvi: number[] = [];
  for (let i = 0; i < count; i += 1) if (isTraining(i)) ndvi.push(rows[i * size + place]!);
  const sorted = Float64Array.from(ndvi).sort();
  const at = (pct: number) => sorted[Math.max(0, Math.ceil((pct * sorted.length) / 100) - 1)]!;
  const soilNdvi = at(ENDPOINT_PCT.soil);
  return { soilNdvi, vegetationNdvi: Math.max(at(ENDPOINT_PCT.vegetation), soilNdvi + LEAST_SPAN) };
}

function meanAndSd({ count, rows, size }: PixelRows): { mean: number; sd: number } {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += rows[i * size + size - 1]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i += 1) squares += (rows[i * size + size - 1]! - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / count) };
}

function classErrors(pixels: PixelRows, guess: Float64Array): CoverClassError[] {
  return CLASS_EDGES_PCT.slice(1).map((toPct, k) => {
    const fromPct = CLASS_EDGES_PCT[k]!;
    const isLast = toPct === 100;
    const holds = (cover: number) => cover * 100 >= fromPct && (cover * 100 < toPct || isLast);
    return { fromPct, toPct, ...summariseErrors(pixels, guess, holds) };
  });
}

/** Errors of the pixels whose reference `holds`; with no pixel all figures are 0. */
function summariseErrors(
  { count, rows, size, block, blocks }: PixelRows,
  guess: Float64Array,
  holds: (cover: number) => boolean = () => true,
): ErrorSummary {
  const squares = new Float64Array(blocks);
  const counts = new Float64Array(blocks);
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    const cover = rows[i * size + size - 1]!;
    if (!holds(cover)) continue;
    const error = guess[i]! - cover;
    sum += error;
    squares[block[i]!]! += error * error;
    counts[block[i]!]! += 1;
  }
  const n = total(counts);
  if (n === 0) return { n, rmse: 0, rmseSe: null, bias: 0 };
  return { n, rmse: Math.sqrt(total(squares) / n), rmseSe: jackknifeSe(squares, counts), bias: sum / n };
}

/** Pixels of one block err alike, so that the spread of the RMSE comes from leaving out block after block. */
function jackknifeSe(squares: Float64Array, counts: Float64Array): number | null {
  const [allSquares, n] = [total(squares), total(counts)];
  const left: number[] = [];
  counts.forEach((count, b) => {
    if (count > 0 && count < n) left.push(Math.sqrt(Math.max(0, allSquares - squares[b]!) / (n - count)));
  });
  if (left.length < 2) return null;
  const mean = total(left) / left.length;
  const spread = left.reduce((sum, rmse) => sum + (rmse - mean) ** 2, 0);
  return Math.sqrt(((left.length - 1) / left.length) * spread);
}

function total(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
