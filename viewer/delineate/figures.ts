import type { GeoJsonGeometry } from '../../shared/api.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { overlapHa, shareInside } from '../../shared/geometry/overlap.ts';
import type { RegisterRegion } from '../../shared/register.ts';
import { outlineOfRegion } from './regions.ts';
import { type Position, type Shape, shapeOf } from './shape.ts';
import { distanceM } from './shapes-drawn.ts';
import { type Neighbour, neighboursIn, prepare } from './surroundings.ts';

/** What the drawing board says of a parcel while it is drawn. */
export interface Figures {
  readonly corners: number;
  /** True area on the ellipsoid, hectares; null where the outline cannot be measured. */
  readonly ha: number | null;
  readonly perimeterM: number;
  /** Percent of the region's stated and of its measured area; null where either is not known. */
  readonly statedSharePct: number | null;
  readonly measuredSharePct: number | null;
  /** Percent of the parcel that lies inside its region; null without a boundary. */
  readonly insidePct: number | null;
  /** Ground that others have too, hectares, the most first. */
  readonly overlaps: readonly { readonly neighbour: Neighbour; readonly ha: number }[];
}

/** Figures of a geometry as it stands. One that crosses itself has no area: `isCrossing` says so. */
export function figuresOf(
  geometry: GeoJsonGeometry,
  { region, isCrossing }: { region: RegisterRegion | undefined; isCrossing: boolean },
): Figures {
  const { shape, rings, box } = prepare(geometry);
  const measured = isCrossing ? null : rings;
  const ha = measured && measureAreaHa(measured);
  const shareOf = (whole: number | null | undefined) => (ha !== null && whole ? (ha / whole) * 100 : null);
  const outline = region ? outlineOfRegion(region) : null;
  const inside = measured && outline ? shareInside(measured, outline) : null;
  return {
    corners: shape.reduce((sum, polygon) => sum + polygon.reduce((all, ring) => all + ring.length, 0), 0),
    ha,
    perimeterM: perimeterM(shape),
    statedSharePct: shareOf(region?.statedHa),
    measuredSharePct: shareOf(region?.measuredHa),
    insidePct: inside === null ? null : inside * 100,
    overlaps: measured && box ? overlapsOf(measured, neighboursIn(box)) : [],
  };
}

function overlapsOf(rings: readonly Float64Array[], neighbours: readonly Neighbour[]): Figures['overlaps'] {
  return neighbours
    .map((neighbour) => ({ neighbour, ha: overlapHa(rings, prepare(neighbour.geometry).rings ?? []) }))
    .filter(({ ha }) => ha > 0)
    .sort((one, other) => other.ha - one.ha);
}

/** Length of all rings, holes too, along geodesics. */
function perimeterM(shape: Shape): number {
  return shape.flat().reduce((sum, ring) => sum + lengthM([...ring, ring[0]!]), 0);
}

export function lengthM(line: readonly Position[]): number {
  return line.reduce((sum, place, at) => (at === 0 ? 0 : sum + distanceM(line[at - 1]!, place)), 0);
}

/**
 * Where an outline crosses itself, told at once while it is drawn: places where two sides cross beyond doubt, sides that
 * only touch left out. Looks at each pair of sides, so it is for outlines as people draw them.
 */
export function crossingsOf(geometry: GeoJsonGeometry): Position[] {
  const found: Position[] = [];
  for (const ring of shapeOf(geometry).flat()) {
    for (let i = 0; i < ring.length; i++) {
      for (let k = i + 2; k < ring.length; k++) {
        if (i === 0 && k === ring.length - 1) continue;
        const place = meet([ring[i]!, ring[i + 1]!], [ring[k]!, ring[(k + 1) % ring.length]!]);
        if (place) found.push(place);
      }
    }
  }
  return found;
}

type Side = readonly [Position, Position];

function meet([a, b]: Side, [c, d]: Side): Position | null {
  const turn = (p: Position, q: Position, r: Position) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  const [atC, atD] = [turn(a, b, c), turn(a, b, d)];
  if (atC * atD >= 0 || turn(c, d, a) * turn(c, d, b) >= 0) return null;
  const t = atC / (atC - atD);
  return [c[0] + t * (d[0] - c[0]), c[1] + t * (d[1] - c[1])];
}
