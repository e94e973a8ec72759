import { createHash } from 'node:crypto';
import { usageError } from '../../../shared/errors.ts';
import type { ParcelFormat } from '../../../shared/parcel-check.ts';
import type { ExportReport, ParcelVersion } from '../../../shared/register.ts';
import { windGeometry } from './geometry.ts';
import { type ExportTable, type LooseParcel, tableOfParcels, tableOfVersions } from './table.ts';

/** Where the parcels as a whole come from; every file repeats it where its format has a place. */
export interface ExportProvenance {
  /** Sentences such as sources and licences, in a fixed order. */
  readonly attribution: readonly string[];
  /** Whether a generator made them; absent where nobody knows. */
  readonly synthetic?: boolean | undefined;
}

export interface ExportOptions {
  readonly format: ParcelFormat;
  /** Tenure, consent, author and reason are personal data and left out otherwise. */
  readonly withPersonal: boolean;
  /** Name of the layer, and of the file without its ending. */
  readonly name: string;
  readonly provenance: ExportProvenance;
}

export interface ExportFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Exported {
  /** The first is the one that the report is about; a CSV has its metadata beside it. */
  readonly files: readonly ExportFile[];
  readonly report: ExportReport;
}

/** What a writer is given, and gives back: its files, and in `limits` what it could not carry over unchanged. */
export interface WriteRequest {
  readonly table: ExportTable;
  readonly name: string;
  readonly provenance: ExportProvenance;
}
export interface Written {
  readonly files: readonly ExportFile[];
  readonly limits: readonly string[];
}
type Write = (request: WriteRequest) => Written | Promise<Written>;

/** Each format's writer, loaded when it is asked for: SQLite alone takes a tenth of a second. */
const WRITERS: Readonly<Partial<Record<ParcelFormat, () => Promise<Write>>>> = {
  geojson: async () => (await import('./geojson.ts')).writeGeojson,
  kml: async () => (await import('./kml.ts')).writeKml,
  kmz: async () => (await import('./kml.ts')).writeKmz,
  shapefile: async () => (await import('./shapefile.ts')).writeShapefile,
  geopackage: async () => (await import('./geopackage.ts')).writeGeopackage,
  flatgeobuf: async () => (await import('./flatgeobuf.ts')).writeFlatgeobuf,
  csv: async () => (await import('./csv.ts')).writeCsv,
};

export const EXPORT_FORMATS = Object.keys(WRITERS) as ParcelFormat[];

/**
 * Parcels of a register as a file, in the order given: the same versions give the same bytes. What the format cannot
 * carry over unchanged is said in `report.limits`, one sentence each. GPX throws a usage error: it knows lines, no areas.
 */
export async function exportParcels(versions: readonly ParcelVersion[], options: ExportOptions): Promise<Exported> {
  return await writeTable(tableOfVersions(versions, options.withPersonal), options);
}

/** The same of parcels that are in no register, without what only a register knows. */
export async function exportLooseParcels(parcels: readonly LooseParcel[], options: ExportOptions): Promise<Exported> {
  return await writeTable(tableOfParcels(parcels, options.withPersonal), options);
}

async function writeTable(given: ExportTable, { format, name, provenance: from }: ExportOptions): Promise<Exported> {
  const load = WRITERS[format];
  if (load === undefined) {
    throw usageError(
      `Parcels cannot be written as ${format}: GPX knows points and lines, no areas, and is for import only. Wanted: ${EXPORT_FORMATS.join(', ')}.`,
    );
  }
  const table = { ...given, rows: given.rows.map((row) => ({ ...row, geometry: windGeometry(row.geometry) })) };
  const provenance = { attribution: from.attribution, synthetic: syntheticOf(table, from.synthetic) };
  const write = await load();
  const { files, limits } = await write({ table, name, provenance });
  const [main] = files;
  return {
    files,
    report: {
      format,
      file: main!.name,
      parcels: table.rows.length,
      bytes: main!.bytes.length,
      sha256: createHash('sha256').update(main!.bytes).digest('hex'),
      limits: [...table.limits, ...limits],
    },
  };
}

/** What is known of the parcels as a whole, unless they say themselves that they are synthetic, or all that they are not. */
function syntheticOf({ rows }: ExportTable, known: boolean | undefined): boolean | undefined {
  const said = rows.map(({ values }) => String(values.get('synthetic') ?? '').toLowerCase());
  if (said.some((word) => /^(?:true|yes|1|t)$/.test(word))) return true;
  return known ?? (said.length > 0 && said.every((word) => /^(?:false|no|0|f)$/.test(word)) ? false : undefined);
}
