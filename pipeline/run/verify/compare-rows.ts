import type { RunTable } from '../../store/run-rows.ts';
import { type Difference, NEXT, shorten } from './findings.ts';

/** A row as it should be: one canonical text a column, undefined where nothing but its digest says what it should be. */
export type WantedCells = readonly (string | undefined)[];

export interface WantedRow {
  /** Values of the key columns, canonical. */
  readonly key: string;
  /** Made when its turn comes: a table may have millions of rows. */
  readonly cells: () => WantedCells;
}

export interface RowComparison {
  /** Takes the next row of the database, canonical. */
  take(cells: readonly string[]): void;
  /** After the last row: one difference for each value, row missing and row too many. */
  end(): Difference[];
}

export function keyOf(cells: WantedCells, table: RunTable): string {
  return indexesOf(table)
    .map((index) => cells[index])
    .join(' ');
}

function indexesOf({ key, columns }: RunTable): number[] {
  return key.map((name) => columns.findIndex((column) => column.name === name));
}

/**
 * Compares rows, which may come in any order, with those of a verified file. Rows of one key are matched where they are
 * equal first, so that of two copies only one is too many.
 */
export function compareRows(table: RunTable, wanted: Iterable<WantedRow>, source: string): RowComparison {
  const left = new Map<string, WantedRow[]>();
  for (const row of wanted) {
    const rows = left.get(row.key);
    if (rows) rows.push(row);
    else left.set(row.key, [row]);
  }
  const strange: { readonly key: string; readonly cells: readonly string[] }[] = [];
  return {
    take(cells) {
      const key = keyOf(cells, table);
      const rows = left.get(key) ?? [];
      const at = rows.findIndex((row) => isEqual(row.cells(), cells));
      if (at === -1) strange.push({ key, cells });
      else if (rows.length > 1) rows.splice(at, 1);
      else left.delete(key);
    },
    end() {
      const differences: Difference[] = [];
      for (const { key, cells } of strange) {
        const partner = left.get(key)?.shift();
        if (partner) differences.push(...compareCells(table, partner.cells(), cells, source));
        else differences.push(wholeRow(table, cells, `no such row (${source})`, 'a row'));
      }
      for (const rows of left.values())
        for (const row of rows) differences.push(wholeRow(table, row.cells(), `the row (${source})`, 'none'));
      return differences;
    },
  };
}

function isEqual(wanted: WantedCells, got: readonly string[]): boolean {
  return wanted.every((cell, index) => cell === undefined || cell === got[index]);
}

function compareCells(table: RunTable, wanted: WantedCells, got: readonly string[], source: string): Difference[] {
  return table.columns.flatMap(({ name }, index) => {
    const cell = wanted[index];
    if (cell === undefined || cell === got[index]) return [];
    return [
      {
        place: table.name,
        key: describeKey(table, got),
        column: name,
        wanted: `${shorten(cell)} (${source})`,
        got: shorten(got[index]!),
        next: NEXT.row,
      },
    ];
  });
}

function wholeRow(table: RunTable, cells: WantedCells, wanted: string, got: string): Difference {
  return { place: table.name, key: describeKey(table, cells), column: null, wanted, got, next: NEXT.row };
}

/** Such as `parcel_id "P-3", scene_id "S2A_…"`. */
export function describeKey(table: RunTable, cells: WantedCells): string {
  const indexes = indexesOf(table);
  return table.key.map((name, i) => `${name} ${shorten(cells[indexes[i]!] ?? '?')}`).join(', ');
}
