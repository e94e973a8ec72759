import { RUN_TABLES, type SqlColumn } from '../../pipeline/store/run-rows.ts';
import type { SqlClient } from '../../pipeline/store/sql.ts';
import type { Random } from '../demo/random.ts';
import type { Mutation } from './mutate-files.ts';

/** The row of the run itself, as far as every bit of it counts. */
const RUN_COLUMNS: readonly SqlColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'project_id', type: 'text' },
  { name: 'synthetic', type: 'boolean' },
  { name: 'record', type: 'jsonb' },
  { name: 'saved_at', type: 'timestamptz' },
  { name: 'record_sha256', type: 'text' },
  { name: 'saved_sha256', type: 'text' },
];
const RUN_ID: SqlColumn = { name: 'run_id', type: 'text' };

interface MutableTable {
  readonly name: string;
  /** Those that are proven. */
  readonly columns: readonly SqlColumn[];
  /** Whether nothing tells that a row has gone. */
  readonly mayLoseRows?: boolean;
}

const text = (...names: string[]) => names.map((name): SqlColumn => ({ name, type: 'text' }));
const TOKEN: SqlColumn = { name: 'token', type: 'integer' };

/** The record of work without times, workers and errors; dead letters here were all answered by a later attempt. */
const WORK_TABLES: readonly MutableTable[] = [
  { name: 'work_run', columns: text('id', 'label', 'place', 'plan', 'algorithm', 'state') },
  { name: 'work_unit', columns: [...text('run_id', 'key', 'state'), TOKEN] },
  {
    name: 'unit_result',
    columns: [...text('run_id', 'key', 'sha256'), TOKEN, { name: 'bytes', type: 'double precision' }],
  },
  { name: 'dead_letter', columns: text('run_id', 'key', 'resolution'), mayLoseRows: true },
];

const TABLES: readonly MutableTable[] = [
  { name: 'run', columns: RUN_COLUMNS },
  ...Object.values(RUN_TABLES).map(({ name, columns, isShared }) => {
    return { name, columns: isShared ? columns : [RUN_ID, ...columns] };
  }),
  ...WORK_TABLES,
];

/** Bit rot knows no rules: takes keys, references, checks and `not null` off the tables of runs and of their work. */
export async function dropConstraints(sql: SqlClient): Promise<void> {
  for (const { name, columns } of TABLES) {
    const rows = await sql.query<{ conname: string }>(
      "select conname from pg_constraint where conrelid = $1::regclass and contype <> 'n' order by conname",
      [name],
    );
    for (const { conname } of rows)
      await sql.execute(`alter table ${name} drop constraint if exists "${conname}" cascade`);
    const unique = await sql.query<{ index: string }>(
      'select indexrelid::regclass::text as index from pg_index where indrelid = $1::regclass and indisunique',
      [name],
    );
    for (const { index } of unique) await sql.execute(`drop index ${index}`);
    for (const column of columns) await sql.execute(`alter table ${name} alter column ${column.name} drop not null`);
  }
}

/** Changes one value, takes one row away or doubles one, in a random table that has rows. */
export async function mutateRow(sql: SqlClient, random: Random): Promise<Mutation> {
  for (;;) {
    const table = TABLES[Math.floor(random() * TABLES.length)]!;
    const [count] = await sql.query<{ n: number }>(`select count(*)::int as n from ${table.name}`);
    if (count!.n === 0) continue;
    const offset = Math.floor(random() * count!.n);
    const [row] = await sql.query<{ at: string; row: Record<string, unknown> }>(
      `select t.ctid::text as at, to_json(t) as row from ${table.name} t order by t.ctid offset ${offset} limit 1`,
    );
    const done = await changeRow(sql, table, row!, random);
    if (done !== null) return { what: `${table.name}: ${done}`, place: table.name };
  }
}

async function changeRow(
  sql: SqlClient,
  { name, columns, mayLoseRows = false }: MutableTable,
  { at, row }: { readonly at: string; readonly row: Record<string, unknown> },
  random: Random,
): Promise<string | null> {
  const chance = random();
  if (chance < 0.1 && !mayLoseRows) {
    await sql.query(`delete from ${name} where ctid = $1::tid`, [at]);
    return `row ${at} removed`;
  }
  if (chance < 0.2) {
    await sql.query(`insert into ${name} select * from ${name} where ctid = $1::tid`, [at]);
    return `row ${at} doubled`;
  }
  const column = columns[Math.floor(random() * columns.length)]!;
  const value = row[column.name] ?? null;
  const text = changeValue(value, column, random);
  if (text === undefined) return null;
  await sql.query(`update ${name} set ${column.name} = $2::text::${column.type} where ctid = $1::tid`, [at, text]);
  return `${column.name} of row ${at} from ${JSON.stringify(value)?.slice(0, 80)} to ${text?.slice(0, 80)}`;
}

/** Another value of the column's type as text, null for none; undefined where chance gave the same one. */
function changeValue(value: unknown, { type }: SqlColumn, random: Random): string | null | undefined {
  if (value !== null && random() < 0.08) return null;
  switch (type) {
    case 'boolean':
      return String(value !== true);
    case 'integer':
      return String(((value as number | null) ?? 0) + (random() < 0.5 ? 1 : -1));
    case 'double precision':
      return value === null ? '0' : flipDouble(Number(value), random);
    case 'date':
      return value === null
        ? '2020-02-29'
        : new Date(Date.parse(String(value)) + 86_400_000).toISOString().slice(0, 10);
    case 'timestamptz':
      return value === null ? '2020-02-29T00:00:00Z' : String(value).replace(/(\.\d+)?(\+|Z)/, '.000001$2');
    case 'box':
      return value === null ? '(1,1),(0,0)' : changeNumber(String(value), random);
    case 'jsonb':
      return JSON.stringify(changeJson(value, random));
    default:
      return changeText((value as string | null) ?? '', random);
  }
}

function changeText(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const other = String.fromCharCode(97 + Math.floor(random() * 26));
  const isInsertion = at === text.length || random() < 0.3 || text[at] === other;
  return text.slice(0, at) + other + text.slice(isInsertion ? at : at + 1);
}

/** One of the 64 bits turned. */
function flipDouble(value: number, random: Random): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bit = Math.floor(random() * 64);
  view.setUint8(bit >> 3, view.getUint8(bit >> 3) ^ (1 << (bit & 7)));
  const flipped = view.getFloat64(0);
  return Object.is(flipped, -0) ? '-0' : String(flipped);
}

function changeNumber(text: string, random: Random): string {
  const numbers = [...text.matchAll(/-?[\d.]+(?:e[+-]?\d+)?/g)];
  const { 0: found, index } = numbers[Math.floor(random() * numbers.length)]!;
  return text.slice(0, index) + String(Number(found) + 2 ** -40) + text.slice(index + found.length);
}

/** One leaf or name somewhere in a JSON value changed. */
function changeJson(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0) {
    const at = Math.floor(random() * value.length);
    if (random() < 0.05) return value.toSpliced(at, 1);
    return value.with(at, changeJson(value[at], random));
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    const names = Object.keys(value);
    const name = names[Math.floor(random() * names.length)]!;
    const { [name]: member, ...rest } = value as Record<string, unknown>;
    return random() < 0.05 ? { ...rest, [`${name}x`]: member } : { ...rest, [name]: changeJson(member, random) };
  }
  if (typeof value === 'number') return value === 0 ? 1 : value * (1 + 2 ** -50);
  if (typeof value === 'boolean') return !value;
  return typeof value === 'string' ? changeText(value, random) : 'something';
}
