import { setImmediate as nextTurn } from 'node:timers/promises';
import { CHANGE_CHOICES, changeChoiceOf, PARCEL_SORTS, type ParcelQuery, type ParcelRow } from '../../shared/api.ts';
import { CHANGE_CONFIDENCES } from '../../shared/change.ts';
import type { ParcelStatus } from '../../shared/ramps.ts';
import type { Results } from './results.ts';

/** Parcels in the order of a query. */
export interface ParcelList {
  /** Positions in `Results.parcels`. */
  readonly positions: Uint32Array;
  /** Place of a position in this list, or -1. */
  placeOf(position: number): number;
}

interface Prepared {
  readonly lowerIds: readonly string[];
  /** All positions by rising figure, missing ones (Infinity) last, ties by position. */
  readonly orders: Map<ParcelQuery['sort'], { readonly keys: Float64Array; readonly positions: Uint32Array }>;
  /** The last few lists by query, the last used at the end. */
  readonly lists: Map<string, ParcelList>;
}

const KEPT_LISTS = 8;
const STATUS_ORDER: readonly ParcelStatus[] = ['loss', 'gain', 'stable', 'not_distinguishable', 'no_data'];
const preparedOf = new WeakMap<Results, Prepared>();

/** Sorts the parcels in every way, one after the other with pauses, so that no request has to wait for it. */
export async function prepareParcelLists(results: Results): Promise<void> {
  for (const sort of PARCEL_SORTS) {
    orderBy(results, sort);
    await nextTurn();
  }
}

/** Parcels that match a query, in its order: missing figures last in either order, ties by position in the file. */
export function listParcels(results: Results, query: ParcelQuery): ParcelList {
  const { lists } = preparedFor(results);
  const { q, status, change, confidence, sort, order } = query;
  const key = JSON.stringify([q, ...[status, change, confidence].map((names) => [...names].sort()), sort, order]);
  const list = lists.get(key) ?? makeList(results, query);
  lists.delete(key);
  lists.set(key, list);
  if (lists.size > KEPT_LISTS) lists.delete(lists.keys().next().value!);
  return list;
}

function makeList(results: Results, query: ParcelQuery): ParcelList {
  const { q, sort, order } = query;
  const { parcels } = results;
  const { lowerIds } = preparedFor(results);
  const wanted = q.toLowerCase();
  const isKept = keeperOf(query);
  const all = orderBy(results, sort);
  const positions = (order === 'asc' ? all.positions : turnAround(all)).filter((position) => {
    return isKept(parcels[position]!) && lowerIds[position]!.includes(wanted);
  });
  const places = new Int32Array(parcels.length).fill(-1);
  positions.forEach((position, place) => {
    places[position] = place;
  });
  return { positions, placeOf: (position) => places[position] ?? -1 };
}

/** Whether a parcel has one of the statuses, one of the findings and one of the confidences that are asked for. */
function keeperOf({ status, change, confidence }: ParcelQuery): (row: ParcelRow) => boolean {
  const [statuses, findings, confidences] = [new Set(status), new Set(change), new Set(confidence)];
  return (row) => {
    if (statuses.size > 0 && !statuses.has(row.status)) return false;
    if (findings.size > 0 && !findings.has(changeChoiceOf(row))) return false;
    const sure = row.change?.confidence ?? null;
    return confidences.size === 0 || (sure !== null && confidences.has(sure));
  };
}

function preparedFor(results: Results): Prepared {
  const known = preparedOf.get(results);
  if (known) return known;
  const lowerIds = results.parcels.map(({ parcelId }) => parcelId.toLowerCase());
  const prepared: Prepared = { lowerIds, orders: new Map(), lists: new Map() };
  preparedOf.set(results, prepared);
  return prepared;
}

function orderBy(results: Results, sort: ParcelQuery['sort']) {
  const { orders, lowerIds } = preparedFor(results);
  const known = orders.get(sort);
  if (known) return known;
  const keys = sort === 'parcelId' ? rankIds(lowerIds) : Float64Array.from(results.parcels, (row) => keyOf(row, sort));
  const positions = Uint32Array.from(keys.keys()).sort((a, b) => {
    const [left, right] = [keys[a]!, keys[b]!];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const order = { keys, positions };
  orders.set(sort, order);
  return order;
}

function keyOf(row: ParcelRow, sort: Exclude<ParcelQuery['sort'], 'parcelId'>): number {
  const { change } = row;
  switch (sort) {
    case 'status':
      return STATUS_ORDER.indexOf(row.status);
    case 'changeFinding':
      return change?.finding ? CHANGE_CHOICES.indexOf(change.finding) : Infinity;
    case 'changeConfidence':
      return change?.confidence ? CHANGE_CONFIDENCES.indexOf(change.confidence) : Infinity;
    case 'changeDetected':
      return change?.detected ? Date.parse(change.detected) : Infinity;
    case 'changeMagnitude':
      return change?.magnitude ?? Infinity;
    default:
      return row[sort] ?? Infinity;
  }
}

/** The falling order: equal figures stay in the order of the file, and missing ones last. */
function turnAround({
  keys,
  positions,
}: {
  readonly keys: Float64Array;
  readonly positions: Uint32Array;
}): Uint32Array {
  const turned = new Uint32Array(positions.length);
  let count = positions.length;
  while (count > 0 && keys[positions[count - 1]!] === Infinity) count -= 1;
  turned.set(positions.subarray(count), count);
  let at = 0;
  for (let end = count; end > 0; ) {
    let start = end - 1;
    while (start > 0 && keys[positions[start - 1]!] === keys[positions[end - 1]!]) start -= 1;
    turned.set(positions.subarray(start, end), at);
    at += end - start;
    end = start;
  }
  return turned;
}

/** Place of each id when all are ordered. */
function rankIds(lowerIds: readonly string[]): Float64Array {
  const keys = lowerIds.map(naturalKey);
  const order = Uint32Array.from(keys.keys()).sort((a, b) => compareText(keys[a]!, keys[b]!) || a - b);
  const ranks = new Float64Array(order.length);
  order.forEach((position, rank) => {
    ranks[position] = rank;
  });
  return ranks;
}

/** `P-2` before `P-10`: numbers in ids are compared as numbers. */
function naturalKey(lowerId: string): string {
  return lowerId.replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(20, '0'));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
