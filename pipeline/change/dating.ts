/**
 * The dating step: where a series of departures steps from one level to another, by least squares.
 *
 * Of all ways to cut the observations `from` … `to` − 1 in two, the one with the smallest sum of squares round the two
 * means, which is the one with the greatest n₁n₂/(n₁+n₂)·(mean₂ − mean₁)²; ties go to the earlier cut. Only steps in
 * the given direction count.
 * @param departures value − season, by observation, in order of time.
 * @param at.first earliest and latest observation that may be the first after the step, `from` < first ≤ last < `to`.
 * @param at.sign −1 for a fall, 1 for a rise.
 * @returns index of the first observation after the step; the last before it is the one in front. −1 where the series
 *   steps in the other direction only.
 */
export function dateStep(
  departures: Float64Array,
  at: {
    readonly from: number;
    readonly to: number;
    readonly first: number;
    readonly last: number;
    readonly sign: number;
  },
): number {
  const { from, to, first, last, sign } = at;
  let total = 0;
  for (let i = from; i < to; i++) total += departures[i]!;
  let before = 0;
  for (let i = from; i < Math.max(from + 1, first); i++) before += departures[i]!;
  let best = 0;
  let found = -1;
  for (let cut = Math.max(from + 1, first); cut <= last; cut++) {
    const left = cut - from;
    const right = to - cut;
    const step = (total - before) / right - before / left;
    const gain = ((left * right) / (left + right)) * step * step;
    if (step * sign > 0 && gain > best) {
      best = gain;
      found = cut;
    }
    before += departures[cut]!;
  }
  return found;
}
