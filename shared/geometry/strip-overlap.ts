import type { Strips } from './edge-strips.ts';

/** Area between the bottom of the window and a straight edge that goes from height `y0` to `y1` over `width`. */
export type StripArea = (width: number, y0: number, y1: number) => number;

/** Beyond this many pairs sorting the strips is faster than looking at all of them. */
const PAIRS_UP_TO = 2048;

interface Sum {
  readonly a: Strips;
  readonly b: Strips;
  readonly areaOf: StripArea;
  total: number;
  /** What rounding took from `total` (Neumaier's compensation). */
  lost: number;
}

/**
 * Area that two areas have in common: the signed sum, over all pairs of strips, of what lies below both edges. No
 * intersection is built, so nothing can go wrong where edges touch, coincide or nearly do. The order of the sum, and so
 * its last digit, depends on the strips alone. An area that crosses itself counts by its winding number.
 */
export function sumCommonArea(a: Strips, b: Strips, areaOf: StripArea): number {
  const sum: Sum = { a, b, areaOf, total: 0, lost: 0 };
  if (a.count * b.count > PAIRS_UP_TO) sweep(sum);
  else for (let i = 0; i < a.count; i++) for (let k = 0; k < b.count; k++) addPair(sum, i, k);
  return sum.total + sum.lost;
}

/** Area of one area's strips. */
export function sumArea(strips: Strips, areaOf: StripArea): number {
  const sum: Sum = { a: strips, b: strips, areaOf, total: 0, lost: 0 };
  const { west, east, heightWest, heightEast, sign } = strips;
  for (let i = 0; i < strips.count; i++) {
    add(sum, sign[i]! * areaOf(east[i]! - west[i]!, heightWest[i]!, heightEast[i]!));
  }
  return sum.total + sum.lost;
}

function add(sum: Sum, term: number): void {
  const { total } = sum;
  const next = total + term;
  sum.lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
  sum.total = next;
}

function addPair(sum: Sum, i: number, k: number): void {
  const { a, b, areaOf } = sum;
  const from = Math.max(a.west[i]!, b.west[k]!);
  const to = Math.min(a.east[i]!, b.east[k]!);
  if (from >= to) return;
  const sign = a.sign[i]! * b.sign[k]!;
  const a0 = heightAt(a, i, from);
  const a1 = heightAt(a, i, to);
  const b0 = heightAt(b, k, from);
  const b1 = heightAt(b, k, to);
  if (a0 >= b0 && a1 >= b1) add(sum, sign * areaOf(to - from, b0, b1));
  else if (a0 <= b0 && a1 <= b1) add(sum, sign * areaOf(to - from, a0, a1));
  else {
    const share = (a0 - b0) / (a0 - b0 - (a1 - b1));
    const width = (to - from) * share;
    const middle = a0 + (a1 - a0) * share;
    add(sum, sign * areaOf(width, Math.min(a0, b0), middle));
    add(sum, sign * areaOf(to - from - width, middle, Math.min(a1, b1)));
  }
}

function heightAt({ west, east, heightWest, heightEast }: Strips, i: number, x: number): number {
  const [x0, x1, y0] = [west[i]!, east[i]!, heightWest[i]!];
  if (x === x0) return y0;
  const y1 = heightEast[i]!;
  return x === x1 ? y1 : y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}

/** From west to east: each strip meets those of the other area that are still open where it begins. */
function sweep(sum: Sum): void {
  const { a, b } = sum;
  const [orderA, orderB] = [orderOf(a), orderOf(b)];
  const openA: number[] = [];
  const openB: number[] = [];
  for (let i = 0, k = 0; i < a.count || k < b.count; ) {
    const isNextOfA = k >= b.count || (i < a.count && a.west[orderA[i]!]! <= b.west[orderB[k]!]!);
    if (isNextOfA) {
      const strip = orderA[i++]!;
      close(openB, b, a.west[strip]!);
      for (const other of openB) addPair(sum, strip, other);
      openA.push(strip);
    } else {
      const strip = orderB[k++]!;
      close(openA, a, b.west[strip]!);
      for (const other of openA) addPair(sum, other, strip);
      openB.push(strip);
    }
  }
}

function orderOf({ count, west }: Strips): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order.sort((i, k) => west[i]! - west[k]! || i - k);
}

function close(open: number[], { east }: Strips, x: number): void {
  let kept = 0;
  for (const strip of open) if (east[strip]! > x) open[kept++] = strip;
  open.length = kept;
}
