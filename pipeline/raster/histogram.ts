/** Steps of equal width from the low end of an interval to its high end: the weight in each, its smallest and largest value. */
export interface Histogram {
  /** Weight of all values under the low end. */
  below: number;
  readonly weights: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
}

export type Interval = readonly [low: number, high: number];

const STEPS = 4096;

export function emptyHistogram(): Histogram {
  return {
    below: 0,
    weights: new Float64Array(STEPS),
    mins: new Float64Array(STEPS).fill(Infinity),
    maxs: new Float64Array(STEPS).fill(-Infinity),
  };
}

/** Adds a value; what lies above the high end is left out. */
export function addToHistogram(histogram: Histogram, [low, high]: Interval, value: number, weight: number): void {
  if (value > high) return;
  if (value < low) {
    histogram.below += weight;
    return;
  }
  const width = high - low;
  // Halves only where the ends of float64 lie further apart than its largest number: they would round the smallest.
  const place = width < Infinity ? (value - low) / (width || 1) : (value / 2 - low / 2) / (high / 2 - low / 2);
  const step = Math.min(STEPS - 1, Math.floor(place * STEPS));
  histogram.weights[step] = histogram.weights[step]! + weight;
  if (value < histogram.mins[step]!) histogram.mins[step] = value;
  if (value > histogram.maxs[step]!) histogram.maxs[step] = value;
}

export function mergeHistogram(into: Histogram, part: Histogram): void {
  into.below += part.below;
  for (let step = 0; step < STEPS; step++) {
    into.weights[step] = into.weights[step]! + part.weights[step]!;
    if (part.mins[step]! < into.mins[step]!) into.mins[step] = part.mins[step]!;
    if (part.maxs[step]! > into.maxs[step]!) into.maxs[step] = part.maxs[step]!;
  }
}

/**
 * The smallest and the largest value of the step in which the cumulated weight reaches `wanted`: a narrower interval for
 * the next look, or the quantile itself where both are the same.
 */
export function narrowInterval(histogram: Histogram, wanted: number): Interval {
  let cumulated = histogram.below;
  let last = 0;
  for (let step = 0; step < STEPS; step++) {
    if (histogram.weights[step] === 0) continue;
    last = step;
    cumulated += histogram.weights[step]!;
    if (cumulated >= wanted) break;
  }
  return [histogram.mins[last]!, histogram.maxs[last]!];
}
