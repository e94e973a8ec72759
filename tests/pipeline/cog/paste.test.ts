import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPixels, decodeBlock, decodeInPlace } from '../../../pipeline/cog/block.ts';
import type { CogLevel, DataType } from '../../../pipeline/cog/header.ts';
import { pasteBlock } from '../../../pipeline/cog/paste.ts';

const TYPES: readonly DataType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'];

function levelOf(dataType: DataType, widthPx: number, heightPx: number): CogLevel {
  const bitsPerSample = createPixels(dataType, 1).BYTES_PER_ELEMENT * 8;
  const size = { widthPx, heightPx, blockWidthPx: widthPx, blockHeightPx: heightPx, blockCols: 1, blockRows: 1 };
  const form = { tiled: false, samplesPerPixel: 1, planar: 'pixel', compression: 'packbits', predictor: 1 } as const;
  const places = { blockOffsets: new Float64Array(1), blockByteCounts: new Float64Array(1) };
  return { ...size, ...form, ...places, dataType, bitsPerSample, littleEndian: true };
}

/** Bytes as PackBits: stretches of up to 128 as they are. */
function packLiterally(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const part = bytes.subarray(at, at + 128);
    out.push(part.length - 1, ...part);
  }
  return Uint8Array.from(out);
}

const cases = fc.record({
  dataType: fc.constantFrom(...TYPES),
  widthPx: fc.integer({ min: 1, max: 70 }),
  heightPx: fc.integer({ min: 1, max: 9 }),
  // Few values, so that the sentinel is met often, and at either end; and blocks that never meet it.
  symbols: fc.constantFrom([5], [5, 5, 5, 5, 7], [0, 7], [7, 1, 5, 0], [Number.NaN, 7, 5], [-1, 255, 65_535, 5]),
  sentinel: fc.constantFrom(null, 0, 7, 5, -1, 255, 65_535, 4_294_967_295),
  seed: fc.infiniteStream(fc.nat({ max: 1000 })),
  cut: fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 4 })),
});

describe('a block in the memory of the kernel', () => {
  it('is pasted and marked valid as one in an array of its own (1,500 blocks of all types, cut anywhere)', () => {
    fc.assert(
      fc.property(cases, ({ dataType, widthPx, heightPx, symbols, sentinel, seed, cut }) => {
        const level = levelOf(dataType, widthPx, heightPx);
        const values = createPixels(dataType, widthPx * heightPx);
        for (let i = 0; i < values.length; i++) values[i] = symbols[seed.next().value! % symbols.length]!;
        const bytes = packLiterally(new Uint8Array(values.buffer));
        const address = { col: 0, row: 0, sample: 0 };
        const whole = { col: 0, row: 0, widthPx, heightPx };
        const [col, row] = [Math.min(cut[0], widthPx - 1), Math.min(cut[1], heightPx - 1)];
        const part = { col, row, widthPx: widthPx - col, heightPx: heightPx - row };
        // Only what can be stored is ever looked for.
        const stored = createPixels(dataType, 1);
        if (sentinel !== null) stored[0] = sentinel;
        const usable = sentinel !== null && stored[0] === sentinel ? sentinel : null;
        const paste = (inPlace: boolean) => {
          const block = inPlace ? decodeInPlace(level, address, bytes, 'x.tif') : null;
          const data = block?.pixels ?? decodeBlock(level, address, bytes, 'x.tif');
          const target = { window: part, data: createPixels(dataType, part.widthPx * part.heightPx), sample: 0 };
          const valid = new Uint8Array(target.data.length);
          pasteBlock({ ...target, valid, sentinel: usable }, { window: whole, data, samples: 1, inPlace: block }, part);
          return { data: target.data, valid };
        };
        const right = paste(false);
        expect(paste(true)).toEqual(right);
        const cells = [...right.data].map(
          (_, i) => values[(row + Math.floor(i / part.widthPx)) * widthPx + col + (i % part.widthPx)]!,
        );
        expect([...right.data]).toEqual(cells);
        expect([...right.valid]).toEqual(cells.map((value) => (value === usable || Number.isNaN(value) ? 0 : 1)));
      }),
      { numRuns: 1500, seed: 8 },
    );
  });
});
