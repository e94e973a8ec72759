import type { Size } from './tidy-mask.ts';

/**
 * A border between two segments from one node to the next, where three or more meet, or a closed one without a node.
 * Its corners are on the lattice of pixel corners: column and row, counted from the upper left.
 */
export interface Arc {
  /** [col, row, …]; a closed arc begins and ends at the same corner. */
  readonly corners: Int32Array;
  /** Closed without any node: no corner of it has to stay. */
  readonly isLoop: boolean;
}

/** A ring of a segment: the arcs it runs along, and whether against their own direction. Exteriors run counter-clockwise on the map. */
export type ArcRing = readonly { readonly arc: number; readonly isReversed: boolean }[];

export interface TracedSegments {
  readonly arcs: readonly Arc[];
  /** Rings of label k at k − 1, the exterior first. */
  readonly rings: readonly (readonly ArcRing[])[];
}

const [EAST, NORTH, WEST, SOUTH] = [0, 1, 2, 3] as const;
const DCOL = [1, 0, -1, 0] as const;
const DROW = [0, -1, 0, 1] as const;

/**
 * Traces the outlines of labelled segments along pixel edges; two neighbours run along the same arc. Each label must hang
 * together side by side. Where pixels of a segment meet at a corner only, its rings touch there and do not cross.
 * @param labels 0 = nothing, else 1 … count
 */
export function traceSegments(labels: Int32Array, size: Size, count: number): TracedSegments {
  const lattice = createLattice(labels, size);
  const arcs: Arc[] = [];
  const known = new Map<number, number>();
  const rings = Array.from({ length: count }, (): ArcRing[] => []);
  const isDone = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0 || isDone[i] === 1 || (i >= size.widthPx && labels[i - size.widthPx] === label)) continue;
    const walk = lattice.walk(i, isDone);
    const ring = cutAtNodes(walk, lattice.isNode).map((piece) => nameArc(piece, lattice, arcs, known));
    // Rows are met from the top: the first ring of a label goes round its topmost pixel.
    rings[label - 1]!.push(ring);
  }
  return { arcs, rings };
}

interface Walk {
  readonly corners: readonly number[];
}

type Lattice = ReturnType<typeof createLattice>;

function createLattice(labels: Int32Array, { widthPx, heightPx }: Size) {
  const across = widthPx + 1;
  const labelAt = (col: number, row: number) =>
    col < 0 || row < 0 || col >= widthPx || row >= heightPx ? 0 : labels[row * widthPx + col]!;
  return {
    across,
    isNode(corner: number): boolean {
      const [col, row] = [corner % across, Math.floor(corner / across)];
      const around = [labelAt(col - 1, row - 1), labelAt(col, row - 1), labelAt(col, row), labelAt(col - 1, row)];
      return around.filter((label, k) => label !== around[(k + 1) % 4]).length > 2;
    },
    /** Round a segment with it on the left, from the upper right corner of pixel `start` westwards. */
    walk(start: number, isDone: Uint8Array): Walk {
      const label = labels[start]!;
      const corners: number[] = [];
      let [col, row] = [(start % widthPx) + 1, Math.floor(start / widthPx)];
      let heading: number = WEST;
      const first = row * across + col;
      do {
        corners.push(row * across + col);
        if (heading === WEST) isDone[row * widthPx + col - 1] = 1;
        col += DCOL[heading]!;
        row += DROW[heading]!;
        heading = turn(heading, (ahead) => labelAt(col + ahead[0], row + ahead[1]) === label);
      } while (row * across + col !== first || heading !== WEST);
      return { corners };
    },
  };
}

/** Pixels ahead of a corner, left and right of each heading, as offsets of their upper left corner. */
const AHEAD_LEFT = { [EAST]: [0, -1], [NORTH]: [-1, -1], [WEST]: [-1, 0], [SOUTH]: [0, 0] } as const;
const AHEAD_RIGHT = { [EAST]: [0, 0], [NORTH]: [0, -1], [WEST]: [-1, -1], [SOUTH]: [-1, 0] } as const;

/** Right where the segment goes on there, also only by a corner: so a ring never meets itself. */
function turn(heading: number, isInside: (ahead: readonly [number, number]) => boolean): number {
  const side = heading as 0 | 1 | 2 | 3;
  if (isInside(AHEAD_RIGHT[side])) return (heading + 3) % 4;
  return isInside(AHEAD_LEFT[side]) ? heading : (heading + 1) % 4;
}

interface Piece {
  /** Corners of unit steps, first and last included. */
  readonly corners: readonly number[];
  readonly isLoop: boolean;
}

function cutAtNodes({ corners }: Walk, isNode: (corner: number) => boolean): Piece[] {
  const nodes = corners.flatMap((corner, k) => (isNode(corner) ? [k] : []));
  if (nodes.length === 0) return [{ corners: [...corners, corners[0]!], isLoop: true }];
  return nodes.map((from, k) => {
    const to = nodes[k + 1] ?? nodes[0]! + corners.length;
    return {
      isLoop: false,
      corners: Array.from({ length: to - from + 1 }, (_, step) => corners[(from + step) % corners.length]!),
    };
  });
}

/** The arc of a piece, made when its first side is met. The least of its edges tells it, and which way it runs. */
function nameArc(piece: Piece, { across }: Lattice, arcs: Arc[], known: Map<number, number>): ArcRing[number] {
  const { isLoop } = piece;
  const edgeAt = (k: number) => {
    const [a, b] = [piece.corners[k]!, piece.corners[k + 1]!];
    return 2 * Math.min(a, b) + (Math.abs(a - b) === 1 ? 0 : 1);
  };
  const last = piece.corners.length - 2;
  let least = 0;
  if (isLoop) for (let k = 1; k <= last; k++) if (edgeAt(k) < edgeAt(least)) least = k;
  const isReversed =
    isLoop || last === 0 ? piece.corners[least]! > piece.corners[least + 1]! : edgeAt(0) > edgeAt(last);
  const key = isLoop ? edgeAt(least) : Math.min(edgeAt(0), edgeAt(last));
  const found = known.get(key);
  if (found !== undefined) return { arc: found, isReversed };
  const turned = isLoop ? turnTo(piece.corners, isReversed ? least + 1 : least) : piece.corners;
  const ordered = isReversed ? [...turned].reverse() : turned;
  const corners = Int32Array.from(ordered.flatMap((corner) => [corner % across, Math.floor(corner / across)]));
  known.set(key, arcs.length);
  arcs.push({ corners, isLoop });
  return { arc: arcs.length - 1, isReversed };
}

/** A closed list of corners begun at place `from`. */
function turnTo(corners: readonly number[], from: number): number[] {
  const open = corners.slice(0, -1);
  const start = from % open.length;
  const turned = [...open.slice(start), ...open.slice(0, start)];
  return [...turned, turned[0]!];
}
