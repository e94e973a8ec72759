import type { ParcelQuery, ParcelRow } from '../../shared/api.ts';
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
  /** Place of each parcel when all are ordered by id. */
  readonly idRanks: Float64Array;
  /** The last few lists by query, the last used at the end. */
  readonly lists: Map<string, ParcelList>;
}

const KEPT_LISTS = 8;
const STATUS_ORDER: readonly ParcelStatus[] = ['loss', 'gain', 'stable', 'not_distinguishable', 'no_data'];
const preparedOf = new WeakMap<Results, Prepared>();

/** Orders the ids of results, so that the first list is answered as fast as the later ones. */
export function prepareParcelLists(results: Results): Prepared {
  const known = preparedOf.get(results);
  if (known) return known;
  const keys = results.parcels.map(({ parcelId }) => naturalKey(parcelId));
  const order = Uint32Array.from(keys.keys()).sort((a, b) => compareText(keys[a]!, keys[b]!) || a - b);
  const idRanks = new Float64Array(order.length);
  order.forEach((position, rank) => {
    idRanks[position] = rank;
  });
  const lowerIds = results.parcels.map(({ parcelId }) => parcelId.toLowerCase());
  const prepared = { lowerIds, idRanks, lists: new Map<string, ParcelList>() };
  preparedOf.set(results, prepared);
  return prepared;
}

/** Parcels that match a query, in its order: missing figures last in either order, ties by position in the file. */
export function listParcels(results: Results, query: ParcelQuery): ParcelList {
  const prepared = prepareParcelLists(results);
  const { lists } = prepared;
  const key = JSON.stringify([query.q, [...query.status].sort(), query.sort, query.order]);
  const list = lists.get(key) ?? makeList(results, prepared, query);
  lists.delete(key);
  lists.set(key, list);
  if (lists.size > KEPT_LISTS) lists.delete(lists.keys().next().value!);
  return list;
}

function makeList({ parcels }: Results, prepared: Prepared, { q, status, sort, order }: ParcelQuery): ParcelList {
  const wanted = q.toLowerCase();
  const statuses = new Set(status);
  const found: number[] = [];
  parcels.forEach((row, position) => {
    if (statuses.size > 0 && !statuses.has(row.status)) return;
    if (prepared.lowerIds[position]!.includes(wanted)) found.push(position);
  });
  const sign = order === 'asc' ? 1 : -1;
  const keys = new Float64Array(parcels.length);
  for (const position of found) keys[position] = sortKey(parcels[position]!, sort, prepared.idRanks) * sign;
  // Infinity × −1 would put missing figures first.
  for (const position of found) if (Math.abs(keys[position]!) === Infinity) keys[position] = Infinity;
  const positions = Uint32Array.from(found).sort((a, b) => {
    const [left, right] = [keys[a]!, keys[b]!];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const places = new Int32Array(parcels.length).fill(-1);
  positions.forEach((position, place) => {
    places[position] = place;
  });
  return { positions, placeOf: (position) => places[position] ?? -1 };
}

function sortKey(row: ParcelRow, sort: ParcelQuery['sort'], idRanks: Float64Array): number {
  if (sort === 'parcelId') return idRanks[row.index]!;
  if (sort === 'status') return STATUS_ORDER.indexOf(row.status);
  return row[sort] ?? Infinity;
}

/** `P-2` before `P-10`: numbers in ids are compared as numbers. */
function naturalKey(id: string): string {
  return id.toLowerCase().replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(20, '0'));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
