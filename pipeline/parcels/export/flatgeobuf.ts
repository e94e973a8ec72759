import { Builder } from 'flatbuffers';
import { Column } from 'flatgeobuf/lib/mjs/flat-geobuf/column.js';
import { ColumnType as Code } from 'flatgeobuf/lib/mjs/flat-geobuf/column-type.js';
import { Crs } from 'flatgeobuf/lib/mjs/flat-geobuf/crs.js';
import { Feature } from 'flatgeobuf/lib/mjs/flat-geobuf/feature.js';
import { Geometry } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry.js';
import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js';
import { Header } from 'flatgeobuf/lib/mjs/flat-geobuf/header.js';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import type { JsonValue } from '../../../shared/parcel-check.ts';
import type { WriteRequest, Written } from './export-parcels.ts';
import { boxOf, commonType, type Position, polygonsOf } from './geometry.ts';
import { cleanTexts, distinctNames, fitColumns, limitOfAbsent } from './limits.ts';
import { originOf } from './readme.ts';
import type { ColumnType, ExportColumn, ExportRow } from './table.ts';

/** `fgb`, version 3, `fgb`, patch 1. */
const MAGIC = Uint8Array.of(0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x01);
const MOST_COLUMNS = 1000;

const CODES: Readonly<Record<ColumnType, number>> = {
  text: Code.String,
  integer: Code.Long,
  double: Code.Double,
  boolean: Code.Bool,
  json: Code.Json,
};

/**
 * FlatGeobuf 3 without an index, so that the parcels keep their order. The package's own writer takes the columns of the
 * first feature for all and writes neither CRS nor metadata; its schema classes are used, its writer is not.
 */
export function writeFlatgeobuf(request: WriteRequest): Written {
  const { table: clean, limits: signs } = cleanTexts(request.table, 'utf-8');
  const { table, limits: fitted } = fitColumns(clean, MOST_COLUMNS);
  const { names, limits: renamed } = distinctNames(table, {
    reserved: [],
    shorten: (name, suffix) => `${name}${suffix}`,
  });
  const parts = [
    MAGIC,
    makeHeader({ ...request, table }, names),
    ...table.rows.map((row) => makeFeature(row, table.columns)),
  ];
  const limits = [...signs, ...fitted, ...renamed, ...limitOfAbsent(table)];
  return { files: [{ name: `${request.name}.fgb`, bytes: new Uint8Array(Buffer.concat(parts)) }], limits };
}

function makeHeader(request: WriteRequest, names: ReadonlyMap<string, string>): Uint8Array {
  const { table, name, provenance } = request;
  const geometries = table.rows.map(({ geometry }) => geometry);
  const builder = new Builder(1024);
  const columns = table.columns.map((column) => addColumn(builder, column, names.get(column.name)!));
  const columnsAt = Header.createColumnsVector(builder, columns);
  const box = boxOf(geometries);
  const boxAt = box === null ? null : Header.createEnvelopeVector(builder, box);
  const [organization, crsName] = [builder.createString('EPSG'), builder.createString('WGS 84')];
  Crs.startCrs(builder);
  Crs.addOrg(builder, organization);
  Crs.addCode(builder, 4326);
  Crs.addName(builder, crsName);
  const crsAt = Crs.endCrs(builder);
  const nameAt = builder.createString(name);
  const descriptionAt = builder.createString(originOf(request).join('\n'));
  const metadataAt = builder.createString(JSON.stringify({ title: name, ...provenance }));
  const type = commonType(geometries);
  Header.startHeader(builder);
  Header.addName(builder, nameAt);
  if (boxAt !== null) Header.addEnvelope(builder, boxAt);
  Header.addGeometryType(builder, type === null ? GeometryType.Unknown : GeometryType[type]);
  Header.addColumns(builder, columnsAt);
  Header.addFeaturesCount(builder, BigInt(table.rows.length));
  Header.addIndexNodeSize(builder, 0);
  Header.addCrs(builder, crsAt);
  Header.addTitle(builder, nameAt);
  Header.addDescription(builder, descriptionAt);
  Header.addMetadata(builder, metadataAt);
  builder.finishSizePrefixed(Header.endHeader(builder));
  return builder.asUint8Array();
}

function addColumn(builder: Builder, { type, description }: ExportColumn, name: string): number {
  const nameAt = builder.createString(name);
  const descriptionAt = description === undefined ? 0 : builder.createString(description);
  Column.startColumn(builder);
  Column.addName(builder, nameAt);
  Column.addType(builder, CODES[type]);
  if (descriptionAt !== 0) Column.addDescription(builder, descriptionAt);
  return Column.endColumn(builder);
}

function makeFeature({ geometry, values }: ExportRow, columns: readonly ExportColumn[]): Uint8Array {
  const builder = new Builder(1024);
  const properties = makeProperties(values, columns);
  const propertiesAt = Feature.createPropertiesVector(builder, properties);
  const geometryAt = addGeometry(builder, geometry);
  Feature.startFeature(builder);
  Feature.addGeometry(builder, geometryAt);
  Feature.addProperties(builder, propertiesAt);
  builder.finishSizePrefixed(Feature.endFeature(builder));
  return builder.asUint8Array();
}

function addGeometry(builder: Builder, geometry: GeoJsonGeometry): number {
  const parts = polygonsOf(geometry).map((polygon) => addPolygon(builder, polygon));
  if (geometry.type === 'Polygon') return parts[0] ?? addPolygon(builder, []);
  const partsAt = Geometry.createPartsVector(builder, parts);
  Geometry.startGeometry(builder);
  Geometry.addType(builder, GeometryType.MultiPolygon);
  Geometry.addParts(builder, partsAt);
  return Geometry.endGeometry(builder);
}

function addPolygon(builder: Builder, rings: readonly (readonly Position[])[]): number {
  const xyAt = Geometry.createXyVector(builder, rings.flat(2));
  let end = 0;
  const ends = rings.map((ring) => {
    end += ring.length;
    return end;
  });
  // Without ends, all corners are one ring.
  const endsAt = rings.length > 1 ? Geometry.createEndsVector(builder, ends) : null;
  Geometry.startGeometry(builder);
  if (endsAt !== null) Geometry.addEnds(builder, endsAt);
  Geometry.addXy(builder, xyAt);
  Geometry.addType(builder, GeometryType.Polygon);
  return Geometry.endGeometry(builder);
}

/** Pairs of a column's number (16 bits) and its value; nothing for a column that is empty. */
function makeProperties(values: ReadonlyMap<string, JsonValue>, columns: readonly ExportColumn[]): Uint8Array {
  const cells = columns.flatMap(({ name, type }, i) => {
    const value = values.get(name) ?? null;
    if (value === null) return [];
    const number = Buffer.alloc(2);
    number.writeUInt16LE(i);
    return [number, makeCell(value, type)];
  });
  return new Uint8Array(Buffer.concat(cells));
}

function makeCell(value: JsonValue, type: ColumnType): Buffer {
  if (type === 'boolean') return Buffer.from([value === true ? 1 : 0]);
  if (type === 'integer' || type === 'double') {
    const bytes = Buffer.alloc(8);
    if (type === 'integer') bytes.writeBigInt64LE(BigInt(value as number));
    else bytes.writeDoubleLE(value as number);
    return bytes;
  }
  const text = Buffer.from(type === 'json' ? JSON.stringify(value) : (value as string));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}
