import type { AcquisitionInfo, RunInfo, SeriesPoint } from '../../shared/api.ts';
import type { SeenKind } from './OutcomeMark.tsx';

/** One acquisition as the time slider shows it. */
export interface Tick {
  /** Position in `RunInfo.acquisitions`. */
  readonly index: number;
  readonly timeMs: number;
  /** What it was for the open parcel; without one `ok` where most parcels were clear. */
  readonly kind: SeenKind;
  /** Without an open parcel: share of the parcels it saw that were clear, 0 to 1; else null. */
  readonly clearShare: number | null;
  readonly inSeason: boolean;
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** A label on the time axis. */
export interface TimeMark {
  readonly timeMs: number;
  readonly unit: 'year' | 'month' | 'day';
}

const DAY_MS = 86_400_000;

/** From the first to the last of periods and acquisitions, with a little room at both ends. */
export function timelineRange(run: Pick<RunInfo, 'periods' | 'acquisitions'>): TimeRange {
  const { baseline, period } = run.periods;
  const times = [
    ...[baseline, period].flatMap(({ start, end }) => [Date.parse(start), Date.parse(end) + DAY_MS]),
    ...run.acquisitions.map(({ datetime }) => Date.parse(datetime)),
  ];
  const [startMs, endMs] = [Math.min(...times), Math.max(...times)];
  const room = Math.max(DAY_MS, (endMs - startMs) * 0.01);
  return { startMs: startMs - room, endMs: endMs + room };
}

export function fractionOf(range: TimeRange, timeMs: number): number {
  return (timeMs - range.startMs) / (range.endMs - range.startMs);
}

/**
 * First days of years; of months where less than a year and a half is shown; days where less than 75. Thinned to what
 * the width can hold.
 */
export function timeMarks(range: TimeRange, widthPx: number): TimeMark[] {
  const days = (range.endMs - range.startMs) / DAY_MS;
  const marks = days > 75 ? monthMarks(range, days > 550 ? 12 : 1) : dayMarks(range);
  const keepEvery = Math.max(1, Math.ceil((marks.length * 56) / Math.max(1, widthPx)));
  return marks.filter((_, index) => index % keepEvery === 0);
}

function monthMarks(range: TimeRange, stepMonths: 1 | 12): TimeMark[] {
  const marks: TimeMark[] = [];
  const first = new Date(range.startMs);
  for (let month = stepMonths === 12 ? 0 : first.getUTCMonth(); ; month += stepMonths) {
    const timeMs = Date.UTC(first.getUTCFullYear(), month, 1);
    if (timeMs > range.endMs) return marks;
    if (timeMs >= range.startMs) marks.push({ timeMs, unit: month % 12 === 0 ? 'year' : 'month' });
  }
}

function dayMarks(range: TimeRange): TimeMark[] {
  const marks: TimeMark[] = [];
  for (let timeMs = Math.ceil(range.startMs / DAY_MS) * DAY_MS; timeMs <= range.endMs; timeMs += DAY_MS)
    marks.push({ timeMs, unit: 'day' });
  return marks;
}

/** All acquisitions, for the open parcel when its observations are given. */
export function ticksOf(acquisitions: readonly AcquisitionInfo[], points: readonly SeriesPoint[] | null): Tick[] {
  const seen = points && new Map(points.map((point) => [point.acquisition, point.outcome]));
  return acquisitions.map((acquisition) => {
    const { index, datetime, inSeason, nOk, nLowCoverage, nNoData } = acquisition;
    const all = nOk + nLowCoverage + nNoData;
    const share = all === 0 ? 0 : nOk / all;
    return {
      index,
      timeMs: Date.parse(datetime),
      inSeason,
      kind: seen ? (seen.get(index) ?? 'not_seen') : kindOfShare(share, all),
      clearShare: seen ? null : share,
    };
  });
}

function kindOfShare(share: number, all: number): SeenKind {
  if (all === 0) return 'not_seen';
  if (share >= 0.5) return 'ok';
  return share > 0 ? 'low_coverage' : 'no_data';
}

/** Ticks that stand too close to be told apart, drawn as one. */
export interface TickGroup {
  readonly xPx: number;
  readonly ticks: readonly Tick[];
  /** The best of its kinds. */
  readonly kind: SeenKind;
  readonly clearShare: number | null;
}

const BEST_FIRST: readonly SeenKind[] = ['ok', 'low_coverage', 'no_data', 'not_seen'];

/** Ticks by their place on a line of `widthPx`; those nearer than `spacingPx` to the first of a group join it. */
export function groupTicks(ticks: readonly Tick[], range: TimeRange, widthPx: number, spacingPx = 4): TickGroup[] {
  const groups: { xPx: number; ticks: Tick[] }[] = [];
  for (const tick of ticks) {
    const xPx = fractionOf(range, tick.timeMs) * widthPx;
    const last = groups.at(-1);
    if (last && xPx - last.xPx < spacingPx) last.ticks.push(tick);
    else groups.push({ xPx, ticks: [tick] });
  }
  return groups.map((group) => ({
    ...group,
    kind: BEST_FIRST.find((kind) => group.ticks.some((tick) => tick.kind === kind))!,
    clearShare: group.ticks[0]!.clearShare === null ? null : Math.max(...group.ticks.map((tick) => tick.clearShare!)),
  }));
}

/** The tick nearest to a place on the line; null without ticks. */
export function nearestTick(ticks: readonly Tick[], range: TimeRange, fraction: number): Tick | null {
  const timeMs = range.startMs + fraction * (range.endMs - range.startMs);
  let nearest: Tick | null = null;
  for (const tick of ticks)
    if (nearest === null || Math.abs(tick.timeMs - timeMs) < Math.abs(nearest.timeMs - timeMs)) nearest = tick;
  return nearest;
}

/** A place where a slider can stand. */
export interface Stop {
  readonly index: number;
  readonly isClear: boolean;
}

/** The next place in a direction, a clear one if so wished; null at the end. `from` null: from outside that end. */
export function nextStop(
  stops: readonly Stop[],
  from: number | null,
  { direction, isClear }: { readonly direction: 1 | -1; readonly isClear: boolean },
): number | null {
  const ordered = direction === 1 ? stops : [...stops].reverse();
  const found = ordered.find(
    (stop) => (from === null || (stop.index - from) * direction > 0) && (stop.isClear || !isClear),
  );
  return found?.index ?? null;
}

/** Where a key leads on a slider: arrows to the neighbour, page keys to the neighbouring clear date, Home and End. */
export function stopForKey(key: string, stops: readonly Stop[], from: number | null): number | null {
  if (key === 'Home') return stops[0]?.index ?? null;
  if (key === 'End') return stops.at(-1)?.index ?? null;
  if (key === 'ArrowRight' || key === 'ArrowUp') return nextStop(stops, from, { direction: 1, isClear: false });
  if (key === 'ArrowLeft' || key === 'ArrowDown') return nextStop(stops, from, { direction: -1, isClear: false });
  if (key === 'PageUp') return nextStop(stops, from, { direction: 1, isClear: true });
  if (key === 'PageDown') return nextStop(stops, from, { direction: -1, isClear: true });
  return null;
}

/** Keys that a slider answers, so that the page does not scroll under it. */
export const SLIDER_KEYS: readonly string[] = [
  'Home',
  'End',
  'ArrowRight',
  'ArrowUp',
  'ArrowLeft',
  'ArrowDown',
  'PageUp',
  'PageDown',
];
