import { CanopyError } from '../../shared/errors.ts';
import type { Observation, ParcelResult } from '../../shared/result.ts';

export type Unit = 'ha' | 'fraction' | 'ndvi' | 'pct' | 'count' | 'text' | 'utc';

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
  const decimals = { ha: 6, fraction: 7, ndvi: 7, pct: 4, count: 0, text: 0, utc: 0 }[unit];
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
];

export function isNumeric(unit: Unit): boolean {
  return unit !== 'text' && unit !== 'utc';
}

/**
 * The published value of a cell: numbers rounded to the column's decimals, so that every export says the same figure.
 * Throws a bug error on NaN, an infinity, a broken count or a value of the wrong type: none may reach a file.
 */
export function readCell<Row>(row: Row, column: Column<Row>): Cell {
  const value = column.read(row);
  if (value === null) return null;
  if (!isNumeric(column.unit)) {
    if (typeof value === 'string' && (column.unit !== 'utc' || isUtcTime(value))) return value;
    throw brokenCell(column, value);
  }
  const isCount = column.unit !== 'count' || Number.isInteger(value);
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 1e15 || !isCount) {
    throw brokenCell(column, value);
  }
  // Adding 0 turns −0 into 0.
  return Number(value.toFixed(column.decimals)) + 0;
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
