import type { Bbox } from '../../shared/grid.ts';
import type { SceneQuery } from './query.ts';

const DAY_MS = 86_400_000;

/** The query month by month; one part where it lies within a month. */
export function splitMonths(query: SceneQuery): SceneQuery[] {
  const parts: SceneQuery[] = [];
  for (let startDay = query.startDay; startDay <= query.endDay; ) {
    const [year, month] = startDay.split('-').map(Number) as [number, number];
    // Day 0 of the next month, which counts from 0.
    const [endDay] = [dayOf(Date.UTC(year, month, 0)), query.endDay].sort() as [string, string];
    parts.push({ ...query, startDay, endDay });
    startDay = dayOf(Date.parse(endDay) + DAY_MS);
  }
  return parts;
}

/** The first and the second half of the days; nothing for a single one. */
export function halveDays(query: SceneQuery): SceneQuery[] {
  const startMs = Date.parse(query.startDay);
  const days = Math.round((Date.parse(query.endDay) - startMs) / DAY_MS) + 1;
  if (days < 2) return [];
  const half = Math.floor(days / 2);
  return [
    { ...query, endDay: dayOf(startMs + (half - 1) * DAY_MS) },
    { ...query, startDay: dayOf(startMs + half * DAY_MS) },
  ];
}

/** The two halves of the area across its longer side in degrees; they share an edge. */
export function halveBbox(query: SceneQuery): SceneQuery[] {
  if (query.bboxDeg === null) return [];
  return halvesOf(query.bboxDeg).map((bboxDeg) => ({ ...query, bboxDeg }));
}

function halvesOf([west, south, east, north]: Bbox): Bbox[] {
  // One that spans the antimeridian is cut there first.
  if (west > east) {
    return [
      [west, south, 180, north],
      [-180, south, east, north],
    ];
  }
  if (east - west >= north - south) {
    const middle = (west + east) / 2;
    return [
      [west, south, middle, north],
      [middle, south, east, north],
    ];
  }
  const middle = (south + north) / 2;
  return [
    [west, south, east, middle],
    [west, middle, east, north],
  ];
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
