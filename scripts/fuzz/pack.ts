/** A Zstandard frame (RFC 8878) of uncompressed blocks: what a file with an empty entropy stage looks like. */
export function zstdFrame(raw: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(0xfd2fb528, 0);
  // Single segment, content size in four bytes.
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(raw.length, 5);
  return Buffer.concat([head, zstdBlockHead(raw.length, 0), raw]);
}

/** A Zstandard frame of one byte repeated: the smallest bomb there is. `claimedBytes` is what its header says. */
export function zstdBomb(lengthBytes: number, claimedBytes: number): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(0xfd2fb528, 0);
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(claimedBytes, 5);
  const blocks: Uint8Array[] = [];
  const maxBlock = 128 * 1024;
  for (let left = lengthBytes; left > 0; left -= maxBlock) {
    const size = Math.min(left, maxBlock);
    blocks.push(zstdBlockHead(size, 1, left <= maxBlock), Uint8Array.of(0));
  }
  return Buffer.concat([head, ...blocks]);
}

function zstdBlockHead(sizeBytes: number, type: 0 | 1, isLast = true): Uint8Array {
  const word = (sizeBytes << 3) | (type << 1) | (isLast ? 1 : 0);
  return Uint8Array.of(word & 255, (word >> 8) & 255, word >> 16);
}

/** PackBits (TIFF 6.0, section 9) in the simplest form: a run where two bytes or more are alike, else one byte alone. */
export function packBits(raw: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < raw.length; ) {
    let end = at + 1;
    while (end < raw.length && end - at < 128 && raw[end] === raw[at]) end += 1;
    out.push(end - at === 1 ? 0 : 257 - (end - at), raw[at]!);
    at = end;
  }
  return Uint8Array.from(out);
}
