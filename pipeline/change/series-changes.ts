import { MAX_GAP_YR } from './break-monitor.ts';
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

/**
 * What the break monitor finds in a series once bad observations are out, confirmed and dated, in order of time.
 * @param maxGapYr longest gap between two observations that is bridged; ∞ = any.
 */
export function findSeriesChanges(
  { axis, values }: SeriesGrid,
  settings: ChangeSettings,
  maxGapYr = MAX_GAP_YR,
): SeriesChange[] {
  const { events, eventCount } = createSeriesJudge(axis, settings, maxGapYr).judge(values, null);
  return events.slice(0, eventCount).map((event) => ({ ...event }));
}

/**
 * The first confirmed loss or gain: the project's own judgement of the cleaned series. It may lie elsewhere than R's
 * `breakpoint`, which is the first crossing in the series as it is, and there may be one without the other.
 */
export function firstChange(changes: readonly SeriesChange[]): SeriesChange | undefined {
  return changes.find(({ kind }) => kind === 'loss' || kind === 'gain');
}
