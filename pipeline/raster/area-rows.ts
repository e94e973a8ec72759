import type { Grid, Window } from '../../shared/grid.ts';
import { cellAreasHa } from './cell-area.ts';

/** Areas of the cells of one window after the other, each row measured when it is first asked for and then kept. */
export interface AreaRows {
  /** Hectares; valid from what `rowAt` returned on, for the width of the window. */
  ha: Float64Array;
  open(window: Window): void;
  /** Index in `ha` of the first cell of the window in this row of the grid. */
  rowAt(row: number): number;
}

export function createAreaRows(grid: Grid): AreaRows {
  const areas = cellAreasHa(grid);
  let window: Window = { col: 0, row: 0, widthPx: 0, heightPx: 0 };
  let isDone = new Uint8Array(0);
  const rows: AreaRows = {
    ha: new Float64Array(0),
    open(next) {
      window = next;
      if (rows.ha.length < next.widthPx * next.heightPx) rows.ha = new Float64Array(next.widthPx * next.heightPx);
      isDone = new Uint8Array(next.heightPx);
    },
    rowAt(row) {
      const place = row - window.row;
      const at = place * window.widthPx;
      if (isDone[place] === 0) {
        areas.fillRow(row, window.col, window.widthPx, rows.ha.subarray(at, at + window.widthPx));
        isDone[place] = 1;
      }
      return at;
    },
  };
  return rows;
}
