import { type Column, isNumeric, readCell } from './tables.ts';

/**
 * A table as CSV (RFC 4180 quoting, LF line ends, UTF-8, header, fixed decimals, null as an empty cell), rows in the
 * order given. A text cell that a spreadsheet would run as a formula gets a leading apostrophe: one that starts with
 * = + - @ TAB or CR, apostrophes before that not counted, and is not a plain number. Taking one apostrophe off such a
 * cell gives back the text as it was.
 */
export function formatCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => column.name).join(',')];
  for (const row of rows) lines.push(columns.map((column) => formatCell(row, column)).join(','));
  return `${lines.join('\n')}\n`;
}

function formatCell<Row>(row: Row, column: Column<Row>): string {
  const value = readCell(row, column);
  if (value === null) return '';
  if (typeof value === 'number') return value.toFixed(column.decimals);
  return isNumeric(column.unit) ? quote(value) : formatText(value);
}

/** A text cell, safe in a spreadsheet and quoted where it has to be: see `formatCsv`. */
export function formatText(text: string): string {
  return quote(guardFormula(text));
}

function guardFormula(text: string): string {
  const isFormula = /^'*[=+\-@\t\r]/.test(text) && !/^[+-]\d+(\.\d+)?$/.test(text);
  return isFormula ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
