import type { Grid } from '../../shared/grid.ts';
import type { Band } from '../../shared/scene.ts';
import { type GridProblem, type GridReading, readGrid } from './geokeys.ts';
import type { ByteSource } from './source.ts';
import { truncatedError } from './source.ts';
import { readNumbers, readReals, readText, readTiff, type Tiff, type TiffIfd, tiffError } from './tiff.ts';

export type DataType = Band['dataType'];
type Compression = 'none' | 'deflate' | 'lzw' | 'zstd' | 'packbits';
type Predictor = 1 | 2 | 3;
/** `pixel`: the samples of a pixel lie together; `band`: each sample has blocks of its own. */
type Planar = 'pixel' | 'band';

/** One image of the file: the full size, an overview of it, or a mask. */
export interface CogLevel {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blockWidthPx: number;
  readonly blockHeightPx: number;
  readonly blockCols: number;
  readonly blockRows: number;
  readonly tiled: boolean;
  readonly dataType: DataType;
  /** 8 to 64; 1 only in a mask. */
  readonly bitsPerSample: number;
  readonly samplesPerPixel: number;
  readonly planar: Planar;
  readonly compression: Compression;
  readonly predictor: Predictor;
  readonly littleEndian: boolean;
  /** Row by row; with planar `band`, sample after sample. An offset or a length of 0 is a sparse block: nodata. */
  readonly blockOffsets: Float64Array;
  readonly blockByteCounts: Float64Array;
}

export interface CogHeader {
  /** Where the file is, fit for messages. */
  readonly where: string;
  /** The full size first, then the overviews by decreasing size. */
  readonly levels: readonly CogLevel[];
  /** Masks by decreasing size; non-zero = valid. */
  readonly masks: readonly CogLevel[];
  /** Null with `gridProblem` saying why. */
  readonly grid: Grid | null;
  readonly gridProblem: GridProblem | null;
  /** GDAL_NODATA as the file states it, NaN included; null where it states none. */
  readonly nodata: number | null;
  readonly dataType: DataType;
  readonly samplesPerPixel: number;
  readonly planar: Planar;
  readonly compression: Compression;
  readonly predictor: Predictor;
  /** The file says that its directories come before its data (LAYOUT=IFDS_BEFORE_DATA), unharmed by a later edit. */
  readonly isCogLayout: boolean;
  /** Each block stands between its length and a repetition of its last four bytes: a free check of what was read. */
  readonly hasBlockFrames: boolean;
}

const TAG = {
  newSubfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  fillOrder: 266,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  pixelScale: 33550,
  tiepoints: 33922,
  transformation: 34264,
  keyDirectory: 34735,
  nodata: 42113,
} as const;

const MAX_SIDE_PX = 2 ** 24;
const MAX_BLOCKS = 2 ** 20;
const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
const MAX_SAMPLES = 64;

const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: 'none',
  5: 'lzw',
  8: 'deflate',
  32773: 'packbits',
  32946: 'deflate',
  50000: 'zstd',
};

const OTHER_COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'CCITT fax 3',
  4: 'CCITT fax 4',
  6: 'old JPEG',
  7: 'JPEG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50001: 'WebP',
  50002: 'JPEG XL',
};

const DATA_TYPES: Readonly<Record<string, DataType>> = {
  '1/8': 'uint8',
  '1/16': 'uint16',
  '1/32': 'uint32',
  '2/8': 'int8',
  '2/16': 'int16',
  '2/32': 'int32',
  '3/32': 'float32',
  '3/64': 'float64',
};

/**
 * Reads and checks the header of a (Geo)TIFF: all limits before any allocation, all block ranges inside the file.
 * Errors (kind input): E_TIFF_NOT_TIFF, E_TIFF_TRUNCATED, E_TIFF_IFD_CYCLE, E_TIFF_TOO_MANY_IFDS, E_TIFF_MALFORMED,
 * E_TIFF_LIMIT, E_TIFF_UNSUPPORTED. A grid that cannot be used is no error here: see `gridProblem`.
 */
export async function readHeader(source: ByteSource): Promise<CogHeader> {
  const tiff = await readTiff(source);
  const full = await readLevel(tiff, tiff.ifds[0]!, false);
  const { overviews, masks } = await readSmaller(tiff, full);
  const { grid, problem } = await readGridOf(tiff, full);
  const ghost = tiff.ghost;
  const unharmed = ghost.includes('KNOWN_INCOMPATIBLE_EDITION=NO');
  return {
    where: tiff.where,
    levels: [full, ...overviews],
    masks,
    grid,
    gridProblem: problem,
    nodata: await readNodata(tiff),
    dataType: full.dataType,
    samplesPerPixel: full.samplesPerPixel,
    planar: full.planar,
    compression: full.compression,
    predictor: full.predictor,
    isCogLayout: unharmed && ghost.includes('LAYOUT=IFDS_BEFORE_DATA'),
    hasBlockFrames:
      unharmed && ghost.includes('BLOCK_LEADER=SIZE_AS_UINT4') && ghost.includes('BLOCK_TRAILER=LAST_4_BYTES_REPEATED'),
  };
}

/** Overviews and masks after the first directory; other pages of a multi-page file are none of our business. */
async function readSmaller(tiff: Tiff, full: CogLevel) {
  const overviews: CogLevel[] = [];
  const masks: CogLevel[] = [];
  for (const ifd of tiff.ifds.slice(1)) {
    const subfile = (await readInteger(tiff, ifd, TAG.newSubfileType)) ?? 0;
    if ((subfile & 4) !== 0) {
      masks.push(await readLevel(tiff, ifd, true));
    } else if ((subfile & 1) !== 0) {
      const level = await readLevel(tiff, ifd, false);
      checkOverview(tiff, full, level);
      overviews.push(level);
    }
  }
  const bySize = (a: CogLevel, b: CogLevel) => b.widthPx - a.widthPx || b.heightPx - a.heightPx;
  checkMasks(tiff, [full, ...overviews], masks);
  // An overview without the mask that the image has would show cells that are not valid: a finer level is read instead.
  const usable = overviews.filter((level) => masks.length === 0 || masks.some((mask) => isSameSize(mask, level)));
  return { overviews: usable.sort(bySize), masks: masks.sort(bySize) };
}

/** A mask that fits no image would not be applied, without a word; so too one that the full size lacks. */
function checkMasks(tiff: Tiff, levels: readonly CogLevel[], masks: readonly CogLevel[]): void {
  const stray = masks.find((mask) => !levels.some((level) => isSameSize(mask, level)));
  const isBare = masks.length > 0 && !masks.some((mask) => isSameSize(mask, levels[0]!));
  if (stray === undefined && !isBare) return;
  const { widthPx, heightPx } = stray ?? masks[0]!;
  const full = `${levels[0]!.widthPx} × ${levels[0]!.heightPx}`;
  const sentence = `a mask of ${widthPx} × ${heightPx} pixels does not fit the image of ${full}. Make the mask again.`;
  throw tiffError('E_TIFF_MALFORMED', tiff.where, sentence);
}

function isSameSize(a: CogLevel, b: CogLevel): boolean {
  return a.widthPx === b.widthPx && a.heightPx === b.heightPx;
}

function checkOverview(tiff: Tiff, full: CogLevel, level: CogLevel): void {
  const alike = level.dataType === full.dataType && level.samplesPerPixel === full.samplesPerPixel;
  const ratioCols = full.widthPx / level.widthPx;
  const ratioRows = full.heightPx / level.heightPx;
  // Rounding of an odd size moves a ratio by less than one overview cell in all of them.
  const slack = 1 / level.widthPx + 1 / level.heightPx;
  const even = ratioCols >= 1 && ratioRows >= 1 && Math.abs(ratioCols / ratioRows - 1) <= slack;
  if (alike && even) return;
  const tell = (l: CogLevel) => `${l.widthPx} × ${l.heightPx} of ${l.samplesPerPixel} × ${l.dataType}`;
  const sentence = `an overview of ${tell(level)} does not fit the image of ${tell(full)}. Make the overviews again.`;
  throw tiffError('E_TIFF_MALFORMED', tiff.where, sentence);
}

async function readInteger(tiff: Tiff, ifd: TiffIfd, tag: number): Promise<number | null> {
  const field = ifd.fields.get(tag);
  return field === undefined ? null : (await readNumbers(tiff, field, { min: 1, max: 1 }))[0]!;
}

async function readRequired(tiff: Tiff, ifd: TiffIfd, name: 'width' | 'height'): Promise<number> {
  const value = await readInteger(tiff, ifd, TAG[name]);
  if (value === null) {
    throw tiffError(
      'E_TIFF_MALFORMED',
      tiff.where,
      `the image directory at byte ${ifd.offsetBytes} states no ${name}.`,
    );
  }
  if (!(value >= 1 && value <= MAX_SIDE_PX)) {
    throw tiffError('E_TIFF_LIMIT', tiff.where, `its ${name} is ${value} pixels; 1 to ${MAX_SIDE_PX} are accepted.`);
  }
  return value;
}

async function readLevel(tiff: Tiff, ifd: TiffIfd, isMask: boolean): Promise<CogLevel> {
  const widthPx = await readRequired(tiff, ifd, 'width');
  const heightPx = await readRequired(tiff, ifd, 'height');
  const samplesPerPixel = (await readInteger(tiff, ifd, TAG.samplesPerPixel)) ?? 1;
  if (!(samplesPerPixel >= 1 && samplesPerPixel <= MAX_SAMPLES)) {
    const sentence = `it has ${samplesPerPixel} samples a pixel; 1 to ${MAX_SAMPLES} are accepted.`;
    throw tiffError('E_TIFF_LIMIT', tiff.where, sentence);
  }
  await refuseAlpha(tiff, ifd);
  const pixel = await readPixelType(tiff, ifd, samplesPerPixel, isMask);
  const coding = await readCoding(tiff, ifd, pixel.dataType);
  if (pixel.bitsPerSample === 1 && coding.predictor !== 1) {
    throw tiffError('E_TIFF_UNSUPPORTED', tiff.where, `its 1-bit mask has predictor ${coding.predictor}; 1 is read.`);
  }
  const shape = await readBlockShape(tiff, ifd, widthPx, heightPx);
  const perBlock = coding.planar === 'pixel' ? samplesPerPixel : 1;
  const blockBytes = Math.ceil((shape.blockWidthPx * perBlock * pixel.bitsPerSample) / 8) * shape.blockHeightPx;
  const blockCols = Math.ceil(widthPx / shape.blockWidthPx);
  const blockRows = Math.ceil(heightPx / shape.blockHeightPx);
  const blocks = blockCols * blockRows * (coding.planar === 'pixel' ? 1 : samplesPerPixel);
  if (blockBytes > MAX_BLOCK_BYTES || blocks > MAX_BLOCKS) {
    const sentence = `it has ${blocks} blocks of ${blockBytes} bytes; at most ${MAX_BLOCKS} of ${MAX_BLOCK_BYTES} are accepted. Convert it with gdal_translate -of COG.`;
    throw tiffError('E_TIFF_LIMIT', tiff.where, sentence);
  }
  const ranges = await readBlockRanges(tiff, ifd, shape.tiled, blocks);
  const size = { widthPx, heightPx, blockCols, blockRows, samplesPerPixel };
  return { ...size, ...pixel, ...coding, ...shape, ...ranges, littleEndian: tiff.littleEndian };
}

/** An alpha band is a mask by another name: to read past it would take what it hides for values. */
async function refuseAlpha(tiff: Tiff, ifd: TiffIfd): Promise<void> {
  const field = ifd.fields.get(TAG.extraSamples);
  if (field === undefined) return;
  const kinds = await readNumbers(tiff, field, { min: 1, max: MAX_SAMPLES });
  if (!kinds.includes(1) && !kinds.includes(2)) return;
  const sentence = `one of its bands is an alpha band, which is not read. Turn it into a mask: gdal_translate -b 1 -mask N, N being the number of that band.`;
  throw tiffError('E_TIFF_UNSUPPORTED', tiff.where, sentence);
}

async function readPixelType(tiff: Tiff, ifd: TiffIfd, samples: number, isMask: boolean) {
  const bits = await readPerSample(tiff, ifd, TAG.bitsPerSample, samples);
  const format = await readPerSample(tiff, ifd, TAG.sampleFormat, samples);
  const bitsPerSample = bits ?? 1;
  if (isMask && bitsPerSample === 1) return { bitsPerSample, dataType: 'uint8' as const };
  const dataType = DATA_TYPES[`${format ?? 1}/${bitsPerSample}`];
  if (dataType === undefined) {
    const sentence = `its samples have ${bitsPerSample} bits of format ${format ?? 1}; 8, 16 or 32-bit integers and 32 or 64-bit floats are read.`;
    throw tiffError('E_TIFF_UNSUPPORTED', tiff.where, sentence);
  }
  return { bitsPerSample, dataType };
}

/** A field with one value for each sample, which must all be the same. */
async function readPerSample(tiff: Tiff, ifd: TiffIfd, tag: number, samples: number): Promise<number | null> {
  const field = ifd.fields.get(tag);
  if (field === undefined) return null;
  const values = await readNumbers(tiff, field, { min: 1, max: samples });
  if (values.every((value) => value === values[0])) return values[0]!;
  throw tiffError('E_TIFF_UNSUPPORTED', tiff.where, `its samples differ in type (field ${tag}: ${values.join(', ')}).`);
}

async function readCoding(tiff: Tiff, ifd: TiffIfd, dataType: DataType) {
  const compressionCode = (await readInteger(tiff, ifd, TAG.compression)) ?? 1;
  const compression = COMPRESSIONS[compressionCode];
  const unsupported = (sentence: string) =>
    tiffError(
      'E_TIFF_UNSUPPORTED',
      tiff.where,
      `${sentence} Convert it with gdal_translate -of COG -co COMPRESS=DEFLATE.`,
    );
  if (compression === undefined) {
    const name = OTHER_COMPRESSIONS[compressionCode] ?? 'unknown';
    throw unsupported(
      `its compression is ${name} (${compressionCode}); none, Deflate, LZW, ZSTD and PackBits are read.`,
    );
  }
  // Without a compression that knows of predictors libtiff ignores them, and so do we.
  const isPlain = compression === 'none' || compression === 'packbits';
  const predictor = isPlain ? 1 : ((await readInteger(tiff, ifd, TAG.predictor)) ?? 1);
  const isFloat = dataType.startsWith('float');
  const fits = predictor === 1 || predictor === 2 || (predictor === 3 && isFloat);
  if (!fits) throw unsupported(`its predictor ${predictor} does not go with ${dataType}.`);
  const planarCode = (await readInteger(tiff, ifd, TAG.planar)) ?? 1;
  if (planarCode !== 1 && planarCode !== 2)
    throw unsupported(`its planar configuration is ${planarCode}; 1 and 2 exist.`);
  const fillOrder = (await readInteger(tiff, ifd, TAG.fillOrder)) ?? 1;
  if (fillOrder !== 1) throw unsupported(`its bits are stored in fill order ${fillOrder}; 1 is read.`);
  const planar: Planar = planarCode === 1 ? 'pixel' : 'band';
  return { compression, predictor: predictor as Predictor, planar };
}

async function readBlockShape(tiff: Tiff, ifd: TiffIfd, widthPx: number, heightPx: number) {
  const tileWidth = await readInteger(tiff, ifd, TAG.tileWidth);
  const tileHeight = await readInteger(tiff, ifd, TAG.tileHeight);
  if (tileWidth === null && tileHeight === null) {
    const rowsPerStrip = (await readInteger(tiff, ifd, TAG.rowsPerStrip)) ?? heightPx;
    if (rowsPerStrip < 1)
      throw tiffError('E_TIFF_MALFORMED', tiff.where, 'its strips have 0 rows. Fetch the file again.');
    return { tiled: false, blockWidthPx: widthPx, blockHeightPx: Math.min(rowsPerStrip, heightPx) };
  }
  const legal = (side: number | null) => side !== null && side >= 16 && side <= MAX_SIDE_PX && side % 16 === 0;
  if (!legal(tileWidth) || !legal(tileHeight)) {
    const sentence = `its blocks are ${tileWidth} × ${tileHeight} pixels; multiples of 16 are wanted. The file is damaged.`;
    throw tiffError('E_TIFF_LIMIT', tiff.where, sentence);
  }
  return { tiled: true, blockWidthPx: tileWidth!, blockHeightPx: tileHeight! };
}

async function readBlockRanges(tiff: Tiff, ifd: TiffIfd, tiled: boolean, blocks: number) {
  const offsetsField = ifd.fields.get(tiled ? TAG.tileOffsets : TAG.stripOffsets);
  const countsField = ifd.fields.get(tiled ? TAG.tileByteCounts : TAG.stripByteCounts);
  if (offsetsField === undefined || countsField === undefined) {
    const sentence = `the image directory at byte ${ifd.offsetBytes} does not say where its blocks lie. The file is damaged.`;
    throw tiffError('E_TIFF_MALFORMED', tiff.where, sentence);
  }
  const exactly = { min: blocks, max: blocks };
  const blockOffsets = await readNumbers(tiff, offsetsField, exactly);
  const blockByteCounts = await readNumbers(tiff, countsField, exactly);
  for (let i = 0; i < blocks; i++) {
    const end = blockOffsets[i]! + blockByteCounts[i]!;
    if (end > tiff.sizeBytes) throw truncatedError(tiff.where, blockOffsets[i]!, blockByteCounts[i]!, tiff.sizeBytes);
  }
  return { blockOffsets, blockByteCounts };
}

async function readGridOf(tiff: Tiff, full: CogLevel): Promise<GridReading> {
  const optional = async (tag: number, min: number, max: number) => {
    const field = tiff.ifds[0]!.fields.get(tag);
    const read = tag === TAG.keyDirectory ? readNumbers : readReals;
    return field === undefined ? null : await read(tiff, field, { min, max });
  };
  const fields = {
    pixelScale: await optional(TAG.pixelScale, 2, 3),
    tiepoints: await optional(TAG.tiepoints, 6, 6 * 10_000),
    transformation: await optional(TAG.transformation, 16, 16),
    keyDirectory: await optional(TAG.keyDirectory, 4, 4096),
  };
  return readGrid(fields, full.widthPx, full.heightPx);
}

async function readNodata(tiff: Tiff): Promise<number | null> {
  const field = tiff.ifds[0]!.fields.get(TAG.nodata);
  if (field === undefined) return null;
  const text = (await readText(tiff, field, 256)).trim();
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (text !== '' && !Number.isNaN(value)) return value;
  throw tiffError(
    'E_TIFF_MALFORMED',
    tiff.where,
    `its nodata is "${text}", a number is wanted. Correct it with gdal_edit.`,
  );
}
