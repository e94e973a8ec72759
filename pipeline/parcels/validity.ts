import { type Fault, formatPlace, groupRings } from './rings.ts';

/**
 * Says whether rings (as in `Parcel`) make a valid polygon or multipolygon in the sense of OGC Simple Features, with the
 * place of the first fault. A parcel of one plainly simple ring is passed by an own sweep; everything else, doubtful
 * cases included, is judged by the validity test of JTS.
 */
export async function findGeometryFault(rings: readonly Float64Array[]): Promise<Fault | null> {
  if (rings.length === 1 && isPlainlySimple(rings[0]!)) return null;
  return findFaultWithJts(rings);
}

/**
 * True when no two edges of a closed ring touch but neighbours at their common vertex. False also when rounding leaves
 * that in doubt, so a false answer decides nothing.
 */
export function isPlainlySimple(ring: Float64Array): boolean {
  const vertices = dropRepeats(ring);
  const edgeCount = vertices.length / 2 - 1;
  if (edgeCount < 3) return false;
  const order = Array.from({ length: edgeCount }, (_, edge) => edge);
  const west = (edge: number) => Math.min(vertices[2 * edge]!, vertices[2 * edge + 2]!);
  const east = (edge: number) => Math.max(vertices[2 * edge]!, vertices[2 * edge + 2]!);
  order.sort((a, b) => west(a) - west(b) || a - b);
  let active: number[] = [];
  for (const edge of order) {
    const from = west(edge);
    active = active.filter((other) => east(other) >= from);
    for (const other of active) {
      const gap = Math.abs(edge - other);
      const adjacent = gap === 1 || gap === edgeCount - 1;
      if (adjacent ? foldsBack(vertices, edge, other) : mayTouch(vertices, edge, other)) return false;
    }
    active.push(edge);
  }
  return true;
}

function dropRepeats(ring: Float64Array): number[] {
  const kept: number[] = [ring[0]!, ring[1]!];
  for (let i = 2; i < ring.length; i += 2) {
    if (ring[i] !== kept.at(-2) || ring[i + 1] !== kept.at(-1)) kept.push(ring[i]!, ring[i + 1]!);
  }
  return kept;
}

/** Sign of the turn a → b → c, 0 when rounding could have changed it (Shewchuk's filter for orient2d). */
function turn(v: readonly number[], a: number, b: number, c: number): number {
  const left = (v[2 * a]! - v[2 * c]!) * (v[2 * b + 1]! - v[2 * c + 1]!);
  const right = (v[2 * a + 1]! - v[2 * c + 1]!) * (v[2 * b]! - v[2 * c]!);
  const determinant = left - right;
  const errorBound = 3.3306690738754716e-16 * (Math.abs(left) + Math.abs(right));
  return Math.abs(determinant) > errorBound ? Math.sign(determinant) : 0;
}

function mayTouch(v: readonly number[], first: number, second: number): boolean {
  const [a, b, c, d] = [first, first + 1, second, second + 1];
  const south = (edge: number) => Math.min(v[2 * edge + 1]!, v[2 * edge + 3]!);
  const north = (edge: number) => Math.max(v[2 * edge + 1]!, v[2 * edge + 3]!);
  if (south(first) > north(second) || south(second) > north(first)) return false;
  return turn(v, a, b, c) * turn(v, a, b, d) <= 0 && turn(v, c, d, a) * turn(v, c, d, b) <= 0;
}

/** Whether two neighbouring edges may lie on each other: in line, or nearly, and running back. */
function foldsBack(v: readonly number[], first: number, second: number): boolean {
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

async function findFaultWithJts(rings: readonly Float64Array[]): Promise<Fault | null> {
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
  const [code, words] = jtsFaults[error.getErrorType()] ?? ['E_PARCEL_INVALID', 'is not a valid polygon near %s.'];
  const text =
    code === 'E_PARCEL_SELF_CROSSING' && rings.length > 1
      ? words.replace(';', ', or its rings overlap or share an edge there;')
      : words;
  const at = error.getCoordinate();
  return { code, text: text.replace('%s', at ? formatPlace(at.x, at.y) : 'an unknown place') };
}
