import { constants, crc32, deflateSync, gzipSync, type ZlibOptions } from 'node:zlib';
import type { Palette } from './colour.ts';
import { paintEntries, paletteEntries } from './colour.ts';
import type { TileFormat } from './tile-format.ts';
import { TILE_SIDE_PX } from './tile-format.ts';

/** Speed over size: higher levels take three times as long for a tenth less. */
const PNG_LEVEL = 1;
const GZIP_LEVEL = 6;
const WEBP = { quality: 80, effort: 0 } as const;

/** A square of values in one of the tile formats: `.bin` as gzip of int16 little-endian, else coloured. */
export async function encodeValues(values: Int16Array, palette: Palette, format: TileFormat): Promise<Uint8Array> {
  if (format === 'bin') return gzipSync(littleEndian(values), { level: GZIP_LEVEL });
  const entries = paletteEntries(values, palette);
  return format === 'png'
    ? encodeIndexedPng(entries, palette.rgb, TILE_SIDE_PX)
    : encodeColours(paintEntries(entries, palette), format);
}

/** A square of red, green, blue, alpha as an image. */
export async function encodeColours(rgba: Uint8Array, format: 'png' | 'webp'): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  const image = sharp(rgba, { raw: { width: TILE_SIDE_PX, height: TILE_SIDE_PX, channels: 4 } });
  return format === 'png' ? image.png({ compressionLevel: PNG_LEVEL }).toBuffer() : image.webp(WEBP).toBuffer();
}

function littleEndian(values: Int16Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  return isLittle ? bytes : Buffer.from(bytes).swap16();
}

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOUR_TYPE_INDEXED = 3;

/**
 * A square PNG of one byte a pixel and 256 palette entries, the first of them transparent (PNG specification, third
 * edition): a quarter of the bytes to compress, and of the size, that four channels would give.
 */
function encodeIndexedPng(entries: Uint8Array, palette: Uint8Array, sidePx: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePx, 0);
  header.writeUInt32BE(sidePx, 4);
  header.set([8, COLOUR_TYPE_INDEXED, 0, 0, 0], 8);
  // Each row stands behind the number of its filter: 0, none.
  const rows = Buffer.alloc(sidePx * (sidePx + 1));
  for (let y = 0; y < sidePx; y++) rows.set(entries.subarray(y * sidePx, (y + 1) * sidePx), y * (sidePx + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('PLTE', palette),
    pngChunk('tRNS', Buffer.from([0])),
    pngChunk('IDAT', deflateSync(rows, optionsFor(rows, sidePx + 1))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * Noise, such as a picture at its own scale, has nothing to repeat: searching it takes three times as long as coding its
 * bytes by frequency, for no byte less.
 */
function optionsFor(rows: Uint8Array, rowBytes: number): ZlibOptions {
  const chunkSize = rows.length + 1024;
  return repeatedShare(rows, rowBytes) < NOISE_SHARE
    ? { level: PNG_LEVEL, chunkSize, memLevel: 9, strategy: constants.Z_HUFFMAN_ONLY }
    : { level: PNG_LEVEL, chunkSize };
}

const NOISE_SHARE = 0.04;
const PROBED_ROWS = 16;

/** Share of the pixels, in some of the rows, that begin a run along the row or repeat three of the row above. */
function repeatedShare(rows: Uint8Array, rowBytes: number): number {
  const stepBytes = Math.max(1, Math.floor(rows.length / rowBytes / PROBED_ROWS)) * rowBytes;
  let seen = 0;
  let repeated = 0;
  for (let row = rowBytes; row < rows.length; row += stepBytes) {
    for (let i = row + 2; i < row + rowBytes - 2; i++) {
      const isRun = rows[i] === rows[i - 1] && rows[i] === rows[i + 1];
      const above = i - rowBytes;
      const isAbove = rows[i] === rows[above] && rows[i + 1] === rows[above + 1] && rows[i + 2] === rows[above + 2];
      seen += 1;
      if (isRun || isAbove) repeated += 1;
    }
  }
  return repeated / seen;
}

function pngChunk(name: string, content: Uint8Array): Buffer {
  const chunk = Buffer.alloc(content.length + 12);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(name, 4, 'latin1');
  chunk.set(content, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, content.length + 8)), content.length + 8);
  return chunk;
}
