import type { Bbox } from '../../shared/grid.ts';
import { HttpFailure } from './failure.ts';

/** What a request for features asks for. */
export interface ItemsQuery {
  readonly limit: number;
  readonly offset: number;
  /** Two boxes where the asked one crosses the 180° meridian; null: everywhere. */
  readonly boxes: readonly Bbox[] | null;
}

/** Parameters as a query string gives them: an array where one is repeated. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 1000;

/** Throws 400 at the first parameter that a resource does not know, as the standard demands (OGC 17-069r4, 7.6). */
export function checkNames(query: RawQuery, known: readonly string[]): void {
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name)) {
      const there = known.length === 0 ? 'none is known here' : `known are ${known.join(', ')}`;
      throw refuse(`The parameter "${name}" is unknown; ${there}.`);
    }
    if (typeof value !== 'string') throw refuse(`The parameter "${name}" may be given once only.`);
  }
}

/**
 * Query of `/items`: `limit` (1 to 1000; more is cut to 1000, not refused), `offset`, `bbox` (4 or 6 numbers, CRS84) and
 * `datetime`, which is checked and then leaves nothing out: parcels have no time of their own (7.15.4). Throws 400.
 */
export function parseItemsQuery(query: RawQuery): ItemsQuery {
  checkNames(query, ['limit', 'offset', 'bbox', 'datetime']);
  const { limit, offset, bbox, datetime } = query as Readonly<Record<string, string | undefined>>;
  if (datetime !== undefined) checkDatetime(datetime);
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : Math.min(MAX_LIMIT, parseWhole('limit', limit, 1)),
    offset: offset === undefined ? 0 : parseWhole('offset', offset, 0),
    boxes: bbox === undefined ? null : parseBbox(bbox),
  };
}

function parseWhole(name: string, text: string, min: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min) return value;
  throw refuse(`"${name}" wants a whole number from ${min}; got "${text}".`);
}

/** `bbox` of a query: one box, or two where it crosses the 180° meridian. Throws 400. */
export function parseBbox(text: string): Bbox[] {
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map(Number);
  const isNumeric = parts.every((part) => part !== '') && numbers.every(Number.isFinite);
  if (!isNumeric || (numbers.length !== 4 && numbers.length !== 6))
    throw refuse(
      `"bbox" wants west,south,east,north in degrees, or with heights west,south,low,east,north,high; got "${text}".`,
    );
  const [west, south, east, north] = (numbers.length === 4 ? numbers : [0, 1, 3, 4].map((i) => numbers[i]!)) as [
    number,
    number,
    number,
    number,
  ];
  if (south > north) throw refuse(`"bbox" has its south ${south} north of its north ${north}.`);
  if (west <= east) return [[west, south, east, north]];
  return [
    [west, south, 180, north],
    [-180, south, east, north],
  ];
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/i;

/** RFC 3339 date or date-time, or an interval of two with `/`, where one end may be open (`..` or nothing). */
function checkDatetime(text: string): void {
  const parts = text.split('/');
  const times = parts.map((part) => (parts.length === 2 && (part === '' || part === '..') ? null : parseInstant(part)));
  const [start, end] = times;
  const isWrong = parts.length > 2 || times.some(Number.isNaN) || (start && end && start > end);
  if (isWrong)
    throw refuse(
      `"datetime" wants a date-time such as 2023-08-10T00:00:00Z, or two with / between, the earlier first, .. for an open end; got "${text}".`,
    );
}

function parseInstant(text: string): number {
  const day = INSTANT.exec(text)?.[1];
  const timeMs = day === undefined ? Number.NaN : Date.parse(text.toUpperCase());
  // Date.parse takes 31 February for 3 March.
  const isDay = day !== undefined && new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8));
  return isDay ? timeMs : Number.NaN;
}

function refuse(message: string): HttpFailure {
  return new HttpFailure(400, 'E_REQUEST', message);
}
