import { type Fault, type Frame, formatPlace, groupRings } from './rings.ts';

/** A fault of rings with its place. `type` is the number that JTS gives it (`TopologyValidationError`). */
export interface GeometryFault {
  readonly type: number;
  readonly place: readonly [x: number, y: number] | null;
}

/** A ring that crosses itself, in the numbers of JTS. */
const SELF_CROSSING = 5;

/**
 * Says whether rings (as in `Parcel`) make a valid polygon or multipolygon in the sense of OGC Simple Features, with the
 * place of a fault. A parcel of one plainly simple ring is passed by an own test, one that plainly crosses itself refused;
 * everything else, doubtful cases included, is judged by the validity test of JTS, for which the caller has to wait.
 */
export function findGeometryFault(
  rings: readonly Float64Array[],
  frame: Frame = 'lon-lat',
): Promise<Fault | null> | null {
  const located = locateGeometryFault(rings);
  return located === null ? null : located.then((fault) => fault && wordsOf(fault, rings.length, frame));
}

/** The fault of `findGeometryFault` as a place instead of a sentence. */
export function locateGeometryFault(rings: readonly Float64Array[]): Promise<GeometryFault | null> | null {
  if (rings.length > 1) return locateWithJts(rings);
  const [ring] = rings;
  if (isPlainlySimple(ring!)) return null;
  const place = findCrossing(ring!);
  return place === null ? locateWithJts(rings) : Promise.resolve({ type: SELF_CROSSING, place });
}

/** Where two edges of a ring cross beyond doubt, each with its ends on both sides of the other; null without such a place. */
function findCrossing(ring: Float64Array): readonly [x: number, y: number] | null {
  const v = dropRepeats(ring);
  const edgeCount = v.length / 2 - 1;
  for (let i = 0; i < edgeCount; i++) {
    for (let k = i + 2; k < edgeCount; k++) {
      if (turn(v, i, i + 1, k) * turn(v, i, i + 1, k + 1) >= 0) continue;
      if (turn(v, k, k + 1, i) * turn(v, k, k + 1, i + 1) < 0) return meetingPoint(v, i, k);
    }
  }
  return null;
}

function meetingPoint(v: Float64Array, first: number, second: number): readonly [x: number, y: number] {
  const [ax, ay] = [v[2 * first]!, v[2 * first + 1]!];
  const [ux, uy] = [v[2 * first + 2]! - ax, v[2 * first + 3]! - ay];
  const [cx, cy] = [v[2 * second]!, v[2 * second + 1]!];
  const [wx, wy] = [v[2 * second + 2]! - cx, v[2 * second + 3]! - cy];
  const t = ((cx - ax) * wy - (cy - ay) * wx) / (ux * wy - uy * wx);
  return [ax + t * ux, ay + t * uy];
}

/**
 * True when no two edges of a closed ring touch but neighbours at their common vertex. False also when rounding leaves
 * that in doubt, so a false answer decides nothing.
 */
export function isPlainlySimple(ring: Float64Array): boolean {
  const vertices = dropRepeats(ring);
  const edgeCount = vertices.length / 2 - 1;
  if (edgeCount < 3) return false;
  if (isStar(vertices)) return true;
  return edgeCount <= PAIRS_UP_TO ? everyPairApart(vertices) : sweepFindsAllApart(vertices);
}

/**
 * Whether the mean of the vertices sees every edge from the same side and the boundary goes round it once: then no two
 * edges meet but neighbours. True of most fields, and known after one look at each edge.
 */
function isStar(v: Float64Array): boolean {
  const last = v.length - 2;
  let [x, y] = [0, 0];
  for (let i = 0; i < last; i += 2) {
    x += v[i]!;
    y += v[i + 1]!;
  }
  x /= last / 2;
  y /= last / 2;
  let side = 0;
  let rounds = 0;
  for (let i = 0; i < last; i += 2) {
    const [ax, ay] = [v[i]! - x, v[i + 1]! - y];
    const [bx, by] = [v[i + 2]! - x, v[i + 3]! - y];
    const [left, right] = [ax * by, ay * bx];
    if (Math.abs(left - right) <= TURN_ERROR * (Math.abs(left) + Math.abs(right))) return false;
    const sign = left > right ? 1 : -1;
    if (side !== 0 && sign !== side) return false;
    side = sign;
    if (ay < 0 !== by < 0) rounds += 1;
  }
  // Each round crosses the level of the centre twice.
  return rounds === 2;
}

/** Up to this many edges looking at every pair is faster than sorting them. */
const PAIRS_UP_TO = 64;

function everyPairApart(v: Float64Array): boolean {
  const edgeCount = v.length / 2 - 1;
  for (let i = 0; i < edgeCount; i++) {
    const west = Math.min(v[2 * i]!, v[2 * i + 2]!);
    const east = Math.max(v[2 * i]!, v[2 * i + 2]!);
    const south = Math.min(v[2 * i + 1]!, v[2 * i + 3]!);
    const north = Math.max(v[2 * i + 1]!, v[2 * i + 3]!);
    for (let k = i + 1; k < edgeCount; k++) {
      const x0 = v[2 * k]!;
      const x1 = v[2 * k + 2]!;
      if (x0 < x1 ? x0 > east || x1 < west : x1 > east || x0 < west) continue;
      const y0 = v[2 * k + 1]!;
      const y1 = v[2 * k + 3]!;
      if (y0 < y1 ? y0 > north || y1 < south : y1 > north || y0 < south) continue;
      if (!areApart(v, i, k)) return false;
    }
  }
  return true;
}

function sweepFindsAllApart(v: Float64Array): boolean {
  const edgeCount = v.length / 2 - 1;
  const order = Array.from({ length: edgeCount }, (_, edge) => edge);
  const west = (edge: number) => Math.min(v[2 * edge]!, v[2 * edge + 2]!);
  const east = (edge: number) => Math.max(v[2 * edge]!, v[2 * edge + 2]!);
  order.sort((a, b) => west(a) - west(b) || a - b);
  let active: number[] = [];
  for (const edge of order) {
    const from = west(edge);
    active = active.filter((other) => east(other) >= from);
    for (const other of active) if (!areApart(v, edge, other)) return false;
    active.push(edge);
  }
  return true;
}

function areApart(v: Float64Array, edge: number, other: number): boolean {
  const gap = Math.abs(edge - other);
  const adjacent = gap === 1 || gap === v.length / 2 - 2;
  return !(adjacent ? foldsBack(v, edge, other) : mayTouch(v, edge, other));
}

/** The ring itself where no vertex repeats the one before it, as almost always. */
function dropRepeats(ring: Float64Array): Float64Array {
  let n = 2;
  let kept = ring;
  for (let i = 2; i < ring.length; i += 2) {
    if (ring[i] === kept[n - 2] && ring[i + 1] === kept[n - 1]) {
      if (kept === ring) kept = ring.slice();
      continue;
    }
    if (kept !== ring) {
      kept[n] = ring[i]!;
      kept[n + 1] = ring[i + 1]!;
    }
    n += 2;
  }
  return n === ring.length ? ring : kept.subarray(0, n);
}

/** What rounding can take from a turn, relative to its two products (Shewchuk's filter for orient2d). */
const TURN_ERROR = 3.3306690738754716e-16;

/** Sign of the turn a → b → c, 0 when rounding could have changed it. */
function turn(v: Float64Array, a: number, b: number, c: number): number {
  const left = (v[2 * a]! - v[2 * c]!) * (v[2 * b + 1]! - v[2 * c + 1]!);
  const right = (v[2 * a + 1]! - v[2 * c + 1]!) * (v[2 * b]! - v[2 * c]!);
  const determinant = left - right;
  const errorBound = TURN_ERROR * (Math.abs(left) + Math.abs(right));
  return Math.abs(determinant) > errorBound ? Math.sign(determinant) : 0;
}

function mayTouch(v: Float64Array, first: number, second: number): boolean {
  const [a, b, c, d] = [first, first + 1, second, second + 1];
  const south = (edge: number) => Math.min(v[2 * edge + 1]!, v[2 * edge + 3]!);
  const north = (edge: number) => Math.max(v[2 * edge + 1]!, v[2 * edge + 3]!);
  if (south(first) > north(second) || south(second) > north(first)) return false;
  return turn(v, a, b, c) * turn(v, a, b, d) <= 0 && turn(v, c, d, a) * turn(v, c, d, b) <= 0;
}

/** Whether two neighbouring edges may lie on each other: in line, or nearly, and running back. */
function foldsBack(v: Float64Array, first: number, second: number): boolean {
  const edgeCount = v.length / 2 - 1;
  const early = (first + 1) % edgeCount === second ? first : second;
  const late = early === first ? second : first;
  if (turn(v, early, early + 1, late + 1) !== 0) return false;
  const along =
    (v[2 * early + 2]! - v[2 * early]!) * (v[2 * late + 2]! - v[2 * late]!) +
    (v[2 * early + 3]! - v[2 * early + 1]!) * (v[2 * late + 3]! - v[2 * late + 1]!);
  return along <= 0;
}

// Wording for the error types of JTS TopologyValidationError; %s is the place.
const jtsFaults: Readonly<Record<number, readonly [code: string, text: string]>> = {
  2: ['E_PARCEL_HOLE', 'has a hole outside its outer ring near %s; move or remove the hole.'],
  3: ['E_PARCEL_HOLE', 'has a hole inside a hole near %s; remove one of them.'],
  4: ['E_PARCEL_SELF_CROSSING', 'is cut in two by its own rings near %s; draw the pieces as separate parts.'],
  5: ['E_PARCEL_SELF_CROSSING', 'crosses itself near %s; redraw the boundary there.'],
  6: ['E_PARCEL_SELF_CROSSING', 'touches itself near %s; redraw the boundary there.'],
  7: ['E_PARCEL_PARTS', 'has a part inside another part near %s; remove one of them.'],
  8: ['E_PARCEL_PARTS', 'has the same ring twice near %s; remove one of them.'],
  9: ['E_PARCEL_RING_SHORT', 'has a ring with fewer than 3 different corners near %s; redraw or remove it.'],
};

async function locateWithJts(rings: readonly Float64Array[]): Promise<GeometryFault | null> {
  // Loaded here because it takes half a second, which most parcel files need not pay.
  const [{ default: IsValidOp }, { default: GeoJSONReader }, { default: GeometryFactory }] = await Promise.all([
    import('jsts/org/locationtech/jts/operation/valid/IsValidOp.js'),
    import('jsts/org/locationtech/jts/io/GeoJSONReader.js'),
    import('jsts/org/locationtech/jts/geom/GeometryFactory.js'),
  ]);
  const reader = new GeoJSONReader(new GeometryFactory());
  const geometry = reader.read({ type: 'MultiPolygon', coordinates: groupRings(rings) });
  const validity = new IsValidOp(geometry);
  if (validity.isValid()) return null;
  const error = validity.getValidationError() as unknown as {
    getErrorType(): number;
    getCoordinate(): { x: number; y: number } | null;
  };
  const at = error.getCoordinate();
  return { type: error.getErrorType(), place: at && [at.x, at.y] };
}

function wordsOf({ type, place }: GeometryFault, ringCount: number, frame: Frame): Fault {
  const [code, words] = jtsFaults[type] ?? ['E_PARCEL_INVALID', 'is not a valid polygon near %s.'];
  const text =
    code === 'E_PARCEL_SELF_CROSSING' && ringCount > 1
      ? words.replace(';', ', or its rings overlap or share an edge there;')
      : words;
  return { code, text: text.replace('%s', place ? formatPlace(place[0], place[1], frame) : 'an unknown place') };
}
