import { inputError } from '../../../shared/errors.ts';
import { faultText, RowFault, uniqueNames } from './binary-rows.ts';
import { shownText } from './findings.ts';
import {
  readChild,
  readChildren,
  readInt32,
  readRoot,
  readText,
  readUint8,
  readUint16,
  readUint64,
  type Table,
} from './flatgeobuf-table.ts';
import { crsOfWkt, type NamedCrs } from './prj.ts';

export interface FgbHeader {
  /** Code of the geometries; 0: each says its own. */
  readonly geometryType: number;
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  /** Null where the file does not say. */
  readonly crs: NamedCrs | null;
  /** Stated number of features; 0: not stated. */
  readonly features: number;
  /** Where the first feature starts, bytes. */
  readonly featuresAt: number;
  readonly notes: readonly string[];
}

/** Slots of the tables in header.fbs of FlatGeobuf 3. */
const HEADER = { geometryType: 2, columns: 7, featuresCount: 8, indexNodeSize: 9, crs: 10 };
const CRS = { org: 0, code: 1, name: 2, wkt: 4, codeString: 5 };
const COLUMN = { name: 0, type: 1 };

const MAGIC_BYTES = 8;
const MOST_COLUMNS = 2000;
const LONGEST_NAME = 1000;

/** Reads the header of a FlatGeobuf file (version 3). Throws E_FLATGEOBUF. */
export function readHeader(bytes: Uint8Array, name: string): FgbHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFgb = bytes.length >= 16 && [0x66, 0x67, 0x62].every((byte, i) => bytes[i] === byte && bytes[i + 4] === byte);
  if (!isFgb)
    throw inputError('E_FLATGEOBUF', `${name} is no FlatGeobuf: it does not start as such a file does.`, name);
  if (bytes[3] !== 3) {
    const text = `${name} is a FlatGeobuf of version ${bytes[3]}; version 3 is read. Write it again with a newer program.`;
    throw inputError('E_FLATGEOBUF', text, name);
  }
  const headerBytes = view.getUint32(MAGIC_BYTES, true);
  const headerAt = MAGIC_BYTES + 4;
  if (headerBytes < 8 || headerAt + headerBytes > bytes.length) {
    const text = `${name} is cut off or damaged: its header says it has ${headerBytes.toLocaleString('en')} bytes.`;
    throw inputError('E_FLATGEOBUF', text, name);
  }
  try {
    const table = readRoot(new DataView(bytes.buffer, bytes.byteOffset + headerAt, headerBytes));
    return describe(table, headerAt + headerBytes, bytes.length);
  } catch (error) {
    throw inputError('E_FLATGEOBUF', `The header of ${name} is damaged: ${faultText(error)}`, name, error);
  }
}

function describe(table: Table, headerEnd: number, fileBytes: number): FgbHeader {
  const features = readUint64(table, HEADER.featuresCount);
  const indexBytes = sizeOfIndex(features, readUint16(table, HEADER.indexNodeSize, 16));
  if (BigInt(headerEnd) + indexBytes > BigInt(fileBytes)) {
    throw new RowFault(
      `it says it has ${features.toLocaleString('en')} features, whose index does not fit into the file.`,
    );
  }
  const columns = readChildren(table, HEADER.columns, MOST_COLUMNS).map((column) => ({
    name: shortText(column, COLUMN.name),
    type: readUint8(column, COLUMN.type, 0),
  }));
  const { names, notes } = uniqueNames(columns.map((column) => column.name));
  return {
    geometryType: readUint8(table, HEADER.geometryType, 0),
    columns: columns.map(({ type }, i) => ({ name: names[i]!, type })),
    crs: crsOf(readChild(table, HEADER.crs)),
    features: Number(features),
    featuresAt: headerEnd + Number(indexBytes),
    notes,
  };
}

function shortText(table: Table, slot: number): string {
  const text = readText(table, slot) ?? '';
  if (text.length > LONGEST_NAME) throw new RowFault(`the name of a column has ${text.length} letters.`);
  return text;
}

/** Bytes of the packed tree in front of the features: 40 for every node of every level. */
function sizeOfIndex(features: bigint, nodeSize: number): bigint {
  if (nodeSize === 0 || features === 0n) return 0n;
  if (nodeSize < 2) throw new RowFault('the nodes of its index have fewer than 2 places.');
  const size = BigInt(nodeSize);
  let level = features;
  let nodes = features;
  while (level > 1n) {
    level = (level + size - 1n) / size;
    nodes += level;
  }
  return nodes * 40n;
}

function crsOf(table: Table | null): NamedCrs | null {
  if (table === null) return null;
  const code = readInt32(table, CRS.code, 0);
  const organization = readText(table, CRS.org)?.toUpperCase() ?? 'EPSG';
  const wkt = readText(table, CRS.wkt);
  if (code > 0 && organization === 'EPSG') return { epsg: code };
  if (wkt !== null && wkt !== '') return crsOfWkt(wkt);
  if (code <= 0) return null;
  const name = `${organization}:${code} ${readText(table, CRS.name) ?? ''}`.trim();
  return { epsg: null, name: shownText(name, 60), why: 'only codes of EPSG are read' };
}
