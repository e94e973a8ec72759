import { inputError } from '../../shared/errors.ts';
import { epsgOf, type Grid } from '../../shared/grid.ts';

/** One image of the file to be written. */
export interface LevelLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Absolute position and length of each block, row by row. */
  readonly blockOffsets: Uint32Array;
  readonly blockByteCounts: Uint32Array;
}

export interface HeaderSpec {
  readonly grid: Grid;
  readonly blockSizePx: number;
  readonly bitsPerSample: number;
  /** 1 unsigned, 2 signed, 3 float. */
  readonly sampleFormat: 1 | 2 | 3;
  readonly samples: number;
  readonly predictor: 2 | 3;
  readonly nodata: number | null;
  /** GDAL_METADATA document, or empty. */
  readonly metadataXml: string;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly bytes: Buffer;
}

const GHOST_BODY =
  'LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n' +
  // The space is room for YES, should an editor have to spoil the layout later.
  'BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ';
const GHOST = `GDAL_STRUCTURAL_METADATA_SIZE=${String(GHOST_BODY.length).padStart(6, '0')} bytes\n${GHOST_BODY}`;
const TIFF_HEADER_BYTES = 8;

function shorts(tag: number, values: readonly number[]): Entry {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => {
    bytes.writeUInt16LE(value, i * 2);
  });
  return { tag, type: 3, count: values.length, bytes };
}

function longs(tag: number, values: ArrayLike<number>): Entry {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeUInt32LE(values[i]!, i * 4);
  return { tag, type: 4, count: values.length, bytes };
}

function doubles(tag: number, values: readonly number[]): Entry {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, i * 8);
  });
  return { tag, type: 12, count: values.length, bytes };
}

function text(tag: number, value: string): Entry {
  const bytes = Buffer.from(`${value}\0`, 'utf8');
  return { tag, type: 2, count: bytes.length, bytes };
}

/** GeoTIFF 1.1 key 3072 (projected) or 2048 (geographic). WGS 84 is the one geographic CRS that we write. */
export function geoKeysOf(crs: string): number[] {
  const code = epsgOf(crs);
  const known = Number.isInteger(code) && code > 0 && code < 32767;
  if (!known || (code >= 4000 && code < 5000 && code !== 4326)) {
    const message = `A layer cannot be written in ${crs}: EPSG:4326 or the code of a projected CRS is wanted.`;
    throw inputError('E_CRS_UNSUPPORTED', message, crs);
  }
  const geographic = code === 4326;
  const rasterTypeArea = [1025, 0, 1, 1];
  return geographic
    ? [1, 1, 0, 4, 1024, 0, 1, 2, ...rasterTypeArea, 2048, 0, 1, code, 2054, 0, 1, 9102]
    : [1, 1, 0, 3, 1024, 0, 1, 1, ...rasterTypeArea, 3072, 0, 1, code];
}

function entriesOf(spec: HeaderSpec, level: LevelLayout, isFull: boolean): Entry[] {
  const { samples, grid } = spec;
  const perSample = (value: number) => Array.from({ length: samples }, () => value);
  const [xPerCol, , x, , yPerRow, y] = grid.transform;
  const georeference = [
    doubles(33550, [xPerCol, -yPerRow, 0]),
    doubles(33922, [0, 0, 0, x, y, 0]),
    shorts(34735, geoKeysOf(grid.crs)),
    ...(spec.metadataXml === '' ? [] : [text(42112, spec.metadataXml)]),
  ];
  return [
    longs(254, [isFull ? 0 : 1]),
    longs(256, [level.widthPx]),
    longs(257, [level.heightPx]),
    shorts(258, perSample(spec.bitsPerSample)),
    shorts(259, [8]),
    shorts(262, [samples === 3 ? 2 : 1]),
    shorts(277, [samples]),
    shorts(284, [1]),
    shorts(317, [spec.predictor]),
    shorts(322, [spec.blockSizePx]),
    shorts(323, [spec.blockSizePx]),
    longs(324, level.blockOffsets),
    longs(325, level.blockByteCounts),
    // Of two grey samples the second is neither transparency nor colour.
    ...(samples === 2 ? [shorts(338, [0])] : []),
    shorts(339, perSample(spec.sampleFormat)),
    ...(isFull ? georeference : []),
    ...(spec.nodata === null ? [] : [text(42113, Number.isNaN(spec.nodata) ? 'nan' : String(spec.nodata))]),
  ];
}

function ifdBytes(entries: readonly Entry[], at: number, isLast: boolean): Buffer {
  const directoryBytes = 2 + entries.length * 12 + 4;
  const totalBytes = entries.reduce(
    (sum, e) => sum + (e.bytes.length > 4 ? evenUp(e.bytes.length) : 0),
    directoryBytes,
  );
  const out = Buffer.alloc(totalBytes);
  out.writeUInt16LE(entries.length, 0);
  let valuesAt = directoryBytes;
  entries.forEach((entry, i) => {
    const entryAt = 2 + i * 12;
    out.writeUInt16LE(entry.tag, entryAt);
    out.writeUInt16LE(entry.type, entryAt + 2);
    out.writeUInt32LE(entry.count, entryAt + 4);
    if (entry.bytes.length <= 4) {
      entry.bytes.copy(out, entryAt + 8);
      return;
    }
    out.writeUInt32LE(at + valuesAt, entryAt + 8);
    entry.bytes.copy(out, valuesAt);
    valuesAt += evenUp(entry.bytes.length);
  });
  out.writeUInt32LE(isLast ? 0 : at + totalBytes, directoryBytes - 4);
  return out;
}

function evenUp(bytes: number): number {
  return bytes + (bytes % 2);
}

/**
 * Everything before the first block: TIFF header, GDAL's structural metadata, then the directories from the full size
 * down. Its length depends on the numbers of blocks only, not on their offsets.
 */
export function buildHeader(spec: HeaderSpec, levels: readonly LevelLayout[]): Buffer {
  const start = evenUp(TIFF_HEADER_BYTES + GHOST.length);
  const head = Buffer.alloc(start);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(start, 4);
  head.write(GHOST, TIFF_HEADER_BYTES, 'latin1');
  const parts: Buffer[] = [head];
  let at = start;
  levels.forEach((level, i) => {
    const part = ifdBytes(entriesOf(spec, level, i === 0), at, i === levels.length - 1);
    parts.push(part);
    at += part.length;
  });
  return Buffer.concat(parts);
}
