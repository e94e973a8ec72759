import { type ChangeEvent, createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../pipeline/change/judge-series.ts';
import { dateOf } from '../demo/dates.ts';
import { mulberry32, type Random } from '../demo/random.ts';
import { axisOfDays } from './day-axis.ts';
import { makeSavanna, type SavannaPixel, type SavannaPlace } from './savanna.ts';
import { formatTable, percent } from './table.ts';

const PLACES = { places: 40, pixelsPerPlace: 50, historyYears: 3, step: -0.15, clearAfterStep: 12 } as const;
/** Passes every five days, each seen with the same chance; six years, three of them history. */
const PASS_DAYS = 5;
const YEARS = 6;
const HISTORY_YEARS = 3;
const FIRST_YEAR = 2018;
const PIXELS = 1000;

/** Fire-free ground: seasons of NDVI and NBR by share of the year, the noise of both. */
interface Ground {
  readonly name: string;
  readonly clearShare: number;
  readonly ndvi: (share: number) => number;
  readonly nbr: (share: number) => number;
}

const rains = (share: number, widthYr: number) => Math.exp(-(((share - 0.66) / widthYr) ** 2));
const wave = (share: number) => Math.sin(2 * Math.PI * share);
const woodland = { ndvi: (t: number) => 0.5 + 0.15 * rains(t, 0.14), nbr: (t: number) => 0.35 + 0.15 * rains(t, 0.14) };
const savanna = { ndvi: (t: number) => 0.22 + 0.4 * rains(t, 0.12), nbr: (t: number) => -0.05 + 0.5 * rains(t, 0.12) };
const GROUNDS: readonly Ground[] = [
  {
    name: 'a season of one wave',
    clearShare: 0.7,
    ndvi: (t) => 0.45 + 0.15 * wave(t),
    nbr: (t) => 0.2 + 0.15 * wave(t),
  },
  { name: 'woodland, short rains', clearShare: 0.7, ...woodland },
  { name: 'woodland, short rains, 40 % clear', clearShare: 0.4, ...woodland },
  { name: 'grass, short rains', clearShare: 0.7, ...savanna },
];
const NDVI_NOISE = 0.025;
const NBR_NOISES = [0.015, 0.03] as const;

interface Tally {
  /** Unchanged pixels, and those with a burnt event that is no fire. */
  pixels: number;
  falsePixels: number;
  /** Fires of the judged year. */
  fires: number;
  found: number;
  events: number;
  falseEvents: number;
}

/**
 * Fires found and false ones. Savanna pixels whose fires are known (rules were tuned on seeds 1 to 3), and fire-free
 * ground with nothing but a season and noise.
 */
export function tellFires(seeds: readonly number[]): void {
  const tally: Tally = { pixels: 0, falsePixels: 0, fires: 0, found: 0, events: 0, falseEvents: 0 };
  for (const seed of seeds)
    for (const place of makeSavanna({ ...PLACES, seed, sensors: 'msi' })) addPlace(tally, place);
  const { pixels, falsePixels, fires, found, events, falseEvents } = tally;
  const rows = [
    ['fires of the judged year that are found (recall)', `${percent(found, fires)} of ${fires}`],
    ['burnt events that are fires (precision)', `${percent(events - falseEvents, events)} of ${events}`],
    ['pixels with a burnt event that is no fire', `${percent(falsePixels, pixels)} of ${pixels}`],
  ];
  console.log(
    `\nFires in the synthetic savanna, seeds ${seeds.join(', ')}: ${pixels} unchanged pixels.\n\n${formatTable(['figure', 'value'], rows)}`,
  );
  const header = ['fire-free ground', ...NBR_NOISES.map((noise) => `called burnt, noise of NBR ${noise}`)];
  const calmRows = GROUNDS.map((ground) => [
    ground.name,
    ...NBR_NOISES.map((noise) => percent(countCalled(ground, noise, seeds[0]!), PIXELS)),
  ]);
  console.log(
    `\nFire-free ground, ${YEARS - HISTORY_YEARS} years judged, ${PIXELS} pixels each. Wanted: below 2 %.\n\n${formatTable(header, calmRows)}`,
  );
}

function addPlace(tally: Tally, place: SavannaPlace): void {
  const axis = { ...axisOfDays(Array.from(place.days, dateOf), 0), startSlot: place.startSlot };
  const judge = createSeriesJudge(axis, DEFAULT_CHANGE_SETTINGS);
  for (const pixel of place.pixels) {
    if (pixel.stepSlot >= 0) continue;
    const { events, eventCount } = judge.judge(pixel.ndvi, pixel.nbr);
    addPixel(
      tally,
      place,
      pixel,
      events.slice(0, eventCount).filter(({ kind }) => kind === 'burnt'),
    );
  }
}

/** Days by which an event may lie beside its fire, because a bad date stood in between. */
const TOLERANCE_DAYS = 10;

function addPixel(tally: Tally, place: SavannaPlace, pixel: SavannaPixel, events: readonly ChangeEvent[]): void {
  const { days, startSlot } = place;
  const isOf = (event: ChangeEvent, day: number) =>
    days[event.fromSlot]! - TOLERANCE_DAYS <= day && day <= days[event.toSlot]! + TOLERANCE_DAYS;
  // A fire of the dry season before may reach into the judged year: no false one, and none that is asked for.
  const wrong = events.filter((event) => !pixel.fireDays.some((day) => isOf(event, day))).length;
  tally.pixels++;
  tally.events += events.length;
  tally.falseEvents += wrong;
  if (wrong > 0) tally.falsePixels++;
  for (const day of pixel.fireDays) {
    if (day < days[startSlot]!) continue;
    tally.fires++;
    if (events.some((event) => isOf(event, day))) tally.found++;
  }
}

function countCalled({ clearShare, ndvi, nbr }: Ground, nbrNoise: number, seed: number): number {
  const random = mulberry32(seed);
  const count = Math.floor((YEARS * 365) / PASS_DAYS);
  const timesYr = Float64Array.from({ length: count }, (_, i) => FIRST_YEAR + (i * PASS_DAYS) / 365);
  const positions = timesYr.map((t) => Math.round((t - FIRST_YEAR) * 365) + 1);
  const startSlot = timesYr.findIndex((t) => t >= FIRST_YEAR + HISTORY_YEARS);
  const judge = createSeriesJudge({ timesYr, positions, frequency: 365, startSlot }, DEFAULT_CHANGE_SETTINGS);
  let called = 0;
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const [ndviSeen, nbrSeen] = [new Float64Array(count), new Float64Array(count)];
    timesYr.forEach((t, slot) => {
      const isClear = random() < clearShare;
      ndviSeen[slot] = isClear ? ndvi(t % 1) + NDVI_NOISE * gauss(random) : Number.NaN;
      nbrSeen[slot] = isClear ? nbr(t % 1) + nbrNoise * gauss(random) : Number.NaN;
    });
    const { events, eventCount } = judge.judge(ndviSeen, nbrSeen);
    if (events.slice(0, eventCount).some(({ kind }) => kind === 'burnt')) called++;
  }
  return called;
}

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
