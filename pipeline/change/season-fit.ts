/** Season of one index, level + one wave of the year, by least squares; allocation-free after it was made. */
export interface SeasonFit {
  /**
   * Fits the finite values of the slots `from` … `to` − 1. False where fewer than 6 are there or they do not tell level
   * and wave apart (all in one part of the year): then `at` is 0 everywhere, and departures are the values themselves.
   */
  fit(values: Float64Array, from: number, to: number): boolean;
  at(slot: number): number;
}

const FEWEST = 6;
/** Smallest pivot, as a share of the number of observations, at which the wave counts as told apart. */
const SMALLEST_PIVOT = 1e-3;

/**
 * The plain season against which single observations are compared before the break monitor sees them: order 1 whatever
 * the monitor's order, because it only has to take the slope of the year out of the difference between neighbours.
 * @param timesYr decimal years, one per slot.
 */
export function createSeasonFit(timesYr: Float64Array): SeasonFit {
  const cos = Float64Array.from(timesYr, (t) => Math.cos(2 * Math.PI * t));
  const sin = Float64Array.from(timesYr, (t) => Math.sin(2 * Math.PI * t));
  let level = 0;
  let a = 0;
  let b = 0;

  function fit(values: Float64Array, from: number, to: number): boolean {
    let n = 0;
    let c = 0;
    let s = 0;
    let cc = 0;
    let cs = 0;
    let ss = 0;
    let y = 0;
    let yc = 0;
    let ys = 0;
    for (let slot = from; slot < to; slot++) {
      const value = values[slot]!;
      // NaN and infinities alike: only finite numbers differ from themselves by 0.
      if (value - value !== 0) continue;
      const u = cos[slot]!;
      const v = sin[slot]!;
      n++;
      c += u;
      s += v;
      cc += u * u;
      cs += u * v;
      ss += v * v;
      y += value;
      yc += value * u;
      ys += value * v;
    }
    level = 0;
    a = 0;
    b = 0;
    if (n < FEWEST) return false;
    // Gauss on the centred normal equations: the level drops out first.
    const mcc = cc - (c * c) / n;
    const mcs = cs - (c * s) / n;
    const mss = ss - (s * s) / n;
    if (mcc < SMALLEST_PIVOT * n) return false;
    const pivot = mss - (mcs * mcs) / mcc;
    if (pivot < SMALLEST_PIVOT * n) return false;
    const myc = yc - (y * c) / n;
    b = (ys - (y * s) / n - (mcs / mcc) * myc) / pivot;
    a = (myc - mcs * b) / mcc;
    level = (y - a * c - b * s) / n;
    return true;
  }

  return { fit, at: (slot) => level + a * cos[slot]! + b * sin[slot]! };
}
