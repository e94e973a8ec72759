/**
 * An area as strips: every edge stands for the ground below it, down to the bottom of a window, counted +1 where the edge
 * closes the area above and −1 where it opens it below. All strips together count 1 inside the area and 0 outside.
 * Coordinates are relative to the window's lower left corner; nothing reaches beyond the window.
 */
export interface Strips {
  count: number;
  /** Ends in the west and in the east, and the heights there; west < east. */
  west: Float64Array;
  east: Float64Array;
  heightWest: Float64Array;
  heightEast: Float64Array;
  sign: Float64Array;
  /** Edges under way that follow one another above the window: only where they began and how far they came counts. */
  readonly chain: Chain;
}

interface Chain {
  isOpen: boolean;
  from: number;
  x: number;
  y: number;
}

/** The rectangle that two boxes have in common, in the unit of the rings. */
export interface Window {
  readonly west: number;
  readonly south: number;
  readonly width: number;
  readonly height: number;
}

type Bbox = readonly [number, number, number, number];

/** Null where boxes have no area in common: areas in them do not overlap. */
export function commonWindow(a: Bbox, b: Bbox): Window | null {
  const west = Math.max(a[0], b[0]);
  const south = Math.max(a[1], b[1]);
  const width = Math.min(a[2], b[2]) - west;
  const height = Math.min(a[3], b[3]) - south;
  return width > 0 && height > 0 ? { west, south, width, height } : null;
}

export function createStrips(): Strips {
  const column = () => new Float64Array(128);
  const chain = { isOpen: false, from: 0, x: 0, y: 0 };
  return {
    count: 0,
    west: column(),
    east: column(),
    heightWest: column(),
    heightEast: column(),
    sign: column(),
    chain,
  };
}

/** Puts the edges of rings (exteriors counter-clockwise, holes clockwise) in the place of what `strips` holds. */
export function fillStrips(strips: Strips, rings: readonly Float64Array[], window: Window): void {
  strips.count = 0;
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2) addStrip(strips, window, ring, i);
  }
  endChain(strips, window);
}

/**
 * Adds the edge that starts at `ring[at]`, as far as it matters in the window: two strips where it leaves it at the top.
 * After the last edge `endChain` is due.
 */
export function addStrip(strips: Strips, window: Window, ring: Float64Array, at: number): void {
  const forward = ring[at + 2]! > ring[at]!;
  const [from, to] = forward ? [at, at + 2] : [at + 2, at];
  let x0 = ring[from]! - window.west;
  let x1 = ring[to]! - window.west;
  if (x0 === x1 || x1 <= 0 || x0 >= window.width) return;
  let y0 = ring[from + 1]! - window.south;
  let y1 = ring[to + 1]! - window.south;
  if (y0 <= 0 && y1 <= 0) return;
  if (y0 >= window.height && y1 >= window.height) {
    extendChain(strips, window, ring, at);
    return;
  }
  const [run, rise] = [x1 - x0, y1 - y0];
  if (x1 > window.width) {
    y1 = y0 + rise * ((window.width - x0) / run);
    x1 = window.width;
  }
  if (x0 < 0) {
    y0 -= rise * (x0 / run);
    x0 = 0;
  }
  if (y0 <= 0 && y1 <= 0) return;
  if (y0 < 0) {
    x0 = Math.min(x1, x0 + (x1 - x0) * (y0 / (y0 - y1)));
    y0 = 0;
  } else if (y1 < 0) {
    x1 = Math.max(x0, x1 - (x1 - x0) * (y1 / (y1 - y0)));
    y1 = 0;
  }
  if (strips.count + 2 > strips.west.length) grow(strips);
  const n = strips.count++;
  strips.sign[n] = forward ? -1 : 1;
  strips.west[n] = x0;
  strips.east[n] = x1;
  strips.heightWest[n] = y0;
  strips.heightEast[n] = y1;
  if (y0 > window.height || y1 > window.height) cutTop(strips, n, window.height);
}

/**
 * Edges that follow one another above the window close what lies below them from where the first begins to where the last
 * ends, whichever way they wind in between: one strip instead of thousands along a region's border.
 */
function extendChain(strips: Strips, window: Window, ring: Float64Array, at: number): void {
  const { chain } = strips;
  if (!chain.isOpen || chain.x !== ring[at] || chain.y !== ring[at + 1]) {
    endChain(strips, window);
    chain.isOpen = true;
    chain.from = ring[at]!;
  }
  chain.x = ring[at + 2]!;
  chain.y = ring[at + 3]!;
}

/** Makes a strip of the edges above the window that are still under way. */
export function endChain(strips: Strips, { west, width, height }: Window): void {
  const { chain } = strips;
  if (!chain.isOpen) return;
  chain.isOpen = false;
  const from = Math.max(0, Math.min(width, chain.from - west));
  const to = Math.max(0, Math.min(width, chain.x - west));
  if (from === to) return;
  if (strips.count >= strips.west.length) grow(strips);
  const n = strips.count++;
  strips.sign[n] = from < to ? -1 : 1;
  strips.west[n] = Math.min(from, to);
  strips.east[n] = Math.max(from, to);
  strips.heightWest[n] = height;
  strips.heightEast[n] = height;
}

/** Flattens what strip `n` has above the top; where only a part of it is too high, that part becomes a strip of its own. */
function cutTop(strips: Strips, n: number, top: number): void {
  const { west, east, heightWest, heightEast, sign } = strips;
  const [y0, y1] = [heightWest[n]!, heightEast[n]!];
  if (y0 >= top && y1 >= top) {
    heightWest[n] = top;
    heightEast[n] = top;
    return;
  }
  const m = strips.count++;
  const cut = west[n]! + (east[n]! - west[n]!) * ((top - y0) / (y1 - y0));
  sign[m] = sign[n]!;
  heightWest[m] = top;
  heightEast[m] = top;
  west[m] = y0 > top ? west[n]! : cut;
  east[m] = y0 > top ? cut : east[n]!;
  if (y0 > top) {
    west[n] = cut;
    heightWest[n] = top;
  } else {
    east[n] = cut;
    heightEast[n] = top;
  }
}

function grow(strips: Strips): void {
  for (const column of ['west', 'east', 'heightWest', 'heightEast', 'sign'] as const) {
    const larger = new Float64Array(2 * strips[column].length);
    larger.set(strips[column]);
    strips[column] = larger;
  }
}
