import type { Random } from '../../demo/random.ts';
import { below, pick } from '../choose.ts';

/** Changes `bytes`, its own to write into, or returns others. `other` is another well-formed file. */
export type Mutate = (bytes: Buffer, random: Random, other: () => Uint8Array) => Buffer;

const EXTREMES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 10_001, 1_000_000,
];

/** Mutations that know nothing of what the bytes mean. */
export const BYTE_MUTATORS: Readonly<Record<string, Mutate>> = {
  'bit flips': (bytes, random) => {
    const count = pick(random, [1, 1, 2, 4, 16]);
    for (let i = 0; i < count && bytes.length > 0; i++) {
      const at = below(random, bytes.length);
      bytes[at] = bytes[at]! ^ (1 << below(random, 8));
    }
    return bytes;
  },
  'cut short': (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  'block moved': (bytes, random) => {
    const [from, to] = [below(random, bytes.length), below(random, bytes.length)];
    bytes.copyWithin(to, from, from + 1 + below(random, 64));
    return bytes;
  },
  'block left out': (bytes, random) => {
    const at = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 64))]);
  },
  'block repeated': (bytes, random) => {
    const at = below(random, bytes.length);
    const block = bytes.subarray(at, at + 1 + below(random, 200));
    const times = pick(random, [1, 2, 10, 1000]);
    return Buffer.concat([bytes.subarray(0, at), ...Array<Buffer>(times).fill(block), bytes.subarray(at)]);
  },
  'number set to an extreme': (bytes, random) => {
    const at = below(random, Math.max(1, bytes.length - 8));
    if (bytes.length < 8) return bytes;
    const value = pick(random, EXTREMES);
    const write = pick(random, [
      () => bytes.writeUInt32LE(value >>> 0, at),
      () => bytes.writeUInt32BE(value >>> 0, at),
      () => bytes.writeUInt16LE(value & 0xffff, at),
      () => bytes.writeUInt16BE(value & 0xffff, at),
      () => bytes.writeBigUInt64LE(BigInt(value) << 31n, at),
      () => bytes.writeDoubleLE(pick(random, [Number.NaN, Infinity, -Infinity, 1e308, 5e-324, -0, 1e15, 181]), at),
    ]);
    write();
    return bytes;
  },
  'start of the file changed': (bytes, random) => {
    const at = below(random, Math.min(bytes.length, 200));
    bytes[at] = below(random, 256);
    return bytes;
  },
  'mixed with another file': (bytes, random, other) => {
    const [mine, theirs] = [below(random, bytes.length), other()];
    return Buffer.concat([bytes.subarray(0, mine), theirs.subarray(below(random, theirs.length))]);
  },
};
