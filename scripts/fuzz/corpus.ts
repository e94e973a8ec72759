import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { StatedBand } from '../../pipeline/cog/match.ts';
import { openCog } from '../../pipeline/cog/read.ts';
import { type FieldSpec, SHORT, type TiffSpec } from '../../tests/pipeline/cog/make-tiff.ts';
import { memorySource } from '../../tests/pipeline/cog/memory-source.ts';
import { mulberry32, type Random } from '../demo/random.ts';
import type { CellDigest } from './cells.ts';
import { pick } from './choose.ts';
import { composeTiff, type SeedImage } from './compose.ts';
import { expectedCells } from './expected.ts';
import { packBits, zstdFrame } from './pack.ts';
import { parseLayout, type TiffLayout } from './tiff-layout.ts';

/** A well-formed file that mutators start from, and what its item would state of it. */
export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly layout: TiffLayout;
  readonly item: StatedBand;
  /** What its images hold, by decreasing size: from the numbers that were written, or as the other program reads them. */
  readonly cells: readonly CellDigest[];
}

const WIDTH = 40;
const HEIGHT = 33;
const ROUNDS = 3;
/** Compressions that the tests' writer does not know: it hands us the bare bytes. */
const PACKERS: Readonly<Record<string, { code: number; pack: (raw: Uint8Array) => Uint8Array }>> = {
  zstd: { code: 50_000, pack: zstdFrame },
  packbits: { code: 32_773, pack: packBits },
};

const KINDS = [
  { bits: 8, format: 1, low: 0, high: 255, nodata: ['0', '255'] },
  { bits: 8, format: 2, low: -128, high: 127, nodata: ['-128', '300'] },
  { bits: 16, format: 1, low: 0, high: 12_000, nodata: ['0', '65535'] },
  { bits: 16, format: 2, low: -10_000, high: 10_000, nodata: ['-32768', '0.5'] },
  { bits: 32, format: 1, low: 0, high: 4_294_967_295, nodata: ['4294967295'] },
  { bits: 32, format: 2, low: -2_147_483_648, high: 2_147_483_647, nodata: ['-2147483648', '1e300'] },
  { bits: 32, format: 3, low: -1, high: 1, nodata: ['nan', 'nan ', '-3.4028234663852886e+38', '-9999'] },
  { bits: 64, format: 3, low: -1e6, high: 1e6, nodata: ['nan', '-9999', 'inf'] },
] as const;
const COMPRESSIONS = ['none', 'deflate', 'adobe', 'lzw', 'zstd', 'packbits'] as const;
const TIFF_CODES = { none: 1, deflate: 8, adobe: 32_946, lzw: 5, zstd: 1, packbits: 1 } as const;

type Kind = (typeof KINDS)[number];

const short = (...values: number[]): FieldSpec => ({ type: SHORT, values });

/**
 * The corpus: every data type with every compression, three times, with byte order, BigTIFF, layout, predictor, samples,
 * overviews, masks, frames, sparse blocks and nodata drawn at random, but always alike; and the files of `folder`, which
 * other programs have made.
 */
export async function makeCorpus(folder: string): Promise<Seed[]> {
  const random = mulberry32(2026);
  const seeds: Seed[] = [];
  const add = async (name: string, bytes: Buffer, cells: readonly CellDigest[]) => {
    seeds.push({ name, bytes, layout: parseLayout(bytes), item: await readItem(bytes), cells });
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of KINDS) {
      for (const compression of COMPRESSIONS) {
        const { name, images, framed } = drawFile(random, kind, compression);
        await add(`${round} ${name}`, composeTiff(images, framed), expectedCells(images, isHole));
      }
    }
  }
  const known = JSON.parse(readFileSync(join(folder, 'cells.json'), 'utf8')) as Record<string, CellDigest[]>;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.tif'))) {
    const cells = known[name];
    if (cells === undefined)
      throw new Error(`${name} is not in ${join(folder, 'cells.json')}: see the README beside it.`);
    await add(name, readFileSync(join(folder, name)), cells);
  }
  return seeds;
}

/** What a catalogue would say of the file. */
async function readItem(bytes: Buffer): Promise<StatedBand> {
  const { header } = await openCog(memorySource(bytes));
  return { grid: header.grid!, dataType: header.dataType, nodata: header.nodata };
}

function drawFile(random: Random, kind: Kind, compression: (typeof COMPRESSIONS)[number]) {
  const predictors = kind.format === 3 ? (kind.bits === 32 ? [1, 2, 3] : [1, 3]) : [1, 2];
  const samples = pick(random, [1, 1, 1, 3]);
  const layout = pick(random, [
    { tile: [16, 16] as const },
    { tile: [32, 16] as const },
    { tile: [16, 16] as const },
    { rowsPerStrip: 8 },
    {},
  ]);
  const nodata = random() < 0.7 ? pick<string>(random, kind.nodata) : undefined;
  const point = { 34735: short(1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326) };
  const packer = PACKERS[compression];
  const base = {
    bits: kind.bits,
    format: kind.format,
    samples,
    planar: samples === 1 ? 1 : pick(random, [1, 2] as const),
    littleEndian: random() < 0.7,
    big: random() < 0.3,
    compression: TIFF_CODES[compression],
    predictor: compression === 'none' || compression === 'packbits' ? 1 : (pick(random, predictors) as 1 | 2 | 3),
    ...(nodata === undefined ? {} : { nodata }),
    ...layout,
    fields: { ...(random() < 0.2 ? point : {}), ...(packer === undefined ? {} : { 259: short(packer.code) }) },
    ...(packer === undefined ? {} : { encodedBlock: packer.pack }),
  } as const;
  const levels = pick(random, [1, 1, 2, 3]);
  const values = drawValues(random, kind, samples, nodata);
  const masked = random() < 0.2;
  const framed = random() < 0.3;
  const images: SeedImage[] = [];
  for (let level = 0; level < levels; level++) {
    const spec: TiffSpec = { ...base, ...thinOut(values, samples, 2 ** level) };
    const sparse = random() < 0.15 ? { sparseBlocks: [0] } : {};
    images.push({ subfile: level === 0 ? 0 : 1, spec, ...sparse });
    if (masked) images.push({ subfile: level === 0 ? 4 : 5, spec: maskOf(spec, random() < 0.5) });
  }
  const parts = [compression, `${kind.bits}/${kind.format}`, base.littleEndian ? 'II' : 'MM', base.big ? 'big' : ''];
  const name = [
    ...parts,
    `${samples}×${base.planar}`,
    `${levels} levels`,
    masked ? 'mask' : '',
    framed ? 'framed' : '',
  ];
  return { name: name.filter((part) => part !== '').join(' '), images, framed };
}

/** Waves with some noise, and a corner of nodata. */
function drawValues(random: Random, kind: Kind, samples: number, nodata: string | undefined): number[] {
  const stated = Number(nodata);
  const fits = nodata !== undefined && (kind.format === 3 || (stated >= kind.low - 1e5 && Number.isInteger(stated)));
  const range = kind.high - kind.low;
  return Array.from({ length: WIDTH * HEIGHT * samples }, (_, i) => {
    const cell = Math.floor(i / samples);
    const col = cell % WIDTH;
    const row = Math.floor(cell / WIDTH);
    if (fits && col + row < 12) return stated;
    const wave = 0.5 + 0.3 * Math.sin(col / 6 + (i % samples)) * Math.cos(row / 5) + 0.05 * random();
    const value = kind.low + range * wave;
    return kind.format === 3 ? Math.fround(value) : Math.round(value);
  });
}

function thinOut(values: readonly number[], samples: number, step: number) {
  const widthPx = Math.ceil(WIDTH / step);
  const heightPx = Math.ceil(HEIGHT / step);
  const thinned = Array.from({ length: widthPx * heightPx * samples }, (_, i) => {
    const cell = Math.floor(i / samples);
    const col = (cell % widthPx) * step;
    const row = Math.floor(cell / widthPx) * step;
    return values[(row * WIDTH + col) * samples + (i % samples)]!;
  });
  return { widthPx, heightPx, values: thinned };
}

function isHole(col: number, row: number): boolean {
  return col > 5 && col < 15 && row > 3 && row < 10;
}

/** A mask with a hole, of 8 bits or of one. */
function maskOf(image: TiffSpec, isOneBit: boolean): TiffSpec {
  const { widthPx, heightPx, littleEndian = true, big = false } = image;
  const isValid = (col: number, row: number) => (isHole(col, row) ? 0 : 1);
  const values = Array.from(
    { length: widthPx * heightPx },
    (_, i) => 255 * isValid(i % widthPx, Math.floor(i / widthPx)),
  );
  const spec: TiffSpec = { widthPx, heightPx, values, bits: 8, format: 1, littleEndian, big, compression: 8 };
  if (!isOneBit) return { ...spec, tile: [16, 16] };
  const packed = Buffer.alloc(Math.ceil(widthPx / 8) * heightPx);
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      packed[row * Math.ceil(widthPx / 8) + (col >> 3)]! |= isValid(col, row) << (7 - (col & 7));
    }
  }
  return { ...spec, fields: { 258: short(1) }, encodedBlock: () => deflateSync(packed) };
}
