import type { LayerKind, Period } from '../../shared/result.ts';
import type { ChangePlan } from '../change-plan.ts';
import type { ComparedPeriod, LayerPeriod } from '../layer-forms.ts';
import type { Plan } from '../plan.ts';
import { COLOUR_FULL_REFLECTANCE } from '../scene-pixels.ts';

/** How a layer came about, for its STAC item. */
export function methodOf(plan: Plan, kind: LayerKind, period: LayerPeriod): string {
  const { params } = plan;
  const { composite, minClear } = params;
  const statistic = composite.kind === 'median' ? 'median' : `${composite.pct}th percentile`;
  const season = params.seasonMonths ? ` in the months ${params.seasonMonths.join(', ')}` : '';
  const ndvi = `${statistic} of the clear NDVI observations of ${periodText(plan, kind, period)}${season}, at least ${minClear} a pixel`;
  switch (kind) {
    case 'ndvi':
      return ndvi;
    case 'cover':
      if (params.coverModel) return coverWords(plan, period);
      return `green-cover fraction of the dimidiate pixel model, (N − ${params.ndviSoil})/(${params.ndviVegetation} − ${params.ndviSoil}) cut to 0..1, not calibrated; N: ${ndvi}`;
    case 'change':
      return `cover fraction of the monitoring period minus that of the baseline; ${periodText(plan, kind, period)}`;
    case 'clear-count':
      return `number of clear acquisitions of ${periodText(plan, kind, period)}${season}`;
    case 'true-color':
      return `median red, green and blue reflectance of the clear observations of ${periodText(plan, kind, period)}${season}, 0 to ${COLOUR_FULL_REFLECTANCE} shown as 1 to 255; for viewing only`;
    case 'dry-ndvi':
      return `25th percentile of the clear NDVI observations of the season that ends in ${period}${season}`;
    case 'season-amplitude':
    case 'season-phase':
      return `${SEASON_WORDS[kind]} of one wave a year, fitted by least squares to the clear NDVI observations of ${periodText(plan, kind, 'baseline')}`;
    default:
      return `${changeWords(kind, period)}; ${describeJudgement(plan)}`;
  }
}

function coverWords(plan: Plan, period: LayerPeriod): string {
  const { terms, rmse } = plan.params.coverModel!;
  const names = terms.map(({ feature }) => feature).join(', ');
  return `tree-cover fraction by a calibrated linear model of ${names}, RMSE ${rmse} on held-out blocks; observations of ${periodText(plan, 'cover', period)}`;
}

const SEASON_WORDS = { 'season-amplitude': 'half swing', 'season-phase': 'day of the year of the maximum' } as const;

const CHANGE_WORDS = {
  'break-date': 'day of the first crossing of the monitoring boundary by the first confirmed loss or gain',
  'change-from': 'day of the last observation before the first confirmed loss or gain',
  'change-to': 'day of the first observation after the first confirmed loss or gain',
  'recovery-date': 'day from which the first loss was made good',
  'break-magnitude':
    'median departure from the season after the first confirmed loss or gain, or over the monitoring period where there is none',
  'magnitude-se':
    'standard error of the magnitude from the spread of the series, neighbouring dates taken as dependent',
  'history-count': 'observations of the history',
  'observation-count': 'observations of the monitoring period',
} as const;

function changeWords(kind: keyof typeof CHANGE_WORDS | 'year-class', period: LayerPeriod): string {
  if (kind !== 'year-class') return CHANGE_WORDS[kind];
  return `what became of each pixel in ${period}: 1 stable, 2 loss, 3 burnt and recovered, 4 gain, 5 regrown, 6 lost in an earlier year`;
}

function describeJudgement({ params }: Plan): string {
  const { breaks, minMagnitude, minConsecutive, removeBurns, removeOutliers } = params.change!;
  const { baseline, period } = params;
  const steps = [removeOutliers ? 'outliers dropped' : '', removeBurns ? 'burns taken out' : ''].filter(Boolean);
  const model = `harmonics of order ${breaks.order}${breaks.trend ? ' and trend' : ''}, history ${breaks.history}, h ${breaks.h}, level ${breaks.level}`;
  return `BFAST Monitor (${model}) with history ${baseline.start}/${baseline.end}, monitored ${period.start}/${period.end}; at least ${minConsecutive} observations in a row beyond ${minMagnitude}${steps.length > 0 ? `; ${steps.join(', ')}` : ''}`;
}

export function bandNamesOf(kind: LayerKind): string[] {
  return kind === 'true-color' ? ['red', 'green', 'blue'] : [kind];
}

/** The days that a layer is of. */
export function periodOf({ params, change }: Plan, kind: LayerKind, period: LayerPeriod): Period {
  if (kind === 'change') return { start: params.baseline.start, end: params.period.end };
  if (isCompared(period)) return params[period];
  if (kind === 'dry-ndvi') return daysOfSeason(change, Number(period));
  // The first and the last monitored year are seldom whole.
  const { start, end } = params.period;
  const [first, last] = [`${period}-01-01`, `${period}-12-31`];
  // Days of four-digit years sort as texts do.
  return { start: [first, start].sort()[1]!, end: [last, end].sort()[0]! };
}

function daysOfSeason(change: Plan['change'], year: number): Period {
  const { slots, seasonYears } = change as ChangePlan;
  const mine = seasonYears.find((season) => season.year === year)!.slots;
  return { start: slots[mine[0]!]!.day, end: slots[mine.at(-1)!]!.day };
}

export function periodText(plan: Plan, kind: LayerKind, period: LayerPeriod): string {
  if (!isCompared(period)) return period;
  const { baseline } = plan.params;
  const own = plan.params[period];
  const text = `${own.start}/${own.end}`;
  return kind === 'change' ? `${text} against ${baseline.start}/${baseline.end}` : text;
}

function isCompared(period: LayerPeriod): period is ComparedPeriod {
  return period === 'baseline' || period === 'period';
}
