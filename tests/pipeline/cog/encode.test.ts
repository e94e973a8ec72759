import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { type EncodeRule, encoderOf } from '../../../pipeline/cog/encode.ts';
import { halvePixels } from '../../../pipeline/cog/overview.ts';
import { applyDifference, applyFloatPredictor } from '../../../pipeline/cog/predictor.ts';
import { encodeWasm } from '../../../pipeline/wasm/encode.wasm.ts';
import { ensureMemory, type Kernel, loadKernel } from '../../../pipeline/wasm/load.ts';

interface Deflater extends Kernel {
  freeAt(): number;
  deflatedBound(bytes: number): number;
  deflate(from: number, bytes: number, to: number): number;
}
const kernel = loadKernel<Deflater>(encodeWasm);

function deflate(bytes: Uint8Array): Uint8Array {
  const from = kernel.freeAt() + 32;
  const to = from + bytes.length + 32;
  ensureMemory(kernel, to + kernel.deflatedBound(bytes.length));
  const memory = new Uint8Array(kernel.memory.buffer);
  memory.fill(0xaa, to);
  memory.set(bytes, from);
  return memory.slice(to, to + kernel.deflate(from, bytes.length, to));
}

/** Numbers from 0 to 2^32 − 1 (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

function fill(length: number, next: (i: number) => number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => next(i));
}

const random = makeRandom(7);
/** How often a byte occurs doubles from one to the next, so that the rarest would want codes of 40 bits. */
const skewed = fill(200_000, () => Math.clz32(random()));
const CASES: [string, Uint8Array][] = [
  ['1 byte', Uint8Array.of(7)],
  ['2 bytes', Uint8Array.of(7, 7)],
  ['4 equal bytes', Uint8Array.of(7, 7, 7, 7)],
  ['600,000 zeros', new Uint8Array(600_000)],
  ['65,536 zeros: one piece', new Uint8Array(65_536)],
  ['65,537 zeros: one byte in the second piece', new Uint8Array(65_537)],
  ['200,000 random bytes', fill(200_000, () => random() & 255)],
  ['all 256 bytes in turn', fill(70_000, (i) => i & 255)],
  ['bytes of very unequal frequency', skewed],
  ['Fibonacci frequencies', Uint8Array.from(fibonacciBytes())],
  [
    'runs of every length from 1 to 600',
    Uint8Array.from(Array.from({ length: 600 }, (_, i) => Array(i + 1).fill(i & 255)).flat()),
  ],
  ['runs of 3', fill(100_000, (i) => Math.floor(i / 3) & 255)],
];

/** Occurrences 1, 1, 2, 3, 5 and so on of 24 bytes: the Huffman code of the first has 23 bits. */
function fibonacciBytes(): number[] {
  const bytes: number[] = [];
  let [a, b] = [1, 1];
  for (let byte = 0; byte < 24; byte++) {
    for (let i = 0; i < a && bytes.length < 65_000; i++) bytes.push(byte * 3);
    [a, b] = [b, a + b];
  }
  const shuffle = makeRandom(3);
  for (let i = bytes.length - 1; i > 0; i--) {
    const j = shuffle() % (i + 1);
    [bytes[i], bytes[j]] = [bytes[j]!, bytes[i]!];
  }
  return bytes;
}

describe('the Deflate kernel', () => {
  it.each(CASES)('%s: zlib inflates what it wrote', (_, bytes) => {
    expect(Buffer.compare(inflateSync(deflate(bytes)), bytes)).toBe(0);
  });

  it('writes 200 random mixtures of runs and noise that zlib inflates', () => {
    const piece = fc.record({
      length: fc.integer({ min: 1, max: 700 }),
      first: fc.integer({ min: 0, max: 255 }),
      spread: fc.constantFrom(1, 1, 2, 5, 40, 256),
    });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 60 }), fc.integer(), (pieces, seed) => {
        const next = makeRandom(seed);
        const bytes = Uint8Array.from(
          pieces.flatMap(({ length, first, spread }) => Array.from({ length }, () => first + (next() % spread))),
        );
        return Buffer.compare(inflateSync(deflate(bytes)), bytes) === 0;
      }),
      { numRuns: 200 },
    );
  });

  it('takes no more room than zlib at level 1 + 3 % on differences of a noisy surface with holes', () => {
    const pixels = new Int16Array(512 * 512).map((_, i) => {
      const [col, row] = [i % 512, Math.floor(i / 512)];
      const hole = (col - 200) ** 2 + (row - 300) ** 2 < 150 ** 2;
      return hole
        ? -32_768
        : 300 * Math.sin(col / 60) * Math.cos(row / 45) + ((random() + random()) / 2 ** 32 - 1) * 400;
    });
    const differences = new Int16Array(pixels.length);
    applyDifference(pixels, differences, { valuesPerRow: 512, rows: 512, stride: 1 });
    const bytes = new Uint8Array(differences.buffer);
    const ours = deflate(bytes);
    expect(Buffer.compare(inflateSync(ours), bytes)).toBe(0);
    expect(ours.length).toBeLessThan(1.03 * deflateSync(bytes, { level: 1 }).length);
  });
});

const BLOCK = 16;
const SIDE = 32;
const anyRule: fc.Arbitrary<EncodeRule> = fc.record({
  dataType: fc.constantFrom('uint8', 'uint16', 'int16', 'float32'),
  samples: fc.constantFrom(1, 2, 3),
  nodata: fc.constantFrom(0, 7, null, -1, 255, 65_535, -32_768),
  resampling: fc.constantFrom('average', 'mode', 'nearest'),
  blockSizePx: fc.constant(BLOCK),
  sidePx: fc.constant(SIDE),
});

function makeImage({ dataType, samples, nodata }: EncodeRule, seed: number) {
  const next = makeRandom(seed);
  const image = createPixels(dataType, SIDE * SIDE * samples);
  const spread = [3, 40, 70_000][next() % 3]!;
  const start = [0, 5, 32_700, -32_768, -20][next() % 5]!;
  for (let i = 0; i < image.length; i++) image[i] = next() % 4 === 0 ? (nodata ?? 0) : start + (next() % spread);
  return image;
}

describe('the encoder', () => {
  it('predicts as the definition does: 4 blocks each of 150 images of 4 types and 1 to 3 samples', () => {
    fc.assert(
      fc.property(anyRule, fc.integer(), (rule, seed) => {
        const { samples, dataType } = rule;
        const image = makeImage(rule, seed);
        const encoder = encoderOf(rule);
        encoder.load(image);
        for (const [col, row] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          const block = createPixels(dataType, BLOCK * BLOCK * samples);
          for (let i = 0; i < block.length; i++) {
            const [r, c] = [Math.floor(i / (BLOCK * samples)), i % (BLOCK * samples)];
            block[i] = image[(row * BLOCK + r) * SIDE * samples + col * BLOCK * samples + c]!;
          }
          const shape = { valuesPerRow: BLOCK * samples, rows: BLOCK, stride: samples };
          const differences = createPixels(dataType, block.length);
          applyDifference(block, differences, shape);
          const wanted =
            dataType === 'float32'
              ? applyFloatPredictor(new Uint8Array(block.buffer), 4, shape)
              : new Uint8Array(differences.buffer);
          expect(Buffer.compare(inflateSync(encoder.encodeBlock(col, row)), wanted)).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('halves as the definition does: 400 images, any part of them inside, sentinels of every kind', () => {
    const anyInside = fc.record({
      insideWidthPx: fc.integer({ min: 1, max: SIDE }),
      insideHeightPx: fc.integer({ min: 1, max: SIDE }),
    });
    fc.assert(
      fc.property(anyRule, anyInside, fc.integer(), (rule, inside, seed) => {
        const { dataType, samples, nodata, resampling } = rule;
        const image = makeImage(rule, seed);
        const encoder = encoderOf(rule);
        encoder.load(image);
        encoder.halve(inside);
        const wanted = createPixels(dataType, (SIDE / 2) ** 2 * samples).fill(nodata ?? 0);
        const shape = { sourceSidePx: SIDE, targetSidePx: SIDE / 2, samples, ...inside };
        halvePixels(image, wanted, shape, { resampling, nodata, isInteger: dataType !== 'float32' });
        expect(encoder.copy()).toEqual(wanted);
      }),
      { numRuns: 400 },
    );
  });
});
