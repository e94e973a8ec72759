import { inputError } from '../../../shared/errors.ts';

export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line of the text on which it begins, from 1. */
  readonly line: number;
}

interface Limits {
  readonly records: number;
  readonly cells: number;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * The records of a CSV text (RFC 4180, any delimiter of one character, LF, CR or both), empty ones left out, in one pass
 * that ends with an error as soon as there are more records, or cells in one, than `limits`. Throws E_CSV.
 */
export function parseCsv(
  text: string,
  { delimiter, name, limits }: { readonly delimiter: string; readonly name: string; readonly limits: Limits },
): CsvRecord[] {
  const scan = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0, line: 1, name };
  const divider = delimiter.charCodeAt(0);
  const records: CsvRecord[] = [];
  while (scan.at < text.length) {
    const line = scan.line;
    const cells: string[] = [];
    let isFilled = false;
    for (;;) {
      const cell = text.charCodeAt(scan.at) === QUOTE ? readQuoted(scan, divider) : readPlain(scan, divider);
      isFilled ||= cell.trim() !== '';
      cells.push(cell);
      if (cells.length > limits.cells) {
        throw fault(
          name,
          `has more than ${limits.cells.toLocaleString('en')} cells on line ${line}. Take out columns that are not needed`,
        );
      }
      if (text.charCodeAt(scan.at) !== divider) break;
      scan.at += 1;
      // A divider at the very end has an empty cell behind it.
      if (scan.at >= text.length) cells.push('');
      if (scan.at >= text.length) break;
    }
    skipLineEnd(scan);
    if (!isFilled) continue;
    records.push({ cells, line });
    if (records.length > limits.records) {
      throw fault(name, `has more than ${(limits.records - 1).toLocaleString('en')} rows. Divide it and try again`);
    }
  }
  return records;
}

interface Scan {
  readonly text: string;
  at: number;
  line: number;
  readonly name: string;
}

function readPlain(scan: Scan, divider: number): string {
  const { text } = scan;
  const start = scan.at;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === divider || code === LF || code === CR) break;
  }
  scan.at = at;
  return text.slice(start, at);
}

/** Reads a cell in quotation marks, of which two stand for one; behind it only a divider or the line's end may come. */
function readQuoted(scan: Scan, divider: number): string {
  const { text, line } = scan;
  let cell = '';
  let start = scan.at + 1;
  for (;;) {
    const quote = text.indexOf('"', start);
    if (quote === -1)
      throw fault(scan.name, `has a quotation mark on line ${line} that is not closed. Save it again as CSV`);
    cell += text.slice(start, quote);
    if (text.charCodeAt(quote + 1) !== QUOTE) {
      scan.at = quote + 1;
      break;
    }
    cell += '"';
    start = quote + 2;
  }
  for (let at = text.indexOf('\n', start); at !== -1 && at < scan.at; at = text.indexOf('\n', at + 1)) scan.line += 1;
  const next = text.charCodeAt(scan.at);
  if (scan.at < text.length && next !== divider && next !== LF && next !== CR) {
    throw fault(scan.name, `has a quotation mark too much or too few on line ${scan.line}. Save it again as CSV`);
  }
  return cell;
}

function skipLineEnd(scan: Scan): void {
  const { text } = scan;
  if (scan.at >= text.length) return;
  scan.at += text.charCodeAt(scan.at) === CR && text.charCodeAt(scan.at + 1) === LF ? 2 : 1;
  scan.line += 1;
}

function fault(name: string, text: string): Error {
  return inputError('E_CSV', `${name} ${text}.`, name);
}
