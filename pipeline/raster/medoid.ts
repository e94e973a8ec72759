import { middleRanks } from './rank.ts';

/**
 * Medoid of dates of red and nir DN on one grid: of each pixel both DN of the date that lies nearest to the medians of the
 * two bands (least sum of squared differences, in float32), of equally near ones the first. A date counts where both DN
 * are above 0; where none does, both are 0. Both come from one date: the pair was observed.
 * @param reds one array a date, 0 = missing; `nirs` alike, all of one length
 * @returns red, nir, red, nir and so on
 */
export function computeMedoid(reds: readonly Uint16Array[], nirs: readonly Uint16Array[]): Uint16Array {
  const size = reds[0]?.length ?? 0;
  const out = new Uint16Array(2 * size);
  for (let i = 0; i < size; i++) {
    const dates = [...reds.keys()].filter((k) => reds[k]![i] !== 0 && nirs[k]![i] !== 0);
    if (dates.length === 0) continue;
    const middleRed = median(dates.map((k) => reds[k]![i]!));
    const middleNir = median(dates.map((k) => nirs[k]![i]!));
    let best = Number.POSITIVE_INFINITY;
    for (const k of dates) {
      const distance = Math.fround(square(reds[k]![i]! - middleRed) + square(nirs[k]![i]! - middleNir));
      if (!(distance < best)) continue;
      best = distance;
      out[2 * i] = reds[k]![i]!;
      out[2 * i + 1] = nirs[k]![i]!;
    }
  }
  return out;
}

/** Halves of DN are exact in float32. */
function median(values: number[]): number {
  const ordered = values.sort((a, b) => a - b);
  const { first, second } = middleRanks(ordered.length);
  return (ordered[first]! + ordered[second]!) / 2;
}

function square(difference: number): number {
  return Math.fround(difference * difference);
}
