import { shownText } from './findings.ts';

/** A geometry that was written as WKT or EWKT; `srid` null where it names none. */
export interface WktGeometry {
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
  readonly srid: number | null;
}

/** Why a text is no WKT, as the predicate of a sentence. */
export class WktFault extends Error {}

const HEAD = /^(?:SRID\s*=\s*(\d{1,6})\s*;)?\s*([A-Z]+)\s*(?:ZM|Z|M)?\b/iy;
const NUMBER = /\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)/y;
const NAMES: Record<string, { readonly type: string; readonly depth: number }> = {
  POINT: { type: 'Point', depth: 0 },
  LINESTRING: { type: 'LineString', depth: 1 },
  POLYGON: { type: 'Polygon', depth: 2 },
  MULTIPOLYGON: { type: 'MultiPolygon', depth: 3 },
  MULTILINESTRING: { type: 'MultiLineString', depth: 2 },
};

/** Whether a text begins as WKT of something does. */
export function isWkt(text: string): boolean {
  return /^(?:SRID\s*=\s*\d+\s*;)?\s*(?:MULTI)?(?:POLYGON|LINESTRING|POINT)\s*(?:ZM?|M)?\s*(?:\(|EMPTY)/i.test(
    text.trimStart().slice(0, 200),
  );
}

/** Reads WKT or EWKT (`SRID=32631;POLYGON((…))`), heights and measures dropped. Throws `WktFault`. */
export function parseWkt(given: string): WktGeometry {
  const text = given.trim();
  HEAD.lastIndex = 0;
  const head = HEAD.exec(text);
  const name = head?.[2]?.toUpperCase() ?? '';
  const known = Object.hasOwn(NAMES, name)
    ? NAMES[name]!
    : Object.hasOwn(NAMES, name.replace(/(ZM|Z|M)$/, ''))
      ? NAMES[name.replace(/(ZM|Z|M)$/, '')]!
      : null;
  if (!head || !known) throw new WktFault('begins with no geometry that is known, such as POLYGON');
  const srid = head[1] === undefined ? null : Number(head[1]);
  const scan = { text, at: HEAD.lastIndex };
  if (/^\s*EMPTY\s*;?\s*$/i.test(text.slice(scan.at, scan.at + 20))) {
    return { geometry: { type: known.type, coordinates: [] }, srid };
  }
  const coordinates = known.depth === 0 ? readList(scan, 0)[0] : readList(scan, known.depth);
  if (!/^[\s;]*$/.test(text.slice(scan.at)))
    throw new WktFault(`has something behind its last bracket (character ${scan.at + 1})`);
  return { geometry: { type: known.type, coordinates }, srid };
}

interface Scan {
  readonly text: string;
  at: number;
}

/** Reads `(item, item, …)`, where an item is a position at depth 0 and 1, else a list. */
function readList(scan: Scan, depth: number): unknown[] {
  expect(scan, '(');
  const items: unknown[] = [];
  do items.push(depth <= 1 ? readPosition(scan) : readList(scan, depth - 1));
  while (take(scan, ','));
  expect(scan, ')');
  return items;
}

function readPosition(scan: Scan): number[] {
  const position: number[] = [];
  for (;;) {
    NUMBER.lastIndex = scan.at;
    const match = NUMBER.exec(scan.text);
    if (!match) break;
    if (position.length < 2) position.push(Number(match[1]));
    scan.at = NUMBER.lastIndex;
    if (position.length > 4) break;
  }
  if (position.length < 2) throw new WktFault(`has no two numbers at character ${scan.at + 1}`);
  return position;
}

function take(scan: Scan, sign: string): boolean {
  while (/\s/.test(scan.text.charAt(scan.at))) scan.at += 1;
  if (scan.text.charAt(scan.at) !== sign) return false;
  scan.at += 1;
  return true;
}

function expect(scan: Scan, sign: string): void {
  if (take(scan, sign)) return;
  const got = scan.text.charAt(scan.at);
  const found = got === '' ? 'the text ends' : `there is "${shownText(got)}"`;
  throw new WktFault(`has no "${sign}" where one was wanted: at character ${scan.at + 1} ${found}`);
}
