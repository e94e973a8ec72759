import type { ParcelSort } from '../../shared/api.ts';

export interface TableColumn {
  readonly id: ParcelSort;
  readonly isNumber: boolean;
  /** Width in a table of this many pixels or more; narrower tables leave the column out. */
  readonly fromPx: number;
}

/** In the order shown. */
const COLUMNS: readonly TableColumn[] = [
  { id: 'parcelId', isNumber: false, fromPx: 0 },
  { id: 'status', isNumber: false, fromPx: 0 },
  { id: 'parcelHa', isNumber: true, fromPx: 400 },
  { id: 'ndviChange', isNumber: true, fromPx: 0 },
  { id: 'coverChangePct', isNumber: true, fromPx: 500 },
  { id: 'lossHa', isNumber: true, fromPx: 600 },
  { id: 'gainHa', isNumber: true, fromPx: 600 },
  { id: 'nClearBaseline', isNumber: true, fromPx: 760 },
  { id: 'nClearPeriod', isNumber: true, fromPx: 760 },
];

/**
 * Columns that a table of the given width shows. The one it is sorted by is always among them: where it has no room of
 * its own it takes that of the area, or in the narrowest table that of the NDVI change.
 */
export function columnsFor(widthPx: number, sort: ParcelSort): readonly TableColumn[] {
  const shown = COLUMNS.filter((column) => column.fromPx <= widthPx);
  if (shown.some((column) => column.id === sort)) return shown;
  const sorted = COLUMNS.find((column) => column.id === sort)!;
  const gives = shown.some((column) => column.id === 'parcelHa') ? 'parcelHa' : 'ndviChange';
  return shown.map((column) => (column.id === gives ? sorted : column));
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
