import { constants, deflateSync, inflateRawSync, inflateSync } from 'node:zlib';
import { openWorkspace } from '../../pipeline/cog/kernel.ts';
import { inflateLzw } from '../../pipeline/cog/lzw.ts';
import { encodeLzw } from '../../tests/pipeline/cog/make-tiff.ts';
import type { Random } from '../demo/random.ts';
import { below, pick } from './choose.ts';
import type { Verdict } from './verdict.ts';

/** A compressed stream without a file round it, for the decoder kernel beside a decoder that is known to be right. */
export interface StreamInput {
  readonly codec: 'inflate' | 'LZW';
  readonly bytes: Uint8Array;
  /** Room for the output, 1 or more: what a header would promise. */
  readonly wantedBytes: number;
}

const ADLER_BASE = 65_521;
const GUARD = 0xa5;
const GUARD_BYTES = 64;

/** Plain or harmed; a harmed zlib stream often gets a checksum that fits again, so that what it inflates to is compared. */
export function drawStream(random: Random): StreamInput {
  const codec = random() < 0.7 ? 'inflate' : 'LZW';
  const raw = drawRaw(random, codec === 'LZW' ? 5000 : 40_000);
  const packed = codec === 'LZW' ? encodeLzw(raw) : deflateSync(raw, drawOptions(random));
  const harmed = random() < 0.2 ? packed : harm(random, Buffer.from(packed));
  const bytes = codec === 'inflate' && random() < 0.6 ? withRightChecksum(harmed) : harmed;
  const size = raw.length;
  const wantedBytes = Math.max(1, pick(random, [size, size, size, size + 1, size - 1, 65_536]));
  return { codec, bytes, wantedBytes };
}

function drawRaw(random: Random, maxBytes: number): Buffer {
  const raw = Buffer.alloc(below(random, pick(random, [4, 300, 3000, maxBytes])));
  const symbols = pick(random, [1, 2, 5, 40, 256]);
  const period = 1 + below(random, pick(random, [4, 300, 33_000]));
  const noise = pick(random, [0, 0.02, 0.3, 1]);
  for (let i = 0; i < raw.length; i++) {
    raw[i] = i < period || random() < noise ? below(random, symbols) : raw[i - period]!;
  }
  return raw;
}

function drawOptions(random: Random) {
  const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED } = constants;
  return {
    level: below(random, 10),
    strategy: pick(random, [Z_DEFAULT_STRATEGY, Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED]),
    memLevel: 1 + below(random, 9),
    windowBits: 9 + below(random, 7),
  };
}

function harm(random: Random, bytes: Buffer): Buffer {
  const at = () => below(random, Math.max(1, bytes.length));
  const harms = [
    () => {
      for (let i = 1 + below(random, 4); i > 0; i--) bytes[at()]! ^= 1 << below(random, 8);
      return bytes;
    },
    // The tables of a dynamic block stand first.
    () => {
      for (let i = 1 + below(random, 3); i > 0; i--)
        bytes[Math.min(bytes.length - 1, 2 + below(random, 60))] = below(random, 256);
      return bytes;
    },
    () => bytes.subarray(0, at()),
    () => Buffer.concat([bytes, Buffer.alloc(1 + below(random, 12), below(random, 256))]),
    // A part twice, or a part gone.
    () => Buffer.concat([bytes.subarray(0, at()), bytes.subarray(at())]),
    // A head, a block type, and chance.
    () =>
      Buffer.from([
        0x78,
        0x9c,
        (below(random, 32) << 3) | pick(random, [1, 3, 5, 7]),
        ...Array.from({ length: 200 }, () => below(random, 256)),
      ]),
  ];
  return pick(random, harms)();
}

/** Ends the stream after its last block and adds the sum of what it inflates to; as it was where it does not inflate. */
function withRightChecksum(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 3) return bytes;
  try {
    const options = { info: true, maxOutputLength: 2 ** 20 };
    const { buffer, engine } = inflateRawSync(bytes.subarray(2), options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(adler32(buffer));
    return Buffer.concat([bytes.subarray(0, 2 + engine.bytesWritten), sum]);
  } catch {
    return bytes;
  }
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % ADLER_BASE;
    b = (b + a) % ADLER_BASE;
  }
  return b * 65_536 + a;
}

/** Decodes with the kernel and with the other decoder: both must refuse, or give the same bytes; none may overrun. */
export function judgeStream(input: StreamInput): Verdict {
  const right = input.codec === 'inflate' ? inflateRight(input) : inflateLzwRight(input);
  const found = runKernel(input);
  if (typeof found === 'string') return { outcome: 'crash', detail: found };
  if (right === null && found === null) return { outcome: 'refused', detail: 'damaged stream' };
  if (right !== null && found !== null && Buffer.compare(right, found) === 0)
    return { outcome: 'unchanged', detail: '' };
  const tell = (bytes: Uint8Array | null) => (bytes === null ? 'a refusal' : `${bytes.length} bytes`);
  return { outcome: 'misread', detail: `${tell(found)} where ${tell(right)} is right` };
}

function inflateRight({ bytes, wantedBytes }: StreamInput): Uint8Array | null {
  try {
    // In one piece: with smaller ones zlib refuses, or not, a stream that states a smaller window than it uses.
    return inflateSync(bytes, { maxOutputLength: wantedBytes, chunkSize: wantedBytes + 64 });
  } catch {
    return null;
  }
}

function inflateLzwRight({ bytes, wantedBytes }: StreamInput): Uint8Array | null {
  const out = new Uint8Array(wantedBytes);
  const done = inflateLzw(bytes, out);
  return done >= 0 && done <= wantedBytes ? out.subarray(0, done) : null;
}

/** What the kernel gives, null where it refuses; a text where it wrote beyond its output. */
function runKernel({ codec, bytes, wantedBytes }: StreamInput): Uint8Array | null | string {
  const { kernel, bytes: memory, inputAt, outputAt, spareAt } = openWorkspace(bytes.length, wantedBytes);
  // What an earlier block left behind must not show through.
  memory.fill(GUARD, inputAt, spareAt + GUARD_BYTES);
  memory.set(bytes, inputAt);
  const unpack = codec === 'inflate' ? kernel.inflate : kernel.inflateLzw;
  const done = unpack(inputAt, bytes.length, outputAt, wantedBytes);
  if (memory.subarray(spareAt, spareAt + GUARD_BYTES).some((byte) => byte !== GUARD)) return 'wrote beyond its output';
  if (Buffer.compare(memory.subarray(inputAt, inputAt + bytes.length), bytes) !== 0) return 'wrote into its input';
  if (done > wantedBytes) return `claims ${done} bytes of ${wantedBytes}`;
  return done < 0 ? null : memory.slice(outputAt, outputAt + done);
}
