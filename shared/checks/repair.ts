import type { GeoJsonGeometry } from '../api.ts';
import { intersectAreas, repairArea, subtractAreas, uniteAreas } from '../geometry/overlay.ts';
import { signedAreaOfRings } from '../geometry/signed-area.ts';
import type { Polygons } from './read-outline.ts';

/** As many areas as one union takes. */
const UNITED_AT_ONCE = 30;

type Rings = readonly Float64Array[];

/**
 * The ground of tidy polygons that are not valid: of each ring what the even-odd rule calls inside, of each part its
 * outline less its holes, of all parts their union. Null where nothing is left.
 */
export function repairPolygons(polygons: Polygons): Polygons | null {
  const parts = polygons.map(([outline, ...holes]) => {
    const shell = ringsOf(repairArea([outline!]));
    const gaps = unite(holes.map((hole) => ringsOf(repairArea([hole]))));
    return gaps.length === 0 ? shell : ringsOf(subtractAreas(shell, gaps));
  });
  return polygonsOf(unite(parts));
}

/** Ground of `own` outside `other`; null where nothing is left. */
export function subtractPolygons(own: Polygons, other: Rings): Polygons | null {
  return polygonsOf(ringsOf(subtractAreas(own.flat(), other)));
}

/** Ground of `own` inside `other`; null where there is none. */
export function intersectPolygons(own: Polygons, other: Rings): Polygons | null {
  return polygonsOf(ringsOf(intersectAreas(own.flat(), other)));
}

function unite(areas: readonly Rings[]): Rings {
  let some = areas.filter((rings) => rings.length > 0);
  while (some.length > 1) {
    const united = ringsOf(uniteAreas(some.slice(0, UNITED_AT_ONCE)));
    some = [united, ...some.slice(UNITED_AT_ONCE)];
  }
  return some[0] ?? [];
}

export function ringsOf(geometry: GeoJsonGeometry | null): Rings {
  return geometry === null ? [] : polygonsOfGeometry(geometry).flat();
}

export function polygonsOf(rings: Rings): Polygons | null {
  return rings.length === 0 ? null : groupByDirection(rings);
}

/** Rings of geometry that is known to be good. */
export function polygonsOfGeometry({ type, coordinates }: GeoJsonGeometry): Polygons {
  const parts = (type === 'Polygon' ? [coordinates] : coordinates) as readonly (readonly (readonly number[])[])[][];
  return parts.map((rings) =>
    rings.map((ring) =>
      Float64Array.from((ring as readonly (readonly number[])[]).flatMap(([lon, lat]) => [lon!, lat!])),
    ),
  );
}

/** Rings as in `Parcel`: a counter-clockwise one opens a part, the clockwise ones after it are its holes. */
function groupByDirection(rings: Rings): Polygons {
  const polygons: Float64Array[][] = [];
  for (const ring of rings) {
    const polygon = polygons.at(-1);
    if (polygon === undefined || signedAreaOfRings([ring]) > 0) polygons.push([ring]);
    else polygon.push(ring);
  }
  return polygons;
}
