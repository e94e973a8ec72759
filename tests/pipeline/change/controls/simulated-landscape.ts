import { seededRandom } from '../../../../pipeline/change/controls/random.ts';
import type { NamedSeries } from '../../../../pipeline/change/controls/series-table.ts';

export interface LandscapeKnobs {
  readonly seed: number;
  readonly parcels: number;
  readonly donors: number;
  /** Decimal years; the split lies between. */
  readonly historyYr?: number;
  readonly monitoredYr?: number;
  readonly datesPerYear?: number;
  /** Growth of the parcels' index from the split on, a year. */
  readonly growth?: number;
  /** Share of the donors that lose 0.3 at one date of the monitored period. */
  readonly clearedShare?: number;
  /** Standard deviation of what a year does to one area alone, and of one observation. */
  readonly yearSd?: number;
  readonly noiseSd?: number;
  /** Autocorrelation of the noise between dates 1/12 year apart. */
  readonly memory?: number;
}

export interface Landscape {
  readonly parcels: NamedSeries[];
  readonly donors: NamedSeries[];
  /** Ids of the donors that were cleared. */
  readonly cleared: ReadonlySet<string>;
}

export const SPLIT_YR = 2021;

/**
 * A savanna by arithmetic: every area has a level, a season and a trend of its own, all share the rain of the year and the
 * haze of the date (felt in proportion to their season), and each year does something to each area alone. A third of the
 * observations is hidden by clouds, half of them over all areas alike.
 */
export function simulateLandscape(knobs: LandscapeKnobs): Landscape {
  const random = seededRandom(knobs.seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const { historyYr = 3, monitoredYr = 3, datesPerYear = 12, growth = 0, clearedShare = 0 } = knobs;
  const { yearSd = 0.01, noiseSd = 0.012, memory = 0.3 } = knobs;
  const count = Math.round((historyYr + monitoredYr) * datesPerYear);
  const dates = Array.from(
    { length: count },
    (_, i) => SPLIT_YR - historyYr + (i + 0.2 + 0.6 * random()) / datesPerYear,
  );
  const rain = Array.from({ length: Math.ceil(historyYr + monitoredYr) + 1 }, () => 0.05 * normal());
  const haze = dates.map(() => 0.02 * normal());
  const isOvercast = dates.map(() => random() < 0.18);
  const yearOf = (t: number) => Math.floor(t - SPLIT_YR + historyYr);
  const makeArea = (id: string, more: (t: number) => number): NamedSeries => {
    const level = 0.45 + 0.1 * normal();
    const amplitude = 0.18 - 0.3 * (level - 0.45) + 0.02 * normal();
    const trend = 0.002 * normal();
    const years = rain.map(() => yearSd * normal());
    let noise = normal() * noiseSd;
    const kept: [number, number, number][] = [];
    dates.forEach((t, i) => {
      const phi = memory > 0 ? memory ** (12 * (t - (dates[i - 1] ?? t))) : 0;
      noise = phi * noise + Math.sqrt(1 - phi * phi) * noiseSd * normal();
      const season = amplitude * (1 + 2 * rain[yearOf(t)]!) * Math.cos(2 * Math.PI * (t - 0.7));
      const value =
        level + season + haze[i]! * (1 + amplitude) + trend * (t - SPLIT_YR) + years[yearOf(t)]! + noise + more(t);
      const isHidden = isOvercast[i]! || random() < 0.18;
      if (!isHidden) kept.push([t, value, i]);
    });
    const series = {
      days: Float64Array.from(kept, ([t]) => t),
      values: Float64Array.from(kept, ([, value]) => value),
      keys: Int32Array.from(kept, ([, , key]) => key),
    };
    return { id, series };
  };
  const name = (kind: string, i: number) => `${kind}-${String(i).padStart(5, '0')}`;
  const parcels = Array.from({ length: knobs.parcels }, (_, i) =>
    makeArea(name('parcel', i), (t) => growth * Math.max(0, t - SPLIT_YR)),
  );
  const cleared = new Set<string>();
  const donors = Array.from({ length: knobs.donors }, (_, i) => {
    const clearedYr = random() < clearedShare ? SPLIT_YR + monitoredYr * random() : Infinity;
    if (clearedYr < Infinity) cleared.add(name('donor', i));
    return makeArea(name('donor', i), (t) => (t >= clearedYr ? -0.3 : 0));
  });
  return { parcels, donors, cleared };
}
