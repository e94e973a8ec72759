import type { LonLat } from './measure.ts';

/** Shapes to draw for measured points: the points, the line through them, and the area from three points on. */
export function measureGeometries(points: readonly LonLat[]): readonly { type: string; coordinates: unknown }[] {
  const line = points.map(({ lon, lat }) => [lon, lat]);
  return [
    ...line.map((coordinates) => ({ type: 'Point', coordinates })),
    ...(line.length === 2 ? [{ type: 'LineString', coordinates: line }] : []),
    ...(line.length > 2 ? [{ type: 'Polygon', coordinates: [[...line, line[0]]] }] : []),
  ];
}
