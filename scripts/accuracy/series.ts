import { type ChangeEvent, createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../pipeline/change/judge-series.ts';
import { axisOfDays } from './day-axis.ts';
import { numberOrNaN, readSharedCsv } from './shared-data.ts';
import { formatTable } from './table.ts';

const SERIES = [
  { name: 'Bolivia, Landsat NDVI', file: 'bolivia-landsat-ndvi-loss-2016-01.csv', fromYr: 2015.5 },
  { name: 'Landsat NDMI', file: 'landsat-ndmi-loss-and-regrowth.csv', fromYr: 2004 },
  { name: 'Landsat NDMI', file: 'landsat-ndmi-loss-and-regrowth.csv', fromYr: 1999 },
];

/** Dates that the project's defaults find in the two real series whose changes are known. */
export function tellSeries(): void {
  const rows = SERIES.flatMap(({ name, file, fromYr }) => {
    const cells = readSharedCsv(`data/series/${file}`);
    if (cells === null) return [[name, String(fromYr), 'skipped: no real data', '', '', '']];
    const days = cells.map(([day]) => day!);
    const values = Float64Array.from(cells, ([, value]) => numberOrNaN(value));
    const verdict = createSeriesJudge(axisOfDays(days, fromYr), DEFAULT_CHANGE_SETTINGS).judge(values, null);
    const events = verdict.events.slice(0, verdict.eventCount);
    if (events.length === 0) return [[name, String(fromYr), verdict.outcome, '', '', '']];
    return events.map((event) => [name, String(fromYr), ...describe(event, days)]);
  });
  const header = ['series', 'monitored from', 'found', 'changed between', 'detected', 'magnitude ± 1.96 se'];
  console.log(`\nReal series with known changes, project defaults.\n\n${formatTable(header, rows)}`);
}

function describe(event: ChangeEvent, days: readonly string[]): string[] {
  const { kind, fromSlot, toSlot, detectedSlot, magnitude, magnitudeSe } = event;
  const size = `${magnitude.toFixed(3)} ± ${(1.96 * magnitudeSe).toFixed(3)}`;
  return [kind, `${days[fromSlot]} and ${days[toSlot]}`, days[detectedSlot]!, size];
}
