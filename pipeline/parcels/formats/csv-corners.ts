import type { CheckFinding } from '../../../shared/parcel-check.ts';
import { parseCoordinate } from './coordinate-text.ts';
import type { CsvRow, CsvTable } from './csv.ts';
import { type CsvLayout, findGroupColumn } from './csv-columns.ts';
import { finding, shownText } from './findings.ts';
import { readProperties } from './properties.ts';

type Position = readonly (number | string)[];

/** Parcels of a table with one row a corner: rows of one id, by their order column or as they stand. */
export function readCornerRows(
  table: CsvTable,
  layout: CsvLayout & { readonly kind: 'corner' },
): { features: readonly CsvRow[]; notes: readonly string[] } {
  const { rows, headings, name } = table;
  const used = [layout.x, layout.y, ...(layout.order === null ? [] : [layout.order])];
  const group = findGroupColumn(headings, rows, used);
  const groups = new Map<string, number[]>();
  for (const [index, row] of rows.entries()) {
    const key = group === null ? '' : (row[group]?.trim() ?? '');
    const members = groups.get(key);
    if (members) members.push(index);
    else groups.set(key, [index]);
  }
  const features = [...groups].map(([key, members]) => readGroup(table, members, { layout, group, id: key }));
  const notes = [
    `Each row of ${name} is a corner; corners were joined ${layout.order === null ? 'in the order of the rows' : `in the order of "${shownText(headings[layout.order]!)}"`}, the last with the first.`,
  ];
  if (group === null)
    notes.push(
      `No column of ${name} tells parcels apart; all ${rows.length} corners were taken for one parcel. Add a column "parcel" if they are several.`,
    );
  return { features, notes };
}

function readGroup(
  table: CsvTable,
  members: readonly number[],
  { layout, group, id }: { layout: CsvLayout & { readonly kind: 'corner' }; group: number | null; id: string },
): CsvRow {
  const { rows, lines } = table;
  const [first, last] = [lines[members[0]!]!, lines[members.at(-1)!]!];
  const place = first === last ? (`line ${first}` as const) : (`lines ${first} to ${last}` as const);
  const sorted = layout.order === null ? { order: members, findings: [] } : sortMembers(table, members, layout.order);
  const positions = sorted.order.map((index): Position => {
    const row = rows[index]!;
    return [cellOf(row[layout.x] ?? '', lines[index]!), cellOf(row[layout.y] ?? '', lines[index]!)];
  });
  const skipped = new Set([layout.x, layout.y, layout.order, ...(group === null ? [] : [group])]);
  const { properties, findings } = readProperties(constantCells(table, members, skipped));
  const scattered = group !== null && layout.order === null && !isRun(members) ? [scatteredFinding()] : [];
  const featureId = group === null || id === '' ? undefined : id;
  const all = [...findings, ...sorted.findings, ...scattered];
  return {
    geometry: { type: 'Polygon', coordinates: [close(positions)] },
    srid: null,
    properties,
    featureId,
    place,
    findings: all,
  };
}

/** Corners of a row in numbered columns; those left empty at the end are none. */
export function readNumberedRow(
  row: readonly string[],
  corners: readonly { readonly x: number; readonly y: number }[],
): { geometry: unknown; findings: readonly CheckFinding[] } {
  const cells = corners.map(({ x, y }) => [row[x]?.trim() ?? '', row[y]?.trim() ?? ''] as const);
  while (cells.length > 0 && cells.at(-1)!.every((cell) => cell === '')) cells.pop();
  if (cells.length === 0) return { geometry: null, findings: [] };
  const positions = cells.map(
    (pair, index): Position => pair.map((cell) => parseCoordinate(cell) ?? `${shownText(cell)} (corner ${index + 1})`),
  );
  return { geometry: { type: 'Polygon', coordinates: [close(positions)] }, findings: [] };
}

/** The number in a cell, or its text with its line, for the check to find. */
function cellOf(cell: string, line: number): number | string {
  return parseCoordinate(cell) ?? `${shownText(cell.trim())} (line ${line})`;
}

/** A list of corners means the area between them: to repeat the first at the end is a matter of GeoJSON. */
function close(positions: readonly Position[]): readonly Position[] {
  const [first, last] = [positions[0]!, positions.at(-1)!];
  return positions.length < 3 || (first[0] === last[0] && first[1] === last[1]) ? positions : [...positions, first];
}

/** Members by the whole number in their order cell, `P12` included; as they stand, with a finding, where that fails. */
function sortMembers(
  table: CsvTable,
  members: readonly number[],
  column: number,
): { order: readonly number[]; findings: readonly CheckFinding[] } {
  const numbers = members.map((index) =>
    Number(/^\D*(\d{1,9})$/.exec(table.rows[index]![column]?.trim() ?? '')?.[1] ?? Number.NaN),
  );
  if (numbers.some(Number.isNaN) || new Set(numbers).size < numbers.length) {
    const heading = shownText(table.headings[column]!);
    const text = `The order of its corners is not clear: "${heading}" has no number in a row, or one twice. Number its corners 1, 2, 3 and so on.`;
    return { order: members, findings: [finding('corner-order', 'error', text, { values: { heading } })] };
  }
  const position = new Map(members.map((index, i) => [index, numbers[i]!]));
  return { order: members.toSorted((a, b) => position.get(a)! - position.get(b)!), findings: [] };
}

function isRun(members: readonly number[]): boolean {
  return members.at(-1)! - members[0]! === members.length - 1;
}

function scatteredFinding(): CheckFinding {
  const text =
    'Its corners stand in several places of the table and no column gives their order; they were joined as they stand. Look at its shape.';
  return finding('corners-scattered', 'warning', text);
}

/** Cells that are the same in all rows of a parcel: what differs belongs to a corner. */
function* constantCells(
  table: CsvTable,
  members: readonly number[],
  skipped: ReadonlySet<number | null>,
): Iterable<[string, string | null]> {
  const first = table.rows[members[0]!]!;
  for (const [column, heading] of table.headings.entries()) {
    if (skipped.has(column)) continue;
    const cell = first[column]?.trim() ?? '';
    if (members.every((index) => (table.rows[index]![column]?.trim() ?? '') === cell))
      yield [heading, cell === '' ? null : cell];
  }
}
