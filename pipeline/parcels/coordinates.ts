/**
 * The positions of a GeoJSON text without an array for each of them: a country's parcels have millions, and a parser that
 * makes objects of them takes most of the time and memory of a run.
 */
export interface HollowFile {
  /** The text with the index of each list of coordinates in its place. */
  readonly hollow: Uint8Array;
  /**
   * Rings of list `index`, part after part, flat [x, y, …], further ordinates dropped. `depth` is 3 for the coordinates of
   * a Polygon, 4 for those of a MultiPolygon.
   */
  readonly list: (index: number) => { readonly depth: number; readonly polygons: readonly (readonly Float64Array[])[] };
  /** The text of list `index`. */
  readonly bytesOf: (index: number) => Uint8Array;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const KEY = new TextEncoder().encode('coordinates');

/** Powers of ten that float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Digits that always fit the 53 bits of a float64. */
const MOST_DIGITS = 15;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** Up to and with this list. */
  readonly polygonsEnd: number;
}

interface Scan {
  readonly bytes: Uint8Array;
  at: number;
  numbers: Float64Array;
  used: number;
  /** Where each ring ends in `numbers`, and each polygon in `ringEnds`. */
  readonly ringEnds: number[];
  readonly polygonEnds: number[];
}

/**
 * Takes every well-formed list of polygon coordinates out of a JSON text, numbers read as JSON reads them, to the last bit.
 * A list that is not well-formed stays where it is, for the parser to judge. Null where a number of the text itself could
 * be taken for one of an index: it stands under the key, or a key is written with escapes.
 */
export function hollowOut(bytes: Uint8Array): HollowFile | null {
  const scan: Scan = { bytes, at: 0, numbers: new Float64Array(2 ** 14), used: 0, ringEnds: [], polygonEnds: [] };
  const lists: Found[] = [];
  const hollow = new Uint8Array(bytes.length + 16);
  let copied = 0;
  let length = 0;
  const copyTo = (end: number) => {
    hollow.set(bytes.subarray(copied, end), length);
    length += end - copied;
  };
  while (scan.at < bytes.length) {
    if (bytes[scan.at] !== QUOTE) {
      scan.at += 1;
      continue;
    }
    const word = skipString(scan);
    if (word === 'other' || !skipTo(scan, COLON)) continue;
    scan.at += 1;
    const isList = skipTo(scan, OPEN);
    if (word === 'escaped' || (!isList && isNumberByte(bytes[scan.at] ?? 0))) return null;
    if (!isList) continue;
    const start = scan.at;
    const depth = readList(scan);
    if (depth === 0) continue;
    copyTo(start);
    copied = scan.at;
    // A list has at least 9 characters, more than the digits of any index.
    for (const digit of String(lists.length)) hollow[length++] = digit.charCodeAt(0);
    lists.push({ start, end: scan.at, depth, polygonsEnd: scan.polygonEnds.length });
  }
  copyTo(bytes.length);
  return {
    hollow: hollow.subarray(0, length),
    list: (index) => listOf(scan, lists[index]!, index === 0 ? 0 : lists[index - 1]!.polygonsEnd),
    bytesOf: (index) => bytes.subarray(lists[index]!.start, lists[index]!.end),
  };
}

function listOf({ numbers, ringEnds, polygonEnds }: Scan, { depth, polygonsEnd }: Found, firstPolygon: number) {
  const polygons: Float64Array[][] = [];
  for (let polygon = firstPolygon; polygon < polygonsEnd; polygon++) {
    const rings: Float64Array[] = [];
    for (let ring = polygon === 0 ? 0 : polygonEnds[polygon - 1]!; ring < polygonEnds[polygon]!; ring++) {
      rings.push(numbers.subarray(ring === 0 ? 0 : ringEnds[ring - 1]!, ringEnds[ring]!));
    }
    polygons.push(rings);
  }
  return { depth, polygons };
}

/** Steps over a string and says what it is, unless it holds escapes, with which anything can be written. */
function skipString(scan: Scan): 'coordinates' | 'escaped' | 'other' {
  const { bytes } = scan;
  const start = scan.at + 1;
  let at = start;
  let isEscaped = false;
  while (at < bytes.length && bytes[at] !== QUOTE) {
    if (bytes[at] === BACKSLASH) isEscaped = true;
    at += bytes[at] === BACKSLASH ? 2 : 1;
  }
  scan.at = at + 1;
  if (isEscaped) return 'escaped';
  if (at - start !== KEY.length) return 'other';
  for (let i = 0; i < KEY.length; i++) if (bytes[start + i] !== KEY[i]) return 'other';
  return 'coordinates';
}

/** Steps over white space; true when `byte` comes next. */
function skipTo(scan: Scan, byte: number): boolean {
  const { bytes } = scan;
  let next = bytes[scan.at];
  while (next === 0x20 || next === 0x0a || next === 0x0d || next === 0x09) next = bytes[++scan.at];
  return next === byte;
}

/** Reads a list of coordinates and steps behind it; 0, everything as before, when it is not a polygon's. */
function readList(scan: Scan): number {
  const { at, used } = scan;
  const [rings, polygons] = [scan.ringEnds.length, scan.polygonEnds.length];
  let depth = 0;
  while (skipTo(scan, OPEN)) {
    depth += 1;
    scan.at += 1;
  }
  scan.at = at;
  const isRead = depth === 3 ? readPolygon(scan) : depth === 4 && readEach(scan, readPolygon);
  if (isRead) return depth;
  // One step on: what is inside is text like any other.
  scan.at = at + 1;
  scan.used = used;
  scan.ringEnds.length = rings;
  scan.polygonEnds.length = polygons;
  return 0;
}

/** Reads `[item, item, …]` with at least one item. */
function readEach(scan: Scan, readItem: (scan: Scan) => boolean): boolean {
  if (!skipTo(scan, OPEN)) return false;
  do {
    scan.at += 1;
    if (!readItem(scan)) return false;
  } while (skipTo(scan, COMMA));
  if (!skipTo(scan, CLOSE)) return false;
  scan.at += 1;
  return true;
}

function readPolygon(scan: Scan): boolean {
  if (!readEach(scan, readRing)) return false;
  scan.polygonEnds.push(scan.ringEnds.length);
  return true;
}

function readRing(scan: Scan): boolean {
  if (!readEach(scan, readPosition)) return false;
  scan.ringEnds.push(scan.used);
  return true;
}

function readPosition(scan: Scan): boolean {
  if (!skipTo(scan, OPEN)) return false;
  if (scan.used + 2 > scan.numbers.length) {
    const larger = new Float64Array(2 * scan.numbers.length);
    larger.set(scan.numbers);
    scan.numbers = larger;
  }
  let ordinates = 0;
  do {
    scan.at += 1;
    skipTo(scan, MINUS);
    const value = readNumber(scan);
    // JSON knows no NaN: this is no number.
    if (Number.isNaN(value)) return false;
    if (ordinates < 2) scan.numbers[scan.used++] = value;
    ordinates += 1;
  } while (skipTo(scan, COMMA));
  if (ordinates < 2 || !skipTo(scan, CLOSE)) return false;
  scan.at += 1;
  return true;
}

/** Reads a JSON number and steps behind it; NaN when there is none. */
function readNumber(scan: Scan): number {
  const { bytes } = scan;
  const start = scan.at;
  let at = start;
  const isNegative = bytes[at] === MINUS;
  if (isNegative) at += 1;
  const first = at;
  let mantissa = 0;
  let byte = bytes[at]!;
  while (byte >= ZERO && byte <= 0x39) {
    mantissa = mantissa * 10 + (byte - ZERO);
    byte = bytes[++at]!;
  }
  const wholeDigits = at - first;
  if (wholeDigits === 0 || (bytes[first] === ZERO && wholeDigits > 1)) return Number.NaN;
  let decimals = 0;
  if (byte === DOT) {
    byte = bytes[++at]!;
    while (byte >= ZERO && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - ZERO);
      decimals += 1;
      byte = bytes[++at]!;
    }
    if (decimals === 0) return Number.NaN;
  }
  const isPlain = byte === COMMA || byte === CLOSE || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  if (!isPlain || wholeDigits + decimals > MOST_DIGITS) return readLongNumber(scan, start);
  scan.at = at;
  // Both are exact, so that the one division rounds as JSON's own reading does.
  const size = mantissa / POWERS[decimals]!;
  return isNegative ? -size : size;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function readLongNumber(scan: Scan, start: number): number {
  let at = start;
  while (at < scan.bytes.length && at - start < 400 && isNumberByte(scan.bytes[at]!)) at += 1;
  const text = String.fromCharCode(...scan.bytes.subarray(start, at));
  if (!NUMBER.test(text)) return Number.NaN;
  scan.at = at;
  return Number(text);
}

function isNumberByte(byte: number): boolean {
  return (byte >= ZERO && byte <= 0x39) || byte === DOT || byte === MINUS || byte === 0x2b || (byte | 0x20) === 0x65;
}
