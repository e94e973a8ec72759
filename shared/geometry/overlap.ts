import { commonWindow, createStrips, type Window } from './edge-strips.ts';
import { areaBelowEdge } from './equal-area.ts';
import { type Outline, outlineOf, stripOutline } from './outline.ts';
import { type StripArea, sumArea, sumCommonArea } from './strip-overlap.ts';

/**
 * Areas that overlap by less than this in the mean, along a border as long as width and height of the box they share, only
 * touch. About 0.2 mm on the ground: a thousand times what rounding does to corners that are written with 12 decimals,
 * twice the 1e-9 degrees by which neighbours drawn with shared corners come apart in files, and as far as overlays draw
 * corners together. Of 346 real neighbours (corners with 6 decimals) 45 pairs overlap by more, the thinnest by 4e-9, and
 * 2 touch, by 5e-11.
 */
export const TOUCH_DEG = 2e-9;

/** What two areas have in common. */
export interface Common {
  /** True hectares on the ellipsoid, of areas whose edges are straight in longitude and latitude. */
  readonly ha: number;
  /** The same as an area of the lon/lat plane, square degrees. */
  readonly areaDeg2: number;
}

// One of each for all calls: a comparison must not cost memory, and nothing else runs while it works.
const [stripsA, stripsB] = [createStrips(), createStrips()];

/**
 * Area of a ∩ b in the plane of the coordinates, in their unit squared, without any threshold: what remains where areas
 * only touch is rounding, below 1e-15 of the box that they share. Rings as in `Parcel`.
 */
export function overlapArea(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const [outlineA, outlineB] = [outlineOf(a), outlineOf(b)];
  const window = commonWindow(outlineA.bboxDeg, outlineB.bboxDeg);
  return window === null ? 0 : planarOverlap(outlineA, outlineB, window);
}

/**
 * True area of a ∩ b in hectares, exactly 0 where the areas only touch (see `TOUCH_DEG`). Edges are straight lines of
 * longitude and latitude, as RFC 7946 has them and as GEOS compares them, so that a corner on a neighbour's edge makes
 * neither overlap nor gap; their area is that of the ellipsoid. Geodesics between the same corners, with which
 * `measureAreaHa` measures, run beside these lines: 0.3 mm at the middle of an edge of 300 m along the parallel of 10°,
 * 2 mm at 50°. A star of 12 corners and 1 km radius differs by 1e-7 of its area at 10° and 1e-6 at 50°. Rings as in
 * `Parcel`.
 */
export function overlapHa(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  return measureCommon(outlineOf(a), outlineOf(b))?.ha ?? 0;
}

/** The overlap of two outlines, or null where they are apart or only touch. */
export function measureCommon(a: Outline, b: Outline, touchDeg = TOUCH_DEG): Common | null {
  const window = commonWindow(a.bboxDeg, b.bboxDeg);
  if (window === null) return null;
  const areaDeg2 = planarOverlap(a, b, window);
  if (!(areaDeg2 > touchDeg * (window.width + window.height))) return null;
  return { ha: sumCommonArea(stripsA, stripsB, trueArea(window)) / 10_000, areaDeg2 };
}

/** True area in hectares of rings whose edges are straight in longitude and latitude: what shares of overlaps refer to. */
export function lonLatAreaHa(outline: Outline): number {
  const window = commonWindow(outline.bboxDeg, outline.bboxDeg);
  if (window === null) return 0;
  stripOutline(stripsA, outline, window);
  return sumArea(stripsA, trueArea(window)) / 10_000;
}

/**
 * Share of an area that lies inside a region, 0 to 1; exactly 0 or 1 where only a strip thinner than `TOUCH_DEG` speaks
 * against it. `region` comes from `prepareRegion`. Null for an area without any ground.
 */
export function shareInside(rings: readonly Float64Array[], region: Outline): number | null {
  const outline = outlineOf(rings);
  const own = commonWindow(outline.bboxDeg, outline.bboxDeg);
  if (own === null) return null;
  stripOutline(stripsA, outline, own);
  const ownDeg2 = sumArea(stripsA, planarArea);
  if (!(ownDeg2 > 0)) return null;
  const window = commonWindow(outline.bboxDeg, region.bboxDeg);
  if (window === null) return 0;
  const insideDeg2 = planarOverlap(outline, region, window);
  if (!(insideDeg2 > TOUCH_DEG * (window.width + window.height))) return 0;
  if (ownDeg2 - insideDeg2 <= TOUCH_DEG * (own.width + own.height)) return 1;
  // Only now, because most parcels lie wholly inside or outside, and true areas take long.
  const insideHa = sumCommonArea(stripsA, stripsB, trueArea(window)) / 10_000;
  return Math.min(1, insideHa / lonLatAreaHa(outline));
}

function planarOverlap(a: Outline, b: Outline, window: Window): number {
  stripOutline(stripsA, a, window);
  if (stripsA.count === 0) return 0;
  stripOutline(stripsB, b, window);
  return sumCommonArea(stripsA, stripsB, planarArea);
}

const planarArea: StripArea = (width, y0, y1) => (width * (y0 + y1)) / 2;

/** Square metres above the window's lower parallel. */
function trueArea({ south }: Window): StripArea {
  return (width, y0, y1) =>
    areaBelowEdge({ widthDeg: width, lat0Deg: south + y0, lat1Deg: south + y1, fromDeg: south });
}
