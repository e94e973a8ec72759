import type { JsonValue } from '../../../shared/parcel-check.ts';
import { formatText } from '../../store/csv.ts';
import { type CsvColumn, describeCsv } from '../../store/csv-metadata.ts';
import type { WriteRequest, Written } from './export-parcels.ts';
import { type Position, polygonsOf } from './geometry.ts';
import { cleanTexts, columnsWhere, distinctNames, limitOfAbsent, listed, textOfValue } from './limits.ts';
import type { ExportColumn, ExportRow, ExportTable } from './table.ts';

const GEOMETRY = 'wkt';

/**
 * CSV (RFC 4180, UTF-8, LF) with the geometry as WKT in the last column, and its metadata (CSV on the Web) beside it. Texts
 * that a spreadsheet would run get a leading apostrophe, which an import takes off again.
 */
export function writeCsv(request: WriteRequest): Written {
  const { table, limits: signs } = cleanTexts(request.table, 'utf-8');
  const { names, limits: renamed } = distinctNames(table, {
    reserved: [GEOMETRY],
    shorten: (name, suffix) => `${name.trim()}${suffix}`,
  });
  const header = [...table.columns.map(({ name }) => formatText(names.get(name)!)), GEOMETRY].join(',');
  const lines = table.rows.map((row) => formatRow(row, table.columns));
  const file = `${request.name}.csv`;
  const metadata = describeCsv(file, describeColumns(table.columns, names), {
    'dc:title': request.name,
    'dc:rights': request.provenance.attribution,
    ...(request.provenance.synthetic === undefined ? {} : { 'twin_canopy:synthetic': request.provenance.synthetic }),
    'dc:conformsTo': 'http://www.opengis.net/def/crs/OGC/1.3/CRS84',
  });
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    files: [
      { name: file, bytes: encode(`${[header, ...lines].join('\n')}\n`) },
      { name: `${file}-metadata.json`, bytes: encode(metadata) },
    ],
    limits: [...signs, ...renamed, ...limitsOf(table)],
  };
}

function formatRow({ geometry, values }: ExportRow, columns: readonly ExportColumn[]): string {
  const cells = columns.map(({ name }) => formatCell(values.get(name) ?? null));
  return [...cells, `"${formatWkt(geometry)}"`].join(',');
}

function formatCell(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return formatText(textOfValue(value));
}

function formatWkt(geometry: ExportRow['geometry']): string {
  const ringText = (ring: readonly Position[]) => `(${ring.map(([lon, lat]) => `${lon} ${lat}`).join(', ')})`;
  const polygons = polygonsOf(geometry).map((polygon) => `(${polygon.map(ringText).join(', ')})`);
  return geometry.type === 'Polygon' ? `POLYGON ${polygons[0] ?? 'EMPTY'}` : `MULTIPOLYGON (${polygons.join(', ')})`;
}

function describeColumns(columns: readonly ExportColumn[], names: ReadonlyMap<string, string>): CsvColumn[] {
  const described = columns.map(({ name, type, ...about }): CsvColumn => {
    const datatype = type === 'integer' || type === 'double' ? type : 'string';
    return { name: names.get(name)!, datatype, ...about };
  });
  return [
    ...described,
    { name: GEOMETRY, datatype: 'string', description: 'Boundary as WKT, longitude and latitude on WGS 84' },
  ];
}

function limitsOf(table: ExportTable): string[] {
  const untyped = table.columns.filter(({ type }) => type !== 'text').map(({ name }) => name);
  const json = columnsWhere(table, (value) => typeof value === 'object' && value !== null);
  const blank = columnsWhere(table, (value) => typeof value === 'string' && (value === '' || value.trim() !== value));
  return [
    ...limitOfAbsent(table),
    ...(untyped.length > 0
      ? [
          `A CSV holds text: the types of ${listed(untyped)} stand only in the metadata file beside it, and come back as text.`,
        ]
      : []),
    ...(json.length > 0 ? [`Lists and objects are JSON text: ${listed(json)}.`] : []),
    ...(blank.length > 0
      ? [`Empty texts come back as nothing (null), and blanks at their ends are lost: ${listed(blank)}.`]
      : []),
  ];
}
