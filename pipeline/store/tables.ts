import type { BalanceRow, ControlRow, MonthCount, ParcelChange, SeriesRow, YearChange } from '../../shared/change.ts';
import { CanopyError } from '../../shared/errors.ts';
import type { Observation, ParcelResult } from '../../shared/result.ts';

export type Unit = 'ha' | 'fraction' | 'ndvi' | 'ndvi_per_year' | 'pct' | 'count' | 'number' | 'text' | 'day' | 'utc';

/** One column of a table that people read: the same name, unit and rounding in CSV, Parquet, GeoJSON and SQL. */
export interface Column<Row> {
  readonly name: string;
  readonly unit: Unit;
  /** Digits behind the point that a value is rounded to; 0 for counts, text and times. */
  readonly decimals: number;
  readonly read: (row: Row) => Cell;
}

/** null is an empty cell. */
export type Cell = string | number | null;

function column<Row>(name: string, unit: Unit, read: (row: Row) => Cell): Column<Row> {
  // 1e-6 ha is 0.01 m²; NDVI and fractions carry one digit more than the 1e-6 that readers compare at.
  const decimals = {
    ha: 6,
    fraction: 7,
    ndvi: 7,
    ndvi_per_year: 7,
    pct: 4,
    count: 0,
    number: 6,
    text: 0,
    day: 0,
    utc: 0,
  }[unit];
  return { name, unit, decimals, read };
}

/** Columns of `observations`, in the order of the files. */
export const observationColumns: readonly Column<Observation>[] = [
  column('parcel_id', 'text', (row) => row.parcelId),
  column('scene_id', 'text', (row) => row.sceneId),
  column('scene_ids', 'text', (row) => row.sceneIds.join(';')),
  column('datetime', 'utc', (row) => row.datetime),
  column('platform', 'text', (row) => row.platform),
  column('parcel_ha', 'ha', (row) => row.parcelHa),
  column('observed_ha', 'ha', (row) => row.observedHa),
  column('clear_ha', 'ha', (row) => row.clearHa),
  column('clear_fraction', 'fraction', (row) => row.clearFraction),
  column('ndvi_mean', 'ndvi', (row) => row.ndviMean),
  column('ndvi_sd', 'ndvi', (row) => row.ndviSd),
  column('ndvi_p10', 'ndvi', (row) => row.ndviP10),
  column('ndvi_p50', 'ndvi', (row) => row.ndviP50),
  column('ndvi_p90', 'ndvi', (row) => row.ndviP90),
  column('outcome', 'text', (row) => row.outcome),
  column('reason', 'text', (row) => row.reason),
];

function changeColumn(name: string, unit: Unit, read: (change: ParcelChange) => Cell): Column<ParcelResult> {
  return column(name, unit, ({ change }) => (change === null ? null : read(change)));
}

const changeColumns: readonly Column<ParcelResult>[] = [
  changeColumn('change_finding', 'text', (change) => change.finding),
  changeColumn('change_confidence', 'text', (change) => change.confidence),
  changeColumn('change_detected', 'day', (change) => change.detected),
  changeColumn('change_after', 'day', (change) => change.after),
  changeColumn('change_before', 'day', (change) => change.before),
  changeColumn('recovered_on', 'day', (change) => change.recoveredOn),
  changeColumn('change_magnitude', 'ndvi', (change) => change.magnitude),
  changeColumn('change_magnitude_se', 'ndvi', (change) => change.magnitudeSe),
  changeColumn('history_start', 'day', (change) => change.historyStart),
  changeColumn('n_history', 'count', (change) => change.nHistory),
  changeColumn('n_monitored', 'count', (change) => change.nMonitored),
  changeColumn('n_outliers', 'count', (change) => change.nOutliers),
  changeColumn('n_burnt', 'count', (change) => change.nBurnt),
  changeColumn('passing_after', 'day', (change) => change.passingAfter),
  changeColumn('passing_before', 'day', (change) => change.passingBefore),
  changeColumn('passing_back', 'day', (change) => change.passingBack),
  changeColumn('passing_magnitude', 'ndvi', (change) => change.passingMagnitude),
  changeColumn('min_detectable_change', 'ndvi', (change) => change.minDetectableChange),
  changeColumn('edge_fraction', 'fraction', (change) => change.edgeFraction),
  changeColumn('misregistration_ndvi', 'ndvi', (change) => change.misregistrationNdvi),
  changeColumn('control_count', 'count', (change) => change.controlCount),
  changeColumn('control_did', 'ndvi', (change) => change.controlDid),
  changeColumn('control_did_low', 'ndvi', (change) => change.controlDidLow),
  changeColumn('control_did_high', 'ndvi', (change) => change.controlDidHigh),
  changeColumn('control_slope', 'ndvi_per_year', (change) => change.controlSlope),
  changeColumn('control_z', 'number', (change) => change.controlZ),
  changeColumn('change_reason', 'text', (change) => change.reason),
  changeColumn('change_sentence', 'text', (change) => change.sentence),
];

/** Columns of `parcels`, in the order of the files. */
export const resultColumns: readonly Column<ParcelResult>[] = [
  column('parcel_id', 'text', (row) => row.parcelId),
  column('parcel_ha', 'ha', (row) => row.parcelHa),
  column('n_clear_baseline', 'count', (row) => row.nClearBaseline),
  column('n_clear_period', 'count', (row) => row.nClearPeriod),
  column('ndvi_baseline', 'ndvi', (row) => row.ndviBaseline),
  column('ndvi_period', 'ndvi', (row) => row.ndviPeriod),
  column('ndvi_change', 'ndvi', (row) => row.ndviChange),
  column('ndvi_change_se', 'ndvi', (row) => row.ndviChangeSe),
  column('cover_baseline_pct', 'pct', (row) => row.coverBaselinePct),
  column('cover_period_pct', 'pct', (row) => row.coverPeriodPct),
  column('cover_change_pct', 'pct', (row) => row.coverChangePct),
  column('loss_ha', 'ha', (row) => row.lossHa),
  column('gain_ha', 'ha', (row) => row.gainHa),
  column('stable_ha', 'ha', (row) => row.stableHa),
  column('no_data_ha', 'ha', (row) => row.noDataHa),
  column('outcome', 'text', (row) => row.outcome),
  column('reason', 'text', (row) => row.reason),
  column('finding', 'text', (row) => row.finding),
  column('class_area_se', 'text', (row) => row.classAreaSe),
  column('cover_se_pct', 'pct', (row) => row.coverSePct),
  ...changeColumns,
];

/** Columns of `changes`: one parcel in one monitored calendar year. */
export const yearColumns: readonly Column<YearChange>[] = [
  column('parcel_id', 'text', (row) => row.parcelId),
  column('year', 'count', (row) => row.year),
  column('parcel_ha', 'ha', (row) => row.parcelHa),
  column('stable_ha', 'ha', (row) => row.stableHa),
  column('loss_ha', 'ha', (row) => row.lossHa),
  column('loss_ha_se', 'ha', (row) => row.lossHaSe),
  column('lost_before_ha', 'ha', (row) => row.lostBeforeHa),
  column('burnt_ha', 'ha', (row) => row.burntHa),
  column('burnt_ha_se', 'ha', (row) => row.burntHaSe),
  column('gain_ha', 'ha', (row) => row.gainHa),
  column('gain_ha_se', 'ha', (row) => row.gainHaSe),
  column('regrown_ha', 'ha', (row) => row.regrownHa),
  column('regrown_ha_se', 'ha', (row) => row.regrownHaSe),
  column('no_data_ha', 'ha', (row) => row.noDataHa),
  column('area_se', 'text', (row) => row.areaSe),
  column('sentence', 'text', (row) => row.sentence),
];

/** Columns of `series`: one parcel on one observation that has a mean. */
export const seriesColumns: readonly Column<SeriesRow>[] = [
  column('parcel_id', 'text', (row) => row.parcelId),
  column('datetime', 'utc', (row) => row.datetime),
  column('scene_id', 'text', (row) => row.sceneId),
  column('ndvi_mean', 'ndvi', (row) => row.ndviMean),
  column('nbr_mean', 'ndvi', (row) => row.nbrMean),
  column('state', 'text', (row) => row.state),
  column('season_ndvi', 'ndvi', (row) => row.seasonNdvi),
  column('season_low', 'ndvi', (row) => row.seasonLow),
  column('season_high', 'ndvi', (row) => row.seasonHigh),
  column('control_ndvi', 'ndvi', (row) => row.controlNdvi),
  column('control_low', 'ndvi', (row) => row.controlLow),
  column('control_high', 'ndvi', (row) => row.controlHigh),
  column('control_count', 'count', (row) => row.controlCount),
];

/** Columns of `controls`: one control area of one parcel. */
export const controlColumns: readonly Column<ControlRow>[] = [
  column('parcel_id', 'text', (row) => row.parcelId),
  column('control_id', 'text', (row) => row.controlId),
  column('weight', 'number', (row) => row.weight),
  column('distance', 'number', (row) => row.distance),
  column('past_ndvi', 'ndvi', (row) => row.pastNdvi),
  column('recent_ndvi', 'ndvi', (row) => row.recentNdvi),
  column('past_slope', 'ndvi_per_year', (row) => row.pastSlope),
];

/** Columns of `control-balance`: one covariate of the matching. */
export const balanceColumns: readonly Column<BalanceRow>[] = [
  column('covariate', 'text', (row) => row.covariate),
  column('smd_pool', 'number', (row) => row.smdPool),
  column('smd_matched', 'number', (row) => row.smdMatched),
  column('within', 'text', (row) => (row.isWithin ? 'yes' : 'no')),
];

/** Columns of `months`: one parcel in one month. */
export const monthColumns: readonly Column<MonthCount>[] = [
  column('parcel_id', 'text', (row) => row.parcelId),
  column('year', 'count', (row) => row.year),
  column('month', 'count', (row) => row.month),
  column('n_acquisitions', 'count', (row) => row.nAcquisitions),
  column('n_clear', 'count', (row) => row.nClear),
];

export function isNumeric(unit: Unit): boolean {
  return unit !== 'text' && unit !== 'utc' && unit !== 'day';
}

/**
 * The published value of a cell: numbers rounded to the column's decimals, so that every export says the same figure.
 * Throws a bug error on NaN, an infinity, a broken count or a value of the wrong type: none may reach a file.
 */
export function readCell<Row>(row: Row, column: Column<Row>): Cell {
  const value = column.read(row);
  if (value === null) return null;
  if (!isNumeric(column.unit)) {
    if (typeof value === 'string' && isText(column.unit, value)) return value;
    throw brokenCell(column, value);
  }
  const isCount = column.unit !== 'count' || Number.isInteger(value);
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 1e15 || !isCount) {
    throw brokenCell(column, value);
  }
  // Adding 0 turns −0 into 0.
  return Number(value.toFixed(column.decimals)) + 0;
}

function isText(unit: Unit, value: string): boolean {
  if (unit === 'day') return /^\d{4}-\d\d-\d\d$/.test(value) && Number.isFinite(Date.parse(value));
  return unit === 'text' || isUtcTime(value);
}

function isUtcTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) && Number.isFinite(Date.parse(value));
}

function brokenCell<Row>(column: Column<Row>, value: unknown): CanopyError {
  return new CanopyError({
    kind: 'bug',
    code: 'E_BROKEN_CELL',
    message: `The value ${String(value)} cannot be written to column ${column.name} (${column.unit}). Please report this.`,
    where: column.name,
  });
}
