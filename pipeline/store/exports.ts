import { join } from 'node:path';
import type { ChangeTables } from '../../shared/change.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { Observation, ParcelResult } from '../../shared/result.ts';
import { formatCsv } from './csv.ts';
import { describeCsv } from './csv-metadata.ts';
import { ensureFolder, sha256OfBytes, writeFileAtomic } from './files.ts';
import { type ControlShape, formatControlsGeojson, formatResultsGeojson, type Provenance } from './geojson.ts';
import { formatResultsParquet, formatTableParquet } from './parquet.ts';
import {
  balanceColumns,
  type Column,
  controlColumns,
  isNumeric,
  monthColumns,
  observationColumns,
  resultColumns,
  seriesColumns,
  yearColumns,
} from './tables.ts';

/** A file of a run: its name inside the output folder (with `/`), and what it holds. */
export interface OutputFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ExportInput {
  /** In the order the rows are to have. */
  readonly observations: readonly Observation[];
  readonly results: readonly ParcelResult[];
  readonly parcels: readonly Parcel[];
  readonly provenance: Provenance;
  /** null where change over time was not judged: its files are then not written. */
  readonly change: ChangeTables | null;
  /** Control areas that some parcel is compared with. */
  readonly controlAreas: readonly ControlShape[];
}

/**
 * Writes `observations` (csv, parquet), `parcels` (csv, geojson, parquet) and the tables of change into a folder, and beside each CSV the
 * `-metadata.json` of W3C CSV on the Web, which carries units and attribution for a format that has no room for them.
 * The same input gives the same bytes. Returns the files sorted by name.
 */
export async function writeExports(folder: string, input: ExportInput): Promise<OutputFile[]> {
  const { observations, results, provenance } = input;
  const parcels = new Map(input.parcels.map((parcel) => [parcel.id, parcel]));
  const written: NamedContent[] = [
    ['observations.csv', formatCsv(observationColumns, observations)],
    ['observations.csv-metadata.json', describe('observations.csv', observationColumns, provenance)],
    ['observations.parquet', formatTableParquet(observationColumns, observations, provenance)],
    ['parcels.csv', formatCsv(resultColumns, results)],
    ['parcels.csv-metadata.json', describe('parcels.csv', resultColumns, provenance)],
    ['parcels.geojson', formatResultsGeojson(results, parcels, provenance)],
    ['parcels.parquet', formatResultsParquet(results, parcels, provenance)],
    ...changeFiles(input),
  ];
  const contents = written.sort(([a], [b]) => (a < b ? -1 : 1));
  await ensureFolder(folder);
  const files: OutputFile[] = [];
  for (const [name, content] of contents) {
    await writeFileAtomic(join(folder, name), content);
    files.push({ name, sha256: sha256OfBytes(content), bytes: Buffer.byteLength(content) });
  }
  return files;
}

type NamedContent = readonly [name: string, content: string | Uint8Array];

function changeFiles({ change, controlAreas, provenance }: ExportInput): NamedContent[] {
  if (!change) return [];
  const table = <Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): NamedContent[] => [
    [`${name}.csv`, formatCsv(columns, rows)],
    [`${name}.csv-metadata.json`, describe(`${name}.csv`, columns, provenance)],
  ];
  const both = <Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): NamedContent[] => [
    ...table(name, columns, rows),
    [`${name}.parquet`, formatTableParquet(columns, rows, provenance)],
  ];
  return [
    ...both('changes', yearColumns, change.years),
    ...both('series', seriesColumns, change.series),
    ...table('controls', controlColumns, change.controls),
    ...table('control-balance', balanceColumns, change.balance),
    ...table('months', monthColumns, change.months),
    ['controls.geojson', formatControlsGeojson(controlAreas, provenance)],
  ];
}

const datatypes = {
  text: 'string',
  day: 'date',
  number: 'double',
  ndvi_per_year: 'double',
  utc: 'dateTime',
  count: 'integer',
  ha: 'double',
  fraction: 'double',
  ndvi: 'double',
  pct: 'double',
} as const;

function describe<Row>(url: string, columns: readonly Column<Row>[], { attribution, synthetic }: Provenance): string {
  const described = columns.map(({ name, unit }) => ({
    name,
    datatype: datatypes[unit],
    ...(isNumeric(unit) && unit !== 'number' ? { unit } : {}),
  }));
  return describeCsv(url, described, { 'dc:rights': attribution, 'twin_canopy:synthetic': synthetic });
}
