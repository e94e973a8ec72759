import { readFileSync } from 'node:fs';
import { fromFile } from 'geotiff';
import proj4 from 'proj4';

/** Zonal means by another road than the product's: geotiff.js for pixels, each cell's share by clipping the ring to it. */

export interface Lattice {
  readonly xMin: number;
  readonly yMax: number;
  readonly px: number;
  readonly cols: number;
  readonly rows: number;
}

interface Shape {
  readonly id: string;
  /** The outer ring, projected; the parcels drawn for the real scenes have no holes. */
  readonly ring: number[][];
}

export function readRings(path: string, utmZone: number): Shape[] {
  const utm = proj4(`+proj=utm +zone=${utmZone} +datum=WGS84 +units=m`);
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as {
    features: { properties: { id: string }; geometry: { coordinates: [number, number][][] } }[];
  };
  return features.map(({ properties, geometry }) => ({
    id: properties.id,
    ring: geometry.coordinates[0]!.map((point) => utm.forward(point)),
  }));
}

/** Mean of `values` over the cells that are `clear`, weighted by the share of each cell that lies in the ring; NaN for none. */
export function meanInside(
  ring: number[][],
  lattice: Lattice,
  clear: (cell: number) => boolean,
  value: (cell: number) => number,
): number {
  let weight = 0;
  let sum = 0;
  for (const [cell, share] of cellShares(ring, lattice)) {
    if (!clear(cell)) continue;
    weight += share;
    sum += share * value(cell);
  }
  return sum / weight;
}

/** All pixels of a file's first band, row by row. */
export async function readWhole(path: string): Promise<ArrayLike<number>> {
  const tiff = await fromFile(path);
  const [band] = await (await tiff.getImage()).readRasters();
  await tiff.close();
  return band as ArrayLike<number>;
}

const shareCache = new Map<string, [number, number][]>();

function cellShares(ring: number[][], { xMin, yMax, px, cols, rows }: Lattice): [number, number][] {
  const key = `${ring[0]} ${yMax}`;
  const known = shareCache.get(key);
  if (known) return known;
  const points = ring.map(([x, y]) => [(x! - xMin) / px, (yMax - y!) / px]);
  const xs = points.map((p) => p[0]!);
  const ys = points.map((p) => p[1]!);
  const shares: [number, number][] = [];
  for (let row = Math.max(0, Math.floor(Math.min(...ys))); row < Math.min(rows, Math.max(...ys)); row += 1) {
    const strip = cut(cut(points, 1, row, 1), 1, row + 1, -1);
    for (let col = Math.max(0, Math.floor(Math.min(...xs))); col < Math.min(cols, Math.max(...xs)); col += 1) {
      const area = Math.abs(shoelace(cut(cut(strip, 0, col, 1), 0, col + 1, -1)));
      if (area > 1e-12) shares.push([row * cols + col, area]);
    }
  }
  shareCache.set(key, shares);
  return shares;
}

/** The part of a polygon on one side of an axis-parallel line. */
function cut(points: number[][], axis: number, at: number, sign: number): number[][] {
  const out: number[][] = [];
  points.forEach((p, i) => {
    const q = points[(i + 1) % points.length]!;
    const a = sign * (p[axis]! - at);
    const b = sign * (q[axis]! - at);
    if (a >= 0) out.push(p);
    if (a * b < 0) out.push([p[0]! + ((q[0]! - p[0]!) * a) / (a - b), p[1]! + ((q[1]! - p[1]!) * a) / (a - b)]);
  });
  return out;
}

function shoelace(points: number[][]): number {
  return points.reduce((sum, [x, y], i) => {
    const [nx, ny] = points[(i + 1) % points.length]!;
    return sum + (x! * ny! - nx! * y!) / 2;
  }, 0);
}
