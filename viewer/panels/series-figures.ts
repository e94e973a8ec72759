import type { SeriesPoint } from '../../shared/api.ts';

export interface PeriodMean {
  readonly mean: number;
  /** sqrt(s²/n), s² pooled over both periods as in the change's own error; null below 2 degrees of freedom. */
  readonly se: number | null;
  readonly count: number;
}

export interface PeriodMeans {
  readonly baseline: PeriodMean | null;
  readonly period: PeriodMean | null;
}

/** Whether an observation counts in the figure of its period: clear enough, and in the season that counts. */
export function isCounted(point: SeriesPoint): boolean {
  return point.outcome === 'ok' && point.inSeason && (point.inBaseline || point.inPeriod);
}

/**
 * Means of the clear acquisitions of each period and their standard errors. The two errors make up that of the change:
 * se² = se_b² + se_m² (contract "canopy monitor").
 */
export function periodMeans(points: readonly SeriesPoint[]): PeriodMeans {
  const values = (isWanted: (point: SeriesPoint) => boolean) =>
    points.filter((point) => isCounted(point) && isWanted(point)).map((point) => point.ndviMean!);
  const [baseline, period] = [values((point) => point.inBaseline), values((point) => point.inPeriod)];
  const df = baseline.length + period.length - 2;
  const variance = df < 2 ? null : (squares(baseline) + squares(period)) / df;
  const summary = (group: readonly number[]): PeriodMean | null =>
    group.length === 0
      ? null
      : {
          mean: meanOf(group),
          se: variance === null ? null : Math.sqrt(variance / group.length),
          count: group.length,
        };
  return { baseline: summary(baseline), period: summary(period) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squares(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

export interface SeriesSummary {
  readonly clear: number;
  readonly partly: number;
  readonly noData: number;
  readonly lowest: SeriesPoint | null;
  readonly highest: SeriesPoint | null;
}

/** What a reader of the chart sees first: how many dates of each kind, and where the clear ones have their ends. */
export function summariseSeries(points: readonly SeriesPoint[]): SeriesSummary {
  const clear = points.filter((point) => point.outcome === 'ok');
  const byNdvi = [...clear].sort((a, b) => a.ndviMean! - b.ndviMean!);
  return {
    clear: clear.length,
    partly: points.filter((point) => point.outcome === 'low_coverage').length,
    noData: points.filter((point) => point.outcome === 'no_data').length,
    lowest: byNdvi[0] ?? null,
    highest: byNdvi.at(-1) ?? null,
  };
}
