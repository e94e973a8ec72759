import type { WriteRequest, Written } from './export-parcels.ts';
import { type Position, polygonsOf } from './geometry.ts';
import { cleanTexts, columnsWhere, distinctNames, limitOfAbsent, listed, textOfValue } from './limits.ts';
import { originOf } from './readme.ts';
import type { ColumnType, ExportColumn, ExportRow, ExportTable } from './table.ts';
import { makeZip } from './zip.ts';

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  integer: 'double',
  double: 'double',
  boolean: 'bool',
  json: 'string',
};

/** KML 2.2: a placemark a parcel, attributes as extended data under a schema, coordinates with all their digits. */
export function writeKml(request: WriteRequest): Written {
  const { text, limits } = formatKml(request);
  return { files: [{ name: `${request.name}.kml`, bytes: text }], limits };
}

/** The same in a zip, as `doc.kml`. */
export function writeKmz(request: WriteRequest): Written {
  const { text, limits } = formatKml(request);
  return { files: [{ name: `${request.name}.kmz`, bytes: makeZip([{ name: 'doc.kml', bytes: text }]) }], limits };
}

function formatKml(request: WriteRequest): { text: Uint8Array; limits: string[] } {
  const { table, limits: signs } = cleanTexts(request.table, 'xml');
  const { names, limits: renamed } = distinctNames(table, {
    reserved: [],
    shorten: (name, suffix) => `${name}${suffix}`,
  });
  const fields = table.columns.map(
    ({ name, type }) => `<SimpleField name="${escapeXml(names.get(name)!)}" type="${TYPES[type]}"/>`,
  );
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<kml xmlns="http://www.opengis.net/kml/2.2">',
    '<Document>',
    `<name>${escapeXml(request.name)}</name>`,
    `<description>${escapeXml(originOf(request).join('\n'))}</description>`,
    `<Schema name="parcel" id="parcel">${fields.join('')}</Schema>`,
    ...table.rows.map((row) => formatPlacemark(row, table.columns, names)),
    '</Document>',
    '</kml>',
    '',
  ];
  return { text: new TextEncoder().encode(lines.join('\n')), limits: [...signs, ...renamed, ...limitsOf(table)] };
}

function formatPlacemark(
  { geometry, values }: ExportRow,
  columns: readonly ExportColumn[],
  names: ReadonlyMap<string, string>,
): string {
  const name = values.get('name');
  const cells = columns.flatMap((column) => {
    const value = values.get(column.name) ?? null;
    if (value === null) return [];
    return [`<SimpleData name="${escapeXml(names.get(column.name)!)}">${escapeXml(textOfValue(value))}</SimpleData>`];
  });
  const title = typeof name === 'string' ? `<name>${escapeXml(name)}</name>` : '';
  const data = `<ExtendedData><SchemaData schemaUrl="#parcel">${cells.join('')}</SchemaData></ExtendedData>`;
  const polygons = polygonsOf(geometry).map(formatPolygon);
  const area = geometry.type === 'Polygon' ? polygons[0] : `<MultiGeometry>${polygons.join('')}</MultiGeometry>`;
  return `<Placemark>${title}${data}${area}</Placemark>`;
}

function formatPolygon(rings: readonly (readonly Position[])[]): string {
  const parts = rings.map((ring, i) => {
    const side = i === 0 ? 'outerBoundaryIs' : 'innerBoundaryIs';
    const coordinates = ring.map(([lon, lat]) => `${lon},${lat}`).join(' ');
    return `<${side}><LinearRing><coordinates>${coordinates}</coordinates></LinearRing></${side}>`;
  });
  return `<Polygon>${parts.join('')}</Polygon>`;
}

function limitsOf(table: ExportTable): string[] {
  const untyped = table.columns.filter(({ type }) => type !== 'text').map(({ name }) => name);
  const blank = columnsWhere(table, (value) => typeof value === 'string' && (value === '' || value.trim() !== value));
  const single = table.rows.filter(
    ({ geometry: { type, coordinates } }) => type === 'MultiPolygon' && coordinates.length < 2,
  );
  return [
    ...limitOfAbsent(table),
    ...(untyped.length > 0
      ? [`KML writes every value as text; types stand only in its schema: ${listed(untyped)}.`]
      : []),
    ...(blank.length > 0
      ? [`Empty texts come back as nothing (null), and blanks at their ends are lost: ${listed(blank)}.`]
      : []),
    ...(single.length > 0 ? [`${single.length} MultiPolygons of 1 part come back as Polygons.`] : []),
  ];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // XML would turn it into a line feed.
  '\r': '&#13;',
};

/** Text for XML, which signs it cannot write were taken out of before. */
function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (sign) => ENTITIES[sign]!);
}
