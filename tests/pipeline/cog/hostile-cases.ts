import { deflateSync } from 'node:zlib';
import { zstdBomb, zstdFrame } from '../../../scripts/fuzz/pack.ts';
import { DOUBLE, encodeLzw, type FieldSpec, LONG, makeTiff, SHORT, type TiffSpec } from './make-tiff.ts';

/** A small file in which one thing is out of all bounds, and the code with which it must be refused. */
export interface HostileCase {
  readonly name: string;
  readonly code: string;
  readonly bytes: Uint8Array;
}

const base: TiffSpec = {
  widthPx: 48,
  heightPx: 32,
  values: Array.from({ length: 48 * 32 }, (_, i) => i),
  tile: [16, 16],
};

const short = (...values: number[]): FieldSpec => ({ type: SHORT, values });
const long = (...values: number[]): FieldSpec => ({ type: LONG, values });
const double = (...values: number[]): FieldSpec => ({ type: DOUBLE, values });

/** Blocks of 16 × 16 × 2 bytes = 512; the last one of 3 × 2 is harmed. */
const lastBlock = (bytes: Uint8Array): Partial<TiffSpec> => ({
  encodedBlock: (block, i) => (i === 5 ? bytes : block),
});

const lastZstd = (bytes: Uint8Array): Partial<TiffSpec> => ({
  compression: 1,
  fields: { 259: short(50_000) },
  encodedBlock: (block, i) => (i === 5 ? bytes : zstdFrame(block)),
});

const CASES: readonly (readonly [string, string, () => Partial<TiffSpec>])[] = [
  ['a width of 2^31', 'E_TIFF_LIMIT', () => ({ fields: { 256: long(2 ** 31) } })],
  ['2^24 × 2^24 pixels', 'E_TIFF_LIMIT', () => ({ fields: { 256: long(2 ** 24), 257: long(2 ** 24) } })],
  ['blocks of 40,000²', 'E_TIFF_LIMIT', () => ({ fields: { 322: long(40_000), 323: long(40_000) } })],
  ['65,535 samples', 'E_TIFF_LIMIT', () => ({ fields: { 277: short(65_535) } })],
  ['2^31 block offsets', 'E_TIFF_LIMIT', () => ({ fields: { 324: { ...long(0, 0), count: 2 ** 31 } } })],
  ['2^31 tie points', 'E_TIFF_LIMIT', () => ({ fields: { 33922: { ...double(0), count: 2 ** 31 } } })],
  ['2^31 GeoKeys', 'E_TIFF_LIMIT', () => ({ fields: { 34735: { ...short(1, 1, 0), count: 2 ** 31 } } })],
  ['a nodata text of 2^31', 'E_TIFF_LIMIT', () => ({ fields: { 42113: { type: 2, values: [48], count: 2 ** 31 } } })],
  ['one strip of 2^24 rows', 'E_TIFF_LIMIT', () => ({ tile: undefined as never, fields: { 257: long(2 ** 24) } })],
  ['a width of 33.5', 'E_TIFF_MALFORMED', () => ({ fields: { 256: double(33.5) } })],
  ['a height that is NaN', 'E_TIFF_MALFORMED', () => ({ fields: { 257: double(Number.NaN) } })],
  ['a block height of 16.5', 'E_TIFF_MALFORMED', () => ({ fields: { 323: double(16.5) } })],
  ['1.5 samples', 'E_TIFF_MALFORMED', () => ({ fields: { 277: double(1.5) } })],
  ['offsets with fractions', 'E_TIFF_MALFORMED', () => ({ fields: { 324: double(8.5, 9, 10, 11, 12, 13) } })],
  ['lengths that are NaN', 'E_TIFF_MALFORMED', () => ({ fields: { 325: double(...Array(6).fill(Number.NaN)) } })],
  ['a Deflate bomb of 2^26 bytes', 'E_BLOCK_SIZE', () => lastBlock(bombOf(2 ** 26))],
  ['a Deflate bomb of 2^20 bytes', 'E_BLOCK_SIZE', () => lastBlock(bombOf(2 ** 20))],
  ['a Zstandard bomb of 2^24 bytes', 'E_BLOCK_CORRUPT', () => lastZstd(zstdBomb(2 ** 24, 2 ** 24))],
  ['a Zstandard bomb that claims 512', 'E_BLOCK_CORRUPT', () => lastZstd(zstdBomb(2 ** 24, 512))],
  ['Zstandard that claims 2^31', 'E_BLOCK_CORRUPT', () => lastZstd(zstdBomb(512, 2 ** 31))],
  ['a Zstandard block of 511 bytes', 'E_BLOCK_SIZE', () => lastZstd(zstdBomb(511, 511))],
  [
    'an LZW bomb of 2^18 bytes',
    'E_BLOCK_SIZE',
    () => ({ compression: 5, ...lastBlock(encodeLzw(new Uint8Array(2 ** 18))) }),
  ],
];

function bombOf(sizeBytes: number): Uint8Array {
  return deflateSync(Buffer.alloc(sizeBytes), { level: 9 });
}

/** All cases, and first a file of the same shape in which nothing is wrong. */
export function makeHostileFiles(): { plain: Uint8Array; cases: HostileCase[] } {
  const made = (spec: Partial<TiffSpec>) => makeTiff({ ...base, ...spec }).bytes;
  return { plain: made({}), cases: CASES.map(([name, code, spec]) => ({ name, code, bytes: made(spec()) })) };
}
