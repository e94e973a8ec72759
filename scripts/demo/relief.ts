import { fractalField, smoothstep } from './noise.ts';
import { deriveSeed } from './random.ts';

export interface Relief {
  /** Metres above sea level. */
  readonly elevationM: Float32Array;
  /** Slope as rise over run. */
  readonly slope: Float32Array;
  /** Light from the south-east on the slopes, 0.8 to 1.2; the same in all bands. */
  readonly shade: Float32Array;
  /** Distance to the nearest stream in pixels, frayed, smaller along the larger streams. */
  readonly streamPx: Float32Array;
  /** log10 of the drained area in hectares at the nearest stream, 0 where there is none near. */
  readonly streamOrder: Float32Array;
  /** Where the massif in the north-west is, 0..1. */
  readonly massif: Float32Array;
}

/** Rolling peneplain with a quartzite massif in the north-west, and the streams that its water cuts. */
export function makeRelief(sizePx: number, seed: number): Relief {
  const seedOf = (name: string) => deriveSeed(seed, `relief/${name}`);
  const broad = fractalField(sizePx, seedOf('broad'), { featurePx: 340, octaves: 6, gain: 0.47 });
  const ridges = fractalField(sizePx, seedOf('ridges'), {
    featurePx: 105,
    octaves: 5,
    gain: 0.42,
    stretch: 1.7,
    turnRad: -0.85,
  });
  const massif = new Float32Array(sizePx * sizePx);
  const elevationM = new Float32Array(sizePx * sizePx);
  const reach = 0.3 * sizePx;
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) {
      const i = row * sizePx + col;
      const distance = Math.hypot(col - 0.1 * sizePx, (row - 0.1 * sizePx) * 0.9) + ridges[i]! * 50;
      massif[i] = 1 - smoothstep(reach * 0.25, reach, distance);
      const tilt = ((row + 0.6 * col) / sizePx) * 34;
      const ridge = 1 - Math.abs(ridges[i]!) * 1.7;
      elevationM[i] = 372 - tilt + broad[i]! * 62 + massif[i]! * (65 + 95 * ridge);
    }
  }
  const { streamPx, streamOrder } = drain(elevationM, sizePx, seed);
  return { elevationM, ...lightSlopes(elevationM, sizePx), streamPx, streamOrder, massif };
}

function lightSlopes(elevationM: Float32Array, sizePx: number): { slope: Float32Array; shade: Float32Array } {
  const slope = new Float32Array(elevationM.length);
  const shade = new Float32Array(elevationM.length);
  for (let row = 0; row < sizePx; row++) {
    const up = Math.max(0, row - 1) * sizePx;
    const down = Math.min(sizePx - 1, row + 1) * sizePx;
    for (let col = 0; col < sizePx; col++) {
      const i = row * sizePx + col;
      const east = (elevationM[i - (col > 0 ? 1 : 0)]! - elevationM[i + (col < sizePx - 1 ? 1 : 0)]!) / 20;
      const south = (elevationM[up + col]! - elevationM[down + col]!) / 20;
      slope[i] = Math.hypot(east, south);
      shade[i] = Math.min(1.2, Math.max(0.8, 1 + 0.62 * (0.7 * east + 0.7 * south)));
    }
  }
  return { slope, shade };
}

/** Fills the hollows, lets water run down and marks where enough of it meets; worked out on 20 m cells. */
function drain(elevationM: Float32Array, sizePx: number, seed: number) {
  const n = sizePx >> 1;
  const rough = fractalField(n, deriveSeed(seed, 'relief/rough'), { featurePx: 14, octaves: 3, gain: 0.6 });
  const height = new Float32Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let col = 0; col < n; col++) {
      height[row * n + col] = elevationM[row * 2 * sizePx + col * 2]! + rough[row * n + col]! * 2.2;
    }
  }
  const { order, receiver } = floodFromEdge(height, n);
  const cells = new Float32Array(n * n).fill(1);
  for (let k = order.length - 1; k >= 0; k--) {
    const i = order[k]!;
    if (receiver[i]! >= 0) cells[receiver[i]!]! += cells[i]!;
  }
  return spreadStreams(cells, n, sizePx, deriveSeed(seed, 'relief/fray'));
}

/**
 * Priority flood (Barnes, Lehman and Mulla 2014): visits cells from the edge inwards, always the lowest next, so that
 * each cell gets a neighbour its water runs to and no hollow is left. `order` lists the cells downstream first.
 */
function floodFromEdge(height: Float32Array, n: number): { order: Int32Array; receiver: Int32Array } {
  const receiver = new Int32Array(n * n).fill(-2);
  const level = Float32Array.from(height);
  const order = new Int32Array(n * n);
  const heap = new Int32Array(n * n + 1);
  let heapSize = 0;
  const push = (cell: number) => {
    let at = heapSize++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (level[heap[parent]!]! <= level[cell]!) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = cell;
  };
  const pop = () => {
    const top = heap[0]!;
    const last = heap[--heapSize]!;
    let at = 0;
    for (let child = 1; child < heapSize; child = 2 * at + 1) {
      if (child + 1 < heapSize && level[heap[child + 1]!]! < level[heap[child]!]!) child++;
      if (level[heap[child]!]! >= level[last]!) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  };
  for (let i = 0; i < n * n; i++) {
    const row = Math.floor(i / n);
    const col = i % n;
    if (row !== 0 && col !== 0 && row !== n - 1 && col !== n - 1) continue;
    receiver[i] = -1;
    push(i);
  }
  for (let visited = 0; heapSize > 0; visited++) {
    const cell = pop();
    order[visited] = cell;
    const row = Math.floor(cell / n);
    const col = cell % n;
    for (let dr = -1; dr <= 1; dr++) {
      for (let dc = -1; dc <= 1; dc++) {
        if (row + dr < 0 || row + dr >= n || col + dc < 0 || col + dc >= n) continue;
        const next = cell + dr * n + dc;
        if (receiver[next] !== -2) continue;
        receiver[next] = cell;
        level[next] = Math.max(level[next]!, level[cell]! + 1e-3);
        push(next);
      }
    }
  }
  return { order, receiver };
}

/** Distance to the streams on the 10 m grid: a chamfer transform that carries the size of the nearest stream along. */
function spreadStreams(cells: Float32Array, n: number, sizePx: number, seed: number) {
  const least = 700;
  const distance = Float32Array.from(cells, (c) => (c >= least ? -Math.min(1.4, ((c / least) ** 0.5 - 1) * 0.3) : 1e4));
  const size = Float32Array.from(cells, (c) => (c >= least ? Math.log10(c * 0.04) : 0));
  const steps: readonly (readonly [number, number, number])[] = [
    [-1, 0, 1],
    [0, -1, 1],
    [-1, -1, Math.SQRT2],
    [1, -1, Math.SQRT2],
  ];
  for (const dir of [1, -1] as const) {
    for (let k = 0; k < n * n; k++) {
      const i = dir === 1 ? k : n * n - 1 - k;
      const row = Math.floor(i / n);
      const col = i % n;
      for (const [dc, dr, length] of steps) {
        const c = col + dir * dc;
        const r = row + dir * dr;
        if (c < 0 || c >= n || r < 0 || r >= n) continue;
        const j = r * n + c;
        if (distance[j]! + length >= distance[i]!) continue;
        distance[i] = distance[j]! + length;
        size[i] = size[j]!;
      }
    }
  }
  const fray = fractalField(sizePx, seed, { featurePx: 22, octaves: 4, gain: 0.6 });
  const streamPx = new Float32Array(sizePx * sizePx);
  const streamOrder = new Float32Array(sizePx * sizePx);
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) {
      const i = row * sizePx + col;
      const smooth = sampleHalf(distance, n, (col - 0.5) / 2, (row - 0.5) / 2) * 2;
      streamPx[i] = Math.max(0, smooth + fray[i]! * Math.min(16, 5 + Math.max(0, smooth) * 0.4));
      streamOrder[i] = size[(row >> 1) * n + (col >> 1)]!;
    }
  }
  return { streamPx, streamOrder };
}

function sampleHalf(field: Float32Array, n: number, x: number, y: number): number {
  const c = Math.min(n - 2, Math.max(0, Math.floor(x)));
  const r = Math.min(n - 2, Math.max(0, Math.floor(y)));
  const fx = Math.min(1, Math.max(0, x - c));
  const fy = Math.min(1, Math.max(0, y - r));
  const i = r * n + c;
  const top = field[i]! + fx * (field[i + 1]! - field[i]!);
  const bottom = field[i + n]! + fx * (field[i + n + 1]! - field[i + n]!);
  return top + fy * (bottom - top);
}
