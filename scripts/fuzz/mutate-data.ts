import { deflateSync } from 'node:zlib';
import { encodeLzw } from '../../tests/pipeline/cog/make-tiff.ts';
import type { Random } from '../demo/random.ts';
import { below, pick } from './choose.ts';
import type { Seed } from './corpus.ts';
import type { Mutator } from './mutate.ts';
import { zstdBomb } from './pack.ts';
import {
  BLOCK_COUNT_TAGS,
  BLOCK_OFFSET_TAGS,
  fieldValues,
  getNumber,
  setNumber,
  TYPE_BYTES,
  viewOf,
} from './tiff-layout.ts';

const flipBits: Mutator = (bytes, { random }) => {
  if (bytes.length === 0) return bytes;
  for (let i = 1 + below(random, 8); i > 0; i--) bytes[below(random, bytes.length)]! ^= 1 << below(random, 8);
  return bytes;
};

const truncate: Mutator = (bytes, { random, seed }) => {
  const marks = seed.layout.ifds.flatMap((ifd) => [ifd.at, ifd.nextAt, ifd.nextAt + 4]);
  const near = pick(random, marks) + below(random, 3) - 1;
  const length = pick(random, [below(random, bytes.length), bytes.length - 1 - below(random, 8), near]);
  return bytes.subarray(0, Math.max(0, length));
};

const insertBytes: Mutator = (bytes, { random }) => {
  const at = below(random, bytes.length);
  const extra = Buffer.alloc(pick(random, [1, 2, 4, 8, 12, 512]), pick(random, [0, 0xff, 0x49]));
  const rest = random() < 0.5 ? bytes.subarray(at) : bytes.subarray(Math.min(bytes.length, at + extra.length));
  return Buffer.concat([bytes.subarray(0, at), extra, rest]);
};

const splice: Mutator = (bytes, { random, other }) => {
  const tail = other().bytes;
  const at = below(random, Math.min(bytes.length, tail.length));
  if (random() < 0.5) return Buffer.concat([bytes.subarray(0, at), tail.subarray(at)]);
  const lengthBytes = 1 + below(random, Math.min(64, bytes.length - at));
  tail.copy(bytes, at, below(random, tail.length), tail.length - lengthBytes);
  return bytes;
};

interface BlockPlace {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly offsetAt: { readonly at: number; readonly type: number };
  readonly countAt: { readonly at: number; readonly type: number };
}

/** A block that the seed keeps, and where its offset and length stand. */
function drawBlock(random: Random, { bytes, layout }: Seed): BlockPlace {
  const ifd = pick(random, layout.ifds);
  const [offsets, counts] = [BLOCK_OFFSET_TAGS, BLOCK_COUNT_TAGS].map(
    (tags) => ifd.fields.find((f) => tags.includes(f.tag))!,
  );
  const lengths = fieldValues(bytes, counts!, layout.littleEndian);
  const kept = lengths.flatMap((length, i) => (length > 0 ? [i] : []));
  const index = kept.length === 0 ? 0 : pick(random, kept);
  const place = (field: typeof offsets) => ({
    at: field!.valuesAt + index * TYPE_BYTES[field!.type]!,
    type: field!.type,
  });
  const offsetAt = place(offsets);
  const offsetBytes = getNumber(viewOf(bytes), offsetAt.at, offsetAt.type, layout.littleEndian);
  return { offsetBytes, lengthBytes: lengths[index]!, offsetAt, countAt: place(counts) };
}

/** Puts a stream at the end of the file and makes the header name it. */
const replaceStream =
  (draw: (random: Random, block: Buffer) => Uint8Array): Mutator =>
  (bytes, { random, seed }) => {
    const { littleEndian } = seed.layout;
    const block = drawBlock(random, seed);
    const stream = draw(random, seed.bytes.subarray(block.offsetBytes, block.offsetBytes + block.lengthBytes));
    const out = Buffer.concat([bytes, stream]);
    setNumber(viewOf(out), block.offsetAt, bytes.length, littleEndian);
    setNumber(viewOf(out), block.countAt, stream.length, littleEndian);
    return out;
  };

const BOMBS: readonly Uint8Array[] = [
  ...[2 ** 11, 2 ** 14, 2 ** 20, 2 ** 25].map((size) => deflateSync(Buffer.alloc(size), { level: 9 })),
  deflateSync(deflateSync(Buffer.alloc(2 ** 24), { level: 9 })),
  encodeLzw(new Uint8Array(2 ** 16)),
  zstdBomb(2 ** 12, 2 ** 12),
  zstdBomb(2 ** 24, 2 ** 24),
  zstdBomb(2 ** 27, 512),
  zstdBomb(512, 2 ** 31),
  // A dynamic block whose code lengths are all the same, stored blocks of length 0, a header and no more.
  Buffer.from('789ced', 'hex'),
  Buffer.concat([Buffer.from('7801', 'hex'), Buffer.alloc(1000, Buffer.from('000000ffff', 'hex'))]),
  Buffer.from('7801010000ffff00000001', 'hex'),
  Buffer.alloc(0),
];

const bomb = replaceStream((random) => pick(random, BOMBS));

/** Bytes of one block changed where they lie: the heart of its stream, or its first and last bytes. */
const harmStream: Mutator = (bytes, { random, seed }) => {
  const { offsetBytes, lengthBytes } = drawBlock(random, seed);
  const inside = [() => below(random, lengthBytes), () => below(random, 4), () => lengthBytes - 1 - below(random, 8)];
  for (let i = 1 + below(random, 4); i > 0; i--) {
    const at = offsetBytes + pick(random, inside)();
    if (at >= 0 && at < bytes.length)
      bytes[at] = random() < 0.5 ? below(random, 256) : bytes[at]! ^ (1 << below(random, 8));
  }
  return bytes;
};

/** The block's own stream, cut, repeated, prolonged, or with another one's heart. */
const redoStream = replaceStream((random, block) => {
  const cut = block.subarray(0, below(random, block.length + 1));
  const forms = [
    () => cut,
    () => Buffer.concat([block, block]),
    () => Buffer.concat([block, Buffer.alloc(1 + below(random, 32), below(random, 256))]),
    () => Buffer.concat([cut, Buffer.alloc(1 + below(random, 64), below(random, 256))]),
    () => deflateSync(block),
    () => deflateSync(Buffer.alloc(pick(random, [255, 256, 511, 512, 513, 1024, 2048]), 7)),
    () => encodeLzw(Buffer.alloc(pick(random, [255, 256, 511, 512, 513, 1024, 2048]), 7)),
  ];
  return pick(random, forms)();
});

/** Mutations of the pixels' bytes, or of bytes anywhere. */
export const DATA_MUTATORS: Readonly<Record<string, Mutator>> = {
  'any bits': flipBits,
  truncation: truncate,
  'bytes inserted': insertBytes,
  splice,
  bomb,
  'block bytes': harmStream,
  'block stream': redoStream,
};
