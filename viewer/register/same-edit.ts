import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { ParcelEdit, ParcelVersion } from '../../shared/register.ts';

/** Nine digits: 0.1 mm, far below what anybody draws. */
const DIGITS = 9;

/**
 * Whether a version is the outcome of this very edit, whose answer was lost on the way: then the "conflict" is with
 * ourselves. The register may have turned rings and moved their first corner, and nothing else.
 */
export function isOutcomeOf(edit: ParcelEdit, version: ParcelVersion): boolean {
  return (
    version.author === edit.author &&
    version.reason === edit.reason &&
    textOf(version.attributes) === textOf(edit.attributes) &&
    textOf(version.provenance) === textOf(edit.provenance) &&
    canonical(version.geometry) === canonical(edit.geometry)
  );
}

/** JSON with the members of every record in order. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function canonical({ type, coordinates }: GeoJsonGeometry): string {
  const polygons = (type === 'Polygon' ? [coordinates] : coordinates) as readonly (readonly number[])[][][];
  return polygons
    .map((rings) => {
      const [outer, ...holes] = rings.map(canonicalRing);
      return [outer, ...holes.sort()].join('/');
    })
    .sort()
    .join('|');
}

/** Corners from the smallest on, in the direction in which the smaller neighbour comes first. */
function canonicalRing(ring: readonly (readonly number[])[]): string {
  const corners = ring.slice(0, -1).map(([lon, lat]) => `${lon!.toFixed(DIGITS)} ${lat!.toFixed(DIGITS)}`);
  const turned = [corners, [...corners].reverse()].map((list) => {
    const first = list.reduce((best, text, at) => (text < list[best]! ? at : best), 0);
    return [...list.slice(first), ...list.slice(0, first)].join(',');
  });
  return turned.sort()[0]!;
}
