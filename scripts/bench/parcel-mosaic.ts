import { between, mulberry32, type Random } from '../demo/random.ts';

/** A cell of the mosaic, about 4.8 ha at 9.5° of latitude. */
const CELL_DEG = 0.002;
const [WEST, SOUTH] = [1.2, 9.4];
/** One parcel in so many is drawn too large by a twentieth, into its neighbours. */
const EVERY = 33;
/** Of the mosaic that is measured. */
export const SEED = 20261129;
/** By how much neighbours' corners come apart. */
const NOISE_DEG = 4e-10;

export interface MosaicParcel {
  readonly id: string;
  readonly rings: readonly Float64Array[];
  readonly bboxDeg: readonly [number, number, number, number];
}

/**
 * `side` × `side` parcels that cover a plain without gaps, as a land office draws them: 8 to 40 corners, every border
 * shared with the neighbours up to rounding. One in 33 overlaps those round it. The same seed gives the same parcels.
 */
export function makeParcelMosaic(side: number, seed: number): MosaicParcel[] {
  const random = mulberry32(seed);
  const nodes = Array.from({ length: (side + 1) ** 2 }, (_, i): Corner => {
    const [col, row] = [i % (side + 1), Math.floor(i / (side + 1))];
    return [
      WEST + CELL_DEG * (col + between(random, -0.25, 0.25)),
      SOUTH + CELL_DEG * (row + between(random, -0.25, 0.25)),
    ];
  });
  const node = (col: number, row: number) => nodes[row * (side + 1) + col]!;
  const across = borders(side, side + 1, random, (col, row) => [node(col, row), node(col + 1, row)]);
  const upright = borders(side + 1, side, random, (col, row) => [node(col, row), node(col, row + 1)]);
  return Array.from({ length: side * side }, (_, i) => {
    const [col, row] = [i % side, Math.floor(i / side)];
    const corners = [
      ...across[row * side + col]!,
      ...upright[row * (side + 1) + col + 1]!,
      ...across[(row + 1) * side + col]!.toReversed(),
      ...upright[row * (side + 1) + col]!.toReversed(),
    ];
    return parcelOf(`P-${i + 1}`, dropRepeats(corners), random);
  });
}

type Corner = readonly [lon: number, lat: number];

/** Lines of 3 to 11 corners between two nodes, both included. */
function borders(
  cols: number,
  rows: number,
  random: Random,
  ends: (col: number, row: number) => readonly [Corner, Corner],
): Corner[][] {
  return Array.from({ length: cols * rows }, (_, i) => {
    const [[ax, ay], [bx, by]] = ends(i % cols, Math.floor(i / cols));
    const pieces = 2 + Math.floor(9 * random());
    return Array.from({ length: pieces + 1 }, (__, k): Corner => {
      const share = k / pieces;
      const aside = k === 0 || k === pieces ? 0 : between(random, -0.03, 0.03);
      return [ax + share * (bx - ax) - aside * (by - ay), ay + share * (by - ay) + aside * (bx - ax)];
    });
  });
}

function dropRepeats(corners: readonly Corner[]): Corner[] {
  return corners.filter(
    (corner, i) => corner !== corners[(i + 1) % corners.length] && !isSame(corner, corners.at(i - 1)!),
  );
}

function isSame(a: Corner, b: Corner): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function parcelOf(id: string, corners: readonly Corner[], random: Random): MosaicParcel {
  const [lon, lat] = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]!, 0) / corners.length);
  const scale = random() < 1 / EVERY ? 1.05 : 1;
  const moved = corners.map(([x, y]) => [
    lon! + scale * (x - lon!) + between(random, -NOISE_DEG, NOISE_DEG),
    lat! + scale * (y - lat!) + between(random, -NOISE_DEG, NOISE_DEG),
  ]);
  const ring = Float64Array.from([...moved, moved[0]!].flat());
  const [lons, lats] = [moved.map(([x]) => x!), moved.map(([, y]) => y!)];
  return { id, rings: [ring], bboxDeg: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] };
}
