/** How a value is read out of ordered ones: value = first + (second − first) · weight, ranks counted from 0. */
export interface RankRule {
  readonly first: number;
  readonly second: number;
  /** In [0, 0.5], a float32. */
  readonly weight: number;
}

/** The two middle values of `count` (at least 1); they are one where `count` is odd. Their mean is the median. */
export function middleRanks(count: number): RankRule {
  return { first: (count - 1) >> 1, second: count >> 1, weight: 0.5 };
}

/**
 * Percentile of `count` (at least 1) values: rank (count − 1) · pct / 100, linear between ranks, from the nearer of the
 * two. It is numpy's rule (`percentile`, method linear, 1.22 and newer), so that float32 arithmetic gives its bits.
 * @param pct in [0, 100]
 */
export function percentileRanks(count: number, pct: number): RankRule {
  const rank = (count - 1) * (pct / 100);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, count - 1);
  const weight = rank - below;
  if (weight < 0.5) return { first: below, second: above, weight: Math.fround(weight) };
  return { first: above, second: below, weight: Math.fround(1 - weight) };
}
