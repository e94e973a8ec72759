import { type BurnSeries, findBurns, type Step } from './burn.ts';
import type { Departures } from './clean-series.ts';
import { createSeasonFit, type SeasonFit } from './season-fit.ts';
import { medianOf } from './select.ts';

/** A fire, in slots: last observation before it, first burnt one, first one at which it is made good. */
export interface Burn {
  beforeSlot: number;
  fromSlot: number;
  backSlot: number;
  /** Burnt observations of NDVI, and their median departure from the season; NaN where the mask hid them all. */
  count: number;
  magnitude: number;
}

export interface BurnSearch {
  /**
   * Finds the fires of one series; `onBurn` gets one object that is overwritten for the next, in order of time.
   * @param series NDVI's observations in use.
   * @param skip slots that are 1 are left out of the burn index too: what hid NDVI hid it as well.
   */
  find(ndvi: Float64Array, nbr: Float64Array, series: Departures, skip: (slot: number) => boolean): void;
}

interface Search {
  readonly startSlot: number;
  readonly series: BurnSeries;
  /** Values of both without the fires found so far, by slot. */
  readonly unburnt: Pair<Float64Array>;
  readonly seasons: Pair<SeasonFit>;
  readonly burn: Burn;
  found: number;
}

/**
 * Finds fires twice: first against seasons that the fires themselves have bent, then against seasons fitted without
 * what was found, because a scar every January looks like a season. Allocates nothing after it was made.
 */
export function createBurnSearch(timesYr: Float64Array, startSlot: number, onBurn: (burn: Burn) => void): BurnSearch {
  const list = () => new Float64Array(timesYr.length);
  const slots = new Int32Array(timesYr.length);
  const unburnt = { ndvi: list(), nbr: list() };
  const search: Search = {
    startSlot,
    series: {
      timesYr,
      slots,
      ndvi: list(),
      nbr: list(),
      scratch: list(),
      raw: list(),
      unburnt: unburnt.nbr,
      step: createStep(),
      count: 0,
    },
    unburnt,
    seasons: { ndvi: createSeasonFit(timesYr), nbr: createSeasonFit(timesYr) },
    burn: { beforeSlot: -1, fromSlot: -1, backSlot: -1, count: 0, magnitude: Number.NaN },
    found: 0,
  };
  const hide = (_: number, from: number, back: number) => hideFire(search, from, back);
  const tell = (before: number, from: number, back: number) => {
    describeFire(search, { before, from, back });
    onBurn(search.burn);
  };
  return {
    find(ndvi, nbr, observed, skip) {
      if (observed.count === 0) return;
      listUnion(search.series, observed, nbr, skip);
      search.series.raw = nbr;
      copyListed(search, ndvi, nbr);
      search.found = 0;
      depart(search, { ndvi, nbr }, observed.slots[0]!);
      findBurns(search.series, hide);
      if (search.found === 0) return;
      depart(search, { ndvi, nbr }, observed.slots[0]!);
      findBurns(search.series, tell);
    },
  };
}

function createStep(): Step {
  return { size: Number.NaN, variance: Number.NaN, countBefore: 0, countAfter: 0 };
}

function hideFire(search: Search, from: number, back: number): void {
  const { unburnt, series } = search;
  search.found++;
  for (let i = from; i < back; i++) {
    unburnt.ndvi[series.slots[i]!] = Number.NaN;
    unburnt.nbr[series.slots[i]!] = Number.NaN;
  }
}

function describeFire({ series, burn }: Search, at: { before: number; from: number; back: number }): void {
  const { slots, ndvi, scratch } = series;
  let n = 0;
  for (let i = at.from; i < at.back; i++) if (!Number.isNaN(ndvi[i]!)) scratch[n++] = ndvi[i]!;
  burn.beforeSlot = slots[at.before]!;
  burn.fromSlot = slots[at.from]!;
  burn.backSlot = slots[at.back]!;
  burn.count = n;
  burn.magnitude = n > 0 ? medianOf(scratch, n) : Number.NaN;
}

function copyListed({ series, unburnt }: Search, ndvi: Float64Array, nbr: Float64Array): void {
  unburnt.ndvi.fill(Number.NaN);
  unburnt.nbr.fill(Number.NaN);
  for (let i = 0; i < series.count; i++) {
    const slot = series.slots[i]!;
    if (!Number.isNaN(series.ndvi[i]!)) unburnt.ndvi[slot] = ndvi[slot]!;
    if (!Number.isNaN(series.nbr[i]!)) unburnt.nbr[slot] = nbr[slot]!;
  }
}

type Pair<T> = { readonly ndvi: T; readonly nbr: T };

/** Lists the slots where NDVI is in use or the burn index is known; 0 in the lists where it is, NaN where not. */
function listUnion(into: BurnSeries, observed: Departures, nbr: Float64Array, skip: (slot: number) => boolean): void {
  const { slots, count } = observed;
  const last = slots[count - 1]!;
  let n = 0;
  for (let slot = slots[0]!, i = 0; slot <= last; slot++) {
    const isUsed = slots[i] === slot;
    if (isUsed) i++;
    const index = nbr[slot]!;
    // NaN and infinities alike: only finite numbers differ from themselves by 0.
    const hasIndex = index - index === 0 && !skip(slot);
    if (!isUsed && !hasIndex) continue;
    into.slots[n] = slot;
    into.ndvi[n] = isUsed ? 0 : Number.NaN;
    into.nbr[n++] = hasIndex ? 0 : Number.NaN;
  }
  into.count = n;
}

/** Writes the departures of both from seasons fitted to their history without the fires found so far. */
function depart({ series, seasons, unburnt, startSlot }: Search, values: Pair<Float64Array>, first: number): void {
  seasons.ndvi.fit(unburnt.ndvi, first, startSlot);
  seasons.nbr.fit(unburnt.nbr, first, startSlot);
  for (let i = 0; i < series.count; i++) {
    const slot = series.slots[i]!;
    if (!Number.isNaN(series.ndvi[i]!)) series.ndvi[i] = values.ndvi[slot]! - seasons.ndvi.at(slot);
    if (!Number.isNaN(series.nbr[i]!)) series.nbr[i] = values.nbr[slot]! - seasons.nbr.at(slot);
  }
}
