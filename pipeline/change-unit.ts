import { YEAR_CLASS } from '../shared/change.ts';
import { computeCoverFeatures } from './change/cover-features.ts';
import { featuresOf, predictCover } from './change/cover-model.ts';
import { createSeriesJudge, type SeriesVerdict } from './change/judge-series.ts';
import { dryPercentile, fitSeasonWave, MISSING_NDVI, type NdviStack } from './change/season-features.ts';
import { classifyYears } from './change/year-classes.ts';
import { type ChangePlan, epochDay, timeAxisOf } from './change-plan.ts';
import { FRACTION_SCALE, type LayerData, type UnitLayer } from './layer-forms.ts';
import type { Plan, Unit } from './plan.ts';
import type { BurnRatio, ScenePixels } from './scene-pixels.ts';

/** Stored number of a count that is not known. */
const NO_COUNT = 65_535;

/** The whole series of every pixel of a chunk, time-major: slot s of pixel p at s · pixelCount + p, index × 10,000. */
export interface SeriesStack {
  readonly change: ChangePlan;
  readonly pixelCount: number;
  readonly ndvi: Int16Array;
  /** Null until a scene has a burn ratio. */
  nbr: Int16Array | null;
  /** Acquisitions that each slot holds so far. */
  readonly pushed: Uint8Array;
  /** How often each pixel of a slot was seen; only for slots of several acquisitions. */
  readonly counts: Map<number, Uint8Array>;
}

/** Null where the run does not judge change. */
export function createSeriesStack({ window }: Pick<Unit, 'window'>, change: Plan['change']): SeriesStack | null {
  if (!('slots' in change)) return null;
  const pixelCount = window.widthPx * window.heightPx;
  return {
    change,
    pixelCount,
    ndvi: new Int16Array(change.slots.length * pixelCount).fill(MISSING_NDVI),
    nbr: null,
    pushed: new Uint8Array(change.slots.length),
    counts: new Map(),
  };
}

/** Adds one acquisition; where a day has several, a pixel's NDVI is the mean of those that see it. */
export function pushSeries(stack: SeriesStack, acquisition: number, pixels: ScenePixels): void {
  const { change, pixelCount, ndvi } = stack;
  const slot = change.slotOf[acquisition]!;
  const at = slot * pixelCount;
  const counts = countsOf(stack, slot);
  for (let i = 0; i < pixelCount; i += 1) {
    if (pixels.clear[i] === 0) continue;
    const value = pixels.ndvi[i]! / FRACTION_SCALE;
    const known = ndvi[at + i]!;
    if (known === MISSING_NDVI) ndvi[at + i] = Math.round(value);
    else ndvi[at + i] = Math.round((known * counts![i]! + value) / (counts![i]! + 1));
    if (counts) counts[i]! += 1;
  }
  stack.pushed[slot]! += 1;
  if (pixels.nbr) pushNbr(stack, at, pixels.nbr);
}

/** Counts of a slot, made when its second acquisition comes; null before. */
function countsOf({ pushed, counts, pixelCount, ndvi }: SeriesStack, slot: number): Uint8Array | null {
  if (pushed[slot] === 0) return null;
  const known = counts.get(slot) ?? new Uint8Array(pixelCount);
  if (!counts.has(slot)) {
    for (let i = 0; i < pixelCount; i += 1) known[i] = ndvi[slot * pixelCount + i] === MISSING_NDVI ? 0 : 1;
    counts.set(slot, known);
  }
  return known;
}

/** The lowest burn ratio of a day counts: a scar seen once that day is a scar. */
function pushNbr(stack: SeriesStack, at: number, { data, valid }: BurnRatio): void {
  stack.nbr ??= new Int16Array(stack.ndvi.length).fill(MISSING_NDVI);
  for (let i = 0; i < stack.pixelCount; i += 1) {
    if (valid[i] === 0) continue;
    const stored = Math.round(data[i]! / FRACTION_SCALE);
    const known = stack.nbr[at + i]!;
    if (known === MISSING_NDVI || stored < known) stack.nbr[at + i] = stored;
  }
}

/** Judges every pixel of a chunk: the layers of change, and those of its seasons. */
export function judgeStack(stack: SeriesStack, plan: Plan): UnitLayer[] {
  const { change, pixelCount } = stack;
  const layers = createLayers(pixelCount, change);
  const axis = timeAxisOf(change);
  const judge = createSeriesJudge(axis, plan.params.change!);
  const ndvi = new Float64Array(change.slots.length);
  const nbr = stack.nbr ? new Float64Array(change.slots.length) : null;
  const days = Uint16Array.from(change.slots, ({ day }) => epochDay(day));
  for (let pixel = 0; pixel < pixelCount; pixel += 1) {
    if (gather(stack.ndvi, pixel, pixelCount, ndvi) === 0) continue;
    if (nbr) gather(stack.nbr!, pixel, pixelCount, nbr);
    const verdict = judge.judge(ndvi, nbr);
    storeVerdict(layers, pixel, verdict, days);
    const classes = classifyYears(verdict, axis, change.years);
    for (let y = 0; y < change.years.length; y += 1) layers.years[y]![pixel] = classes[y]!;
  }
  return [...namedLayers(layers, change), ...seasonLayers(stack), ...coverLayers(stack, plan)];
}

/** One pixel's series, NaN = missing; answers how many observations it has. */
function gather(stored: Int16Array, pixel: number, pixelCount: number, out: Float64Array): number {
  let count = 0;
  for (let slot = 0, at = pixel; slot < out.length; slot += 1, at += pixelCount) {
    const value = stored[at]!;
    if (value === MISSING_NDVI) {
      out[slot] = Number.NaN;
      continue;
    }
    out[slot] = value * FRACTION_SCALE;
    count += 1;
  }
  return count;
}

function createLayers(pixelCount: number, { years }: ChangePlan) {
  const days = () => new Uint16Array(pixelCount);
  return {
    detected: days(),
    from: days(),
    to: days(),
    recovered: days(),
    magnitude: new Int16Array(pixelCount).fill(MISSING_NDVI),
    magnitudeSe: new Int16Array(pixelCount).fill(MISSING_NDVI),
    history: new Uint16Array(pixelCount).fill(NO_COUNT),
    observations: new Uint16Array(pixelCount).fill(NO_COUNT),
    years: years.map(() => new Uint8Array(pixelCount).fill(YEAR_CLASS.noData)),
  };
}

type ChangeLayers = ReturnType<typeof createLayers>;

function storeVerdict(layers: ChangeLayers, pixel: number, verdict: SeriesVerdict, days: Uint16Array): void {
  layers.history[pixel] = verdict.historyCount;
  layers.observations[pixel] = verdict.monitoredCount;
  if (verdict.outcome !== 'judged') return;
  layers.magnitude[pixel] = toStored(verdict.magnitude);
  layers.magnitudeSe[pixel] = toStored(verdict.magnitudeSe);
  for (let i = 0; i < verdict.eventCount; i += 1) {
    const event = verdict.events[i]!;
    if (event.kind === 'burnt') continue;
    if (event.kind === 'regrowth') {
      if (layers.recovered[pixel] === 0) layers.recovered[pixel] = days[event.toSlot]!;
      continue;
    }
    // The first loss or gain is the one that the map shows.
    if (layers.detected[pixel] !== 0) continue;
    layers.detected[pixel] = days[event.detectedSlot]!;
    layers.from[pixel] = days[event.fromSlot]!;
    layers.to[pixel] = days[event.toSlot]!;
    layers.magnitude[pixel] = toStored(event.magnitude);
    layers.magnitudeSe[pixel] = toStored(event.magnitudeSe);
  }
}

function toStored(value: number): number {
  return Number.isFinite(value) ? Math.max(-32767, Math.min(32767, Math.round(value / FRACTION_SCALE))) : MISSING_NDVI;
}

function namedLayers(layers: ChangeLayers, { years }: ChangePlan): UnitLayer[] {
  const of = (kind: UnitLayer['kind'], data: LayerData): UnitLayer => ({ kind, period: 'period', data });
  return [
    of('break-date', layers.detected),
    of('change-from', layers.from),
    of('change-to', layers.to),
    of('recovery-date', layers.recovered),
    of('break-magnitude', layers.magnitude),
    of('magnitude-se', layers.magnitudeSe),
    of('history-count', layers.history),
    of('observation-count', layers.observations),
    ...years.map((year, y): UnitLayer => ({ kind: 'year-class', period: `${year}`, data: layers.years[y]! })),
  ];
}

/** Calibrated tree cover of both periods; none without a model. */
function coverLayers(series: SeriesStack, { params }: Plan): UnitLayer[] {
  const { coverModel } = params;
  if (!coverModel) return [];
  const stack = ndviStackOf(series);
  return (['baseline', 'period'] as const).map((period): UnitLayer => {
    const features = computeCoverFeatures(stack, params[period], coverModel, featuresOf(coverModel));
    return { kind: 'cover', period, data: predictCover(coverModel, features).cover };
  });
}

function ndviStackOf({ change, pixelCount, ndvi }: SeriesStack): NdviStack {
  return { pixelCount, days: change.slots.map(({ day }) => day), ndvi };
}

function seasonLayers(series: SeriesStack): UnitLayer[] {
  const { change } = series;
  const stack = ndviStackOf(series);
  const history = Array.from({ length: change.startSlot }, (_, slot) => slot);
  const { amplitude, phase } = fitSeasonWave(stack, history);
  return [
    { kind: 'season-amplitude', period: 'baseline', data: amplitude },
    { kind: 'season-phase', period: 'baseline', data: phase },
    ...change.seasonYears.map(
      ({ year, slots }): UnitLayer => ({ kind: 'dry-ndvi', period: `${year}`, data: dryPercentile(stack, slots) }),
    ),
  ];
}
