/**
 * The cells of one row as `formatCsv` writes it: RFC 4180 quoting, and one apostrophe taken off cells that a spreadsheet
 * would have run as a formula.
 */
export function splitCsvRow(row: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= row.length; ) {
    if (row[at] !== '"') {
      const comma = row.indexOf(',', at);
      const end = comma === -1 ? row.length : comma;
      cells.push(unguard(row.slice(at, end)));
      at = end + 1;
      continue;
    }
    const end = endOfQuoted(row, at);
    cells.push(unguard(row.slice(at + 1, end).replaceAll('""', '"')));
    at = end + 2;
  }
  return cells;
}

/** Place of the quotation mark that closes the one at `open`; the row's end where none does. */
function endOfQuoted(row: string, open: number): number {
  for (let at = open + 1; at < row.length; at += 1) {
    if (row[at] !== '"') continue;
    if (row[at + 1] !== '"') return at;
    at += 1;
  }
  return row.length;
}

function unguard(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
