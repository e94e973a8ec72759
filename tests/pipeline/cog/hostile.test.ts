import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { composeTiff } from '../../../scripts/fuzz/compose.ts';
import { zstdFrame } from '../../../scripts/fuzz/pack.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import { makeHostileFiles } from './hostile-cases.ts';
import { encodeLzw, LONG, makeTiff, SHORT, type TiffSpec } from './make-tiff.ts';
import { memorySource } from './memory-source.ts';
import type { HostileReport } from './test-hostile-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
const programs = makeProgramFolder();
afterAll(() => {
  rmSync(folder, { recursive: true });
  programs.remove();
});

const image: TiffSpec = {
  widthPx: 40,
  heightPx: 33,
  values: Array.from({ length: 40 * 33 }, (_, i) => (i * 7919) % 65_521),
  tile: [16, 16],
};
const whole = { col: 0, row: 0, widthPx: 40, heightPx: 33 };

async function readBytes(bytes: Uint8Array, level = 0, sample = 0) {
  const cog = await openCog(memorySource(bytes));
  const { widthPx, heightPx } = cog.header.levels[level]!;
  return readWindow(cog, { level, window: { col: 0, row: 0, widthPx, heightPx }, sample });
}

describe('a file that is cut short', () => {
  it('is E_TIFF_TRUNCATED with the byte where it ends, at 200 places of header and data, in four forms', async () => {
    for (const form of [{}, { big: true }, { littleEndian: false }, { littleEndian: false, big: true }]) {
      const { bytes } = makeTiff({ ...image, ...form, predictor: 2 });
      for (let i = 0; i < 200; i++) {
        const length = Math.floor((i * bytes.length) / 200);
        const read = readBytes(bytes.subarray(0, length));
        await expect(read).rejects.toMatchObject({ code: 'E_TIFF_TRUNCATED', kind: 'input' });
        await expect(read).rejects.toThrow(
          new RegExp(`ends at byte ${length}, but \\d+ bytes are wanted from byte \\d+`),
        );
      }
    }
  });

  it('gives no array where it was cut after its header was read, at 40 places of its data', async () => {
    const { bytes, dataAt } = makeTiff({ ...image, widthPx: 400, heightPx: 330, values: noise(400 * 330) });
    const path = join(folder, 'cut.tif');
    // The head of a file is kept in memory: cut behind it.
    const firstCut = Math.max(dataAt, 33_000);
    for (let i = 0; i < 40; i++) {
      writeFileSync(path, bytes);
      const source = await openFileSource(path);
      const cog = await openCog(source);
      truncateSync(path, firstCut + Math.floor((i * (bytes.length - firstCut)) / 40));
      const window = { col: 0, row: 0, widthPx: 400, heightPx: 330 };
      const read = readWindow(cog, { level: 0, window, sample: 0 });
      await expect(read).rejects.toMatchObject({ code: 'E_TIFF_TRUNCATED' });
      await source.close();
    }
  });
});

function noise(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 9) & 0xffff);
}

describe('a chain of directories', () => {
  it('that comes back to itself is E_TIFF_IFD_CYCLE in BigTIFF and big endian too', async () => {
    for (const form of [{ big: true }, { littleEndian: false }]) {
      const { bytes, ifdAt, nextIfdAt } = makeTiff({ ...image, ...form });
      if (form.big) bytes.writeBigUInt64LE(BigInt(ifdAt), nextIfdAt);
      else bytes.writeUInt32BE(ifdAt, nextIfdAt);
      await expect(readBytes(bytes)).rejects.toMatchObject({ code: 'E_TIFF_IFD_CYCLE', kind: 'input' });
    }
  });

  it('that leads into the pixels is refused at each of their 2,640 bytes, and never read as an image', async () => {
    const { bytes, dataAt, nextIfdAt } = makeTiff({ ...image, tile: undefined as never, compression: 1 });
    for (let at = dataAt; at < bytes.length; at++) {
      bytes.writeUInt32LE(at, nextIfdAt);
      const end = await readBytes(bytes).then(
        () => 'read',
        (error: { kind: string }) => error.kind,
      );
      expect(end, `directory at byte ${at}`).toBe('input');
    }
  });

  it('hung below the first (SubIFDs) is not followed, be it a loop: the pixels are read', async () => {
    const { ifdAt } = makeTiff({ ...image, fields: { 330: { type: LONG, values: [0] } } });
    const { bytes } = makeTiff({ ...image, fields: { 330: { type: LONG, values: [ifdAt] } } });
    expect([...(await readBytes(bytes)).data]).toEqual(image.values);
  });
});

describe.runIf(existsSync('/proc/self/status'))('a file that asks for too much', () => {
  const { plain, cases } = makeHostileFiles();
  let report: HostileReport;
  beforeAll(async () => {
    const script = await buildProgram(programs.path, 'tests/pipeline/cog/test-hostile-reader.ts');
    const paths = [plain, ...cases.map(({ bytes }) => bytes)].map((bytes, i) => {
      writeFileSync(join(folder, `${i}.tif`), bytes);
      return join(folder, `${i}.tif`);
    });
    report = JSON.parse(execFileSync(process.execPath, [script, ...paths], { encoding: 'utf8' }));
  });

  it('is beside one of the same shape that reads well', () => {
    expect(report.ends[0]).toEqual({ kind: 'read', code: '', message: '' });
  });

  it.each(cases.map(({ name, code }, i) => [name, code, i] as const))('with %s is %s', (_name, code, i) => {
    const end = report.ends[i + 1]!;
    expect(end).toMatchObject({ kind: 'input', code });
    expect(end.message).toContain(`${i + 1}.tif`);
    if (code.startsWith('E_BLOCK')) expect(end.message).toContain('block column 2, row 1 of the 48 × 32 image');
  });

  it(`costs less than 50 MB of memory, all ${cases.length} together`, () => {
    expect(report.grownBytes).toBeLessThan(50e6);
  });
});

describe('a harmed block', () => {
  it.each([
    ['LZW', 5, (block: Uint8Array) => block.map((byte, i) => (i === 1 ? 0xff : byte)), 'E_BLOCK_CORRUPT'],
    ['LZW, cut', 5, (block: Uint8Array) => block.subarray(0, block.length >> 1), 'E_BLOCK_SIZE'],
    ['LZW, one byte too many', 5, () => encodeLzw(new Uint8Array(513)), 'E_BLOCK_SIZE'],
    ['Deflate', 8, (block: Uint8Array) => block.map((byte, i) => (i === 9 ? byte ^ 8 : byte)), 'E_BLOCK_CORRUPT'],
    ['Deflate, cut', 8, (block: Uint8Array) => block.subarray(0, block.length >> 1), 'E_BLOCK_CORRUPT'],
    ['Zstandard, cut', 50_000, (block: Uint8Array) => zstdFrame(block).subarray(0, 300), 'E_BLOCK_CORRUPT'],
    ['Zstandard, one byte too few', 50_000, () => zstdFrame(new Uint8Array(511)), 'E_BLOCK_SIZE'],
    ['Zstandard, one byte too many', 50_000, () => zstdFrame(new Uint8Array(513)), 'E_BLOCK_CORRUPT'],
    ['uncompressed, cut', 1, (block: Uint8Array) => block.subarray(0, 511), 'E_BLOCK_SIZE'],
  ] as const)('of %s names its column 1, row 2, and the other 8 still read', async (_name, compression, harm, code) => {
    const isZstd = compression === 50_000;
    const encodedBlock = (block: Uint8Array, i: number) => (i === 7 ? harm(block) : isZstd ? zstdFrame(block) : block);
    const coding = isZstd
      ? { compression: 1, fields: { 259: { type: SHORT, values: [compression] } } }
      : { compression };
    const { bytes } = makeTiff({ ...image, ...coding, encodedBlock } as TiffSpec);
    await expect(readBytes(bytes)).rejects.toMatchObject({ code, kind: 'input', where: 'memory.tif' });
    await expect(readBytes(bytes)).rejects.toThrow(/block column 1, row 2 of the 40 × 33 image/);
    const cog = await openCog(memorySource(bytes));
    const { data } = await readWindow(cog, { level: 0, window: { ...whole, heightPx: 32 }, sample: 0 });
    expect([...data]).toEqual(image.values.slice(0, 40 * 32));
  });
});

describe('cells without a value', () => {
  it('of a sparse block are invalid in a file that states no nodata, in image, overview and mask', async () => {
    const half = { ...image, widthPx: 20, heightPx: 17, values: image.values.slice(0, 340) };
    const mask = { ...image, values: image.values.map(() => 255), bits: 8 } as const;
    const halfMask = { ...half, values: half.values.map(() => 255), bits: 8 } as const;
    const bytes = composeTiff(
      [
        { subfile: 0, spec: image, sparseBlocks: [4] },
        { subfile: 4, spec: mask, sparseBlocks: [0] },
        { subfile: 1, spec: half, sparseBlocks: [0, 1] },
        { subfile: 5, spec: halfMask },
      ],
      false,
    );
    const full = await readBytes(bytes);
    const validAt = (col: number, row: number) => full.valid[row * 40 + col];
    expect([validAt(0, 0), validAt(15, 15), validAt(16, 0), validAt(16, 16), validAt(31, 31), validAt(32, 16)]).toEqual(
      [0, 0, 1, 0, 0, 1],
    );
    expect(full.valid.reduce((sum, v) => sum + v, 0)).toBe(40 * 33 - 2 * 256);
    expect(full.sparseBlocks).toBe(2);
    const overview = await readBytes(bytes, 1);
    expect(overview.valid.reduce((sum, v) => sum + v, 0)).toBe(20);
    expect(overview.sparseBlocks).toBe(2);
  });

  it('are all of them in an image that is nodata from end to end, sparse or not', async () => {
    const empty = { ...image, values: image.values.map(() => 0), nodata: '0' };
    const sparseBlocks = Array.from({ length: 9 }, (_, i) => i);
    for (const bytes of [makeTiff(empty).bytes, composeTiff([{ subfile: 0, spec: empty, sparseBlocks }], false)]) {
      expect((await readBytes(bytes)).valid.every((v) => v === 0)).toBe(true);
    }
  });

  it.each([
    ['"nan " in float32', { bits: 32, format: 3, nodata: 'nan ' }, [Number.NaN, 0, 5], [0, 1, 1]],
    ['"-9999" in uint16', { bits: 16, format: 1, nodata: '-9999' }, [55_537, 0, 5], [1, 1, 1]],
    ['"65536" in uint16', { bits: 16, format: 1, nodata: '65536' }, [0, 1, 5], [1, 1, 1]],
    ['"nan" in int16', { bits: 16, format: 2, nodata: 'nan' }, [0, 1, 5], [1, 1, 1]],
    ['"1e400" in float32', { bits: 32, format: 3, nodata: '1e400' }, [Number.POSITIVE_INFINITY, 0, 5], [0, 1, 1]],
    ['"-0" in float32', { bits: 32, format: 3, nodata: '-0' }, [0, 1, 5], [0, 1, 1]],
  ] as const)('are these with nodata %s', async (_name, spec, cells, wanted) => {
    const { bytes } = makeTiff({ widthPx: 3, heightPx: 1, values: cells, ...spec });
    expect([...(await readBytes(bytes)).valid]).toEqual(wanted);
  });

  it('are counted for each of 3 bands by itself, by pixel and by band', async () => {
    const values = [0, 5, 6, 1, 0, 7, 2, 8, 0];
    for (const planar of [1, 2] as const) {
      const { bytes } = makeTiff({ widthPx: 3, heightPx: 1, values, samples: 3, planar, nodata: '0' });
      const valid = await Promise.all([0, 1, 2].map(async (sample) => [...(await readBytes(bytes, 0, sample)).valid]));
      expect(valid).toEqual([
        [0, 1, 1],
        [1, 0, 1],
        [1, 1, 0],
      ]);
    }
  });

  it('keep a mask that fits no image from being passed over: E_TIFF_MALFORMED', async () => {
    const mask = { ...image, widthPx: 39, values: Array<number>(39 * 33).fill(0), bits: 8 } as const;
    const stray = composeTiff(
      [
        { subfile: 0, spec: image },
        { subfile: 4, spec: mask },
      ],
      false,
    );
    await expect(readBytes(stray)).rejects.toMatchObject({ code: 'E_TIFF_MALFORMED' });
  });

  it('keep an overview that lacks the mask of its image from being used', async () => {
    const half = { ...image, widthPx: 20, heightPx: 17, values: image.values.slice(0, 340) };
    const mask = { ...image, values: image.values.map(() => 255), bits: 8 } as const;
    const images = [
      { subfile: 0, spec: image },
      { subfile: 1, spec: half },
      { subfile: 4, spec: mask },
    ] as const;
    const { header } = await openCog(memorySource(composeTiff(images, false)));
    expect(header.levels.map((level) => level.widthPx)).toEqual([40]);
    const bare = await openCog(memorySource(composeTiff(images.slice(0, 2), false)));
    expect(bare.header.levels.map((level) => level.widthPx)).toEqual([40, 20]);
  });
});
