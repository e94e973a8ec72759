import type { BalanceRow } from '../../../shared/change.ts';
import { assignGreedily, assignOptimally, type CandidateRow } from './assignment.ts';
import { COVARIATES, createPairMeasure, type PairMeasure } from './covariates.ts';
import { rowOf, type SeriesTable } from './series-table.ts';

/** The rows of a table: parcels first, then donors, then one with the mean of the donors on each date. */
export interface MatchTable {
  readonly table: SeriesTable;
  readonly parcelCount: number;
  readonly donorCount: number;
}

export interface MatchSettings {
  /** Control areas of each parcel; the same number for all. */
  readonly k: number;
  /** Greatest distance at which a control area is accepted, in standard deviations of the covariates. */
  readonly maxDistance: number;
  /** Parcels × k up to which the assignment is optimal. */
  readonly optimalUpTo: number;
}

/** The control areas of one parcel, closest first. */
export interface Match {
  /** Positions in the donor pool. */
  readonly donors: readonly number[];
  readonly distances: readonly number[];
  /** exp(−d) / Σ exp(−d). */
  readonly weights: readonly number[];
}

export interface Matching {
  /** One for each parcel; null where there are not k acceptable control areas. */
  readonly matches: readonly (Match | null)[];
  /** Acceptable control areas found for each parcel, and those it shares enough dates with. */
  readonly acceptable: readonly number[];
  readonly comparable: readonly number[];
  /** Acceptable donors of each parcel, closest first. */
  readonly ranked: readonly Int32Array[];
  readonly method: 'optimal' | 'greedy';
  /** Most parcels that one control area serves: 1 = without replacement. */
  readonly mostUses: number;
}

/** Standard deviations by which differences of covariates are divided, and how far parcels and donors lie apart. */
export interface Scales {
  readonly sd: readonly number[];
  /** What counts as one in a distance: sd, but no less than `LEAST_UNIT`. */
  readonly unit: readonly number[];
  /** Mean of the parcels minus mean of the donors. */
  readonly poolDifference: readonly number[];
}

/** Candidates kept for each parcel where the assignment is greedy. */
const SHORT_LIST = 200;
/** Distances are rounded to this before they are compared, so that totals are exact. */
const COST_PER_DISTANCE = 1e6;
/** No covariate varies by less than the step in which an index is stored. */
const LEAST_SD = 1e-4;
/**
 * Where all ground is alike, differences as small as the noise of a mean (NDVI, NDVI, NDVI a year) set nothing apart:
 * without this a uniform landscape would have no control areas.
 */
const LEAST_UNIT = [0.01, 0.01, 0.005] as const;

/**
 * Root of the mean of the variances among parcels and among donors (Austin 2009, Stat. Med. 28:3083), of covariates that
 * every area has on its own dates against the mean of the donors on the same dates.
 */
export function measureScales({ table, parcelCount, donorCount }: MatchTable): Scales & { own: Float64Array } {
  const { compare } = createPairMeasure(table);
  const own = new Float64Array(3 * (parcelCount + donorCount)).fill(Number.NaN);
  for (let row = 0; row < parcelCount + donorCount; row++) {
    const out = own.subarray(3 * row, 3 * row + 3);
    if (!compare(row, parcelCount + donorCount, out)) out.fill(Number.NaN);
  }
  const groups = COVARIATES.map((_, j) => {
    const column = Array.from({ length: parcelCount + donorCount }, (__, row) => own[3 * row + j]!);
    return { parcels: summarise(column.slice(0, parcelCount)), donors: summarise(column.slice(parcelCount)) };
  });
  const sd = groups.map(({ parcels, donors }) => {
    const variances = [parcels, donors].filter(({ count }) => count > 1).map(({ variance }) => variance);
    return Math.max(LEAST_SD, Math.sqrt(variances.reduce((a, b) => a + b, 0) / Math.max(1, variances.length)));
  });
  const unit = sd.map((size, j) => Math.max(size, LEAST_UNIT[j]!));
  return { sd, unit, own, poolDifference: groups.map(({ parcels, donors }) => parcels.mean - donors.mean) };
}

function summarise(values: readonly number[]): { count: number; mean: number; variance: number } {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count: known.length, mean, variance: squares / (known.length - 1) };
}

/** Standardised Euclidean distance; NaN where two rows share too few dates. */
export function createDistance(
  measure: Pick<PairMeasure, 'compare'>,
  { unit }: Scales,
): (a: number, b: number) => number {
  const difference = new Float64Array(3);
  return (a, b) => (measure.compare(a, b, difference) ? lengthOf(difference, unit) : Number.NaN);
}

function lengthOf(difference: ArrayLike<number>, sd: readonly number[]): number {
  let squares = 0;
  for (let j = 0; j < 3; j++) squares += (difference[j]! / sd[j]!) ** 2;
  return Math.sqrt(squares);
}

/**
 * Matches every parcel with the k donors closest to it in the history (VM0047, methods 5.3: k nearest neighbours, optimal,
 * without replacement, constant k). A donor serves a second parcel only where otherwise a parcel with k acceptable donors
 * would go without, and as few as possible do.
 */
export function matchControls(
  pool: MatchTable,
  scales: ReturnType<typeof measureScales>,
  settings: MatchSettings,
): Matching {
  const { k, maxDistance, optimalUpTo } = settings;
  const isOptimal = pool.parcelCount * k <= optimalUpTo;
  const distance = createDistance(createPairMeasure(pool.table), scales);
  const found = Array.from({ length: pool.parcelCount }, (_, parcel) => {
    const asked = isOptimal ? null : shortList(parcel, pool, scales);
    return findCandidates(parcel, asked, { pool, distance, maxDistance });
  });
  const served = found.flatMap(({ row }, parcel) => (row.donors.length >= k ? [parcel] : []));
  const rows = served.map((parcel) => found[parcel]!.row);
  const chosen = (isOptimal ? assignOptimally : assignGreedily)(rows, pool.donorCount, k);
  const matches: (Match | null)[] = found.map(() => null);
  const uses = new Int32Array(pool.donorCount);
  served.forEach((parcel, position) => {
    const match = describeMatch(found[parcel]!, chosen[position]!);
    matches[parcel] = match;
    for (const donor of match.donors) uses[donor]! += 1;
  });
  return {
    matches,
    acceptable: found.map(({ row }) => row.donors.length),
    comparable: found.map(({ comparable }) => comparable),
    ranked: found.map(rankDonors),
    method: isOptimal ? 'optimal' : 'greedy',
    mostUses: uses.reduce((most, count) => Math.max(most, count), 0),
  };
}

interface Found {
  readonly row: CandidateRow;
  readonly distances: Float64Array;
  /** Donors with which it shares enough dates. */
  readonly comparable: number;
}

interface Search {
  readonly pool: MatchTable;
  readonly distance: (a: number, b: number) => number;
  readonly maxDistance: number;
}

/** Acceptable donors of a row of the table, in ascending order; `asked` = positions to try, null = all. */
export function findCandidates(row: number, asked: Int32Array | null, { pool, distance, maxDistance }: Search): Found {
  const count = asked?.length ?? pool.donorCount;
  const donors: number[] = [];
  const distances: number[] = [];
  let comparable = 0;
  for (let i = 0; i < count; i++) {
    const donor = asked?.[i] ?? i;
    if (pool.parcelCount + donor === row) continue;
    const d = distance(row, pool.parcelCount + donor);
    if (Number.isNaN(d)) continue;
    comparable += 1;
    if (d > maxDistance) continue;
    donors.push(donor);
    distances.push(d);
  }
  const costs = Int32Array.from(distances, (d) => Math.round(d * COST_PER_DISTANCE));
  return { row: { donors: Int32Array.from(donors), costs }, distances: Float64Array.from(distances), comparable };
}

/** The donors closest by what each has on its own dates, in ascending order of position. */
function shortList(
  parcel: number,
  { parcelCount, donorCount }: MatchTable,
  { own, unit }: ReturnType<typeof measureScales>,
) {
  if (donorCount <= SHORT_LIST) return null;
  const mine = own.subarray(3 * parcel, 3 * parcel + 3);
  const rough = Float64Array.from({ length: donorCount }, (_, donor) => {
    const at = 3 * (parcelCount + donor);
    let squares = 0;
    for (let j = 0; j < 3; j++) squares += ((own[at + j]! - mine[j]!) / unit[j]!) ** 2;
    return !Number.isNaN(squares) ? squares : Infinity;
  });
  const limit = rough.slice().sort()[SHORT_LIST - 1]!;
  const closer: number[] = [];
  const atLimit: number[] = [];
  for (let donor = 0; donor < donorCount; donor++) {
    if (rough[donor]! < limit) closer.push(donor);
    else if (rough[donor]! === limit && limit < Infinity) atLimit.push(donor);
  }
  return Int32Array.from([...closer, ...atLimit.slice(0, SHORT_LIST - closer.length)]).sort();
}

/** Closest first, ties by position. */
export function rankDonors({ row, distances }: Found): Int32Array {
  const order = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
  return Int32Array.from(order, (at) => row.donors[at]!);
}

function describeMatch({ row, distances }: Found, chosen: readonly number[]): Match {
  const order = [...chosen].sort((a, b) => distances[a]! - distances[b]! || a - b);
  return weigh(
    order.map((at) => row.donors[at]!),
    order.map((at) => distances[at]!),
  );
}

/** Weights of VM0047: exp(−d) / Σ exp(−d). */
export function weigh(donors: readonly number[], distances: readonly number[]): Match {
  const raw = distances.map((d) => Math.exp(-d));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { donors, distances, weights: raw.map((weight) => weight / total) };
}

/** |standardised mean difference| that still counts as alike (VM0047). */
const MOST_SMD = 0.25;

/**
 * Standardised mean difference of each covariate: all parcels against the whole pool, and matched parcels against their
 * weighted control areas on common dates; both in the same standard deviations. No rows where nothing was matched.
 */
export function measureBalance(pool: MatchTable, scales: Scales, { matches }: Matching): BalanceRow[] {
  const { compare } = createPairMeasure(pool.table);
  const difference = new Float64Array(3);
  const sums = [0, 0, 0];
  let matched = 0;
  matches.forEach((match, parcel) => {
    if (match === null) return;
    matched += 1;
    match.donors.forEach((donor, i) => {
      compare(parcel, pool.parcelCount + donor, difference);
      for (let j = 0; j < 3; j++) sums[j]! += match.weights[i]! * difference[j]!;
    });
  });
  if (matched === 0) return [];
  return COVARIATES.map((covariate, j) => {
    const smdMatched = sums[j]! / matched / scales.sd[j]!;
    const smdPool = scales.poolDifference[j]! / scales.sd[j]!;
    return { covariate, smdPool, smdMatched, isWithin: Math.abs(smdMatched) <= MOST_SMD };
  });
}

/** Whether a row has observations at all in the history and after it, for the reason that is given where nothing matches. */
export function countObservations({ table }: MatchTable, row: number): { history: number; monitored: number } {
  const values = rowOf(table, row);
  let history = 0;
  let monitored = 0;
  for (let slot = 0; slot < values.length; slot++) {
    if (Number.isNaN(values[slot]!)) continue;
    if (slot < table.historyCount) history += 1;
    else monitored += 1;
  }
  return { history, monitored };
}
