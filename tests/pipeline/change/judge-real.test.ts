import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TimeAxis } from '../../../pipeline/change/break-monitor.ts';
import { decimalYear } from '../../../pipeline/change/decimal-year.ts';
import { createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../../pipeline/change/judge-series.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

function readSeries(name: string): { days: string[]; values: Float64Array } {
  const lines = readFileSync(join(sharedData, 'data/series', name), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const cells = lines.map((line) => line.split(','));
  return {
    days: cells.map(([day]) => day!),
    values: Float64Array.from(cells, ([, value]) => (value === 'NA' ? Number.NaN : Number(value))),
  };
}

function axisOf(days: readonly string[], monitoredFromYr: number): TimeAxis {
  const timesYr = Float64Array.from(days, decimalYear);
  return {
    timesYr,
    positions: timesYr.map((t) => Math.round((t - timesYr[0]!) * 365) + 1),
    frequency: 365,
    startSlot: timesYr.findIndex((t) => t >= monitoredFromYr),
  };
}

function judgeFile(name: string, monitoredFromYr: number) {
  const { days, values } = readSeries(name);
  const verdict = createSeriesJudge(axisOf(days, monitoredFromYr), DEFAULT_CHANGE_SETTINGS).judge(values, null);
  const events = verdict.events.slice(0, verdict.eventCount).map((event) => ({
    kind: event.kind,
    changed: [days[event.fromSlot], days[event.toSlot]],
    detected: days[event.detectedSlot]!,
    recovered: days[event.recoveredSlot],
    magnitude: event.magnitude,
  }));
  return { verdict, events };
}

describeWithData('the judge on real series', () => {
  it('finds the Bolivian loss between 2015-12-17 and 2016-01-18, not before and by 2016-03-31', () => {
    const { verdict, events } = judgeFile('bolivia-landsat-ndvi-loss-2016-01.csv', 2015.5);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'loss', changed: ['2015-12-17', '2016-01-18'], recovered: undefined });
    expect(events[0]!.detected >= '2016-01-18' && events[0]!.detected <= '2016-03-31').toBe(true);
    expect(events[0]!.magnitude).toBeLessThan(-0.4);
    // 0.44 between 0.84 and 0.87 in March 2015: a cloud that the mask missed.
    expect(verdict.outlierCount).toBe(1);
  });

  it('finds the loss of 2005 and its regrowth by 2009 in the NDMI series, with dates', () => {
    const { events } = judgeFile('landsat-ndmi-loss-and-regrowth.csv', 2004);
    expect(events.map(({ kind }) => kind)).toEqual(['loss', 'regrowth']);
    const [loss, regrowth] = events;
    expect(loss!.changed).toEqual(['2005-09-11', '2005-09-27']);
    expect(loss!.detected).toBe('2005-10-13');
    expect(regrowth!.changed[1]! >= '2008-01-01' && regrowth!.changed[1]! <= '2009-12-31').toBe(true);
  });

  it('says the same of the NDMI series monitored from 1999 on: nothing in six years of standing forest', () => {
    const { events } = judgeFile('landsat-ndmi-loss-and-regrowth.csv', 1999);
    expect(events.map(({ kind }) => kind)).toEqual(['loss', 'regrowth']);
    expect(events[0]!.changed).toEqual(['2005-09-11', '2005-09-27']);
  });
});
