import type { BalanceRow, ControlRow } from '../../../shared/change.ts';
import { type Comparison, type ControlDates, compareDates, describeDates, type Effect } from './benchmark.ts';
import { type Calibration, calibrate, MIN_PLACEBOS, standardError, Z_LIMIT } from './calibrate.ts';
import { createPairMeasure, MIN_MONITORED, MIN_SPAN_YR } from './covariates.ts';
import { MIN_FIT_HISTORY, MIN_FIT_MONITORED } from './difference-fit.ts';
import {
  countObservations,
  createDistance,
  findCandidates,
  type Matching,
  type MatchSettings,
  type MatchTable,
  matchControls,
  measureBalance,
  measureScales,
  rankDonors,
  type Scales,
  weigh,
} from './match.ts';
import { chooseSpread, seededRandom } from './random.ts';
import { type NamedSeries, tabulateSeries, writeMeanRow } from './series-table.ts';

export interface ControlSettings extends MatchSettings {
  /** Seed of the choice of placebos; a parameter of the run. */
  readonly seed: number;
  /** Most untreated areas that are judged as if they were parcels. */
  readonly placebos: number;
}

export const CONTROL_DEFAULTS = { k: 5, maxDistance: 1, optimalUpTo: 2000, placebos: 400 } as const;

export interface ControlInput {
  /** Observations that may be used, those of the baseline and of the monitored period; ids are unique. */
  readonly parcels: readonly NamedSeries[];
  /** The same of the control areas of the pool. */
  readonly donors: readonly NamedSeries[];
  readonly settings: ControlSettings;
  /** Decimal year from which on observations are monitored. */
  readonly splitYr: number;
}

/** A parcel against its control areas; the control* fields are those of `ParcelChange`. */
export interface ParcelControls {
  readonly controlCount: number;
  readonly controlDid: number | null;
  readonly controlDidLow: number | null;
  readonly controlDidHigh: number | null;
  readonly controlSlope: number | null;
  readonly controlZ: number | null;
  /** slope / Z: 1.96 of them make the 95 % interval of the slope. */
  readonly controlSlopeSe: number | null;
  readonly dates: ControlDates;
  /** Why there is no figure or no interval; empty where there is nothing to say. */
  readonly reason: string;
}

export interface ControlComparison {
  /** One for each parcel, in the order of their ids. */
  readonly perParcel: ReadonlyMap<string, ParcelControls>;
  /** By parcel, closest first. */
  readonly controls: readonly ControlRow[];
  readonly balance: readonly BalanceRow[];
  /** How it was done, for the run record. */
  readonly method: {
    readonly settings: ControlSettings;
    readonly matching: 'optimal' | 'greedy';
    /** Most parcels that one control area serves; 1 = without replacement. */
    readonly mostUses: number;
    readonly matchedParcels: number;
    readonly change: Calibration | null;
    readonly slope: Calibration | null;
  };
}

/**
 * Compares each parcel with control areas that were like it in the history: a dynamic performance benchmark in the sense
 * of VM0047 (methods 5.3). Figures are differences on common dates. Their intervals hold the noise of the difference
 * series and what untreated areas do against their own control areas (placebos). Pure and deterministic: the same for any
 * order of parcels and donors.
 *
 * A control area that was cleared stays one: what happens to land without the project is what the parcel is held against.
 * Its own parcel's interval widens by the spread among the control areas; the others' do not.
 */
export function compareWithControls({ parcels, donors, settings, splitYr }: ControlInput): ControlComparison {
  const sortedParcels = [...parcels].sort(byId);
  const sortedDonors = [...donors].sort(byId);
  const table = tabulateSeries(
    [...sortedParcels, ...sortedDonors].map(({ series }) => series),
    splitYr,
    1,
  );
  const pool = { table, parcelCount: parcels.length, donorCount: donors.length };
  writeMeanRow(table, { from: pool.parcelCount, to: table.rowCount - 1, out: table.rowCount - 1 });
  const scales = measureScales(pool);
  const matching = matchControls(pool, scales, settings);
  const compared = matching.matches.map((match, parcel) =>
    match === null ? null : compareDates(table, parcel, rowsOf(pool, match.donors), match),
  );
  const placebos = runPlacebos(pool, { scales, matching, settings });
  const calibrations = { change: calibrateOn(placebos, 'change'), slope: calibrateOn(placebos, 'slope') };
  const perParcel = new Map(
    sortedParcels.map(({ id }, parcel) => {
      const context = { pool, scales, matching, settings, calibrations };
      return [id, describeParcel(parcel, compared[parcel]!, context)];
    }),
  );
  return {
    perParcel,
    controls: listControls(pool, matching, { sortedParcels, sortedDonors }),
    balance: measureBalance(pool, scales, matching),
    method: {
      settings,
      matching: matching.method,
      mostUses: matching.mostUses,
      matchedParcels: matching.matches.filter((match) => match !== null).length,
      ...calibrations,
    },
  };
}

function byId(a: NamedSeries, b: NamedSeries): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function rowsOf({ parcelCount }: MatchTable, donors: readonly number[]): number[] {
  return donors.map((donor) => parcelCount + donor);
}

interface Made {
  readonly scales: ReturnType<typeof measureScales>;
  readonly matching: Matching;
  readonly settings: ControlSettings;
}

/** Placebos that are wanted at least, so that few parcels have a calibrated interval too. */
const WANTED_PLACEBOS = 100;

/**
 * Untreated areas like the parcels (the closest acceptable ones of each matched parcel), each judged against the k donors
 * closest to it as if it were a parcel.
 */
function runPlacebos(pool: MatchTable, { scales, matching, settings }: Made): Effect[] {
  const matched = matching.matches.flatMap((match, parcel) => (match === null ? [] : [parcel]));
  const each = Math.max(settings.k, Math.ceil(WANTED_PLACEBOS / Math.max(1, matched.length)));
  const near = new Set(matched.flatMap((parcel) => Array.from(matching.ranked[parcel]!.subarray(0, each))));
  const all = [...near].sort((a, b) => a - b);
  const chosen = chooseSpread(all.length, settings.placebos, seededRandom(settings.seed)).map((at) => all[at]!);
  const search = { pool, distance: createDistance(createPairMeasure(pool.table), scales), ...settings };
  return chosen.flatMap((donor) => {
    const row = pool.parcelCount + donor;
    const found = findCandidates(row, null, search);
    if (found.row.donors.length < settings.k) return [];
    const donors = Array.from(rankDonors(found).subarray(0, settings.k));
    const distances = donors.map((other) => search.distance(row, pool.parcelCount + other));
    return compareDates(pool.table, row, rowsOf(pool, donors), weigh(donors, distances)).effect ?? [];
  });
}

function calibrateOn(placebos: readonly Effect[], figure: 'change' | 'slope'): Calibration | null {
  return calibrate(
    placebos.flatMap(({ [figure]: estimate, weightSquares }) =>
      estimate === null ? [] : [{ estimate, weightSquares }],
    ),
  );
}

interface Context {
  readonly pool: MatchTable;
  readonly scales: Scales;
  readonly matching: Matching;
  readonly settings: ControlSettings;
  readonly calibrations: { readonly change: Calibration | null; readonly slope: Calibration | null };
}

function describeParcel(parcel: number, compared: Comparison | null, context: Context): ParcelControls {
  const { pool, matching, calibrations } = context;
  const match = matching.matches[parcel];
  if (!match || !compared) return { ...NO_FIGURES, reason: whyUnmatched(parcel, context) };
  const dates = describeDates(pool.table, rowsOf(pool, match.donors), match);
  const base = { ...NO_FIGURES, controlCount: match.donors.length, dates };
  const { effect, historyCount, monitoredCount } = compared;
  if (effect === null) {
    const has = `${historyCount} dates before and ${monitoredCount} after are shared with its control areas`;
    return { ...base, reason: `${has}, ${MIN_FIT_HISTORY} and ${MIN_FIT_MONITORED} needed` };
  }
  const { change, slope, weightSquares } = effect;
  const changeSe = calibrations.change && standardError({ estimate: change, weightSquares }, calibrations.change);
  const slopeSe = slope && calibrations.slope && standardError({ estimate: slope, weightSquares }, calibrations.slope);
  return {
    ...base,
    controlDid: change.value,
    controlDidLow: changeSe === null ? null : change.value - Z_LIMIT * changeSe,
    controlDidHigh: changeSe === null ? null : change.value + Z_LIMIT * changeSe,
    controlSlope: slope?.value ?? null,
    controlSlopeSe: slopeSe,
    controlZ: slope === null || slopeSe === null ? null : slope.value / slopeSe,
    reason: changeSe === null ? `no interval: fewer than ${MIN_PLACEBOS} untreated areas to learn it from` : '',
  };
}

const NO_DATES: ControlDates = {
  keys: new Int32Array(0),
  means: new Float64Array(0),
  lows: new Float64Array(0),
  highs: new Float64Array(0),
  counts: new Uint8Array(0),
};

const NO_FIGURES: ParcelControls = {
  controlCount: 0,
  controlDid: null,
  controlDidLow: null,
  controlDidHigh: null,
  controlSlope: null,
  controlSlopeSe: null,
  controlZ: null,
  dates: NO_DATES,
  reason: '',
};

function whyUnmatched(parcel: number, context: Context): string {
  const { pool, matching } = context;
  const { k, maxDistance } = context.settings;
  const { table } = pool;
  const { history, monitored } = countObservations(pool, parcel);
  const spanYr = table.historyCount > 0 ? table.timesYr[table.historyCount - 1]! - table.timesYr[0]! : 0;
  if (pool.donorCount === 0) return 'no control areas: no ground outside the parcels was left for them';
  if (history === 0) return 'no control areas: no clear observations in the baseline';
  if (monitored < MIN_MONITORED) {
    return `no control areas: ${monitored} clear observations in the monitored period, ${MIN_MONITORED} needed`;
  }
  if (spanYr < MIN_SPAN_YR) return 'no control areas: the baseline spans less than a year';
  if (matching.comparable[parcel]! < k) {
    return `no control areas: ${matching.comparable[parcel]} of them share enough clear dates with it, ${k} needed`;
  }
  const found = `${matching.acceptable[parcel]} resemble it in the baseline (distance at most ${maxDistance}), ${k} needed`;
  return `no control areas: ${found}; from the closest it differs most in ${describeMisfit(parcel, context)}`;
}

/** The covariate in which a parcel lies furthest from the donor closest to it, with the difference. */
function describeMisfit(parcel: number, { pool, scales }: Context): string {
  const { compare } = createPairMeasure(pool.table);
  const distance = createDistance({ compare }, scales);
  let closest = -1;
  let least = Infinity;
  for (let donor = 0; donor < pool.donorCount; donor++) {
    const d = distance(parcel, pool.parcelCount + donor);
    if (d >= least || Number.isNaN(d)) continue;
    least = d;
    closest = donor;
  }
  const difference = new Float64Array(3);
  compare(parcel, pool.parcelCount + closest, difference);
  const sizes = scales.unit.map((unit, j) => Math.abs(difference[j]!) / unit);
  // Of equals the first, whatever their last bits say.
  const worst = sizes.findIndex((size) => size >= Math.max(...sizes) * (1 - 1e-9));
  const names = ['its past NDVI', 'its recent NDVI', 'its past slope a year'];
  return `${names[worst]} (${difference[worst]! < 0 ? '−' : '+'}${Math.abs(difference[worst]!).toFixed(3)})`;
}

interface Names {
  readonly sortedParcels: readonly NamedSeries[];
  readonly sortedDonors: readonly NamedSeries[];
}

function listControls(pool: MatchTable, { matches }: Matching, { sortedParcels, sortedDonors }: Names): ControlRow[] {
  const { describe } = createPairMeasure(pool.table);
  const own = new Float64Array(3);
  return matches.flatMap((match, parcel) =>
    (match?.donors ?? []).map((donor, i) => {
      describe(pool.parcelCount + donor, parcel, own);
      return {
        parcelId: sortedParcels[parcel]!.id,
        controlId: sortedDonors[donor]!.id,
        weight: match!.weights[i]!,
        distance: match!.distances[i]!,
        pastNdvi: own[0]!,
        recentNdvi: own[1]!,
        pastSlope: own[2]!,
      };
    }),
  );
}
