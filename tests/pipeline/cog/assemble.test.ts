import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { afterAll, describe, expect, it } from 'vitest';
import { type AssembledCog, type AssemblyWork, assembleCog } from '../../../pipeline/cog/assemble.ts';
import { buffersOf, type EncodedSuperBlock, encodeSuperBlock } from '../../../pipeline/cog/assemble-block.ts';
import { type CogPlan, type CogSpec, insideOf, planCog } from '../../../pipeline/cog/assemble-plan.ts';
import { mergeSums, NO_VALUES, sumValues } from '../../../pipeline/cog/assemble-statistics.ts';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import type { PixelArray } from '../../../shared/raster.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';

const folder = mkdtempSync(join(tmpdir(), 'cog-assemble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const change: CogSpec = {
  grid: { crs: 'EPSG:32631', transform: [10, 0, 300_000, 0, -10, 1_100_000], widthPx: 549, heightPx: 271 },
  dataType: 'int16',
  samples: 1,
  nodata: -32_768,
  blockSizePx: 64,
  resampling: 'average',
};

/** A wavy value with holes: a slanted edge, and a whole super-block of 128 cells. */
function valueAt(spec: CogSpec, col: number, row: number, sample: number): number {
  const empty = col < row / 3 || (col >= 256 && col < 384 && row >= 128);
  if (empty && spec.nodata !== null) return spec.nodata;
  const wave = Math.sin(col / 9 + sample) * Math.cos(row / 7) + ((col * 7 + row * 13) % 11) / 100;
  return spec.dataType === 'float32' ? wave : Math.round(110 + 100 * wave);
}

function cutPixels(plan: CogPlan, sidePx: number, at: { col: number; row: number }): PixelArray {
  const { spec } = plan;
  const pixels = createPixels(spec.dataType, sidePx * sidePx * spec.samples).fill(spec.nodata ?? 0);
  const { insideWidthPx, insideHeightPx } = insideOf(plan, 0, sidePx, at);
  for (let row = 0; row < insideHeightPx; row++) {
    for (let i = 0; i < insideWidthPx * spec.samples; i++) {
      const col = Math.floor(i / spec.samples);
      const value = valueAt(spec, at.col * sidePx + col, at.row * sidePx + row, i % spec.samples);
      pixels[row * sidePx * spec.samples + i] = value;
    }
  }
  return pixels;
}

/** Answers that come after `delayMs(n)`, as threads would give them. */
function makeWork(plan: CogPlan, inFlight: number, delayMs: (n: number) => number): AssemblyWork {
  let asked = 0;
  const answer = async (encoded: EncodedSuperBlock) => {
    asked += 1;
    await new Promise((done) => setTimeout(done, delayMs(asked)));
    return structuredClone(encoded, { transfer: buffersOf(encoded) });
  };
  return {
    inFlight,
    compute: (at) => answer(encodeSuperBlock(plan, at, cutPixels(plan, plan.superBlockPx, at))),
    encode: ({ at, pixels }) => answer(encodeSuperBlock(plan, at, pixels)),
  };
}

const assemble = (name: string, spec: CogSpec, superBlockPx: number, inFlight = 1, delay = (_: number) => 0) => {
  const plan = planCog(name, spec, superBlockPx);
  return assembleCog(join(folder, name), plan, makeWork(plan, inFlight, delay), { statistics: true });
};

function sha256(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');
}

const KINDS: [string, Partial<CogSpec>][] = [
  ['int16 change', {}],
  ['2 × uint16 medoid', { dataType: 'uint16', samples: 2, nodata: 0 }],
  ['uint8 classes by mode', { dataType: 'uint8', nodata: 255, resampling: 'mode' }],
  ['float32 with NaN', { dataType: 'float32', nodata: Number.NaN }],
  ['uint8 colours', { dataType: 'uint8', samples: 3, nodata: 0 }],
];

describe('assembleCog', () => {
  it.each(KINDS)('%s: blocks of 64 in super-blocks of 64, 128 and 256 hold the pixels of writeCog', async (_, part) => {
    const spec = { ...change, ...part };
    const plan = planCog('', spec);
    const plain = await writeCog(join(folder, 'plain.tif'), spec, (col, row) => cutPixels(plan, 64, { col, row }));
    for (const superBlockPx of [64, 128, 256]) {
      const name = `super-${superBlockPx}.tif`;
      const { sha256: stated, bytes } = await assemble(name, spec, superBlockPx);
      expect([stated, bytes]).toEqual([sha256(name), readFileSync(join(folder, name)).length]);
      expect(await readLevels(name)).toEqual(await readLevels('plain.tif'));
      // Statistics lengthen the header; the blocks themselves are the same.
      expect(tail(name, plain.bytes)).toBe(tail('plain.tif', plain.bytes));
    }
  });

  it('gives the same bytes for 1, 2 and 4 calls under way and 6 shuffled orders of arrival', async () => {
    const first = await assemble('first.tif', change, 128);
    const others: AssembledCog[] = [];
    for (const inFlight of [2, 4, 50]) {
      others.push(await assemble('other.tif', change, 128, inFlight, (n) => (n * 7919) % 13));
      others.push(await assemble('other.tif', change, 128, inFlight, (n) => (n * 104_729) % 11));
    }
    expect(others).toEqual(Array(6).fill(first));
  });

  it('leaves nothing behind when the 9th super-block fails, and the older file as it was', async () => {
    const before = await assemble('kept.tif', change, 128);
    const plan = planCog('kept.tif', change, 128);
    const work = makeWork(plan, 3, (n) => n % 3);
    const failing: AssemblyWork = {
      ...work,
      compute: async (at) => {
        if (at.row === 1 && at.col === 3) throw new Error('no pixels');
        return work.compute(at);
      },
    };
    await expect(assembleCog(join(folder, 'kept.tif'), plan, failing)).rejects.toThrow('no pixels');
    await expect(assembleCog(join(folder, 'new.tif'), plan, failing)).rejects.toThrow('no pixels');
    expect(sha256('kept.tif')).toBe(before.sha256);
    expect(existsSync(join(folder, 'new.tif'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is a bug to want super-blocks of 96 for blocks of 64', () => {
    expect(() => planCog('x.tif', change, 96)).toThrow(RangeError);
  });

  it('merges sums of parts to those of the whole: 100,000 values in 7 parts', () => {
    const values = Float32Array.from({ length: 100_000 }, (_, i) => 1e6 + Math.sin(i) * (i % 17));
    const whole = sumValues(values, { samples: 1, sample: 0 }, null);
    let merged = NO_VALUES;
    for (let part = 0; part < 7; part++) {
      const some = values.slice(Math.floor((part * 1e5) / 7), Math.floor(((part + 1) * 1e5) / 7));
      merged = mergeSums(merged, sumValues(some, { samples: 1, sample: 0 }, null));
    }
    expect(merged).toMatchObject({ count: 100_000, min: whole.min, max: whole.max });
    expect(Math.abs(merged.mean - whole.mean)).toBeLessThan(1e-9 * whole.mean);
    expect(Math.abs(merged.squares / whole.squares - 1)).toBeLessThan(1e-9);
  });
});

/** Size of each level and a checksum of each of its samples. */
async function readLevels(name: string): Promise<unknown[]> {
  const tiff = await fromFile(join(folder, name));
  const levels: unknown[] = [];
  for (let i = 0; i < (await tiff.getImageCount()); i++) {
    const image = await tiff.getImage(i);
    const samples = (await image.readRasters()) as unknown as Uint8Array[];
    const sums = [...samples].map((values) => createHash('sha256').update(values).digest('hex'));
    levels.push([image.getWidth(), image.getHeight(), ...sums]);
  }
  tiff.close();
  return levels;
}

/** Checksum of a file's last bytes, as many as a file of `bytes` has beyond its header. */
function tail(name: string, bytes: number): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, name)).subarray(-(bytes - 16_384)))
    .digest('hex');
}

interface Info {
  readonly metadata: { readonly IMAGE_STRUCTURE: Record<string, string> };
  readonly bands: readonly {
    readonly overviews: readonly { readonly size: readonly number[] }[];
    readonly metadata: { readonly '': Record<string, string> };
    readonly min: number;
  }[];
}

describeWithGdal('GDAL on an assembled file', () => {
  it.each(KINDS)('%s: LAYOUT=COG, 4 overviews, and the statistics it computes itself', async (name, part) => {
    const spec = { ...change, ...part };
    const { sums } = await assemble(`gdal ${name}.tif`, spec, 128, 4, (n) => (n * 31) % 7);
    const path = join(folder, `gdal ${name}.tif`);
    const info: Info = JSON.parse(await runGdal('gdalinfo', '-json', path));
    expect(info.metadata.IMAGE_STRUCTURE.LAYOUT).toBe('COG');
    const copy = join(folder, `${name}.tif`);
    await runGdal('gdal_translate', '-q', '-stats', path, copy);
    const theirs: Info = JSON.parse(await runGdal('gdalinfo', '-json', copy));
    for (const [sample, band] of info.bands.entries()) {
      expect(band.overviews.map(({ size }) => size)).toEqual([
        [275, 136],
        [138, 68],
        [69, 34],
        [35, 17],
      ]);
      const stated = band.metadata[''];
      for (const [key, text] of Object.entries(theirs.bands[sample]!.metadata[''])) {
        if (!key.startsWith('STATISTICS_') || key.endsWith('APPROXIMATE')) continue;
        const wanted = Number(text);
        // GDAL prints the share of valid cells with two decimals.
        const tolerance = key.endsWith('PERCENT') ? 0.005 : 1e-6 * Math.max(1, Math.abs(wanted));
        expect(Math.abs(Number(stated[key]) - wanted), key).toBeLessThanOrEqual(tolerance);
      }
      expect(Number(stated.STATISTICS_MINIMUM)).toBe(sums[sample]!.min);
    }
  });
});
