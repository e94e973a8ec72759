import uPlot from 'uplot';
import type { RunInfo, SeriesPoint } from '../../shared/api.ts';
import type { Language } from '../state.ts';
import type { ChartShows } from './chart-shows.ts';
import { formatMark, formatNumber } from './format.ts';
import type { PeriodMean, PeriodMeans } from './series-figures.ts';
import { type ChangeOverlay, drawOverlay, drawState } from './series-overlay.ts';
import { timelineRange } from './timeline.ts';

/** Colours of the page as they are now, light or dark. */
export interface PlotColours {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly wash: string;
  readonly sunken: string;
  readonly control: string;
  readonly outlier: string;
  readonly burnt: string;
  readonly loss: string;
  readonly gain: string;
}

export interface PlotInput {
  readonly points: readonly SeriesPoint[];
  readonly run: RunInfo;
  readonly means: PeriodMeans;
  /** What a judgement adds; null where there is none. */
  readonly overlay: ChangeOverlay | null;
  readonly shows: ChartShows & { readonly controls: boolean };
  readonly language: Language;
  readonly words: { readonly baseline: string; readonly monitoring: string };
  readonly colours: PlotColours;
  readonly font: string;
  readonly onHover: (position: number | null) => void;
  readonly onChoose: (position: number) => void;
}

const DAY_S = 86_400;
/** Steps between marks: whole days, months and years; never hours, for dates are days here. */
const AXIS_STEPS_S = [1, 2, 3, 4, 5, 7, 10, 14, 30, 60, 90, 180, 365, 730, 1825].map((days) => days * DAY_S);
/** Longer axes are marked with years alone, which need less room than months. */
const LONG_MS = 2 * 365 * DAY_S * 1000;
const MARK_RADIUS_PX = 3.5;
/** How strongly what does not count is drawn: dates outside the season. */
const FAINT = 0.35;

/** NDVI axis of a series: from 0, or from what lies below it, to the next tenth above everything that is drawn. */
function ndviRange({ points, overlay, shows }: PlotInput): [number, number] {
  const values = [
    ...points.flatMap(({ ndviMean, ndviP10, ndviP90 }) => (shows.spread ? [ndviMean, ndviP10, ndviP90] : [ndviMean])),
    ...(overlay && shows.season ? overlay.curve.flatMap(({ low, high }) => [low, high]) : []),
    ...(overlay && shows.controls ? overlay.controls.flat().flatMap((row) => [row.controlLow, row.controlHigh]) : []),
  ].filter((value) => value !== null);
  const tenth = (value: number, round: (value: number) => number) => round(value * 10) / 10;
  return [
    Math.min(0, tenth(Math.min(0, ...values), Math.floor)),
    Math.max(0.5, tenth(Math.max(...values, 0), Math.ceil)),
  ];
}

/** Chart of a parcel's series in `element`; everything but the axes is drawn by the functions below. */
export function createSeriesPlot(
  element: HTMLElement,
  size: { readonly width: number; readonly height: number },
  input: PlotInput,
): uPlot {
  const { points, run, language, colours, font } = input;
  const range = timelineRange(run);
  const axis = { stroke: colours.soft, font: `11px ${font}`, ticks: { show: false } };
  const plot = new uPlot(
    {
      ...size,
      // On the right as much as half a year's number is wide: a mark may stand at the very end.
      padding: [18, 16, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: true, range: [range.startMs / 1000, range.endMs / 1000] },
        y: { range: ndviRange(input) },
      },
      axes: [
        {
          ...axis,
          size: 26,
          incrs: AXIS_STEPS_S,
          gap: 4,
          space: range.endMs - range.startMs > LONG_MS ? 38 : 60,
          grid: { show: false },
          values: (_, marks) => timeLabels(language, marks),
        },
        {
          ...axis,
          size: 36,
          gap: 4,
          space: 34,
          grid: { stroke: colours.line, width: 1 },
          values: (_, marks) => marks.map((mark) => formatNumber(language, mark, 1)),
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        drawClear: [(u) => drawGround(u, input)],
        draw: [(u) => drawSeries(u, input)],
        setCursor: [(u) => input.onHover(u.cursor.left! < 0 ? null : (u.cursor.idx ?? null))],
      },
    },
    [points.map((point) => Date.parse(point.datetime) / 1000), points.map((point) => point.ndviMean)],
    element,
  );
  plot.over.addEventListener('click', (event) => input.onChoose(plot.posToIdx(event.offsetX)));
  return plot;
}

/** Years alone where every mark is the first of one, else months, else days. */
function timeLabels(language: Language, marks: readonly number[]): string[] {
  const dates = marks.map((mark) => new Date(mark * 1000));
  const isMonthly = dates.every((date) => date.getUTCDate() === 1);
  const isYearly = isMonthly && dates.every((date) => date.getUTCMonth() === 0);
  const unit = isYearly ? 'year' : isMonthly ? 'month' : 'day';
  return dates.map((date) => formatMark(language, date.getTime(), unit));
}

/** x of both ends of a period on the canvas. */
function periodEdges(u: uPlot, period: { readonly start: string; readonly end: string }): [number, number] {
  const [start, end] = [Date.parse(period.start) / 1000, Date.parse(period.end) / 1000 + DAY_S];
  return [u.valToPos(start, 'x', true), u.valToPos(end, 'x', true)];
}

function drawGround(u: uPlot, input: PlotInput): void {
  drawPeriods(u, input);
  const { overlay, shows, colours } = input;
  if (overlay) drawOverlay({ u, colours }, overlay, shows);
}

function drawPeriods(u: uPlot, { run, means, shows, words, colours, font }: PlotInput): void {
  const { ctx, bbox } = u;
  const ratio = uPlot.pxRatio;
  const both = [
    { edges: periodEdges(u, run.periods.baseline), fill: colours.sunken, word: words.baseline, mean: means.baseline },
    { edges: periodEdges(u, run.periods.period), fill: colours.wash, word: words.monitoring, mean: means.period },
  ];
  ctx.save();
  for (const { edges, fill, word, mean } of both) {
    const [left, right] = edges;
    ctx.fillStyle = fill;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.font = `${11 * ratio}px ${font}`;
    ctx.fillStyle = colours.soft;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'bottom';
    ctx.fillText(word, left, bbox.top - 4 * ratio, Math.max(1, right - left));
    if (mean && shows.means) drawMean(u, edges, mean, colours);
  }
  ctx.restore();
}

/** The period's mean as a line over its length, its standard error as a band. */
function drawMean(
  u: uPlot,
  [left, right]: readonly [number, number],
  { mean, se }: PeriodMean,
  colours: PlotColours,
): void {
  const { ctx } = u;
  const y = (value: number) => u.valToPos(value, 'y', true);
  ctx.save();
  if (se !== null) {
    ctx.globalAlpha = 0.22;
    ctx.fillStyle = colours.accent;
    ctx.fillRect(left, y(mean + se), right - left, y(mean - se) - y(mean + se));
    ctx.globalAlpha = 1;
  }
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  ctx.beginPath();
  ctx.moveTo(left, y(mean));
  ctx.lineTo(right, y(mean));
  ctx.stroke();
  ctx.restore();
}

function drawSeries(u: uPlot, { points, overlay, shows, colours }: PlotInput): void {
  const { ctx, bbox } = u;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  for (const [i, point] of points.entries()) {
    const x = u.valToPos(Date.parse(point.datetime) / 1000, 'x', true);
    // A judgement counts all months.
    ctx.globalAlpha = point.inSeason || overlay ? 1 : FAINT;
    ctx.strokeStyle = colours.soft;
    if (point.ndviMean === null || point.outcome === 'no_data') drawAbsence(ctx, x, bbox.top + bbox.height, ratio);
    else {
      if (shows.spread) drawWhisker(u, x, point, ratio);
      const y = u.valToPos(point.ndviMean, 'y', true);
      if (overlay) drawState(ctx, overlay.judged[i]!.state, { x, y }, colours);
      else drawMark(ctx, { x, y, isFilled: point.outcome === 'ok' }, ratio, colours);
    }
  }
  ctx.restore();
}

/** A date without data: a tick on the axis. */
function drawAbsence(ctx: CanvasRenderingContext2D, x: number, bottom: number, ratio: number): void {
  ctx.beginPath();
  ctx.moveTo(x, bottom);
  ctx.lineTo(x, bottom - 6 * ratio);
  ctx.stroke();
}

/** p10 to p90 of the parcel's pixels. */
function drawWhisker(u: uPlot, x: number, { ndviP10, ndviP90 }: SeriesPoint, ratio: number): void {
  if (ndviP10 === null || ndviP90 === null) return;
  const { ctx } = u;
  const alpha = ctx.globalAlpha;
  ctx.globalAlpha = alpha * 0.45;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  ctx.moveTo(x, u.valToPos(ndviP10, 'y', true));
  ctx.lineTo(x, u.valToPos(ndviP90, 'y', true));
  ctx.stroke();
  ctx.globalAlpha = alpha;
}

function drawMark(
  ctx: CanvasRenderingContext2D,
  { x, y, isFilled }: { readonly x: number; readonly y: number; readonly isFilled: boolean },
  ratio: number,
  colours: PlotColours,
): void {
  ctx.beginPath();
  ctx.arc(x, y, (isFilled ? MARK_RADIUS_PX : MARK_RADIUS_PX - 0.75) * ratio, 0, 2 * Math.PI);
  ctx.fillStyle = isFilled ? colours.ink : colours.surface;
  ctx.fill();
  if (isFilled) return;
  ctx.lineWidth = 1.5 * ratio;
  ctx.stroke();
}
