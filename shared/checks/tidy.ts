import { signedAreaOfRings } from '../geometry/signed-area.ts';
import { metresBetween } from './local.ts';
import type { Fault, Polygons } from './read-outline.ts';

export interface Tidied {
  /** Closed, no corner twice in a row, outlines counter-clockwise and holes clockwise; null where nothing is left. */
  readonly polygons: Polygons | null;
  readonly faults: readonly Fault[];
}

/** What can be done with one ring. */
interface TidyRing {
  readonly ring: Float64Array | null;
  readonly fault: Pick<Fault, 'rule' | 'values' | 'place'> | null;
  readonly repeats: number;
  readonly isTurned: boolean;
}

/**
 * Closes rings, drops repeated corners and turns rings to the order of RFC 7946, and says where it did; rings that enclose
 * nothing are left out. What it says of area holds for what it gives back: none of this changes the ground enclosed.
 */
export function tidyRings(given: Polygons): Tidied {
  const faults: Omit<Fault, 'instead'>[] = [];
  const polygons: Float64Array[][] = [];
  let [repeats, turned, lost] = [0, 0, 0];
  let firstRepeat: Fault['place'] = null;
  for (const [partIndex, rings] of given.entries()) {
    const part = given.length > 1 ? partIndex + 1 : 0;
    const kept: Float64Array[] = [];
    for (const [ringIndex, ring] of rings.entries()) {
      const tidy = tidyRing(ring, { part, ring: ringIndex === 0 ? 'outer' : ringIndex });
      if (tidy.fault !== null) faults.push(tidy.fault);
      if (tidy.repeats > 0) firstRepeat ??= placeOfRepeat(ring);
      repeats += tidy.repeats;
      turned += tidy.isTurned ? 1 : 0;
      if (tidy.ring !== null) kept.push(tidy.ring);
      else lost += 1;
      // Without its outline a part has nothing that its holes could be cut from.
      if (tidy.ring === null && ringIndex === 0) break;
    }
    if (kept.length > 0) polygons.push(kept);
  }
  const left = polygons.length > 0 ? polygons : null;
  const withProposals = faults.map((fault) => ({ ...fault, instead: insteadOf(fault, given, left, lost) }));
  const notes = notesOf({ repeats, turned, firstRepeat, polygons: left });
  return { polygons: left, faults: [...withProposals, ...notes] };
}

function insteadOf(
  { rule, values }: Omit<Fault, 'instead'>,
  given: Polygons,
  left: Polygons | null,
  lost: number,
): Fault['instead'] {
  if (left === null) return null;
  if (rule === 'unclosed-ring') return { kind: 'close-ring', polygons: left };
  // What is left after a part fell away must not be taken for all of it where another ring is at fault as well.
  const kind = lost > 0 && left.length < given.length && values.ring === 'outer' ? 'drop-part' : 'drop-ring';
  return { kind, polygons: left };
}

function notesOf(counts: {
  readonly repeats: number;
  readonly turned: number;
  readonly firstRepeat: Fault['place'];
  readonly polygons: Polygons | null;
}): Fault[] {
  const { repeats, turned, firstRepeat, polygons } = counts;
  if (polygons === null) return [];
  const notes: Fault[] = [];
  if (repeats > 0) {
    const instead = { kind: 'drop-duplicate-points', polygons } as const;
    notes.push({ rule: 'duplicate-points', values: { count: repeats }, place: firstRepeat, instead });
  }
  if (turned > 0) notes.push({ rule: 'winding', values: { count: turned }, place: null, instead: null });
  return notes;
}

function tidyRing(given: Float64Array, where: { readonly part: number; readonly ring: string | number }): TidyRing {
  const isClosed = given[0] === given.at(-2) && given[1] === given.at(-1);
  const { ring, repeats } = dropRepeats(isClosed ? given : closeRing(given));
  const place = [given[0]!, given[1]!] as const;
  const corners = Math.max(1, ring.length / 2 - 1);
  const none = { ring: null, repeats: 0, isTurned: false };
  if (corners < 3) return { ...none, fault: { rule: 'short-ring', values: { ...where, corners }, place } };
  if (isLine(ring)) return { ...none, fault: { rule: 'zero-area', values: { ...where }, place } };
  const last = [given.at(-2)!, given.at(-1)!] as const;
  const values = { ...where, gapM: metresBetween(last, place) };
  const fault = isClosed ? null : ({ rule: 'unclosed-ring', values, place: last } as const);
  const isTurned = signedAreaOfRings([ring]) > 0 !== (where.ring === 'outer');
  return { ring: isTurned ? reverse(ring) : ring, fault, repeats, isTurned };
}

function closeRing(ring: Float64Array): Float64Array {
  const closed = new Float64Array(ring.length + 2);
  closed.set(ring);
  closed[ring.length] = ring[0]!;
  closed[ring.length + 1] = ring[1]!;
  return closed;
}

function dropRepeats(ring: Float64Array): { readonly ring: Float64Array; readonly repeats: number } {
  const kept = new Float64Array(ring.length);
  let n = 0;
  for (let i = 0; i < ring.length; i += 2) {
    if (n > 0 && ring[i] === kept[n - 2] && ring[i + 1] === kept[n - 1]) continue;
    kept[n++] = ring[i]!;
    kept[n++] = ring[i + 1]!;
  }
  return { ring: n === ring.length ? ring : kept.slice(0, n), repeats: (ring.length - n) / 2 };
}

function placeOfRepeat(ring: Float64Array): Fault['place'] {
  for (let i = 2; i < ring.length; i += 2) {
    if (ring[i] === ring[i - 2] && ring[i + 1] === ring[i - 1]) return [ring[i]!, ring[i + 1]!];
  }
  return null;
}

/** Whether all corners lie on one straight line. */
function isLine(ring: Float64Array): boolean {
  let [farX, farY] = [0, 0];
  for (let i = 2; i < ring.length; i += 2) {
    const [dx, dy] = [ring[i]! - ring[0]!, ring[i + 1]! - ring[1]!];
    if (dx * dx + dy * dy > farX * farX + farY * farY) [farX, farY] = [dx, dy];
  }
  for (let i = 2; i < ring.length; i += 2) {
    const [dx, dy] = [ring[i]! - ring[0]!, ring[i + 1]! - ring[1]!];
    const [left, right] = [dx * farY, dy * farX];
    // Rounding of coordinates gives a line a width that is none.
    if (Math.abs(left - right) > 1e-12 * (Math.abs(left) + Math.abs(right))) return false;
  }
  return true;
}

function reverse(ring: Float64Array): Float64Array {
  const turned = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    turned[i] = ring[ring.length - 2 - i]!;
    turned[i + 1] = ring[ring.length - 1 - i]!;
  }
  return turned;
}
