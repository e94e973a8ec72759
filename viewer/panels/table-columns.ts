import type { ParcelSort } from '../../shared/api.ts';

export interface TableColumn {
  readonly id: ParcelSort;
  readonly isNumber: boolean;
  /** Shown in a table of this width or more; narrower ones leave the column out. */
  readonly fromPx: number;
  /** Its own width; null takes what the others leave. */
  readonly widthPx: number | null;
}

/** In the order shown. */
const COLUMNS: readonly TableColumn[] = [
  { id: 'parcelId', isNumber: false, fromPx: 0, widthPx: null },
  { id: 'status', isNumber: false, fromPx: 0, widthPx: 164 },
  { id: 'parcelHa', isNumber: true, fromPx: 480, widthPx: 76 },
  { id: 'ndviChange', isNumber: true, fromPx: 0, widthPx: 132 },
  { id: 'coverChangePct', isNumber: true, fromPx: 600, widthPx: 112 },
  { id: 'lossHa', isNumber: true, fromPx: 760, widthPx: 76 },
  { id: 'gainHa', isNumber: true, fromPx: 760, widthPx: 80 },
  { id: 'nClearBaseline', isNumber: true, fromPx: 1020, widthPx: 126 },
  { id: 'nClearPeriod', isNumber: true, fromPx: 1020, widthPx: 126 },
];

/** Of a run that looked at change over time: what the series says comes before what two periods say. */
const CHANGE_COLUMNS: readonly TableColumn[] = [
  { id: 'parcelId', isNumber: false, fromPx: 0, widthPx: null },
  { id: 'status', isNumber: false, fromPx: 0, widthPx: 164 },
  { id: 'changeFinding', isNumber: false, fromPx: 0, widthPx: 152 },
  { id: 'changeDetected', isNumber: false, fromPx: 540, widthPx: 106 },
  { id: 'changeConfidence', isNumber: false, fromPx: 760, widthPx: 104 },
  { id: 'changeMagnitude', isNumber: true, fromPx: 880, widthPx: 124 },
  { id: 'parcelHa', isNumber: true, fromPx: 620, widthPx: 76 },
  { id: 'ndviChange', isNumber: true, fromPx: 1020, widthPx: 132 },
  { id: 'coverChangePct', isNumber: true, fromPx: 1140, widthPx: 112 },
  { id: 'lossHa', isNumber: true, fromPx: 1300, widthPx: 76 },
  { id: 'gainHa', isNumber: true, fromPx: 1300, widthPx: 80 },
  { id: 'nClearBaseline', isNumber: true, fromPx: 1560, widthPx: 126 },
  { id: 'nClearPeriod', isNumber: true, fromPx: 1560, widthPx: 126 },
];

interface Choice {
  readonly sort: ParcelSort;
  /** Whether the run looked at change over time. */
  readonly hasChange: boolean;
}

/**
 * Columns that a table of the given width shows. The one it is sorted by is always among them: where it has no room of
 * its own it takes that of the area, or in the narrowest table that of the last column.
 */
export function columnsFor(widthPx: number, { sort, hasChange }: Choice): readonly TableColumn[] {
  const columns = hasChange ? CHANGE_COLUMNS : COLUMNS;
  const shown = columns.filter((column) => column.fromPx <= widthPx);
  const sorted = columns.find((column) => column.id === sort);
  if (!sorted || shown.includes(sorted)) return shown;
  const gives = shown.some((column) => column.id === 'parcelHa') ? 'parcelHa' : shown.at(-1)!.id;
  return shown.map((column) => (column.id === gives ? sorted : column));
}

/** In tables narrower than this, an error stands under its figure instead of behind it, and words may wrap. */
export const STACKED_BELOW_PX = 480;
/** Room for the longest status on one line, where the id then still has enough. */
const STACKED_STATUS_PX = 166;
const NARROW_STATUS_PX = 130;
const NARROW_BELOW_PX = 372;
const STACKED_NUMBER_PX = 108;
/** What a series says wraps where there is no room. */
const STACKED_CHANGE_PX = 124;
const ROOMY_FROM_PX = 392;

/** Width of a column in a table of the given width; null takes what the others leave. */
export function columnWidthPx(column: TableColumn, tablePx: number): number | null {
  if (tablePx >= STACKED_BELOW_PX || column.widthPx === null) return column.widthPx;
  if (column.isNumber) return STACKED_NUMBER_PX;
  if (column.id !== 'status') return tablePx < ROOMY_FROM_PX ? STACKED_NUMBER_PX : STACKED_CHANGE_PX;
  return tablePx < NARROW_BELOW_PX ? NARROW_STATUS_PX : STACKED_STATUS_PX;
}

export interface PageRange {
  /** Position of the first and the last row, from 1; both 0 in an empty list. */
  readonly first: number;
  readonly last: number;
  readonly page: number;
  readonly pages: number;
}

export const ROWS_PER_PAGE = 100;

export function pageRange({ offset, total }: { readonly offset: number; readonly total: number }): PageRange {
  return {
    first: total === 0 ? 0 : offset + 1,
    last: Math.min(total, offset + ROWS_PER_PAGE),
    page: Math.floor(offset / ROWS_PER_PAGE),
    pages: Math.max(1, Math.ceil(total / ROWS_PER_PAGE)),
  };
}

/** Offset of the page on which a row stands. */
export function offsetOf(position: number): number {
  return Math.floor(position / ROWS_PER_PAGE) * ROWS_PER_PAGE;
}
