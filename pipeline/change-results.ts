import {
  type ChangeTables,
  type ControlRow,
  type ParcelChange,
  YEAR_CLASS,
  type YearChange,
} from '../shared/change.ts';
import { judgeConfidence, reasonNotJudged } from './change/confidence.ts';
import {
  CONTROL_DEFAULTS,
  type ControlComparison,
  compareWithControls,
  type ParcelControls,
} from './change/controls/compare.ts';
import { minDetectableChange } from './change/detectability.ts';
import { type ChangeEvent, createSeriesJudge, type SeriesJudge, SLOT_STATE } from './change/judge-series.ts';
import { explainParcel, explainYear, type PassingChange } from './change/sentence.ts';
import { type ChangeParams, type ChangePlan, timeAxisOf } from './change-plan.ts';
import { type AreaSeries, type Judged, judgeArea, monthCounts, namedSeries, seriesRows } from './change-series.ts';
import type { Plan, PlannedParcel } from './plan.ts';
import { cellAreasHa } from './raster/cell-area.ts';

/** What of a parcel was measured on the published layers. */
export interface ParcelGround {
  readonly parcel: number;
  readonly edgeFraction: number | null;
  readonly misregistrationNdvi: number | null;
  readonly years: readonly {
    readonly year: number;
    /** Hectares by `YEAR_CLASS`. */
    readonly classHa: readonly number[];
    readonly lossSeHa: number;
    readonly gainSeHa: number;
  }[];
}

export interface ChangeResults {
  /** By position in plan.parcels; null where a unit of the parcel was left out. */
  readonly parcels: readonly (ParcelChange | null)[];
  readonly tables: ChangeTables;
  readonly controlMethod: ControlComparison['method'] | null;
}

/**
 * Change over time of every parcel: its own series against its own season, the areas of its pixels by year, and what its
 * control areas did.
 * @param series by position as `areaAt` takes it: parcels, then control areas; null where a unit was left out
 */
export function assembleChange(
  plan: Plan,
  change: ChangePlan,
  series: readonly (AreaSeries | null)[],
  grounds: ReadonlyMap<number, ParcelGround>,
): ChangeResults {
  const judge = createSeriesJudge(timeAxisOf(change), plan.params.change!);
  const judged = plan.parcels.map((_, i) => (series[i] ? judgeArea(series[i], change, judge) : null));
  const compared = compare(plan, change, { series, judged, judge });
  const parts = plan.parcels.map((parcel, i) => {
    const [own, verdict, ground] = [series[i], judged[i], grounds.get(i) ?? null];
    if (!own || !verdict) return null;
    const controls = compared?.perParcel.get(parcel.id) ?? null;
    const rows = { series: seriesRows(own, change, verdict, controls), months: monthCounts(parcel.id, own) };
    const tooSmall = sizeProblem(plan, parcel);
    const sawFires = soughtFires(verdict, plan) || burntHaOf(ground) > 0;
    const described = describeParcel(plan, change, { verdict, controls, ground, tooSmall });
    return {
      ...rows,
      described,
      years: ground ? yearRows(parcel, ground, { isTooSmall: tooSmall !== null, sawFires }) : [],
    };
  });
  return {
    parcels: parts.map((part) => part?.described ?? null),
    tables: {
      years: parts.flatMap((part) => part?.years ?? []),
      series: parts.flatMap((part) => part?.series ?? []),
      months: parts.flatMap((part) => part?.months ?? []),
      controls: inOrder(plan, compared?.controls ?? []),
      balance: compared?.balance ?? [],
    },
    controlMethod: compared?.method ?? null,
  };
}

interface Made {
  readonly series: readonly (AreaSeries | null)[];
  readonly judged: readonly (Judged | null)[];
  readonly judge: SeriesJudge;
}

function compare(plan: Plan, change: ChangePlan, { series, judged, judge }: Made): ControlComparison | null {
  const { controlCount, seed } = plan.params.change!;
  if (controlCount === 0) return null;
  const kept = (position: number, id: string, states: Uint8Array | undefined) => {
    const own = series[position];
    // What its own judgement dropped (outliers, fires, what lies behind a gap of a year) is no evidence here either.
    return own && states ? [namedSeries(id, own, change, (slot) => states[slot] !== SLOT_STATE.used)] : [];
  };
  const parcels = plan.parcels.flatMap(({ id }, i) => kept(i, id, judged[i]?.states));
  const donors = plan.controls.flatMap(({ id }, i) => {
    const position = plan.parcels.length + i;
    const own = series[position];
    return own ? kept(position, id, judgeArea(own, change, judge).states) : [];
  });
  return compareWithControls({
    parcels,
    donors,
    settings: { ...CONTROL_DEFAULTS, k: controlCount, seed },
    splitYr: change.slots[change.startSlot]!.timeYr,
  });
}

/** Control rows in the order of the parcels, closest first. */
function inOrder({ parcels }: Plan, rows: readonly ControlRow[]): ControlRow[] {
  const place = new Map(parcels.map(({ id }, i) => [id, i]));
  return [...rows].sort((a, b) => place.get(a.parcelId)! - place.get(b.parcelId)!);
}

/** Whether a parcel's own series was searched for fires. */
function soughtFires({ hasBurnIndex }: Judged, { params }: Plan): boolean {
  return hasBurnIndex && params.change!.removeBurns;
}

/** Pixels have a burn ratio where the mean of a parcel that is seen in part has none. */
function burntHaOf(ground: ParcelGround | null): number {
  return ground?.years.reduce((sum, { classHa }) => sum + classHa[YEAR_CLASS.burnt]!, 0) ?? 0;
}

interface ParcelParts {
  readonly verdict: Judged;
  readonly controls: ParcelControls | null;
  readonly ground: ParcelGround | null;
  readonly tooSmall: string | null;
}

/** Ground of less than one cell is a share of somebody else's pixel. */
function sizeProblem({ grids }: Plan, { parcelHa, gridOrder }: PlannedParcel): string | null {
  const { grid } = grids[gridOrder[0]!]!;
  const cellHa = new Float64Array(1);
  cellAreasHa(grid).fillRow(grid.heightPx >> 1, grid.widthPx >> 1, 1, cellHa);
  const cells = parcelHa / cellHa[0]!;
  return cells >= 1 ? null : `too small to monitor: ${cells.toPrecision(2)} of a cell`;
}

function describeParcel(plan: Plan, change: ChangePlan, parts: ParcelParts): ParcelChange {
  const { verdict: judged, controls, ground, tooSmall } = parts;
  const { verdict } = judged;
  const finding = tooSmall === null ? judged.finding : null;
  const dayAt = (slot: number) => change.slots[slot]?.day ?? null;
  const main = finding === null ? null : mainEvent(judged.events);
  const settings = plan.params.change!;
  const isKnown = finding !== null;
  const isFire = main?.kind === 'burnt';
  // A fire's depth in NDVI says little, and its error is not known.
  const magnitude = isKnown && !isFire ? finite(main?.magnitude ?? verdict.magnitude) : null;
  const magnitudeSe = isKnown && !isFire ? finite(main?.magnitudeSe ?? verdict.magnitudeSe) : null;
  const against = controlFigures(tooSmall === null ? controls : null);
  const passing = passingOf(judged, dayAt, soughtFires(judged, plan));
  const until = judgedTo(judged, dayAt);
  const isReversed = main?.kind === 'gain' && main.recoveredSlot >= 0;
  const shareAfter = main ? shareIn(judged, change, main) : 0;
  const made = {
    finding,
    confidence: confidenceOf(
      { finding, magnitude, magnitudeSe, isReversed, shareAfter, ...against },
      settings.minMagnitude,
    ),
    detected: main && !isFire ? dayAt(main.detectedSlot) : null,
    after: main && dayAt(main.fromSlot),
    before: main && dayAt(main.toSlot),
    recoveredOn: main && dayAt(main.recoveredSlot),
    magnitude,
    magnitudeSe,
    historyStart: dayAt(verdict.historyStartSlot),
    nHistory: verdict.historyCount,
    nMonitored: verdict.monitoredCount,
    nOutliers: verdict.outlierCount,
    nBurnt: isKnown && soughtFires(judged, plan) ? verdict.burntCount : null,
    ...passingFigures(passing),
    minDetectableChange: finding === null ? null : detectable(judged, settings),
    edgeFraction: ground?.edgeFraction ?? null,
    misregistrationNdvi: ground?.misregistrationNdvi ?? null,
    ...against,
    reason: tooSmall ?? [...pixelsSay(finding, ground), ...reasonsOf(judged, controls, until)].join('; '),
  };
  return { ...made, sentence: explainParcel(made, passing, until) };
}

function detectable({ verdict }: Judged, settings: ChangeParams): number | null {
  const { breaks } = settings;
  const coefficientCount = 1 + 2 * breaks.order + (breaks.trend ? 1 : 0);
  return minDetectableChange({ ...verdict, coefficientCount }, { ...settings, h: breaks.h, level: breaks.level });
}

/** Only a loss or a gain is more or less sure. */
function confidenceOf(
  facts: Pick<ParcelChange, 'finding' | 'magnitude' | 'magnitudeSe' | 'controlDidLow' | 'controlDidHigh'> & {
    readonly isReversed: boolean;
    readonly shareAfter: number;
  },
  minMagnitude: number,
): ParcelChange['confidence'] {
  const { finding, magnitude, controlDidLow: low, controlDidHigh: high, isReversed, shareAfter } = facts;
  const isChange = finding === 'loss' || finding === 'loss_and_regrowth' || finding === 'gain';
  if (!isChange || magnitude === null) return null;
  const controlDid = low === null || high === null ? null : { low, high };
  const magnitudeSe = facts.magnitudeSe ?? Number.NaN;
  return judgeConfidence({ magnitude, magnitudeSe, minMagnitude, controlDid, isReversed, shareAfter });
}

/** Share of the used monitored dates that lie between a change and its end. */
function shareIn({ states }: Judged, { startSlot }: ChangePlan, { toSlot, recoveredSlot }: ChangeEvent): number {
  let [all, within] = [0, 0];
  for (let slot = startSlot; slot < states.length; slot += 1) {
    if (states[slot] !== SLOT_STATE.used) continue;
    all += 1;
    if (slot >= toSlot && (recoveredSlot < 0 || slot < recoveredSlot)) within += 1;
  }
  return all === 0 ? 0 : within / all;
}

/** The last day judged, where observations behind a gap of over a year were not; else null. */
function judgedTo({ verdict }: Judged, dayAt: (slot: number) => string | null): string | null {
  return verdict.gapDays > 0 ? dayAt(verdict.judgedToSlot) : null;
}

function reasonsOf(judged: Judged, controls: ParcelControls | null, until: string | null): string[] {
  const { outcome, historyCount, monitoredCount, gapDays } = judged.verdict;
  const gap = until === null ? '' : `judged to ${until} only: no observation for ${gapDays} days behind it`;
  const counts = `${historyCount} clear observations in the history, ${monitoredCount} monitored`;
  const why = outcome === 'judged' ? gap : `${reasonNotJudged(outcome)} (${counts})`;
  return [why, controls?.reason ?? ''].filter(Boolean);
}

/** Loss on its pixels from which on a parcel that shows no change as a whole says so, as a share of its area. */
const TELLING_SHARE = 0.05;

/** Ground cleared field by field never moves the mean of a parcel far: its pixels still know. */
function pixelsSay(finding: ParcelChange['finding'], ground: ParcelGround | null): string[] {
  const last = ground && lastSeen(ground);
  if (!last || (finding !== 'no_change' && finding !== 'burnt_and_recovered')) return [];
  const lostHa = last.classHa[YEAR_CLASS.loss]! + last.classHa[YEAR_CLASS.lostBefore]!;
  const allHa = last.classHa.reduce((sum, ha) => sum + ha, 0);
  if (lostHa < TELLING_SHARE * allHa) return [];
  return [
    `its pixels show ${lostHa.toFixed(2)} ha lost and not back in ${last.year}, too little or too scattered for its own series`,
  ];
}

/** The latest year in which nearly as much of a parcel was judged as in its best. */
function lastSeen({ years }: ParcelGround): ParcelGround['years'][number] | undefined {
  const judgedHa = years.map(({ classHa }) =>
    classHa.reduce((sum, ha, found) => (found === YEAR_CLASS.noData ? sum : sum + ha), 0),
  );
  const most = Math.max(...judgedHa);
  return most > 0 ? years.findLast((_, i) => judgedHa[i]! >= 0.9 * most) : undefined;
}

function passingOf(
  { verdict }: Judged,
  dayAt: (slot: number) => string | null,
  soughtFires: boolean,
): PassingChange | null {
  if (verdict.outcome !== 'judged' || verdict.passingCount === 0) return null;
  return {
    after: dayAt(verdict.passingFromSlot) ?? '?',
    before: dayAt(verdict.passingToSlot) ?? '?',
    back: dayAt(verdict.passingBackSlot) ?? '?',
    magnitude: verdict.passingMagnitude,
    soughtFires,
  };
}

function passingFigures(passing: PassingChange | null) {
  return {
    passingAfter: passing?.after ?? null,
    passingBefore: passing?.before ?? null,
    passingBack: passing?.back ?? null,
    passingMagnitude: passing?.magnitude ?? null,
  };
}

function controlFigures(controls: ParcelControls | null) {
  return {
    controlCount: controls?.controlCount ?? null,
    controlDid: controls?.controlDid ?? null,
    controlDidLow: controls?.controlDidLow ?? null,
    controlDidHigh: controls?.controlDidHigh ?? null,
    controlSlope: controls?.controlSlope ?? null,
    controlZ: controls?.controlZ ?? null,
  };
}

/** The event whose dates stand in the parcel's row: the first that makes its finding. */
function mainEvent(events: readonly ChangeEvent[]): ChangeEvent | null {
  for (const kind of ['loss', 'gain', 'burnt'] as const) {
    const lasting = events.find((event) => event.kind === kind && event.recoveredSlot < 0);
    const first = lasting ?? events.find((event) => event.kind === kind);
    if (first) return first;
  }
  return null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function yearRows(
  { id, parcelHa }: PlannedParcel,
  { years }: ParcelGround,
  { isTooSmall, sawFires }: { readonly isTooSmall: boolean; readonly sawFires: boolean },
): YearChange[] {
  return years.map(({ year, classHa, lossSeHa, gainSeHa }) => {
    const of = (name: keyof typeof YEAR_CLASS) => (isTooSmall ? 0 : classHa[YEAR_CLASS[name]]!);
    const judgedHa = classHa.reduce((sum, ha, found) => (found === YEAR_CLASS.noData ? sum : sum + ha), 0);
    const known = isTooSmall ? 0 : judgedHa;
    const row = {
      parcelId: id,
      year,
      parcelHa,
      stableHa: of('stable'),
      lossHa: of('loss'),
      lossHaSe: known > 0 ? lossSeHa : null,
      lostBeforeHa: of('lostBefore'),
      burntHa: sawFires ? of('burnt') : null,
      burntHaSe: null,
      gainHa: of('gain'),
      gainHaSe: known > 0 ? gainSeHa : null,
      regrownHa: of('regrown'),
      regrownHaSe: null,
      // What neither grid saw and what was not judged; the rounding of shares is not carried into it.
      noDataHa: Math.max(0, parcelHa - known),
      areaSe: 'not estimated' as const,
    };
    return { ...row, sentence: explainYear(row) };
  });
}

/** What every parcel says where the run could not judge change; null where it was not asked to. */
export function unjudgedChange({ change, params }: Pick<Plan, 'change' | 'params'>): ParcelChange | null {
  if (params.change === null || 'slots' in change) return null;
  const made = { ...NOTHING_KNOWN, reason: change.reason };
  return { ...made, sentence: explainParcel(made) };
}

const NOTHING_KNOWN: Omit<ParcelChange, 'reason' | 'sentence'> = {
  finding: null,
  confidence: null,
  detected: null,
  after: null,
  before: null,
  recoveredOn: null,
  magnitude: null,
  magnitudeSe: null,
  historyStart: null,
  nHistory: null,
  nMonitored: null,
  nOutliers: null,
  nBurnt: null,
  ...passingFigures(null),
  minDetectableChange: null,
  edgeFraction: null,
  misregistrationNdvi: null,
  ...controlFigures(null),
};
