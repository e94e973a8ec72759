import { locateGeometryFault } from '../geometry/validity.ts';
import { findCrossings } from './crossings.ts';
import type { Fault, Polygons } from './read-outline.ts';
import type { CheckRule, MendKind } from './rules.ts';

type Found = Omit<Fault, 'instead'> & { readonly mend: MendKind };

// Types of fault as JTS numbers them.
const BY_TYPE: Readonly<Record<number, readonly [rule: CheckRule, mend: MendKind]>> = {
  2: ['hole-outside', 'make-valid'],
  3: ['nested-holes', 'make-valid'],
  4: ['hole-crossing', 'make-valid'],
  5: ['hole-crossing', 'make-valid'],
  6: ['self-touching', 'make-valid'],
  7: ['nested-parts', 'merge-parts'],
  8: ['overlapping-parts', 'merge-parts'],
};

/**
 * What makes tidy polygons invalid in the sense of OGC Simple Features: every ring that crosses itself, else the first
 * fault between the rings of each part, else the first between parts. Empty where they are valid.
 */
export async function findValidityFaults(polygons: Polygons): Promise<readonly Found[]> {
  const rings = polygons.flat();
  if ((await locateGeometryFault(rings)) === null) return [];
  const ofRings: Found[] = [];
  for (const [partIndex, part] of polygons.entries()) {
    for (const [ringIndex, ring] of part.entries()) {
      const where = { part: partOf(partIndex, polygons), ring: ringIndex === 0 ? 'outer' : ringIndex };
      const found = await judgeRing(ring, where);
      if (found !== null) ofRings.push(found);
    }
  }
  if (ofRings.length > 0) return ofRings;
  const ofParts: Found[] = [];
  for (const [partIndex, part] of polygons.entries()) {
    const fault = await locateGeometryFault(part);
    if (fault === null) continue;
    const [rule, mend] = BY_TYPE[fault.type] ?? (['not-valid', 'make-valid'] as const);
    ofParts.push({ rule, values: { part: partOf(partIndex, polygons) }, place: fault.place, mend });
  }
  return ofParts.length > 0 ? ofParts : judgeParts(rings);
}

async function judgeRing(
  ring: Float64Array,
  where: { readonly part: number; readonly ring: string | number },
): Promise<Found | null> {
  // Alone a hole is judged as an outline, which runs the other way; validity does not depend on it.
  const fault = await locateGeometryFault([ring]);
  if (fault === null) return null;
  const crossings = findCrossings(ring);
  const place = crossings[0] ?? fault.place;
  if (crossings.length === 0 && fault.type === 6) {
    return { rule: 'self-touching', values: where, place, mend: 'make-valid' };
  }
  const count = Math.max(1, crossings.length);
  return { rule: 'self-crossing', values: { ...where, count }, place, mend: 'make-valid' };
}

async function judgeParts(rings: readonly Float64Array[]): Promise<readonly Found[]> {
  const fault = await locateGeometryFault(rings);
  if (fault === null) return [];
  const isNested = fault.type === 7;
  const rule = isNested ? 'nested-parts' : 'overlapping-parts';
  return [{ rule, values: {}, place: fault.place, mend: 'merge-parts' }];
}

function partOf(index: number, polygons: Polygons): number {
  return polygons.length > 1 ? index + 1 : 0;
}
