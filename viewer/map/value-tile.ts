import type { Colouring } from '../state.ts';

export const TILE_PX = 256;
const NODATA = -32768;
/** Beyond every stored value, for a threshold that is not set. */
const OPEN_END = 40_000;

/** A threshold and a range in stored units, as the shader compares them: whole numbers lose nothing in float32. */
export interface StoredRange {
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Translates a colouring into stored units (value = stored × scale). A threshold becomes the nearest whole stored value
 * inside it, so that 0.15 keeps a pixel stored as 1500 although neither number is exact in binary.
 */
export function storedRange({ low, high, min, max }: Colouring, scale: number): StoredRange {
  return {
    low: low / scale,
    high: high / scale,
    min: min === null ? -OPEN_END : Math.ceil(min / scale - 1e-6),
    max: max === null ? OPEN_END : Math.floor(max / scale + 1e-6),
  };
}

/**
 * Checks the bytes of a value tile: int16 little-endian, 256 × 256, top row first.
 * @returns the bytes to upload, low byte in red and high byte in green; null when every pixel is nodata
 * @throws RangeError when the length is not 131072 bytes
 */
export function valueTileBytes(buffer: ArrayBuffer): Uint8Array | null {
  const wanted = TILE_PX * TILE_PX * 2;
  if (buffer.byteLength !== wanted) {
    throw new RangeError(`A value tile has ${wanted} bytes; this one has ${buffer.byteLength}.`);
  }
  const bytes = new Uint8Array(buffer);
  for (let i = 0; i < wanted; i += 2) {
    if (bytes[i] !== 0 || bytes[i + 1] !== 0x80) return bytes;
  }
  return null;
}

/** Stored value of a low and a high byte, or null for nodata: the sum that the shader does. */
export function storedValue(low: number, high: number): number | null {
  const unsigned = low | (high << 8);
  const stored = unsigned >= 32768 ? unsigned - 65536 : unsigned;
  return stored === NODATA ? null : stored;
}
