import type { Bbox } from '../../shared/grid.ts';
import type { LandsatTier } from '../../shared/scene.ts';
import { parseBboxDeg, parseMoment } from './item.ts';
import { asObject, asText, type JsonObject } from './json.ts';

/** Which scenes are wanted. */
export interface SceneQuery {
  /** [west, south, east, north]; west > east spans the antimeridian; null = everywhere. */
  readonly bboxDeg: Bbox | null;
  /** UTC days `YYYY-MM-DD`, both included. */
  readonly startDay: string;
  readonly endDay: string;
  /** Collection ids; absent = all of a static catalogue, the best known one of an API. */
  readonly collections?: readonly string[];
  /** Landsat tiers to accept, T1 when absent; items that state no tier are not subject to it. */
  readonly tiers?: readonly LandsatTier[];
}

/** True for an item that is readably outside the query; a doubtful one is left for the parser to judge. */
export function isOutside(item: JsonObject, query: SceneQuery): boolean {
  const collection = asText(item.collection);
  if (query.collections && collection !== null && !query.collections.includes(collection)) return true;
  const datetime = asText(asObject(item.properties)?.datetime);
  const day = datetime === null ? null : (parseMoment(datetime)?.slice(0, 10) ?? null);
  if (day !== null && (day < query.startDay || day > query.endDay)) return true;
  const bbox = query.bboxDeg === null ? null : parseBboxDeg(item);
  return bbox !== null && query.bboxDeg !== null && !touches(bbox, query.bboxDeg);
}

/** Whether two lon/lat boxes share a point; either may span the antimeridian (west > east). */
function touches(a: Bbox, b: Bbox): boolean {
  if (a[1] > b[3] || b[1] > a[3]) return false;
  return spans(a).some(([aWest, aEast]) => spans(b).some(([bWest, bEast]) => aWest <= bEast && bWest <= aEast));
}

function spans([west, , east]: Bbox): readonly (readonly [number, number])[] {
  if (west <= east) return [[west, east]];
  return [
    [west, 180],
    [-180, east],
  ];
}
