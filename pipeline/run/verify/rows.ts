import { readTable } from '../../store/reading.ts';
import { canonicalBox, canonicalRow, createRowDigest, type RowDigest } from '../../store/row-digest.ts';
import {
  RUN_TABLES,
  type RunTable,
  type RunTableName,
  type SqlRow,
  versionOfParcel,
  versionOfScene,
} from '../../store/run-rows.ts';
import type { SqlClient } from '../../store/sql.ts';
import { compareRows, describeKey } from './compare-rows.ts';
import { type Difference, type Findings, NEXT } from './findings.ts';
import { type Sources, wantedRows } from './wanted-rows.ts';

/** Every row of every table of the run: against the files, value by value, and against the digest in the record. */
export async function checkRows(
  sql: SqlClient,
  sources: Sources,
  findings: Findings,
  onRow: () => void,
): Promise<void> {
  for (const name of Object.keys(RUN_TABLES) as RunTableName[]) {
    const before = findings.differences.length;
    const digest = await checkTable(sql, name, sources, findings, onRow);
    const wanted = sources.record.proof?.rows[name];
    // What was told by name need not be told again as a sum.
    if (wanted && !isSame(wanted, digest) && findings.differences.length === before) {
      const describe = ({ rows, sha256 }: RowDigest) => `${rows} rows with the digest ${sha256}`;
      findings.differences.push({
        place: name,
        key: null,
        column: null,
        wanted: `${describe(wanted)} (run.json)`,
        got: describe(digest),
        next: NEXT.row,
      });
    }
  }
  await checkUnused(sql, findings);
}

function isSame(a: RowDigest, b: RowDigest): boolean {
  return a.rows === b.rows && a.sha256 === b.sha256;
}

async function checkTable(
  sql: SqlClient,
  name: RunTableName,
  sources: Sources,
  { differences, remarks, checked }: Findings,
  onRow: () => void,
): Promise<RowDigest> {
  const table: RunTable = RUN_TABLES[name];
  const wanted = await wantedRows(name, sources);
  const comparison = wanted && compareRows(table, wanted.rows, wanted.source);
  const digest = createRowDigest();
  const versions: Difference[] = [];
  for await (const row of readTable(sql, name, { runId: sources.record.id })) {
    const cells = canonicalRow(row, table.columns);
    digest.add(cells);
    comparison?.take(cells);
    if (table.isShared) versions.push(...versionDifferences(name, row, cells));
    checked.rows += 1;
    onRow();
  }
  const found = comparison?.end() ?? [];
  // Only what no file tells has to be found by its version.
  const told = new Set(found.map(({ key }) => key));
  differences.push(...found, ...versions.filter(({ key }) => !told.has(key)));
  if (!comparison && !sources.record.proof)
    remarks.push(`The rows of ${name} are not proven: the run was saved by an earlier version, or its files differ.`);
  return digest.end();
}

/** Rows that no run refers to are kept from earlier runs; one whose content does not give its own version is none. */
async function checkUnused(sql: SqlClient, { differences, checked }: Findings): Promise<void> {
  for (const name of ['parcel', 'scene'] as const) {
    for await (const row of readTable(sql, name, 'unused')) {
      checked.rows += 1;
      differences.push(...versionDifferences(name, row, canonicalRow(row, RUN_TABLES[name].columns)));
    }
  }
}

/** The version of a parcel or scene is the hash of its content. */
function versionDifferences(name: RunTableName, row: SqlRow, cells: readonly string[]): Difference[] {
  const wanted = name === 'parcel' ? parcelVersion(row) : sceneVersion(row);
  if (wanted === row.version) return [];
  const key = describeKey(RUN_TABLES[name], cells);
  const said = `${wanted ?? 'another'}, the hash of the row's content`;
  return [{ place: name, key, column: 'version', wanted: said, got: String(row.version), next: NEXT.row }];
}

function parcelVersion({ id, geometry }: SqlRow): string | null {
  try {
    const { type, coordinates } = geometry as { type: string; coordinates: unknown };
    const polygons = (type === 'Polygon' ? [coordinates] : coordinates) as [number, number][][][];
    return versionOfParcel({ id: String(id), rings: polygons.flat().map((ring) => Float64Array.from(ring.flat())) });
  } catch {
    return null;
  }
}

function sceneVersion(row: SqlRow): string | null {
  const { id, collection, platform, datetime, grid_key, baseline, bbox, item_href, attribution, synthetic } = row;
  try {
    const at = new Date(String(datetime)).toISOString();
    const box = canonicalBox(String(bbox));
    return versionOfScene({
      id,
      collection,
      platform,
      datetime: at,
      grid_key,
      baseline,
      bbox: box,
      item_href,
      attribution,
      synthetic,
    });
  } catch {
    return null;
  }
}
