import { join } from 'node:path';
import type { Parcel } from '../../shared/parcel.ts';
import type { Observation, ParcelResult } from '../../shared/result.ts';
import { formatCsv } from './csv.ts';
import { describeCsv } from './csv-metadata.ts';
import { ensureFolder, sha256OfBytes, writeFileAtomic } from './files.ts';
import { formatResultsGeojson, type Provenance } from './geojson.ts';
import { formatObservationsParquet, formatResultsParquet } from './parquet.ts';
import { type Column, observationColumns, resultColumns } from './tables.ts';

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
}

/**
 * Writes `observations` (csv, parquet) and `parcels` (csv, geojson, parquet) into a folder, and beside each CSV the
 * `-metadata.json` of W3C CSV on the Web, which carries units and attribution for a format that has no room for them.
 * The same input gives the same bytes. Returns the files sorted by name.
 */
export async function writeExports(folder: string, input: ExportInput): Promise<OutputFile[]> {
  const { observations, results, provenance } = input;
  const parcels = new Map(input.parcels.map((parcel) => [parcel.id, parcel]));
  const contents: readonly (readonly [name: string, content: string | Uint8Array])[] = [
    ['observations.csv', formatCsv(observationColumns, observations)],
    ['observations.csv-metadata.json', describe('observations.csv', observationColumns, provenance)],
    ['observations.parquet', formatObservationsParquet(observations, provenance)],
    ['parcels.csv', formatCsv(resultColumns, results)],
    ['parcels.csv-metadata.json', describe('parcels.csv', resultColumns, provenance)],
    ['parcels.geojson', formatResultsGeojson(results, parcels, provenance)],
    ['parcels.parquet', formatResultsParquet(results, parcels, provenance)],
  ];
  await ensureFolder(folder);
  const files: OutputFile[] = [];
  for (const [name, content] of contents) {
    await writeFileAtomic(join(folder, name), content);
    files.push({ name, sha256: sha256OfBytes(content), bytes: Buffer.byteLength(content) });
  }
  return files;
}

const datatypes = {
  text: 'string',
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
    ...(unit === 'text' || unit === 'utc' ? {} : { unit }),
  }));
  return describeCsv(url, described, { 'dc:rights': attribution, 'twin_canopy:synthetic': synthetic });
}
