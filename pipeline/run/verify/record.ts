import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfBytes } from '../../store/files.ts';
import { READ_AS_TEXT } from '../../store/reading.ts';
import { canonicalJson } from '../../store/row-digest.ts';
import { computeRunId, formatRunRecord, type RunRecord } from '../../store/run-record.ts';
import { SAVED_SHA256 } from '../../store/save-run.ts';
import type { SqlClient } from '../../store/sql.ts';
import { type Findings, NEXT, shorten } from './findings.ts';

/** The row of `run`, as `to_json` gives it, and the hash that its time of saving should have. */
interface RunRow {
  readonly id: string;
  readonly project_id: string | null;
  readonly synthetic: boolean;
  readonly record: unknown;
  readonly record_sha256?: string | null;
  readonly saved_at: string | null;
  readonly saved_sha256?: string | null;
  readonly expected_saved_sha256: string | null;
}

interface FileState {
  readonly text: string | null;
  readonly parsed: RunRecord | null;
}

/**
 * Compares run.json with the row of its run, and returns the record that the rest is to be compared with: that of the
 * file unless the database proves the file wrong. null where there is none to go by.
 * @param sql null where the run has no database, or it cannot be opened
 */
export async function checkRecord(dir: string, sql: SqlClient | null, findings: Findings): Promise<RunRecord | null> {
  const file = await readRunFile(dir, findings);
  const row = sql && (await findRow(sql, file, findings));
  if (row === null) checkForm(file, findings);
  const record = row === null ? file.parsed : compareRecords(file, row, findings);
  if (record === null) return null;
  checkOwnId(record, findings);
  if (row !== null) checkColumns(row, record, findings);
  return record;
}

async function readRunFile(dir: string, { differences, checked }: Findings): Promise<FileState> {
  const differ = (wanted: string, got: string) =>
    differences.push({ place: 'run.json', key: null, column: null, wanted, got, next: NEXT.record });
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(dir, 'run.json'));
  } catch (error) {
    differ('the record of a finished run', `no file that can be read (${(error as NodeJS.ErrnoException).code})`);
    return { text: null, parsed: null };
  }
  checked.files += 1;
  checked.bytes += bytes.length;
  // By byte, so that what is no UTF-8 stays told apart.
  const text = Buffer.from(bytes).toString('latin1');
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isRunRecord(parsed)) return { text, parsed };
    differ('a record of the form twin-canopy-run/1', 'JSON of another form');
  } catch {
    differ('a record of the form twin-canopy-run/1', 'text that is not JSON');
  }
  return { text, parsed: null };
}

/** Whether all is there that is read of a record here. */
function isRunRecord(value: unknown): value is RunRecord {
  const record = value as Partial<RunRecord> | null;
  if (record?.format !== 'twin-canopy-run/1' || typeof record.id !== 'string' || typeof record.plan !== 'string')
    return false;
  const { scenes, outputs, inputs, parameters, versions, unitsLeftOut, proof } = record;
  const lists = [inputs, unitsLeftOut, outputs, scenes?.used, scenes?.superseded, scenes?.refused];
  const isListed = lists.every((list) => Array.isArray(list) && list.every((entry) => entry !== null));
  const areObjects = [parameters, versions].every((entry) => typeof entry === 'object' && entry !== null);
  const isProved = proof === undefined || proof === null || typeof proof.rows === 'object';
  return isListed && areObjects && isProved && outputs!.every(({ name }) => typeof name === 'string');
}

function checkOwnId(record: RunRecord, { differences }: Findings): void {
  const wanted = computeRunId(record);
  if (wanted === record.id) return;
  const next = NEXT.record;
  differences.push({
    place: 'run.json',
    key: null,
    column: 'id',
    wanted: `${wanted}, the hash of what went in`,
    got: record.id,
    next,
  });
}

function checkForm({ text, parsed }: FileState, { differences }: Findings): void {
  if (parsed === null || text === latin1(formatRunRecord(parsed))) return;
  const [wanted, got] = ['the text that the run wrote', 'the same record written otherwise'];
  differences.push({ place: 'run.json', key: null, column: null, wanted, got, next: NEXT.record });
}

async function findRow(sql: SqlClient, { text, parsed }: FileState, findings: Findings): Promise<RunRow | null> {
  const select = `select to_json(t) as row from (select *, ${SAVED_SHA256} as expected_saved_sha256 from run) t`;
  await sql.execute(READ_AS_TEXT);
  const find = async (condition: string, values: readonly unknown[]) =>
    (await sql.query<{ row: RunRow }>(`${select} ${condition}`, values)).map(({ row }) => row);
  const differ = (key: string | null, column: string | null, wanted: string, got: string) =>
    findings.differences.push({ place: 'run', key, column, wanted, got, next: NEXT.row });
  for (const { id } of await find("where record->>'id' is distinct from id or id is null", []))
    differ(`id ${id}`, 'id', 'the id that its record names', String(id));
  const mine = parsed === null ? [] : await find('where id = $1 order by saved_at', [parsed.id]);
  if (mine.length > 1) differ(`id ${parsed!.id}`, null, '1 row', `${mine.length} rows`);
  findings.checked.rows += Math.max(1, mine.length);
  // Of two rows the one that agrees is the older one's copy or the older one itself.
  if (mine.length > 0) return mine.find(({ record }) => canonicalJson(record) === canonicalJson(parsed)) ?? mine[0]!;
  // The id in the file may be what is wrong, or that in the row.
  const others = await find('order by saved_at desc', []);
  const sha256 = text === null ? '' : sha256OfBytes(Buffer.from(text, 'latin1'));
  const other =
    others.find(({ record_sha256 }) => record_sha256 === sha256) ?? others.find(({ record }) => isRunRecord(record));
  if (parsed !== null) differ(`id ${parsed.id}`, null, 'the row of the run', 'none');
  return other ?? null;
}

/** Which of the two is right is told by the hash of the text, which the run left in its row. */
function compareRecords({ text, parsed }: FileState, row: RunRow, findings: Findings): RunRecord | null {
  const saved = isRunRecord(row.record) ? row.record : null;
  const isText =
    text !== null && typeof row.record_sha256 === 'string'
      ? sha256OfBytes(Buffer.from(text, 'latin1')) === row.record_sha256
      : parsed !== null && text === latin1(formatRunRecord(parsed));
  if (parsed === null) return saved;
  const paths = comparePaths(parsed, row.record);
  if (paths.length === 0) {
    if (!isText) tellText({ text, parsed }, row, findings);
    return parsed;
  }
  const isFileRight = isText || saved === null;
  for (const { path, a, b } of paths) {
    findings.differences.push({
      place: isFileRight ? 'run' : 'run.json',
      key: isFileRight ? `id ${row.id}` : null,
      column: isFileRight ? `record ${path}` : path,
      wanted: `${shorten(isFileRight ? a : b)} (${isFileRight ? 'run.json' : 'the database'})`,
      got: shorten(isFileRight ? b : a),
      next: isFileRight ? NEXT.row : NEXT.record,
    });
  }
  return isFileRight ? parsed : saved;
}

/** The same record, but its text is not the one whose hash the database has. */
function tellText(file: FileState & { readonly parsed: RunRecord }, row: RunRow, findings: Findings): void {
  if (file.text !== latin1(formatRunRecord(file.parsed))) checkForm(file, findings);
  else if (row.record_sha256)
    findings.differences.push({
      place: 'run',
      key: `id ${row.id}`,
      column: 'record_sha256',
      wanted: `${sha256OfBytes(formatRunRecord(file.parsed))}, the SHA-256 of run.json`,
      got: row.record_sha256,
      next: NEXT.row,
    });
}

function checkColumns(row: RunRow, record: RunRecord, { differences, remarks }: Findings): void {
  const differ = (column: string, wanted: unknown, got: unknown) =>
    differences.push({
      place: 'run',
      key: `id ${row.id}`,
      column,
      wanted: String(wanted),
      got: String(got),
      next: NEXT.row,
    });
  const project = record.project?.id ?? null;
  if (row.project_id !== project) differ('project_id', project, row.project_id);
  if (row.synthetic !== record.synthetic) differ('synthetic', record.synthetic, row.synthetic);
  if (!record.proof) {
    remarks.push(
      'The run was saved by an earlier version: its time of saving and the text of run.json are not proven.',
    );
    return;
  }
  if (!row.record_sha256) differ('record_sha256', 'the SHA-256 of run.json', row.record_sha256);
  if (!row.saved_sha256 || row.saved_sha256 !== row.expected_saved_sha256)
    differ('saved_at or saved_sha256', row.expected_saved_sha256, row.saved_sha256);
}

interface PathPair {
  readonly path: string;
  readonly a: string;
  readonly b: string;
}

/** Where two JSON values differ, as deep as both go on. */
function comparePaths(a: unknown, b: unknown, path = ''): PathPair[] {
  if (canonicalJson(a) === canonicalJson(b)) return [];
  const areContainers = [a, b].every((value) => typeof value === 'object' && value !== null);
  if (!areContainers || Array.isArray(a) !== Array.isArray(b))
    return [
      { path, a: a === undefined ? 'nothing' : canonicalJson(a), b: b === undefined ? 'nothing' : canonicalJson(b) },
    ];
  const [first, second] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  return names.flatMap((name) => comparePaths(first[name], second[name], path === '' ? name : `${path}.${name}`));
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
