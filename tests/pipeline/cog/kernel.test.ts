import { constants, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWorkspace } from '../../../pipeline/cog/kernel.ts';
import { inflateLzw } from '../../../pipeline/cog/lzw.ts';
import { undoDifference, undoFloatPredictor } from '../../../pipeline/cog/predictor.ts';
import { encodeLzw } from './make-tiff.ts';

/** What zlib makes of a stream that may hold `max` bytes; null where it refuses. */
function zlibInflate(stream: Uint8Array, max: number): Uint8Array | null {
  try {
    return inflateSync(stream, { maxOutputLength: Math.max(max, 1), chunkSize: Math.max(max + 64, 64) });
  } catch {
    return null;
  }
}

/** The kernel's answer; the bytes round its output must stay as they were. */
function kernelInflate(stream: Uint8Array, max: number): Uint8Array | null {
  const { kernel, bytes, inputAt, outputAt } = openWorkspace(stream.length, max);
  bytes.fill(0xaa, inputAt);
  bytes.set(stream, inputAt);
  const done = kernel.inflate(inputAt, stream.length, outputAt, max);
  for (const at of [inputAt + stream.length, outputAt + max]) {
    expect(bytes.subarray(at, at + 32).every((byte) => byte === 0xaa)).toBe(true);
  }
  expect(done).toBeLessThanOrEqual(max);
  return done < 0 ? null : bytes.slice(outputAt, outputAt + done);
}

function expectSame(stream: Uint8Array, max: number): void {
  const wanted = zlibInflate(stream, max);
  const got = kernelInflate(stream, max);
  expect(got === null).toBe(wanted === null);
  if (wanted !== null) expect(Buffer.compare(got!, wanted)).toBe(0);
}

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 3000, size: 'max' }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 2, 255, 17), { maxLength: 5000, size: 'max' }).map((v) => Uint8Array.from(v)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(40_000))
    .map(([part, length]) => Uint8Array.from({ length }, (_, i) => part[(i * i) % part.length]!)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300, size: 'max' }), fc.nat(40_000))
    .map(([part, length]) => Uint8Array.from({ length }, (_, i) => part[i % part.length]! + (i % 997 === 0 ? 1 : 0))),
);
const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants;
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
});

describe('the inflater', () => {
  it('gives back what zlib packed, at all levels and strategies, or refuses one byte too many (400 streams)', () => {
    fc.assert(
      fc.property(contents, settings, (raw, options) => {
        const stream = deflateSync(raw, options);
        expect(Buffer.compare(kernelInflate(stream, raw.length)!, raw)).toBe(0);
        expect(kernelInflate(stream, raw.length + 7)).toHaveLength(raw.length);
        if (raw.length > 0) expect(kernelInflate(stream, raw.length - 1)).toBeNull();
      }),
      { numRuns: 400, seed: 41 },
    );
  });

  it('takes and refuses what zlib takes and refuses: cut, prolonged and flipped streams (1,200)', () => {
    const harm = fc.record({
      cut: fc.option(fc.nat(100), { freq: 3 }),
      tail: fc.uint8Array({ maxLength: 9 }),
      flips: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(contents, settings, harm, (raw, options, { cut, tail, flips }) => {
        const whole = deflateSync(raw, options);
        const kept = whole.subarray(0, whole.length - Math.min(cut ?? 0, whole.length));
        const stream = Uint8Array.from(Buffer.concat([kept, tail]));
        for (const [at, mask] of flips) if (stream.length > 0) stream[at % stream.length]! ^= mask;
        expectSame(stream, raw.length);
      }),
      { numRuns: 1200, seed: 42 },
    );
  });

  it('agrees with zlib on the 2,769 headers of a stream that divide by 31 or 97', () => {
    const body = deflateSync(Buffer.from('canopy')).subarray(2);
    const stream = Buffer.concat([Buffer.alloc(2), body]);
    for (let head = 0; head < 65_536; head++) {
      stream.writeUInt16BE(head, 0);
      // Only the first can be right.
      if (head % 31 === 0 || head % 97 === 0) expectSame(stream, 6);
    }
  });

  it('agrees with zlib on random bits behind a good header, where blocks of all kinds begin (2,000 streams)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), (bytes) => {
        expectSame(Uint8Array.from([0x78, 0x9c, ...bytes]), 1000);
      }),
      { numRuns: 2000, seed: 43 },
    );
  });

  it('agrees with zlib on random code lengths, most of them no prefix code (2,000 streams)', () => {
    const lengths = fc.array(fc.constantFrom(0, 0, 1, 2, 2, 3, 3, 4, 5, 7), { minLength: 19, maxLength: 19 });
    const rest = fc.uint8Array({ minLength: 40, maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(fc.nat(31), fc.nat(31), lengths, rest, (literals, distances, words, bytes) => {
        let bits = '';
        const put = (value: number, count: number) => {
          for (let i = 0; i < count; i++) bits += (value >> i) & 1;
        };
        put(1, 1);
        put(2, 2);
        put(literals, 5);
        put(distances, 5);
        put(15, 4);
        for (const word of words) put(word, 3);
        for (const byte of bytes) put(byte, 8);
        const body = bits.match(/.{8}/g)!.map((byte) => Number.parseInt([...byte].reverse().join(''), 2));
        expectSame(Uint8Array.from([0x78, 0x9c, ...body]), 1000);
      }),
      { numRuns: 2000, seed: 44 },
    );
  });

  it('reads codes of 15 bits and every length and distance (a Fibonacci count of each byte, runs, far repeats)', () => {
    const counts = [1, 1];
    while (counts.length < 20) counts.push(counts.at(-1)! + counts.at(-2)!);
    const skewed = Buffer.concat(counts.map((count, i) => Buffer.alloc(count, i * 11)));
    const noise = Buffer.from(Uint32Array.from({ length: 9000 }, (_, i) => Math.imul(i + 1, 2654435761)).buffer);
    const parts = [skewed, noise];
    for (let length = 3; length <= 258; length++) {
      parts.push(noise.subarray(length * 7, length * 8), Buffer.alloc(length % 40, length));
    }
    const raw = Buffer.concat(parts);
    for (const level of [1, 6, 9]) expectSame(deflateSync(raw, { level, memLevel: 9 }), raw.length);
    const shuffled = Buffer.from(skewed).sort(() => 0);
    for (let i = 0; i < shuffled.length; i++) shuffled[i] = skewed[(i * 7919) % skewed.length]!;
    expectSame(deflateSync(shuffled, { strategy: Z_HUFFMAN_ONLY, memLevel: 9 }), shuffled.length);
  });
});

describe('the LZW of the kernel', () => {
  const unpack = (stream: Uint8Array, max: number) => {
    const { kernel, bytes, inputAt, outputAt } = openWorkspace(stream.length, max);
    bytes.set(stream, inputAt);
    const done = kernel.inflateLzw(inputAt, stream.length, outputAt, max);
    return { done, out: bytes.slice(outputAt, outputAt + Math.max(done, 0)) };
  };

  it('gives back any bytes (100 arrays)', () => {
    fc.assert(
      fc.property(contents, (raw) => {
        const { done, out } = unpack(encodeLzw(raw.subarray(0, 9000)), Math.min(raw.length, 9000));
        expect(done).toBe(Math.min(raw.length, 9000));
        expect(Buffer.compare(out, raw.subarray(0, 9000))).toBe(0);
      }),
      { numRuns: 100, seed: 45 },
    );
  });

  it('answers as its readable twin does, on harmed streams too (2,000)', () => {
    fc.assert(
      fc.property(contents, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), (raw, flips) => {
        const stream = encodeLzw(raw.subarray(0, 700));
        for (const [at, mask] of flips) stream[at % stream.length]! ^= mask;
        const plain = new Uint8Array(600);
        const wanted = inflateLzw(stream, plain);
        const { done, out } = unpack(stream, 600);
        expect(done).toBe(wanted > 600 ? -4 : wanted < 0 ? -3 : wanted);
        if (done >= 0) expect(Buffer.compare(out, plain.subarray(0, done))).toBe(0);
      }),
      { numRuns: 2000, seed: 46 },
    );
  });
});

const shapes = fc.record({
  width: fc.integer({ min: 1, max: 70 }),
  rows: fc.integer({ min: 1, max: 4 }),
  samples: fc.integer({ min: 1, max: 18 }),
  seed: fc.nat(),
});

function noiseOf(length: number, seed: number): Uint8Array {
  let state = seed | 1;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return state >>> 24;
  });
}

describe('the predictors of the kernel', () => {
  it('sum as their readable twins do, for 1 to 8 bytes and 1 to 18 samples (600 blocks)', () => {
    const types = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8), shapes, (size, { width, rows, samples, seed }) => {
        const values = width * samples;
        const raw = noiseOf(values * rows * size, seed);
        const { kernel, bytes, outputAt } = openWorkspace(0, raw.length);
        bytes.set(raw, outputAt);
        kernel.undoDifference(outputAt, values * size, rows, samples * size, size);
        const plain = raw.slice();
        if (size === 8) {
          const longs = new BigUint64Array(plain.buffer);
          longs.forEach((_, i) => {
            if (i % values >= samples) longs[i]! += longs[i - samples]!;
          });
        } else
          undoDifference(new types[size as 1 | 2 | 4](plain.buffer), { valuesPerRow: values, rows, stride: samples });
        expect(Buffer.compare(bytes.subarray(outputAt, outputAt + raw.length), plain)).toBe(0);
      }),
      { numRuns: 600, seed: 47 },
    );
  });

  it('join the bytes of floats as their readable twin does (300 blocks)', () => {
    fc.assert(
      fc.property(fc.constantFrom(4, 8), shapes, (size, { width, rows, samples, seed }) => {
        const values = width * samples;
        const raw = noiseOf(values * rows * size, seed);
        const { kernel, bytes, outputAt, spareAt } = openWorkspace(0, raw.length);
        bytes.set(raw, outputAt);
        kernel.undoFloat(outputAt, values, rows, samples, size, spareAt);
        const plain = undoFloatPredictor(raw, size, { valuesPerRow: values, rows, stride: samples });
        expect(Buffer.compare(bytes.subarray(outputAt, outputAt + raw.length), plain)).toBe(0);
      }),
      { numRuns: 300, seed: 48 },
    );
  });
});
