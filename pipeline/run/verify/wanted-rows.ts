import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bboxOfRings } from '../../../shared/geometry/rings.ts';
import type { Bbox } from '../../../shared/grid.ts';
import type { Plan } from '../../plan.ts';
import { splitCsvRow } from '../../server/csv-row.ts';
import { sha256OfBytes } from '../../store/files.ts';
import { canonicalCell } from '../../store/row-digest.ts';
import type { RunRecord } from '../../store/run-record.ts';
import {
  boxText,
  exportedColumns,
  parcelRow,
  RUN_TABLES,
  type RunTable,
  type RunTableName,
  type SqlRow,
  sceneRow,
  versionOfParcel,
} from '../../store/run-rows.ts';
import {
  balanceColumns,
  type Column,
  controlColumns,
  isNumeric,
  monthColumns,
  observationColumns,
  seriesColumns,
  yearColumns,
} from '../../store/tables.ts';
import { keyOf, type WantedCells, type WantedRow } from './compare-rows.ts';

/** The rows that a table should have, and the file that says so. */
export interface WantedTable {
  readonly source: string;
  readonly rows: Iterable<WantedRow>;
}

/** What rows are made again from: files that were found to be as they were written. */
export interface Sources {
  readonly dir: string;
  readonly record: RunRecord;
  readonly plan: Plan | null;
  /** Names of outputs that are as listed. */
  readonly good: ReadonlySet<string>;
}

// biome-ignore lint/suspicious/noExplicitAny: the tables have rows of different types, which are not read here.
type AnyColumns = readonly Column<any>[];

const CSV_OF: Readonly<Partial<Record<RunTableName, readonly [file: string, columns: AnyColumns]>>> = {
  observation: ['observations.csv', observationColumns],
  parcel_year: ['changes.csv', yearColumns],
  parcel_series: ['series.csv', seriesColumns],
  control_area: ['controls.csv', controlColumns],
  parcel_month: ['months.csv', monthColumns],
  control_balance: ['control-balance.csv', balanceColumns],
};

/** The rows of a table as far as verified files tell them; null where none does. */
export async function wantedRows(name: RunTableName, sources: Sources): Promise<WantedTable | null> {
  const csv = CSV_OF[name];
  if (csv) return fromCsv(name, csv, sources);
  if (name === 'parcel_result') return fromGeojson(sources);
  if (name === 'layer') return { source: 'run.json and the items of the layers', rows: await layerRows(sources) };
  const { plan } = sources;
  if (plan === null) return null;
  const rows = fromPlan(name, plan, sources.record);
  return { source: name === 'run_scene' ? 'run.json and the plan' : 'the plan', rows };
}

/** Rows of full cells; members that are undefined are not known. */
function toWanted(table: RunTable, rows: readonly SqlRow[]): WantedRow[] {
  return rows.map((row) => {
    const cells = table.columns.map(({ name, type }) =>
      row[name] === undefined ? undefined : canonicalCell(row[name], type),
    );
    return { key: keyOf(cells, table), cells: () => cells };
  });
}

/** Version of each parcel of the plan; undefined for one that it has no boundary of, null for one without any. */
function parcelVersions({ plan }: Sources): (id: string) => string | null | undefined {
  if (plan === null) return () => undefined;
  const versions = new Map<string, string | undefined>(plan.uncovered.map(({ id }) => [id, undefined]));
  for (const { id, rings } of plan.parcels) versions.set(id, versionOfParcel({ id, rings: rings.map(toFloats) }));
  return (id) => (versions.has(id) ? versions.get(id) : null);
}

const toFloats = (ring: readonly number[]) => Float64Array.from(ring);

async function fromCsv(
  name: RunTableName,
  [file, columns]: readonly [string, AnyColumns],
  sources: Sources,
): Promise<WantedTable | null> {
  const text = await readGood(file, sources);
  // Change over time was not judged: there is no file, and there may be no row.
  if (text === undefined) return { source: `there is no ${file}`, rows: [] };
  if (text === null) return null;
  const [head, ...lines] = splitRecords(text);
  if (head !== columns.map((column) => column.name).join(',')) return null;
  const table: RunTable = RUN_TABLES[name];
  const versionOf = table.columns[0]?.name === 'parcel_version' ? parcelVersions(sources) : null;
  const types = exportedColumns(columns);
  const parse = (line: string): WantedCells => {
    const texts = splitCsvRow(line);
    const cells = columns.map(({ unit }, i) => canonicalCell(readText(texts[i]!, unit), types[i]!.type));
    if (versionOf === null) return cells;
    const version = versionOf(texts[0]!);
    return [version === undefined ? undefined : canonicalCell(version, 'text'), ...cells];
  };
  return { source: file, rows: lines.map((line) => ({ key: keyOf(parse(line), table), cells: () => parse(line) })) };
}

function readText(text: string, unit: Column<never>['unit']): string | number | null {
  if (unit === 'text') return text;
  if (text === '') return null;
  return isNumeric(unit) ? Number(text) : text;
}

/** Records of a CSV as `formatCsv` writes it: a quoted cell may hold line ends. */
function splitRecords(text: string): string[] {
  const records: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) isQuoted = !isQuoted;
    else if (code === 10 && !isQuoted) {
      records.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return records;
}

async function fromGeojson(sources: Sources): Promise<WantedTable | null> {
  const text = await readGood('parcels.geojson', sources);
  if (!text) return null;
  const { features } = JSON.parse(text) as { features: { properties: SqlRow }[] };
  const versionOf = parcelVersions(sources);
  const rows = features.map(({ properties }) => ({
    ...properties,
    parcel_version: properties.parcel_ha === null ? null : versionOf(String(properties.parcel_id)),
  }));
  return { source: 'parcels.geojson', rows: toWanted(RUN_TABLES.parcel_result, rows) };
}

function fromPlan(name: RunTableName, plan: Plan, record: RunRecord): WantedRow[] {
  const rows: Partial<Record<RunTableName, () => SqlRow[]>> = {
    parcel: () => [
      ...plan.parcels.map(({ id, parcelHa, rings }) => {
        const parcel = { id, parcelHa, rings: rings.map(toFloats), bboxDeg: bboxOfRings(rings.map(toFloats)) };
        return parcelRow(parcel, versionOfParcel(parcel));
      }),
      ...plan.uncovered.map(({ id, parcelHa }) => ({ id, parcel_ha: parcelHa })),
    ],
    scene: () => {
      const used = plan.scenes.map(({ scene }) => nullsFor(sceneRow(scene), RUN_TABLES.scene));
      return [...used, ...record.scenes.superseded.map(({ id }) => ({ id }))];
    },
    run_scene: () => runScenes(plan, record),
    acquisition: () => plan.acquisitions.map(({ id, platform, datetime }) => ({ id, platform, datetime })),
    acquisition_scene: () =>
      plan.acquisitions.flatMap(({ id, sceneIds }) => sceneIds.map((scene_id) => ({ acquisition_id: id, scene_id }))),
  };
  return toWanted(RUN_TABLES[name], rows[name]!());
}

/** JSON leaves out what is undefined; here undefined would mean that any value will do. */
function nullsFor(row: SqlRow, table: RunTable): SqlRow {
  return Object.fromEntries(table.columns.map(({ name }) => [name, row[name] ?? null]));
}

function runScenes(plan: Plan, { scenes }: RunRecord): SqlRow[] {
  const rows = [
    ...plan.scenes.map(({ scene }) => ({ id: scene.id, version: sceneRow(scene).version, role: 'used', reason: '' })),
    ...scenes.superseded.map(({ id, reason }) => ({ id, version: undefined, role: 'superseded', reason })),
    ...scenes.refused.map(({ id, reason }) => ({ id, version: null, role: 'refused', reason })),
  ];
  const first = new Map<string, (typeof rows)[number]>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  return [...first.values()].map(({ id, version, ...rest }) => ({ scene_id: id, scene_version: version, ...rest }));
}

async function layerRows(sources: Sources): Promise<WantedRow[]> {
  const rows: SqlRow[] = [];
  for (const { name, sha256, bytes } of sources.record.outputs) {
    if (!/^layers\/.*\.tif$/.test(name)) continue;
    const text = await readGood(name.replace(/tif$/, 'json'), sources);
    const item = text ? (JSON.parse(text) as { bbox: Bbox; properties: SqlRow }) : undefined;
    rows.push({
      name,
      kind: item?.properties['twin_canopy:kind'],
      sha256,
      bytes,
      bbox: item && boxText(item.bbox),
      item,
    });
  }
  return toWanted(RUN_TABLES.layer, rows);
}

/** Text of a listed file; undefined where none is listed, null where it is not as listed. */
async function readGood(name: string, { dir, record, good }: Sources): Promise<string | null | undefined> {
  const listed = record.outputs.find((output) => output.name === name);
  if (!listed) return undefined;
  if (!good.has(name)) return null;
  const bytes = await readFile(join(dir, name));
  return sha256OfBytes(bytes) === listed.sha256 ? bytes.toString('utf8') : null;
}
