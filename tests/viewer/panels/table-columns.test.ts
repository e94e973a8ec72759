import { describe, expect, it } from 'vitest';
import { PARCEL_SORTS } from '../../../shared/api.ts';
import { columnsFor, columnWidthPx, offsetOf, pageRange } from '../../../viewer/panels/table-columns.ts';

const idsFor = (widthPx: number, sort: (typeof PARCEL_SORTS)[number] = 'parcelId') =>
  columnsFor(widthPx, sort).map((column) => column.id);

describe('columns', () => {
  it('are 3 in a column of 340 pixels and all 9 in a table of 1040', () => {
    expect(idsFor(340)).toEqual(['parcelId', 'status', 'ndviChange']);
    expect(idsFor(1040)).toEqual(PARCEL_SORTS);
  });

  it.each(PARCEL_SORTS)('always include the one sorted by, %s, without getting more', (sort) => {
    for (const widthPx of [340, 390, 500, 640, 800, 1000]) {
      expect(idsFor(widthPx, sort)).toContain(sort);
      expect(idsFor(widthPx, sort)).toHaveLength(idsFor(widthPx).length);
      expect(new Set(idsFor(widthPx, sort)).size).toBe(idsFor(widthPx).length);
    }
  });
});

describe('pages', () => {
  it('of 100,000 parcels are 1,000, the first from 1 to 100', () => {
    expect(pageRange({ offset: 0, total: 100_000 })).toEqual({ first: 1, last: 100, page: 0, pages: 1000 });
    expect(pageRange({ offset: 99_900, total: 100_000 })).toEqual({
      first: 99_901,
      last: 100_000,
      page: 999,
      pages: 1000,
    });
  });

  it('of 60 parcels are 1, of none 1 with 0 to 0', () => {
    expect(pageRange({ offset: 0, total: 60 })).toEqual({ first: 1, last: 60, page: 0, pages: 1 });
    expect(pageRange({ offset: 0, total: 0 })).toEqual({ first: 0, last: 0, page: 0, pages: 1 });
  });

  it('begin at 100 for the rows 100 to 199', () => {
    expect([99, 100, 199, 200].map(offsetOf)).toEqual([0, 100, 100, 200]);
  });
});

describe('widths', () => {
  it('leave the id 100 pixels and more at any width from 340 on', () => {
    for (let widthPx = 340; widthPx <= 1400; widthPx += 10) {
      const taken = columnsFor(widthPx, 'parcelId').reduce(
        (sum, column) => sum + (columnWidthPx(column, widthPx) ?? 0),
        0,
      );
      expect(widthPx - taken, `${widthPx} px`).toBeGreaterThanOrEqual(100);
    }
  });
});
