import { type ChangeSettings, createSeriesJudge, type EventKind } from './judge-series.ts';
import type { SeriesGrid } from './series-grid.ts';

/** A confirmed change of one series; slots, −1 where there is none. */
export interface SeriesChange {
  readonly kind: EventKind;
  /** The change lies between these two observations. */
  readonly fromSlot: number;
  readonly toSlot: number;
  readonly detectedSlot: number;
  readonly recoveredSlot: number;
  readonly magnitude: number;
}

/** What the break monitor finds in a series once bad observations are out, confirmed and dated, in order of time. */
export function findSeriesChanges({ axis, values }: SeriesGrid, settings: ChangeSettings): SeriesChange[] {
  const { events, eventCount } = createSeriesJudge(axis, settings).judge(values, null);
  return events.slice(0, eventCount).map((event) => ({ ...event }));
}
