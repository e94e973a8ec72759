import { geojsonToWkb, parquetWriteBuffer } from 'hyparquet-writer';
import type { Parcel } from '../../shared/parcel.ts';
import type { ParcelResult } from '../../shared/result.ts';
import { geometryOfParcel, type ParcelGeometry, type Provenance, parcelOf } from './geojson.ts';
import { type Cell, type Column, isNumeric, readCell, resultColumns } from './tables.ts';

// The writer's own types ask for mutable arrays of anything; this is the part of them used here.
interface ParquetColumn {
  name: string;
  type: 'STRING' | 'INT32' | 'DOUBLE' | 'TIMESTAMP' | 'BYTE_ARRAY';
  data: (Cell | Date | Uint8Array)[];
}

/** A table as a Parquet file: text, DOUBLE, INT32 and UTC timestamps in milliseconds; rows in the order given. */
export function formatTableParquet<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  provenance: Provenance,
): Uint8Array {
  return writeParquet(
    columns.map((column) => toParquetColumn(rows, column)),
    describeProvenance(provenance),
  );
}

/**
 * Parcel results as GeoParquet 1.1: the columns of `resultColumns`, then `geometry` in WKB, lon/lat on OGC:CRS84 (the
 * format's default). A result whose parcel has no geometry has null there.
 */
export function formatResultsParquet(
  results: readonly ParcelResult[],
  parcels: ReadonlyMap<string, Parcel>,
  provenance: Provenance,
): Uint8Array {
  const found = results.map((result) => parcelOf(result, parcels));
  const geometries = found.map((parcel) => (parcel ? geometryOfParcel(parcel) : null));
  const columns = resultColumns.map((column) => toParquetColumn(results, column));
  const data = geometries.map((geometry) => (geometry ? geojsonToWkb(geometry) : null));
  const geo = describeGeometry(
    geometries.filter((geometry) => geometry !== null),
    found.filter((parcel) => parcel !== null),
  );
  return writeParquet(
    [...columns, { name: 'geometry', type: 'BYTE_ARRAY', data }],
    [{ key: 'geo', value: JSON.stringify(geo) }, ...describeProvenance(provenance)],
  );
}

function writeParquet(columnData: ParquetColumn[], kvMetadata: { key: string; value: string }[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy: 'twin-canopy' }));
}

function toParquetColumn<Row>(rows: readonly Row[], column: Column<Row>): ParquetColumn {
  const cells = rows.map((row) => readCell(row, column));
  const { name, unit } = column;
  if (unit === 'utc')
    return { name, type: 'TIMESTAMP', data: cells.map((cell) => (cell === null ? null : new Date(cell))) };
  return { name, type: !isNumeric(unit) ? 'STRING' : unit === 'count' ? 'INT32' : 'DOUBLE', data: cells };
}

function describeProvenance({ attribution, synthetic }: Provenance): { key: string; value: string }[] {
  return [
    { key: 'attribution', value: attribution.join('\n') },
    { key: 'synthetic', value: String(synthetic) },
  ];
}

/** The `geo` metadata of GeoParquet 1.1.0 (https://geoparquet.org/releases/v1.1.0/). */
function describeGeometry(geometries: readonly ParcelGeometry[], parcels: readonly Parcel[]): object {
  const bbox = parcels.reduce<readonly number[] | null>(
    (box, { bboxDeg: [w, s, e, n] }) =>
      box === null
        ? [w, s, e, n]
        : [Math.min(box[0]!, w), Math.min(box[1]!, s), Math.max(box[2]!, e), Math.max(box[3]!, n)],
    null,
  );
  return {
    version: '1.1.0',
    primary_column: 'geometry',
    columns: {
      geometry: {
        encoding: 'WKB',
        geometry_types: [...new Set(geometries.map((geometry) => geometry.type))].sort(),
        orientation: 'counterclockwise',
        edges: 'planar',
        ...(bbox === null ? {} : { bbox }),
      },
    },
  };
}
