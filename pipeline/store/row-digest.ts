import { createHash } from 'node:crypto';
import {
  RUN_TABLES,
  type RunFindings,
  type RunTableName,
  rowsOfRun,
  type SqlColumn,
  type SqlRow,
  type SqlType,
} from './run-rows.ts';

/** What proves the rows of one table, whatever their order. */
export interface RowDigest {
  readonly rows: number;
  /** SHA-256 of the sorted SHA-256 of the rows. */
  readonly sha256: string;
}

export type RowDigests = Readonly<Partial<Record<RunTableName, RowDigest>>>;

/** Digests of all rows that a run will have in the database, its own row of `run` excepted. */
export function digestRows(run: RunFindings): RowDigests {
  const rows = rowsOfRun(run);
  const names = Object.keys(RUN_TABLES) as RunTableName[];
  return Object.fromEntries(
    names.map((name) => {
      const digest = createRowDigest();
      for (const row of rows[name]) digest.add(canonicalRow(row, RUN_TABLES[name].columns));
      return [name, digest.end()];
    }),
  );
}

/** Takes canonical rows one by one, in any order. */
export function createRowDigest(): { add(cells: readonly string[]): void; end(): RowDigest } {
  const hashes: string[] = [];
  return {
    // 32 characters of one byte each: half of what hexadecimal digits take.
    add: (cells) =>
      void hashes.push(
        createHash('sha256')
          .update(`[${cells.join(',')}]`)
          .digest()
          .toString('latin1'),
      ),
    end: () => {
      const whole = createHash('sha256');
      for (const hash of hashes.sort()) whole.update(hash, 'latin1');
      return { rows: hashes.length, sha256: whole.digest('hex') };
    },
  };
}

/** The cells of a row as texts that are equal exactly where the values are, in the order of the columns. */
export function canonicalRow(row: SqlRow, columns: readonly SqlColumn[]): string[] {
  return columns.map(({ name, type }) => canonicalCell(row[name], type));
}

/**
 * One text for each value of a type, whether it comes from a run, from a file or, as `to_json` has it, from the
 * database: 2023-08-10T10:12:13.456Z and 2023-08-10T10:12:13.456+00:00 are one moment. What is no value of the type
 * has a text too.
 */
export function canonicalCell(value: unknown, type: SqlType): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (type === 'timestamptz') return JSON.stringify(canonicalMoment(String(value)));
  if (type === 'box') return JSON.stringify(canonicalBox(String(value)));
  return canonicalJson(value);
}

/** JSON with the members of objects in one order, as `jsonb` does not keep theirs. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

/** UTC with the microseconds that PostgreSQL keeps, noughts at the end left out. */
function canonicalMoment(text: string): string {
  const match = /^(.+?)[T ](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00(?::00)?)$/.exec(text);
  if (!match) return text;
  const fraction = (match[3] ?? '').replace(/\.?0+$/, '');
  return `${match[1]}T${match[2]}${fraction}Z`;
}

/** PostgreSQL gives the upper right corner first, whatever it was given. */
export function canonicalBox(text: string): string {
  const corners = text.split(/[(),]+/).filter((part) => part !== '');
  const [a, b, c, d] = corners.map(Number);
  if (corners.length !== 4) return text;
  return `(${Math.max(a!, c!)},${Math.max(b!, d!)}),(${Math.min(a!, c!)},${Math.min(b!, d!)})`;
}
