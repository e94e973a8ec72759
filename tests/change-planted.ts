import { decimalYear } from '../pipeline/change/decimal-year.ts';
import type { ChangeTables, ParcelChange, SeriesRow, YearChange } from '../shared/change.ts';
import { YEAR_CLASS } from '../shared/change.ts';
import type { Grid } from '../shared/grid.ts';
import type { Parcel } from '../shared/parcel.ts';
import type { Observation, ParcelResult } from '../shared/result.ts';
import { crsToLonLat } from '../shared/transform.ts';

/**
 * Results of change over time as a run leaves them, with known dates: eight parcels of 16 × 16 cells side by side, an
 * observation every 16 days from 2016 to 2021, judged from 2019 on. No pipeline is run: what is written here is what
 * server and viewer must show.
 */

export const GRID: Grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 499_500, 0, -10, 1_083_000],
  widthPx: 96,
  heightPx: 64,
};
export const SIDE = 16;
export const PERIODS = { baseline: '2016-01-01/2018-12-31', period: '2019-01-01/2021-12-31' };
export const YEARS = [2019, 2020, 2021] as const;

/** An id that means something in addresses, HTML, spreadsheets and CSV. */
export const AWKWARD_ID = '=a/b?c, "d" <i>';

/** What is planted, parcel by parcel; each stands in cells `16 × index` of a row of five, then of the next. */
export interface Planted {
  readonly id: string;
  readonly change: Partial<ParcelChange>;
  /** Size of the change, and the days from and until which it is there. */
  readonly step: number;
  readonly from: string | null;
  readonly until: string | null;
  readonly hasControls: boolean;
  readonly yearClass: readonly number[];
}

const { stable, loss, burnt, gain, regrown, lostBefore } = YEAR_CLASS;
const NONE = { step: 0, from: null, until: null, hasControls: true } as const;

export const PLANTED: readonly Planted[] = [
  {
    ...NONE,
    id: 'LOSS-1',
    change: { finding: 'loss', confidence: 'high', magnitude: -0.3142, magnitudeSe: 0.0171, controlZ: -3.42 },
    step: -0.31,
    from: '2020-02-08',
    until: null,
    yearClass: [stable, loss, lostBefore],
  },
  {
    ...NONE,
    id: 'REGROWN-2',
    change: { finding: 'loss_and_regrowth', confidence: 'medium', magnitude: -0.22, magnitudeSe: 0.06 },
    step: -0.22,
    from: '2019-04-10',
    until: '2021-03-14',
    yearClass: [loss, lostBefore, regrown],
  },
  {
    ...NONE,
    id: 'GAIN-3',
    change: { finding: 'gain', confidence: 'low', magnitude: 0.14, magnitudeSe: 0.08 },
    step: 0.14,
    from: '2020-05-15',
    until: null,
    yearClass: [stable, gain, stable],
  },
  {
    ...NONE,
    id: 'BURNT-4',
    change: { finding: 'burnt_and_recovered', nBurnt: 4, magnitude: -0.01, magnitudeSe: 0.02 },
    step: -0.2,
    from: '2020-01-07',
    until: '2020-03-10',
    yearClass: [stable, burnt, stable],
  },
  {
    ...NONE,
    id: 'CALM-5',
    change: { finding: 'no_change', magnitude: 0.004, magnitudeSe: 0.011 },
    yearClass: [stable, stable, stable],
  },
  {
    ...NONE,
    id: AWKWARD_ID,
    change: {
      finding: null,
      reason: 'too few observations in the history for a season (2 clear observations in the history, 31 monitored)',
    },
    hasControls: false,
    yearClass: [0, 0, 0],
  },
  {
    ...NONE,
    id: 'LOSS-7',
    change: {
      finding: 'loss',
      confidence: 'low',
      magnitude: -0.11,
      magnitudeSe: 0.07,
      reason: 'no control areas: 2 of them share enough clear dates with it, 5 needed',
    },
    step: -0.11,
    from: '2021-02-10',
    until: null,
    hasControls: false,
    yearClass: [stable, stable, loss],
  },
  {
    ...NONE,
    id: 'CALM-8',
    change: { finding: 'no_change', magnitude: -0.006, magnitudeSe: 0.012 },
    yearClass: [stable, stable, stable],
  },
];

/** What the parcel LOSS-1 says, as its chart and panel have to show it. */
export const LOSS_1 = {
  after: '2020-02-02',
  before: '2020-02-18',
  detected: '2020-03-21',
  controls: 5,
} as const;

export const DAY_MS = 86_400_000;
export const DAYS = Array.from({ length: 137 }, (_, i) =>
  new Date(Date.UTC(2016, 0, 6) + 16 * i * DAY_MS).toISOString().slice(0, 10),
);
const seasonAt = (day: string) => 0.52 - 0.17 * Math.cos(2 * Math.PI * (decimalYear(day) - 0.04));
/** The same on every machine, between −0.5 and 0.5. */
const noise = (n: number) => {
  const x = Math.sin(n * 12.9898) * 43_758.5453;
  return x - Math.floor(x) - 0.5;
};
/** The rains bring cloud: nothing, or part of the parcel. */
const cloudOf = (i: number) => {
  const month = Number(DAYS[i]!.slice(5, 7));
  if (month < 7 || month > 9) return 'ok' as const;
  return i % 3 === 0 ? ('ok' as const) : i % 3 === 1 ? ('no_data' as const) : ('low_coverage' as const);
};
const isChanged = ({ from, until }: Planted, day: string) => from !== null && day >= from && (!until || day < until);

export const sceneOf = (day: string) => `S2A_31PAA_${day.replaceAll('-', '')}`;
export const placeOf = (index: number) => ({ col: 8 + SIDE * (index % 5), row: 8 + 20 * Math.floor(index / 5) });

function squareOf(col: number, row: number, sidePx: number): Float64Array {
  const [cell, , left, , , top] = GRID.transform;
  const [x, y] = [left + col * cell, top - row * cell];
  const far = sidePx * cell;
  return crsToLonLat(GRID.crs)(Float64Array.of(x, y - far, x + far, y - far, x + far, y, x, y, x, y - far));
}

export function parcelOf(index: number): Parcel {
  const { col, row } = placeOf(index);
  const ring = squareOf(col, row, SIDE);
  const lons = ring.filter((_, i) => i % 2 === 0);
  const lats = ring.filter((_, i) => i % 2 === 1);
  const bboxDeg = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] as const;
  return { id: PLANTED[index]!.id, index, rings: [ring], parcelHa: 2.56, bboxDeg };
}

export function controlShape(i: number) {
  return { id: `C-${i}`, parcelHa: 0.64, rings: [[...squareOf(4 + 18 * i, 52, 8)]] };
}

export function observationsOf(planted: Planted, index: number): Observation[] {
  return DAYS.map((day, i): Observation => {
    const outcome = cloudOf(i);
    const clearFraction = { ok: 0.97, low_coverage: 0.4, no_data: 0 }[outcome];
    const haze = outcome === 'ok' && i % 41 === 17 ? -0.19 : 0;
    const ndvi = seasonAt(day) + 0.05 * noise(i + 137 * index) + (isChanged(planted, day) ? planted.step : 0) + haze;
    const figure = (value: number) => (outcome === 'no_data' ? null : value);
    return {
      parcelId: planted.id,
      sceneId: sceneOf(day),
      sceneIds: [sceneOf(day)],
      datetime: `${day}T10:20:00.000Z`,
      platform: 'sentinel-2a',
      parcelHa: 2.56,
      observedHa: 2.56,
      clearHa: 2.56 * clearFraction,
      clearFraction,
      ndviMean: figure(ndvi),
      ndviSd: figure(0.04),
      ndviP10: figure(ndvi - 0.05),
      ndviP50: figure(ndvi),
      ndviP90: figure(ndvi + 0.05),
      outcome,
      reason:
        outcome === 'ok'
          ? ''
          : outcome === 'no_data'
            ? 'no clear pixels: cloud, shadow or snow'
            : 'clear fraction 0.40, 0.70 needed',
    };
  });
}

export function resultOf(planted: Planted, withChange: boolean): ParcelResult {
  const { step, from } = planted;
  return {
    parcelId: planted.id,
    parcelHa: 2.56,
    nClearBaseline: 55,
    nClearPeriod: 54,
    ndviBaseline: 0.52,
    ndviPeriod: 0.52 + step / 2,
    ndviChange: step / 2,
    ndviChangeSe: 0.03,
    coverBaselinePct: 60,
    coverPeriodPct: 60 + 70 * step,
    coverChangePct: 70 * step,
    lossHa: step < -0.2 ? 2.4 : 0,
    gainHa: step > 0.1 ? 1.2 : 0,
    stableHa: step < -0.2 ? 0.16 : step > 0.1 ? 1.36 : 2.56,
    noDataHa: 0,
    outcome: 'ok',
    reason: '',
    finding: step < -0.2 ? 'loss' : from === null ? 'stable' : 'not_distinguishable',
    classAreaSe: 'not estimated',
    coverSePct: null,
    change: withChange ? changeOf(planted) : null,
  };
}

/** Observations on either side of the day on which a change begins, and the one that detects it. */
export function datesOf({ from, until }: Planted) {
  if (from === null) return { after: null, before: null, detected: null, recoveredOn: null };
  const clear = DAYS.filter((_, i) => cloudOf(i) === 'ok');
  const at = clear.findIndex((day) => day >= from);
  const recoveredOn = until === null ? null : (clear.find((day) => day >= until) ?? null);
  return { after: clear[at - 1]!, before: clear[at]!, detected: clear[at + 2]!, recoveredOn };
}

function changeOf(planted: Planted): ParcelChange {
  const { finding } = planted.change;
  const isJudged = finding != null;
  return {
    finding: null,
    confidence: null,
    magnitude: null,
    magnitudeSe: null,
    ...datesOf(planted),
    historyStart: isJudged ? DAYS[0]! : null,
    nHistory: isJudged ? 55 : 2,
    nMonitored: isJudged ? 54 : 31,
    nOutliers: isJudged ? 3 : 0,
    nBurnt: 0,
    passingAfter: null,
    passingBefore: null,
    passingBack: null,
    passingMagnitude: null,
    minDetectableChange: isJudged ? 0.062 : null,
    edgeFraction: 0.234,
    misregistrationNdvi: 0.0078,
    controlCount: planted.hasControls ? LOSS_1.controls : 0,
    controlDid: planted.hasControls ? planted.step * 0.95 : null,
    controlDidLow: planted.hasControls ? planted.step * 0.95 - 0.06 : null,
    controlDidHigh: planted.hasControls ? planted.step * 0.95 + 0.06 : null,
    controlSlope: planted.hasControls ? planted.step / 3 : null,
    controlZ: planted.hasControls ? planted.step * 11 : null,
    reason: '',
    sentence: isJudged ? 'A sentence in English.' : '',
    ...planted.change,
  };
}

export function tablesOf(observations: readonly Observation[]): ChangeTables {
  const judged = PLANTED.filter(({ change }) => change.finding != null);
  const withControls = PLANTED.filter(({ hasControls }) => hasControls);
  return {
    years: judged.flatMap(({ id, yearClass }) => YEARS.map((year, i) => yearRow(id, year, yearClass[i]!))),
    series: observations.filter(({ ndviMean }) => ndviMean !== null).map(seriesRow),
    controls: withControls.flatMap(({ id }) =>
      Array.from({ length: LOSS_1.controls }, (_, i) => ({
        parcelId: id,
        controlId: `C-${i}`,
        weight: 0.2,
        distance: 0.1 + i / 10,
        pastNdvi: 0.51,
        recentNdvi: 0.52,
        pastSlope: 0.001,
      })),
    ),
    balance: [
      { covariate: 'past_ndvi', smdPool: 0.81, smdMatched: 0.04, isWithin: true },
      { covariate: 'recent_ndvi', smdPool: 0.77, smdMatched: -0.12, isWithin: true },
      { covariate: 'past_slope', smdPool: -0.4, smdMatched: 0.31, isWithin: false },
    ],
    months: PLANTED.flatMap(({ id }) => monthsOf(id)),
  };
}

function seriesRow(observation: Observation): SeriesRow {
  const { parcelId, datetime, sceneId, outcome } = observation;
  const day = datetime.slice(0, 10);
  const planted = PLANTED.find(({ id }) => id === parcelId)!;
  const [season, i] = [seasonAt(day), DAYS.indexOf(day)];
  const isJudged = planted.change.finding != null;
  const isBurnt = planted.change.finding === 'burnt_and_recovered' && isChanged(planted, day);
  const used = isBurnt ? 'burnt' : i % 41 === 17 ? 'outlier' : 'used';
  const control = planted.hasControls && outcome === 'ok' ? season + 0.03 * noise(i + 5000) : null;
  return {
    parcelId,
    datetime,
    sceneId,
    ndviMean: observation.ndviMean!,
    nbrMean: null,
    state: isJudged && outcome === 'ok' ? used : 'not_used',
    seasonNdvi: isJudged ? season : null,
    seasonLow: isJudged ? season - 0.05 : null,
    seasonHigh: isJudged ? season + 0.05 : null,
    controlNdvi: control,
    controlLow: control && control - 0.04,
    controlHigh: control && control + 0.035,
    controlCount: control === null ? 0 : LOSS_1.controls,
  };
}

function yearRow(parcelId: string, year: number, yearClass: number): YearChange {
  const of = (name: number) => (yearClass === name ? 2.3 : 0);
  const isStable = yearClass === stable;
  return {
    parcelId,
    year,
    parcelHa: 2.56,
    stableHa: isStable ? 2.56 : 0.26,
    lossHa: of(loss),
    lossHaSe: 0.11,
    lostBeforeHa: of(lostBefore),
    burntHa: of(burnt),
    burntHaSe: null,
    gainHa: of(gain),
    gainHaSe: 0.2,
    regrownHa: of(regrown),
    regrownHaSe: null,
    noDataHa: 0,
    areaSe: 'not estimated',
    sentence: '',
  };
}

function monthsOf(parcelId: string) {
  const months = new Map<string, { nAcquisitions: number; nClear: number }>();
  DAYS.forEach((day, i) => {
    const count = months.get(day.slice(0, 7)) ?? { nAcquisitions: 0, nClear: 0 };
    count.nAcquisitions += 1;
    if (cloudOf(i) === 'ok') count.nClear += 1;
    months.set(day.slice(0, 7), count);
  });
  return [...months].map(([key, count]) => ({
    parcelId,
    year: Number(key.slice(0, 4)),
    month: Number(key.slice(5)),
    ...count,
  }));
}
