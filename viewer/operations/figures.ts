import { isUnderWay, type RunDetail, SILENT_MS, type UnitCounts } from '../../shared/operations.ts';
import type { Language } from '../state.ts';

/** Parts of the bar, from its start to its end. */
export const UNIT_PARTS = ['done', 'running', 'due', 'dead'] as const;
export type UnitPart = (typeof UNIT_PARTS)[number];

/** Share of a part, 0 to 1; 0 where there are no units. */
export function shareOf(units: UnitCounts, part: UnitPart): number {
  return units.total > 0 ? units[part] / units.total : 0;
}

/** Percent done, rounded down: 100 is only said when all are done. */
export function donePct({ total, done }: UnitCounts): number {
  return total > 0 ? Math.floor((100 * done) / total) : 0;
}

/**
 * Whether nobody can be behind a run that says it goes on: the server says so, or has itself not been heard for so long.
 * The browser's clock has no part in it.
 */
export function isSilent({ run, silent }: RunDetail, sinceHeardMs: number): boolean {
  return isUnderWay(run.state) && (silent || sinceHeardMs > SILENT_MS);
}

/** What is shown at once, and ended runs of before: the newest run is always among the first. */
export function splitRuns(runs: readonly RunDetail[]): { now: readonly RunDetail[]; earlier: readonly RunDetail[] } {
  const isNow = ({ run }: RunDetail, at: number) => at === 0 || isUnderWay(run.state);
  return { now: runs.filter(isNow), earlier: runs.filter((detail, at) => !isNow(detail, at)) };
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A span of time in its two largest units, as the language writes them: `2 min 17 sec`, `1 hr 5 min`. */
export function formatSpan(language: Language, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const first = STEPS.findIndex(([, size]) => whole >= size);
  if (first === -1) return inUnits(language, 'second', 0);
  const parts: string[] = [];
  let rest = whole;
  for (const [unit, size] of STEPS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(inUnits(language, unit, count));
  }
  return parts.join(' ');
}

function inUnits(language: Language, unit: (typeof STEPS)[number][0], count: number): string {
  const locale = language === 'en' ? 'en-GB' : language;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
}

/** How long a run has taken up to now, or took, in seconds. */
export function secondsOf({ run }: RunDetail, nowMs: number): number {
  const endMs = run.endedAt === null ? nowMs : Date.parse(run.endedAt);
  return Math.max(0, (endMs - Date.parse(run.startedAt)) / 1000);
}
