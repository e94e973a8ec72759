/**
 * The text of a CSV cell without the apostrophe that keeps a spreadsheet from running it as a formula: one is taken off
 * where the rest, further apostrophes aside, starts with = + - @ TAB or CR. The other way round is `formatText`.
 */
export function unguardText(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
