import uPlot from 'uplot';
import type { ParcelChange, SeriesRow } from '../../shared/change.ts';
import type { ChartShows } from './chart-shows.ts';
import type { CurvePoint } from './season-curve.ts';
import type { PlotColours } from './series-plot.ts';
import type { JudgedPoint, PointState } from './series-states.ts';

/** What a judgement adds to the chart of a series. */
export interface ChangeOverlay {
  readonly judged: readonly JudgedPoint[];
  readonly curve: readonly CurvePoint[];
  /** Days on which control areas have a mean, in order of time, in pieces where there is a gap. */
  readonly controls: readonly (readonly SeriesRow[])[];
  readonly change: ParcelChange | null;
}

const MARK_PX = 3.5;

/** What kind of event the dates of a finding belong to. */
export function eventKind(finding: ParcelChange['finding']): 'loss' | 'gain' | 'burnt' {
  if (finding === 'gain') return 'gain';
  return finding === 'burnt_and_recovered' ? 'burnt' : 'loss';
}

interface Pen {
  readonly u: uPlot;
  readonly colours: PlotColours;
}

/** Under the points: control areas, season, dates of the change. */
export function drawOverlay(
  pen: Pen,
  { curve, controls, change }: ChangeOverlay,
  shows: ChartShows & { readonly controls: boolean },
): void {
  const { ctx, bbox } = pen.u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  if (shows.controls) for (const run of controls) drawControls(pen, run);
  if (shows.season) drawSeason(pen, curve);
  if (shows.dates && change) drawDates(pen, change);
  ctx.restore();
}

interface Edge {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** A field between two lines. */
function fillBetween(ctx: CanvasRenderingContext2D, edges: readonly Edge[]): void {
  if (edges.length < 2) return;
  ctx.beginPath();
  for (const [i, { x, high }] of edges.entries()) i === 0 ? ctx.moveTo(x, high) : ctx.lineTo(x, high);
  for (const { x, low } of edges.toReversed()) ctx.lineTo(x, low);
  ctx.closePath();
  ctx.fill();
}

function strokeLine(ctx: CanvasRenderingContext2D, places: readonly (readonly [x: number, y: number])[]): void {
  ctx.beginPath();
  for (const [i, [x, y]] of places.entries()) i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y);
  ctx.stroke();
}

function scales(u: uPlot) {
  return {
    x: (timeMs: number) => u.valToPos(timeMs / 1000, 'x', true),
    y: (ndvi: number) => u.valToPos(ndvi, 'y', true),
  };
}

function drawSeason({ u, colours }: Pen, curve: readonly CurvePoint[]): void {
  const { ctx } = u;
  const { x, y } = scales(u);
  ctx.save();
  ctx.fillStyle = colours.accent;
  ctx.globalAlpha = 0.16;
  fillBetween(
    ctx,
    curve.map(({ timeMs, low, high }) => ({ x: x(timeMs), low: y(low), high: y(high) })),
  );
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 1.6 * uPlot.pxRatio;
  strokeLine(
    ctx,
    curve.map(({ timeMs, ndvi }) => [x(timeMs), y(ndvi)]),
  );
  ctx.restore();
}

/** From the least to the greatest of the control areas, their weighted mean as a dashed line. */
function drawControls({ u, colours }: Pen, rows: readonly SeriesRow[]): void {
  const { ctx } = u;
  const { x, y } = scales(u);
  // A single day is as wide as a point.
  const half = MARK_PX * uPlot.pxRatio;
  const shifts = rows.length === 1 ? [-half, half] : [0];
  const places = shifts.flatMap((shift) => rows.map((row) => ({ row, at: x(Date.parse(row.datetime)) + shift })));
  ctx.save();
  ctx.fillStyle = colours.control;
  ctx.globalAlpha = 0.18;
  fillBetween(
    ctx,
    places.flatMap(({ row, at }) =>
      row.controlLow === null || row.controlHigh === null
        ? []
        : [{ x: at, low: y(row.controlLow), high: y(row.controlHigh) }],
    ),
  );
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.control;
  ctx.lineWidth = 1.4 * uPlot.pxRatio;
  ctx.setLineDash([5, 3].map((px) => px * uPlot.pxRatio));
  strokeLine(
    ctx,
    places.map(({ row, at }) => [at, y(row.controlNdvi!)]),
  );
  ctx.restore();
}

/** The interval in which the change lies, the day on which it was detected and that of the recovery. */
function drawDates({ u, colours }: Pen, change: ParcelChange): void {
  const { ctx, bbox } = u;
  const ratio = uPlot.pxRatio;
  const { x } = scales(u);
  const { after, before, detected, recoveredOn, finding } = change;
  const colour = colours[eventKind(finding)];
  ctx.save();
  if (after !== null && before !== null) {
    const [left, right] = [x(Date.parse(after)), x(Date.parse(before))];
    const width = Math.max(3 * ratio, right - left);
    ctx.fillStyle = colour;
    ctx.globalAlpha = 0.3;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top, 1.5 * ratio, bbox.height);
    ctx.fillRect(left + width - 1.5 * ratio, bbox.top, 1.5 * ratio, bbox.height);
  }
  if (detected !== null && eventKind(finding) !== 'burnt')
    drawDay(u, x(Date.parse(detected)), { colour, dash: [3, 3] });
  if (recoveredOn !== null) drawDay(u, x(Date.parse(recoveredOn)), { colour: colours.gain, dash: [8, 3, 2, 3] });
  ctx.restore();
}

function drawDay({ ctx, bbox }: uPlot, x: number, { colour, dash }: { colour: string; dash: readonly number[] }): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  ctx.setLineDash(dash.map((px) => px * uPlot.pxRatio));
  strokeLine(ctx, [
    [x, bbox.top],
    [x, bbox.top + bbox.height],
  ]);
  ctx.setLineDash([]);
}

/** The sign of a state at a place: a disc, a cross, a triangle, a diamond, a ring; told apart by shape as well as by colour. */
export function drawState(
  ctx: CanvasRenderingContext2D,
  state: PointState,
  { x, y }: { readonly x: number; readonly y: number },
  colours: PlotColours,
): void {
  const r = MARK_PX * uPlot.pxRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  if (state === 'outlier') {
    ctx.strokeStyle = colours.outlier;
    ctx.lineWidth = 1.8 * uPlot.pxRatio;
    for (const turn of [1, -1]) {
      ctx.moveTo(x - r, y - turn * r);
      ctx.lineTo(x + r, y + turn * r);
    }
    ctx.stroke();
    return;
  }
  if (state === 'burnt') {
    ctx.moveTo(x, y - 1.3 * r);
    ctx.lineTo(x + 1.2 * r, y + 0.9 * r);
    ctx.lineTo(x - 1.2 * r, y + 0.9 * r);
    ctx.closePath();
  } else if (state === 'not_used') {
    ctx.moveTo(x, y - 1.15 * r);
    ctx.lineTo(x + 1.15 * r, y);
    ctx.lineTo(x, y + 1.15 * r);
    ctx.lineTo(x - 1.15 * r, y);
    ctx.closePath();
  } else ctx.arc(x, y, state === 'used' ? 0.9 * r : 0.75 * r, 0, 2 * Math.PI);
  const isHollow = state === 'masked' || state === 'not_used';
  ctx.fillStyle = isHollow ? colours.surface : state === 'burnt' ? colours.burnt : colours.ink;
  ctx.fill();
  ctx.strokeStyle = isHollow ? colours.soft : colours.surface;
  ctx.lineWidth = (isHollow ? 1.4 : 0.8) * uPlot.pxRatio;
  ctx.stroke();
}
