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

/** Sums of the normal equations: c and s are cosine and sine of the year, y the value. */
interface Sums {
  n: number;
  c: number;
  s: number;
  cc: number;
  cs: number;
  ss: number;
  y: number;
  yc: number;
  ys: number;
}

interface Wave {
  level: number;
  cos: number;
  sin: number;
}

/**
 * The plain season against which single observations are compared before the break monitor sees them: order 1 whatever
 * the monitor's order, because it only has to take the slope of the year out of the difference between neighbours.
 * @param timesYr decimal years, one per slot.
 */
export function createSeasonFit(timesYr: Float64Array): SeasonFit {
  const cos = Float64Array.from(timesYr, (t) => Math.cos(2 * Math.PI * t));
  const sin = Float64Array.from(timesYr, (t) => Math.sin(2 * Math.PI * t));
  const wave: Wave = { level: 0, cos: 0, sin: 0 };
  const sums: Sums = { n: 0, c: 0, s: 0, cc: 0, cs: 0, ss: 0, y: 0, yc: 0, ys: 0 };

  function fit(values: Float64Array, from: number, to: number): boolean {
    sums.n = sums.c = sums.s = sums.cc = sums.cs = sums.ss = sums.y = sums.yc = sums.ys = 0;
    for (let slot = from; slot < to; slot++) {
      const value = values[slot]!;
      // NaN and infinities alike: only finite numbers differ from themselves by 0.
      if (value - value === 0) addTo(sums, value, cos[slot]!, sin[slot]!);
    }
    return solve(sums, wave);
  }

  return { fit, at: (slot) => wave.level + wave.cos * cos[slot]! + wave.sin * sin[slot]! };
}

function addTo(sums: Sums, value: number, c: number, s: number): void {
  sums.n++;
  sums.c += c;
  sums.s += s;
  sums.cc += c * c;
  sums.cs += c * s;
  sums.ss += s * s;
  sums.y += value;
  sums.yc += value * c;
  sums.ys += value * s;
}

/** Gauss on the centred normal equations: the level drops out first. All 0 and false where they do not determine it. */
function solve({ n, c, s, cc, cs, ss, y, yc, ys }: Sums, wave: Wave): boolean {
  wave.level = wave.cos = wave.sin = 0;
  if (n < FEWEST) return false;
  const mcc = cc - (c * c) / n;
  const mcs = cs - (c * s) / n;
  const mss = ss - (s * s) / n;
  if (mcc < SMALLEST_PIVOT * n) return false;
  const pivot = mss - (mcs * mcs) / mcc;
  if (pivot < SMALLEST_PIVOT * n) return false;
  const myc = yc - (y * c) / n;
  wave.sin = (ys - (y * s) / n - (mcs / mcc) * myc) / pivot;
  wave.cos = (myc - mcs * wave.sin) / mcc;
  wave.level = (y - wave.cos * c - wave.sin * s) / n;
  return true;
}
