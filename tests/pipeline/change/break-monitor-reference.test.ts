import { expect, it } from 'vitest';
import { createBreakMonitor } from '../../../pipeline/change/break-monitor.ts';
import { cusumCriticalValue, monitoringCriticalValue } from '../../../pipeline/change/critical-values.ts';
import { buildDesign } from '../../../pipeline/change/design-matrix.ts';
import { createCusumWork, recursiveResiduals } from '../../../pipeline/change/stable-history.ts';
import { describeWithData } from '../../real-data.ts';
import { axisOf, readReference, readResults, readSeries, readTura } from './reference-series.ts';

describeWithData('the break monitor beside R bfast 1.7.2', () => {
  it.each(readResults().map((row) => [row.id, row.series, row] as const))(
    'finds what R finds in result %i (%s): history, n, sigma, break and magnitude to 1e-9',
    (_, name, row) => {
      const series = readSeries(name);
      const { timesYr } = series;
      const fit = createBreakMonitor(axisOf(series, row.frequency, row.start), row.settings).judge(series.values);
      expect(fit.outcome).toBe(row.breakpoint === null ? 'no_break' : 'break');
      expect(Math.abs(timesYr[fit.historyStartSlot]! - row.historyStart)).toBeLessThan(1e-9);
      expect(fit.historyCount).toBe(row.historyCount);
      expect(Math.abs(fit.sigma - row.sigma)).toBeLessThan(1e-11);
      expect(Math.abs(fit.magnitude - row.magnitude)).toBeLessThan(1e-11);
      if (row.breakpoint !== null) expect(Math.abs(timesYr[fit.breakSlot]! - row.breakpoint)).toBeLessThan(1e-9);
      expect(monitoringCriticalValue(row.settings.h, 0.05)).toBeCloseTo(row.critical, 13);
    },
  );

  it('has R’s coefficients to the 12 digits that are printed, the trend a place of the grid', () => {
    for (const { series: name, frequency, start, settings, coefficients, id } of readResults()) {
      const series = readSeries(name);
      const fit = createBreakMonitor(axisOf(series, frequency, start), settings).judge(series.values);
      const named = namesOf(settings.order, settings.trend).map((name) => coefficients.get(name)!);
      for (const [i, wanted] of named.entries())
        expect(Math.abs(fit.coefficients[i]! - wanted), `result ${id}`).toBeLessThan(1e-11 * Math.abs(wanted) + 1e-13);
    }
  });

  it.each([
    ['001', 1],
    ['033', 33],
    ['065', 65],
  ])('predicts and sums as process_%s.csv has it', (file, id) => {
    const row = readResults().find((result) => result.id === id)!;
    const series = readSeries(row.series);
    const monitor = createBreakMonitor(axisOf(series, row.frequency, row.start), row.settings);
    const { historyStartSlot, historyCount: n, sigma } = monitor.judge(series.values);
    const seen = [...series.values.keys()].filter(
      (slot) => slot >= historyStartSlot && !Number.isNaN(series.values[slot]),
    );
    const departures = seen.map((slot) => series.values[slot]! - monitor.fittedAt(slot));
    for (const line of readReference(`process_${file}.csv`)) {
      const k = Number(line.k);
      expect(Math.abs(monitor.fittedAt(seen[k - 1]!) - Number(line.prediction))).toBeLessThan(1e-12);
      let sum = 0;
      for (let i = k - Math.floor(row.settings.h * n) + 1; i <= k; i += 1) sum += departures[i - 1]!;
      expect(Math.abs(sum / (sigma * Math.sqrt(n)) - Number(line.process))).toBeLessThan(1e-10);
    }
  });

  it.each([
    ['roc_som_a_2010.522.csv', 'som_a', 2010.5217],
    ['roc_harvest_2004.478.csv', 'harvest', 2004.4783],
    ['roc_simts_2005.000.csv', 'simts', 2005],
  ])(
    'walks the reverse-ordered CUSUM of %s to 1e-5, as far as R’s own recursion kept its digits',
    (file, name, start) => {
      const series = readSeries(name);
      const axis = axisOf(series, 23, start);
      const design = buildDesign(axis, { order: 3, trend: true });
      const work = createCusumWork(design);
      const slots = [...series.values.keys()].filter(
        (slot) => slot < axis.startSlot && !Number.isNaN(series.values[slot]),
      );
      const counts = { count: slots.length, historyCount: slots.length, missingCount: 0, missingHistoryCount: 0 };
      const m = recursiveResiduals(work, design, {
        slots: Int32Array.from(slots),
        values: Float64Array.from(slots, (slot) => series.values[slot]!),
        missing: new Int32Array(0),
        ...counts,
      });
      // Of harvest, arithmetic with 60 digits puts ours within 2e-10 of the true process and R within 6e-6.
      const w = work.residuals.subarray(0, m);
      const mean = w.reduce((a, b) => a + b, 0) / m;
      const sigma = Math.sqrt(w.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (m - 1));
      let sum = 0;
      for (const line of readReference(file).slice(1)) {
        sum += w[Number(line.i) - 1]!;
        expect(Math.abs(sum / (sigma * Math.sqrt(m)) - Number(line.process))).toBeLessThan(1e-5);
        expect(cusumCriticalValue(0.05) * (1 + (2 * Number(line.i)) / m)).toBeCloseTo(Number(line.boundary), 5);
      }
      expect(readReference(file)).toHaveLength(m + 1);
    },
  );

  it('has every critical value of period 10, functional max, and the lines between them', () => {
    const rows = readReference('critval_table.csv').filter(
      ({ period, functional }) => period === '10' && functional === 'max',
    );
    expect(rows).toHaveLength(150);
    for (const { h, one_minus_level, critval } of rows)
      expect(monitoringCriticalValue(Number(h) as 0.25, 1 - Number(one_minus_level))).toBe(Number(critval));
    expect(monitoringCriticalValue(0.25, 0.0105)).toBeCloseTo((1.52164497279622 + 1.5120839046915) / 2, 12);
    expect(monitoringCriticalValue(0.5, 0.00225)).toBeCloseTo(
      2.46579678405964 + 0.25 * (2.41186736779604 - 2.46579678405964),
      12,
    );
  });

  it.each([
    ['textbook defaults (trend, order 3)', 3, true, 'all', 210],
    ['the season of order 1 alone', 1, false, 'all', 53],
    ['the season of order 1, stable history', 1, false, 'roc', 45],
  ] as const)('flags of 300 Landsat pixels of Kafa with %s as many as R', (_, order, trend, history, flagged) => {
    const { timesYr, positions, pixels } = readTura();
    const axis = { timesYr, positions, frequency: 365, startSlot: timesYr.findIndex((time) => time >= 2009) };
    // These series have no image for 7 and for 4 years, which R does not mind.
    const monitor = createBreakMonitor(axis, { order, trend, history, h: 0.25, level: 0.05 }, Number.POSITIVE_INFINITY);
    expect(pixels.filter((values) => monitor.judge(values).outcome === 'break')).toHaveLength(flagged);
  });
});

it('has λ = 0.84992381, 0.94789823 and 1.14297357 for the levels 0.10, 0.05 and 0.01', () => {
  expect([0.1, 0.05, 0.01].map((level) => Math.round(cusumCriticalValue(level) * 1e8))).toEqual([
    84992381, 94789823, 114297357,
  ]);
});

/** In our order, by R's names. */
function namesOf(order: number, trend: boolean): string[] {
  const suffix = (k: number) => (order === 1 ? '' : String(k));
  const waves = Array.from({ length: order }, (_, i) => [`harmoncos${suffix(i + 1)}`, `harmonsin${suffix(i + 1)}`]);
  return ['(Intercept)', ...(trend ? ['trend'] : []), ...waves.flat()];
}
