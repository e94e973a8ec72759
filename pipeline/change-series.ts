import type { ChangeFinding, MonthCount, SeriesRow, SeriesState } from '../shared/change.ts';
import type { Observation } from '../shared/result.ts';
import { findingOf } from './change/confidence.ts';
import type { ParcelControls } from './change/controls/compare.ts';
import type { NamedSeries } from './change/controls/series-table.ts';
import { type ChangeEvent, type SeriesJudge, type SeriesVerdict, SLOT_STATE } from './change/judge-series.ts';
import type { ChangePlan } from './change-plan.ts';
import type { ObservationExtra } from './merge.ts';
import { dayOf } from './season.ts';

/** A parcel's observations and, in the same order, what the judgement needs beside them. */
export interface AreaSeries {
  readonly observations: readonly Observation[];
  readonly extras: readonly ObservationExtra[];
}

/** What was judged of one parcel: a copy of the verdict, and its season at every slot. */
export interface Judged {
  readonly verdict: Omit<SeriesVerdict, 'events' | 'states'>;
  readonly states: Uint8Array;
  readonly events: readonly Readonly<ChangeEvent>[];
  readonly finding: ChangeFinding | null;
  readonly hasBurnIndex: boolean;
  /** NaN where nothing was fitted. */
  readonly season: Float64Array;
  readonly seasonSe: Float64Array;
}

/** Judges the parcel's means on the slots of the run; several observations of a day are averaged. */
export function judgeArea(series: AreaSeries, change: ChangePlan, judge: SeriesJudge): Judged {
  const slots = change.slots.length;
  const ndvi = meanBySlot(series, change, ({ outcome, ndviMean }) => (outcome === 'ok' ? ndviMean : null));
  const nbr = meanBySlot(series, change, (_, { nbrMean }) => nbrMean);
  const hasNbr = nbr.some((value) => !Number.isNaN(value));
  const made = judge.judge(ndvi, hasNbr ? nbr : null);
  const { events, states, ...verdict } = made;
  const isFitted = Number.isFinite(verdict.sigma);
  const at = (figure: (slot: number) => number) =>
    Float64Array.from({ length: slots }, (_, slot) => (isFitted ? figure(slot) : Number.NaN));
  return {
    verdict,
    finding: findingOf(made),
    hasBurnIndex: hasNbr,
    states: states.slice(),
    events: events.slice(0, verdict.eventCount).map((event) => ({ ...event })),
    season: at((slot) => judge.fittedAt(slot)),
    seasonSe: at((slot) => judge.predictionSe(slot)),
  };
}

function meanBySlot(
  { observations, extras }: AreaSeries,
  { slots, slotOf }: ChangePlan,
  figureOf: (observation: Observation, extra: ObservationExtra) => number | null,
): Float64Array {
  const sums = new Float64Array(slots.length);
  const counts = new Uint16Array(slots.length);
  observations.forEach((observation, i) => {
    const figure = figureOf(observation, extras[i]!);
    if (figure === null) return;
    const slot = slotOf[extras[i]!.acquisition]!;
    sums[slot]! += figure;
    counts[slot]! += 1;
  });
  return sums.map((sum, slot) => (counts[slot] === 0 ? Number.NaN : sum / counts[slot]!));
}

/** The observations that the comparison with control areas may use. */
export function namedSeries(
  id: string,
  { observations, extras }: AreaSeries,
  { slots, slotOf }: ChangePlan,
  isLeftOut: (slot: number) => boolean,
): NamedSeries {
  const kept = observations.flatMap(({ outcome, ndviMean }, i) => {
    const { acquisition } = extras[i]!;
    const slot = slotOf[acquisition]!;
    return outcome === 'ok' && !isLeftOut(slot) ? [{ acquisition, slot, ndviMean: ndviMean! }] : [];
  });
  return {
    id,
    series: {
      days: Float64Array.from(kept, ({ slot }) => slots[slot]!.timeYr),
      values: Float64Array.from(kept, ({ ndviMean }) => ndviMean),
      keys: Int32Array.from(kept, ({ acquisition }) => acquisition),
    },
  };
}

/** 97.5 % quantile of the standard normal distribution: half of a 95 % band. */
const Z_95 = 1.959964;

/** What the chart of a parcel draws: every observation that has a mean. */
export function seriesRows(
  { observations, extras }: AreaSeries,
  change: ChangePlan,
  judged: Judged,
  controls: ParcelControls | null,
): SeriesRow[] {
  const onDate = new Map(Array.from(controls?.dates.keys ?? [], (key, i) => [key, i]));
  return observations.flatMap((observation, i) => {
    if (observation.ndviMean === null) return [];
    const { acquisition, nbrMean } = extras[i]!;
    const slot = change.slotOf[acquisition]!;
    const [season, se] = [judged.season[slot]!, judged.seasonSe[slot]!];
    const at = onDate.get(acquisition);
    const of = (figures: ArrayLike<number> | undefined) => (at === undefined ? null : figures![at]!);
    return [
      {
        parcelId: observation.parcelId,
        datetime: observation.datetime,
        sceneId: observation.sceneId,
        ndviMean: observation.ndviMean,
        nbrMean,
        state: stateOf(observation, judged.states[slot]!),
        seasonNdvi: Number.isFinite(season) ? season : null,
        seasonLow: Number.isFinite(season - se) ? season - Z_95 * se : null,
        seasonHigh: Number.isFinite(season + se) ? season + Z_95 * se : null,
        controlNdvi: of(controls?.dates.means),
        controlLow: of(controls?.dates.lows),
        controlHigh: of(controls?.dates.highs),
        controlCount: of(controls?.dates.counts) ?? 0,
      },
    ];
  });
}

function stateOf({ outcome }: Observation, state: number): SeriesState {
  if (outcome !== 'ok') return 'not_used';
  if (state === SLOT_STATE.used) return 'used';
  if (state === SLOT_STATE.outlier) return 'outlier';
  return state === SLOT_STATE.burnt ? 'burnt' : 'not_used';
}

/** Acquisitions of a parcel and its clear ones, by month; months without an acquisition have no row. */
export function monthCounts(parcelId: string, { observations }: AreaSeries): MonthCount[] {
  const months = new Map<string, MonthCount>();
  for (const { datetime, outcome } of observations) {
    const key = dayOf(datetime).slice(0, 7);
    const before = months.get(key) ?? {
      parcelId,
      year: Number(key.slice(0, 4)),
      month: Number(key.slice(5)),
      nAcquisitions: 0,
      nClear: 0,
    };
    const nClear = before.nClear + (outcome === 'ok' ? 1 : 0);
    months.set(key, { ...before, nAcquisitions: before.nAcquisitions + 1, nClear });
  }
  return [...months].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
