const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MAX_CODES = 4096;

/**
 * TIFF's LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, high bit first, one code early. Returns the bytes written
 * into `out`, which is never overrun: `out.length + 1` when there are more, -1 when the codes make no sense.
 */
export function inflateLzw(bytes: Uint8Array, out: Uint8Array): number {
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const lengths = new Uint16Array(MAX_CODES);
  for (let i = 0; i < 256; i++) {
    suffix[i] = i;
    lengths[i] = 1;
  }
  const reader = { bytes, at: 0, bits: 0, bitCount: 0 };
  // Older writers put the low bit first; their streams do not begin with this code.
  if (readCode(reader, 9) !== CLEAR) return -1;
  let width = 9;
  let next = FIRST_FREE;
  let previous = -1;
  let done = 0;
  for (;;) {
    const code = readCode(reader, width);
    if (code === END) return done;
    if (code === CLEAR) {
      width = 9;
      next = FIRST_FREE;
      previous = -1;
      continue;
    }
    // A string may be used one step before it is known: it is the previous one and its own first byte.
    const known = previous < 0 ? code < 256 : code < next || (code === next && next < MAX_CODES);
    if (!known) return -1;
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      lengths[next] = lengths[previous]! + 1;
      suffix[next] = firstByte(code === next ? previous : code, prefix, suffix);
      next += 1;
      if (next >= (1 << width) - 1 && width < 12) width += 1;
    }
    const length = lengths[code]!;
    if (done + length > out.length) return out.length + 1;
    done += length;
    for (let to = done - 1, c = code, left = length; left > 0; left--, to--) {
      out[to] = suffix[c]!;
      c = prefix[c]!;
    }
    previous = code;
  }
}

interface CodeReader {
  readonly bytes: Uint8Array;
  at: number;
  bits: number;
  bitCount: number;
}

/** The next code; END where the bytes end, for writers that leave the last code out. */
function readCode(reader: CodeReader, width: number): number {
  while (reader.bitCount < width) {
    if (reader.at === reader.bytes.length) return END;
    reader.bits = ((reader.bits << 8) | reader.bytes[reader.at++]!) & 0xffffff;
    reader.bitCount += 8;
  }
  reader.bitCount -= width;
  return (reader.bits >> reader.bitCount) & ((1 << width) - 1);
}

function firstByte(code: number, prefix: Uint16Array, suffix: Uint8Array): number {
  let c = code;
  while (c > 255) c = prefix[c]!;
  return suffix[c]!;
}
