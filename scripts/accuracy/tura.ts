import { type BreakSettings, createBreakMonitor } from '../../pipeline/change/break-monitor.ts';
import { createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../pipeline/change/judge-series.ts';
import { axisOfDays } from './day-axis.ts';
import { numberOrNaN, readSharedCsv } from './shared-data.ts';
import { formatTable } from './table.ts';

/** The year from which the published demonstration monitors these pixels. */
const MONITORED_FROM_YR = 2009;
const SCALE = 1e-4;
const HARMONIC: BreakSettings = DEFAULT_CHANGE_SETTINGS.breaks;
const TEXTBOOK: BreakSettings = { order: 3, trend: true, history: 'all', h: 0.25, level: 0.05 };

/** How many of 300 real Landsat pixels of Kafa, Ethiopia, each way of judging flags. Nobody knows which are true. */
export function tellTura(): void {
  const days = readSharedCsv('reference/bfast/tura_dates.csv')?.map(([day]) => day!);
  const cells = readSharedCsv('reference/bfast/tura_values_300px.csv');
  if (!days || !cells) {
    console.log('\ntura: skipped, there is no real data.');
    return;
  }
  const pixels = cells.map(([, ...values]) => Float64Array.from(values, (cell) => numberOrNaN(cell) * SCALE));
  const axis = axisOfDays(days, MONITORED_FROM_YR);
  // R judges across gaps: no limit to them here.
  const flag = (settings: BreakSettings) => {
    const monitor = createBreakMonitor(axis, settings, Number.POSITIVE_INFINITY);
    return pixels.filter((values) => monitor.judge(values).outcome === 'break').length;
  };
  const judge = createSeriesJudge(axis, DEFAULT_CHANGE_SETTINGS);
  const judged = pixels.map((values) => {
    const verdict = judge.judge(values, null);
    return verdict.events.slice(0, verdict.eventCount).map(({ kind }) => kind);
  });
  const count = (test: (kinds: readonly string[]) => boolean) => judged.filter(test).length;
  const rows = [
    ['bfastmonitor, textbook: trend, order 3, all history', String(flag(TEXTBOOK))],
    ['bfastmonitor, harmonic only, order 1', String(flag(HARMONIC))],
    ['project: that, cleaned, confirmed and lasting', String(count((kinds) => kinds.length > 0))],
    ['of these losses that stand', String(count((kinds) => kinds.at(-1) === 'loss'))],
    ['of these losses and regrowth', String(count((kinds) => kinds.at(-1) === 'regrowth'))],
    ['of these gains', String(count((kinds) => kinds.length > 0 && kinds.every((kind) => kind === 'gain')))],
  ];
  const header = ['judged by', `flagged of ${pixels.length}`];
  console.log(
    `\nKafa (tura), Landsat 5 and 7, monitored from ${MONITORED_FROM_YR}; truth unknown.\n\n${formatTable(header, rows)}`,
  );
}
