import type { JsonValue } from '../../../shared/parcel-check.ts';
import type { ExportColumn, ExportRow, ExportTable } from './table.ts';

/** Numbers of parcels and names in sentences. */
export function counted(count: number, noun = 'parcel'): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `"${name.slice(0, 60)}"`);
  return names.length > 8 ? `${shown.join(', ')} and ${names.length - 8} more` : shown.join(', ');
}

/** Columns for which some row has a value that `test` is true of. */
export function columnsWhere(
  { columns, rows }: ExportTable,
  test: (value: JsonValue | undefined, column: ExportColumn, row: ExportRow) => boolean,
): string[] {
  const found = columns.filter((column) => rows.some((row) => test(row.values.get(column.name), column, row)));
  return found.map(({ name }) => name);
}

/** A table cannot tell an attribute that was not said from one that was said to be nothing. */
export function limitOfAbsent(table: ExportTable): string[] {
  const names = columnsWhere(table, (value) => value === undefined);
  if (names.length === 0) return [];
  return [`Only some parcels have ${listed(names)}; here every parcel has every column, and those are empty (null).`];
}

/** Keeps the first `most` columns. */
export function fitColumns(table: ExportTable, most: number): { table: ExportTable; limits: string[] } {
  if (table.columns.length <= most) return { table, limits: [] };
  const left = table.columns.slice(most).map(({ name }) => name);
  const limit = `The format has room for ${most} columns; left out: ${listed(left)}.`;
  return { table: { ...table, columns: table.columns.slice(0, most) }, limits: [limit] };
}

const NOT_TEXT = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** What XML 1.0 has no way to write. */
const NOT_XML = new RegExp(`${NOT_TEXT.source}|[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]`, 'g');

/**
 * The table with texts that the format can hold: signs that it cannot become U+FFFD, in values (JSON
 * escapes those inside lists), and a sentence says in which columns.
 */
export function cleanTexts(table: ExportTable, kind: 'utf-8' | 'xml'): { table: ExportTable; limits: string[] } {
  const pattern = kind === 'xml' ? NOT_XML : NOT_TEXT;
  const changed = new Set<string>();
  const clean = (name: string, text: string) => {
    const cleaned = text.replaceAll(pattern, '\ufffd');
    if (cleaned !== text) changed.add(name);
    return cleaned;
  };
  const rows = table.rows.map((row): ExportRow => {
    const values = [...row.values].map(([name, value]): [string, JsonValue] => [
      name,
      typeof value === 'string' ? clean(name, value) : value,
    ]);
    return { ...row, id: row.id.replaceAll(pattern, '\ufffd'), values: new Map(values) };
  });
  const limits =
    changed.size === 0 ? [] : [`Signs that the format cannot hold were replaced by \ufffd in ${listed([...changed])}.`];
  return { table: { ...table, rows }, limits };
}

/** Names that a format cannot write, takes for the same (case), or keeps for itself, made different; a sentence says which. */
export function distinctNames(
  table: ExportTable,
  rule: { readonly reserved: readonly string[]; readonly shorten: (name: string, suffix: string) => string },
): { names: ReadonlyMap<string, string>; limits: string[] } {
  const taken = new Set(rule.reserved.map((name) => name.toLowerCase()));
  const names = new Map<string, string>();
  for (const { name } of table.columns) {
    let given = rule.shorten(name, '');
    for (let n = 2; given === '' || taken.has(given.toLowerCase()); n++)
      given = rule.shorten(name === '' ? 'column' : name, `_${n}`);
    taken.add(given.toLowerCase());
    names.set(name, given);
  }
  const changed = [...names].filter(([name, given]) => name !== given);
  const pairs = changed.map(([name, given]) => `${given} = ${name.slice(0, 80)}`).join(', ');
  return { names, limits: changed.length === 0 ? [] : [`Columns have other names here: ${pairs}.`] };
}

/** Text of a value where the format has only text. */
export function textOfValue(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
