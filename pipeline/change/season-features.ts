import type { Period } from '../../shared/result.ts';
import { inSeason, isInPeriod } from '../season.ts';

/** Stored sign of a missing NDVI, percentile or amplitude. */
export const MISSING_NDVI = -32768;
/** Percentile of the season's observations that stands for the dry season: low enough for grass to be dead or burnt. */
const DRY_PCT = 25;
/** Observations that an order-1 harmonic needs: its three coefficients and as many again. */
const MIN_HARMONIC_COUNT = 6;
/**
 * Least variance of the dates along the direction in the cosine–sine plane in which they vary least; 0.5 for dates spread
 * evenly over the year. Below it the season is known to less than a third of what its count promises.
 */
const MIN_SPREAD = 0.05;
const DAYS_A_YEAR = 365;
/** Pixels that are turned from time-major to pixel-major at a time: their series fit the fast caches. */
const TILE_PX = 256;

/** The NDVI series of every pixel of a chunk, time-major. */
export interface NdviStack {
  readonly pixelCount: number;
  /** UTC day `YYYY-MM-DD` of each slot, ascending. */
  readonly days: readonly string[];
  /** NDVI × 10,000 of slot s at pixel p in `ndvi[s · pixelCount + p]`; −32768 = missing. */
  readonly ndvi: Int16Array;
}

/** The slots whose day lies in `period` and whose month (1..12) is one of `months` (null: every month). */
export function slotsInSeason(days: readonly string[], months: readonly number[] | null, period: Period): number[] {
  return slotsWhere(days, (day) => isInPeriod(day, period) && inSeason(day, months));
}

/** The slots in `period` outside the season; all of the period where the season is the whole year. */
export function slotsOutOfSeason(days: readonly string[], months: readonly number[] | null, period: Period): number[] {
  const isWholeYear = months === null || new Set(months).size === 12;
  return slotsWhere(days, (day) => isInPeriod(day, period) && (isWholeYear || !inSeason(day, months)));
}

function slotsWhere(days: readonly string[], isWanted: (day: string) => boolean): number[] {
  return days.flatMap((day, slot) => (isWanted(day) ? [slot] : []));
}

/**
 * The season-year of a day: the calendar year in which its season ends. With the months 11, 12, 1, 2 the day 2004-11-20
 * is of 2005. Months that do not run across New Year, or that are all twelve, keep the calendar year.
 */
export function seasonYearOf(day: string, months: readonly number[] | null): number {
  const year = Number(day.slice(0, 4));
  if (!months?.includes(12) || !months.includes(1) || new Set(months).size === 12) return year;
  for (let month = Number(day.slice(5, 7)); months.includes(month); month += 1) if (month === 12) return year + 1;
  return year;
}

/** The season-years that have a slot in season, ascending, each with those slots. */
export function slotsBySeasonYear(
  days: readonly string[],
  months: readonly number[] | null,
): { readonly year: number; readonly slots: number[] }[] {
  const years = new Map<number, number[]>();
  days.forEach((day, slot) => {
    if (!inSeason(day, months)) return;
    const year = seasonYearOf(day, months);
    years.set(year, [...(years.get(year) ?? []), slot]);
  });
  return [...years].sort(([a], [b]) => a - b).map(([year, slots]) => ({ year, slots }));
}

/** The layer `dry-ndvi-<YYYY>`: the 25th percentile of the slots of one season-year, NDVI × 10,000, −32768 = missing. */
export function dryPercentile(stack: NdviStack, slots: readonly number[], minCount = 1): Int16Array {
  return computePercentiles(stack, slots, { pcts: [DRY_PCT], minCount })[0]!;
}

/**
 * Percentiles of each pixel over `slots`: the smallest value whose share of the observations reaches p (rank ⌈p·n/100⌉),
 * an observed value, never interpolated.
 * @param wanted pcts whole percents 1..100; minCount observations without which a pixel is missing, at least 1
 * @returns one array for each percentile: NDVI × 10,000, −32768 = missing
 */
export function computePercentiles(
  { pixelCount, ndvi }: NdviStack,
  slots: readonly number[],
  { pcts, minCount = 1 }: { readonly pcts: readonly number[]; readonly minCount?: number },
): Int16Array[] {
  const out = pcts.map(() => new Int16Array(pixelCount).fill(MISSING_NDVI));
  const tile = new Int16Array(TILE_PX * slots.length);
  const counts = new Uint16Array(TILE_PX);
  const least = Math.max(1, minCount);
  for (let from = 0; from < pixelCount; from += TILE_PX) {
    const size = Math.min(TILE_PX, pixelCount - from);
    counts.fill(0);
    for (const slot of slots) gatherSlot(ndvi, slot * pixelCount + from, { tile, counts, size });
    for (let i = 0; i < size; i += 1) {
      const count = counts[i]!;
      if (count < least) continue;
      const start = i * slots.length;
      const last = start + count - 1;
      for (let k = 0; k < pcts.length; k += 1)
        out[k]![from + i] = selectNth(tile, start, last, start + Math.ceil((pcts[k]! * count) / 100) - 1);
    }
  }
  return out;
}

interface Tile {
  /** Observations of each pixel one after the other, `tile.length / TILE_PX` places a pixel. */
  readonly tile: Int16Array;
  readonly counts: Uint16Array;
  readonly size: number;
}

function gatherSlot(ndvi: Int16Array, start: number, { tile, counts, size }: Tile): void {
  const places = tile.length / TILE_PX;
  for (let i = 0; i < size; i += 1) {
    const value = ndvi[start + i]!;
    if (value === MISSING_NDVI) continue;
    const count = counts[i]!;
    tile[i * places + count] = value;
    counts[i] = count + 1;
  }
}

/** The value that would stand at `rank` if places `low` to `high` were in order (Hoare's selection). Reorders them. */
function selectNth(values: Int16Array, low: number, high: number, rank: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const pivot = values[(from + to) >> 1]!;
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i]! < pivot) i += 1;
      while (values[j]! > pivot) j -= 1;
      if (i > j) break;
      const held = values[i]!;
      values[i++] = values[j]!;
      values[j--] = held;
    }
    if (rank <= j) to = j;
    else if (rank >= i) from = i;
    else break;
  }
  return values[rank]!;
}

/** The season of each pixel as one wave a year. */
export interface SeasonWave {
  /** Layer `season-amplitude`: half of the wave's swing, index units × 10,000; −32768 = missing. */
  readonly amplitude: Int16Array;
  /** Layer `season-phase`: day of the year (1..365) of the wave's maximum; 0 = missing, or no wave. */
  readonly phase: Uint16Array;
  /** Observations. */
  readonly count: Uint16Array;
}

/**
 * Least squares of NDVI = m + a·cos 2πt + b·sin 2πt, t = (day of the year − 1)/365, over `slots`; amplitude √(a² + b²).
 * Missing with fewer than 6 observations, and where their dates are so bunched that the wave is hardly determined (least
 * variance in the cosine–sine plane below 0.05). A wave of amplitude 0 has no phase.
 */
export function fitSeasonWave(stack: NdviStack, slots: readonly number[]): SeasonWave {
  const { pixelCount } = stack;
  const wave = {
    amplitude: new Int16Array(pixelCount).fill(MISSING_NDVI),
    phase: new Uint16Array(pixelCount),
    count: new Uint16Array(pixelCount),
  };
  const angles = slots.map((slot) => (2 * Math.PI * (dayOfYear(stack.days[slot]!) - 1)) / DAYS_A_YEAR);
  const sums = createSums();
  for (let from = 0; from < pixelCount; from += TILE_PX) {
    const size = Math.min(TILE_PX, pixelCount - from);
    for (const column of Object.values(sums)) column.fill(0);
    for (let k = 0; k < slots.length; k += 1) {
      const at = slots[k]! * pixelCount + from;
      addSlot(sums, stack.ndvi, { at, size, cos: Math.cos(angles[k]!), sin: Math.sin(angles[k]!) });
    }
    for (let i = 0; i < size; i += 1) solveWave(sums, i, wave, from + i);
  }
  return wave;
}

/** Sums over the observations of each pixel of a tile; sin² is what is left of 1. */
function createSums() {
  const column = () => new Float64Array(TILE_PX);
  return {
    n: column(),
    cos: column(),
    sin: column(),
    cosCos: column(),
    cosSin: column(),
    y: column(),
    yCos: column(),
    ySin: column(),
  };
}

type Sums = ReturnType<typeof createSums>;

function addSlot(
  sums: Sums,
  ndvi: Int16Array,
  { at, size, cos, sin }: { at: number; size: number; cos: number; sin: number },
): void {
  for (let i = 0; i < size; i += 1) {
    const y = ndvi[at + i]!;
    if (y === MISSING_NDVI) continue;
    sums.n[i]! += 1;
    sums.cos[i]! += cos;
    sums.sin[i]! += sin;
    sums.cosCos[i]! += cos * cos;
    sums.cosSin[i]! += cos * sin;
    sums.y[i]! += y;
    sums.yCos[i]! += y * cos;
    sums.ySin[i]! += y * sin;
  }
}

function solveWave(sums: Sums, i: number, wave: SeasonWave, pixel: number): void {
  const n = sums.n[i]!;
  wave.count[pixel] = n;
  if (n < MIN_HARMONIC_COUNT) return;
  const cos = sums.cos[i]! / n;
  const sin = sums.sin[i]! / n;
  const y = sums.y[i]! / n;
  const varCos = sums.cosCos[i]! / n - cos * cos;
  const varSin = 1 - sums.cosCos[i]! / n - sin * sin;
  const covariance = sums.cosSin[i]! / n - cos * sin;
  const leastVariance = (varCos + varSin) / 2 - Math.hypot((varCos - varSin) / 2, covariance);
  if (!(leastVariance >= MIN_SPREAD)) return;
  const yCos = sums.yCos[i]! / n - y * cos;
  const ySin = sums.ySin[i]! / n - y * sin;
  const determinant = varCos * varSin - covariance * covariance;
  const a = (varSin * yCos - covariance * ySin) / determinant;
  const b = (varCos * ySin - covariance * yCos) / determinant;
  const amplitude = Math.round(Math.hypot(a, b));
  if (amplitude > 32767) return;
  wave.amplitude[pixel] = amplitude;
  if (amplitude === 0) return;
  const turn = Math.atan2(b, a) / (2 * Math.PI);
  wave.phase[pixel] = (Math.round((turn < 0 ? turn + 1 : turn) * DAYS_A_YEAR) % DAYS_A_YEAR) + 1;
}

/** 1..366 of a UTC day. */
function dayOfYear(day: string): number {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return Math.round((Date.UTC(year, month - 1, date) - Date.UTC(year, 0, 1)) / 86_400_000) + 1;
}
