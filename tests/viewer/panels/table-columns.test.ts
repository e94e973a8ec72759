import { describe, expect, it } from 'vitest';
import { PARCEL_SORTS } from '../../../shared/api.ts';
import { columnsFor, columnWidthPx, offsetOf, pageRange } from '../../../viewer/panels/table-columns.ts';

type Sort = (typeof PARCEL_SORTS)[number];
const PLAIN = PARCEL_SORTS.filter((sort) => !sort.startsWith('change'));

const idsFor = (widthPx: number, sort: Sort = 'parcelId', hasChange = false) =>
  columnsFor(widthPx, { sort, hasChange }).map((column) => column.id);

describe('columns', () => {
  it('are 3 in a column of 340 pixels and all 9 in a table of 1040', () => {
    expect(idsFor(340)).toEqual(['parcelId', 'status', 'ndviChange']);
    expect(idsFor(1040)).toEqual(PLAIN);
  });

  it('say in a run with change over time what the series says: 3 in 340 pixels, all 13 in 1560', () => {
    expect(idsFor(340, 'parcelId', true)).toEqual(['parcelId', 'status', 'changeFinding']);
    expect(idsFor(1560, 'parcelId', true).toSorted()).toEqual(PARCEL_SORTS.toSorted());
    // A link of a run with change keeps its sorting where there is none.
    expect(idsFor(340, 'changeFinding')).toEqual(idsFor(340));
  });

  it.each([
    ...PLAIN.map((sort): [Sort, boolean] => [sort, false]),
    ...PARCEL_SORTS.map((sort): [Sort, boolean] => [sort, true]),
  ])('always include the one sorted by, %s (change over time: %s), without getting more', (sort, hasChange) => {
    for (const widthPx of [340, 390, 500, 640, 800, 1000]) {
      const plain = idsFor(widthPx, 'parcelId', hasChange);
      const ids = idsFor(widthPx, sort, hasChange);
      expect(ids).toContain(sort);
      expect(ids).toHaveLength(plain.length);
      expect(new Set(ids).size).toBe(plain.length);
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
      for (const hasChange of [false, true]) {
        const columns = columnsFor(widthPx, { sort: 'parcelId', hasChange });
        const taken = columns.reduce((sum, column) => sum + (columnWidthPx(column, widthPx) ?? 0), 0);
        expect(widthPx - taken, `${widthPx} px`).toBeGreaterThanOrEqual(100);
      }
    }
  });
});
