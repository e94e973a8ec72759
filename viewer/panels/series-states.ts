import type { SeriesPoint } from '../../shared/api.ts';
import type { SeriesRow } from '../../shared/change.ts';

/** What became of an observation; `masked`: too little of the parcel was clear; `no_data`: nothing was. */
export type PointState = 'used' | 'outlier' | 'burnt' | 'not_used' | 'masked' | 'no_data';
export const POINT_STATES: readonly PointState[] = ['used', 'outlier', 'burnt', 'not_used', 'masked', 'no_data'];

/** An observation as the chart of a judged parcel draws it. */
export interface JudgedPoint {
  readonly point: SeriesPoint;
  readonly state: PointState;
  /** What the judgement says of it; null where the run has no word on it. */
  readonly row: SeriesRow | null;
}

/** Joins observations to what the judgement made of them, by their scene. */
export function judgePoints(points: readonly SeriesPoint[], series: readonly SeriesRow[]): readonly JudgedPoint[] {
  const rowOf = new Map(series.map((row) => [row.sceneId, row]));
  return points.map((point) => {
    const row = rowOf.get(point.sceneId) ?? null;
    return { point, row, state: stateOf(point, row) };
  });
}

function stateOf({ outcome, ndviMean }: SeriesPoint, row: SeriesRow | null): PointState {
  if (outcome === 'no_data' || ndviMean === null) return 'no_data';
  if (outcome !== 'ok') return 'masked';
  return row?.state ?? 'not_used';
}

/** How many observations each state has. */
export function countStates(judged: readonly JudgedPoint[]): Readonly<Record<PointState, number>> {
  const counts = { used: 0, outlier: 0, burnt: 0, not_used: 0, masked: 0, no_data: 0 };
  for (const { state } of judged) counts[state] += 1;
  return counts;
}

/** Rows from the day on that the season is fitted to: before it the season is not known. */
export function sinceHistory(series: readonly SeriesRow[], historyStart: string | null): readonly SeriesRow[] {
  return historyStart === null ? series : series.filter(({ datetime }) => datetime.slice(0, 10) >= historyStart);
}

/** Days without a control area between which nothing is known of them. */
const CONTROL_GAP_MS = 60 * 86_400_000;

/** Rows on which control areas have a mean, in pieces: where more than 60 days are between two, a line would be made up. */
export function controlRuns(series: readonly SeriesRow[]): readonly (readonly SeriesRow[])[] {
  const runs: SeriesRow[][] = [];
  for (const row of series) {
    if (row.controlNdvi === null) continue;
    const last = runs.at(-1)?.at(-1);
    if (last && Date.parse(row.datetime) - Date.parse(last.datetime) <= CONTROL_GAP_MS) runs.at(-1)!.push(row);
    else runs.push([row]);
  }
  return runs;
}
