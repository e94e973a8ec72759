import { expect, it } from 'vitest';
import { createBreakMonitor } from '../../../pipeline/change/break-monitor.ts';
import { describeWithData } from '../../real-data.ts';
import { axisOf, readResults, readSeries } from './reference-series.ts';

describeWithData('the break monitor beside R bfast 1.7.2', () => {
  it.each(readResults().map((row) => [row.id, row.series, row] as const))(
    'finds what R finds in result %i (%s)',
    (_, name, row) => {
      const { timesYr, values } = readSeries(name);
      const fit = createBreakMonitor(axisOf(timesYr, row.frequency, row.start), row.settings).judge(values);
      expect(fit.outcome).toBe(row.breakpoint === null ? 'no_break' : 'break');
      expect(timesYr[fit.historyStartSlot]).toBeCloseTo(row.historyStart, 9);
      expect(fit.historyCount).toBe(row.historyCount);
      expect(Math.abs(fit.sigma - row.sigma)).toBeLessThan(1e-9);
      expect(Math.abs(fit.magnitude - row.magnitude)).toBeLessThan(1e-9);
      if (row.breakpoint !== null) expect(timesYr[fit.breakSlot]).toBeCloseTo(row.breakpoint, 9);
    },
  );
});
