import type { YearClassName } from './change.ts';

/**
 * Colour ramps and class colours, for pictures and for the map. All ramps run evenly in lightness (CIELAB L*), so that
 * equal steps of the figure look equal, and stay readable with red-green blindness and in grey print; the diverging
 * ones have the same lightness at both ends.
 */

export type Rgb = readonly [number, number, number];

export interface Ramp {
  /** Value at the first and at the last colour. */
  readonly low: number;
  readonly high: number;
  readonly colours: readonly Rgb[];
  /** Words for the legend, with the unit. */
  readonly title: string;
}

/** viridis (S. van der Walt and N. Smith, CC0), every 32nd of its 256 colours and the last. */
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** Bare ground to closed crowns: sand to dark green, L* from 93 to 21 in even steps. */
const CANOPY: readonly Rgb[] = [
  [247, 233, 213],
  [218, 210, 170],
  [183, 189, 132],
  [145, 169, 105],
  [106, 148, 87],
  [68, 127, 75],
  [32, 104, 67],
  [7, 81, 55],
  [1, 59, 41],
];

/** Loss orange, gain purple, after ColorBrewer PuOr: L* 32 at both ends, 97 in the middle, even steps between. */
const LOSS_GAIN: readonly Rgb[] = [
  [123, 56, 5],
  [179, 90, 0],
  [218, 139, 45],
  [234, 194, 142],
  [246, 246, 246],
  [198, 200, 216],
  [158, 152, 190],
  [119, 107, 163],
  [97, 51, 149],
];

/** Low to high ground, L* from 24 to 94 in even steps. */
const RELIEF: readonly Rgb[] = [
  [38, 60, 66],
  [51, 83, 77],
  [74, 105, 82],
  [106, 126, 78],
  [146, 145, 89],
  [185, 163, 108],
  [211, 186, 144],
  [230, 210, 183],
  [245, 237, 225],
];

/** Violet to yellow by way of red, after plasma (N. Smith and S. van der Walt, CC0): L* from 22 to 90 in even steps. */
const EMBER: readonly Rgb[] = [
  [64, 4, 154],
  [115, 2, 166],
  [160, 29, 153],
  [194, 61, 129],
  [219, 93, 104],
  [237, 125, 82],
  [249, 159, 61],
  [253, 194, 42],
  [246, 230, 36],
];

/**
 * Round the year: light at New Year, down through blue to dark at midsummer, up again through red; L* 90 to 25 to 90 in
 * even steps. The end is the start.
 */
const ROUND_YEAR: readonly Rgb[] = [
  [223, 227, 230],
  [138, 188, 217],
  [43, 147, 197],
  [18, 102, 156],
  [60, 58, 70],
  [159, 68, 70],
  [198, 117, 81],
  [211, 175, 140],
  [223, 227, 230],
];

/** Dates run by calendar year; the years of a run take the place of these. */
const YEARS = { low: 2000, high: 2030, colours: EMBER } as const;

/** How each kind of result layer is shown: the ramp by layer kind. */
export const RAMPS = {
  ndvi: { low: 0.1, high: 0.9, colours: CANOPY, title: 'NDVI' },
  cover: { low: 0, high: 1, colours: CANOPY, title: 'tree-cover fraction' },
  change: { low: -0.5, high: 0.5, colours: LOSS_GAIN, title: 'change of tree-cover fraction' },
  'clear-count': { low: 0, high: 20, colours: VIRIDIS, title: 'clear observations' },
  'break-date': { ...YEARS, title: 'year of change' },
  'change-from': { ...YEARS, title: 'year of the last observation before the change' },
  'change-to': { ...YEARS, title: 'year of the first observation after the change' },
  'recovery-date': { ...YEARS, title: 'year of recovery' },
  'break-magnitude': { low: -0.4, high: 0.4, colours: LOSS_GAIN, title: 'change against the season, NDVI' },
  'magnitude-se': { low: 0, high: 0.1, colours: VIRIDIS, title: 'standard error of the change, NDVI' },
  'history-count': { low: 0, high: 100, colours: VIRIDIS, title: 'observations of the history' },
  'observation-count': { low: 0, high: 100, colours: VIRIDIS, title: 'observations monitored' },
  'season-amplitude': { low: 0, high: 0.4, colours: VIRIDIS, title: 'amplitude of the season, NDVI' },
  'season-phase': { low: 1, high: 366, colours: ROUND_YEAR, title: 'day of the year of the greenest day' },
  'dry-ndvi': { low: 0.1, high: 0.9, colours: CANOPY, title: 'dry-season NDVI' },
  elevation: { low: 320, high: 560, colours: RELIEF, title: 'elevation, m' },
} as const satisfies Record<string, Ramp>;

export type RampName = keyof typeof RAMPS;

/** The colour of a value on a ramp: linear between stops, the end colours beyond. NaN has none. */
export function colourOf(ramp: Ramp, value: number): Rgb | null {
  if (Number.isNaN(value)) return null;
  const last = ramp.colours.length - 1;
  const at = Math.min(last, Math.max(0, ((value - ramp.low) / (ramp.high - ramp.low)) * last));
  const stop = Math.min(last - 1, Math.floor(at));
  const [from, to] = [ramp.colours[stop]!, ramp.colours[stop + 1]!];
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (at - stop) * (to[channel] - from[channel]));
  return [mix(0), mix(1), mix(2)];
}

/** Colours of the land-cover classes 1 to 10 of the demo's labelled layer, by class number. */
export const LAND_COVER_COLOURS: Readonly<Record<number, Rgb>> = {
  1: [32, 104, 67],
  2: [106, 148, 87],
  3: [218, 210, 150],
  4: [1, 59, 41],
  5: [234, 170, 100],
  6: [200, 178, 128],
  7: [128, 115, 172],
  8: [123, 56, 5],
  9: [46, 110, 170],
  10: [140, 140, 140],
};

/** What a parcel's result amounts to on the map and in lists. */
export type ParcelStatus = 'loss' | 'gain' | 'stable' | 'not_distinguishable' | 'no_data';

/** Fill of parcels by status: told apart in grey and with red-green blindness; the ends match the change ramp. */
export const STATUS_COLOURS: Readonly<Record<ParcelStatus, Rgb>> = {
  loss: [179, 90, 0],
  gain: [97, 51, 149],
  stable: [42, 120, 142],
  not_distinguishable: [122, 128, 138],
  no_data: [226, 226, 226],
};

/**
 * Colours of what became of a pixel in a year: loss and gain as in lists and ramps, what came of them in lighter tones
 * of the same; L* 93, 81, 66, 48, 32 and 12, so that all six are told apart in grey.
 */
export const YEAR_CLASS_COLOURS: Readonly<Record<Exclude<YearClassName, 'noData'>, Rgb>> = {
  stable: [232, 236, 224],
  loss: [179, 90, 0],
  burnt: [48, 26, 30],
  gain: [97, 51, 149],
  regrown: [165, 153, 205],
  lostBefore: [236, 196, 140],
};
