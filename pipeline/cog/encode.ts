import type { PixelArray } from '../../shared/raster.ts';
import { encodeWasm } from '../wasm/encode.wasm.ts';
import { ensureMemory, type Kernel, loadKernel } from '../wasm/load.ts';
import { bytesPerValue, createPixels } from './block.ts';
import { halvePixels, type Resampling } from './overview.ts';

/** How the blocks and the overviews of a square image are made. */
export interface EncodeRule {
  readonly dataType: 'uint8' | 'uint16' | 'int16' | 'float32';
  readonly samples: number;
  readonly nodata: number | null;
  readonly resampling: Resampling;
  readonly blockSizePx: number;
  /** Of the largest image: the block size times a power of two. */
  readonly sidePx: number;
}

/** A square image in the kernel's memory, that becomes smaller. */
export interface ImageEncoder {
  /** Takes an image of `sidePx` squared. */
  load(pixels: PixelArray): void;
  /** The block at column and row of blocks, predicted and deflated, in memory of its own. */
  encodeBlock(col: number, row: number): Uint8Array;
  /** Turns the image into its half; of what lies outside the image that is written nothing enters. */
  halve(inside: { readonly insideWidthPx: number; readonly insideHeightPx: number }): void;
  /** A copy of the image as it is now. */
  copy(): PixelArray;
}

interface EncodeExports extends Kernel {
  freeAt(): number;
  differ8(from: number, stride: number, to: number, rowBytes: number, rows: number, samples: number): void;
  differ16(from: number, stride: number, to: number, rowBytes: number, rows: number, samples: number): void;
  differFloat(from: number, stride: number, to: number, rowBytes: number, rows: number, samples: number): void;
  deflatedBound(bytes: number): number;
  deflate(from: number, bytes: number, to: number): number;
  halveSigned(from: number, side: number, width: number, height: number, to: number, nodata: number): void;
  halveUnsigned(from: number, side: number, width: number, height: number, to: number, nodata: number): void;
}

/** The kernel reads a little beyond both ends of what it compresses. */
const MARGIN_BYTES = 32;

/** Floats shrink by a third with the byte-wise predictor, where the horizontal one does nothing for them. */
export function predictorOf({ dataType }: { readonly dataType: string }): 2 | 3 {
  return dataType === 'float32' ? 3 : 2;
}

let last: { readonly key: string; readonly encoder: ImageEncoder } | null = null;

/** The encoder of this thread; the one before is used again where the rule is the same. */
export function encoderOf(rule: EncodeRule): ImageEncoder {
  const { dataType, samples, resampling, blockSizePx, sidePx } = rule;
  // JSON knows no NaN.
  const key = [dataType, samples, String(rule.nodata), resampling, blockSizePx, sidePx].join(' ');
  if (last?.key !== key) last = { key, encoder: createImageEncoder(rule) };
  return last.encoder;
}

/**
 * Differences of measured values hold runs (nodata, flat ground) but hardly a longer repetition: the kernel looks for
 * runs only, with a Huffman code for each 64 KB. That is four times as fast as zlib's Z_RLE, and its size or less.
 */
function createImageEncoder(rule: EncodeRule): ImageEncoder {
  const { dataType, samples, blockSizePx } = rule;
  const kernel = loadKernel<EncodeExports>(encodeWasm);
  const pixelBytes = bytesPerValue(dataType) * samples;
  const imageBytes = rule.sidePx * rule.sidePx * pixelBytes;
  const blockBytes = blockSizePx * blockSizePx * pixelBytes;
  const imageAt = kernel.freeAt();
  // Two images that take turns; the second is never more than the first half.
  const halfAt = imageAt + imageBytes;
  const predictedAt = halfAt + imageBytes / 4 + MARGIN_BYTES;
  const outAt = predictedAt + blockBytes + MARGIN_BYTES;
  ensureMemory(kernel, outAt + kernel.deflatedBound(blockBytes));
  const { buffer } = kernel.memory;
  const Pixels = createPixels(dataType, 0).constructor as Int16ArrayConstructor;
  const cells = (start: number, sidePx: number): PixelArray => new Pixels(buffer, start, sidePx * sidePx * samples);
  let at = imageAt;
  let sidePx = rule.sidePx;
  return {
    load(pixels) {
      at = imageAt;
      sidePx = rule.sidePx;
      cells(at, sidePx).set(pixels);
    },
    encodeBlock(col, row) {
      const start = at + (row * sidePx + col) * blockSizePx * pixelBytes;
      differ(kernel, rule, { start, strideBytes: sidePx * pixelBytes }, predictedAt);
      const bytes = kernel.deflate(predictedAt, blockBytes, outAt);
      return new Uint8Array(buffer, outAt, bytes).slice();
    },
    halve(inside) {
      const to = at === imageAt ? halfAt : imageAt;
      const target = cells(to, sidePx / 2).fill(rule.nodata ?? 0);
      halveInto(kernel, rule, { ...inside, at, sidePx, source: cells(at, sidePx) }, { at: to, cells: target });
      at = to;
      sidePx /= 2;
    },
    copy: () => cells(at, sidePx).slice(),
  };
}

function differ(
  kernel: EncodeExports,
  { dataType, samples, blockSizePx }: EncodeRule,
  from: { readonly start: number; readonly strideBytes: number },
  to: number,
): void {
  const size = bytesPerValue(dataType);
  const run = size === 4 ? kernel.differFloat : size === 2 ? kernel.differ16 : kernel.differ8;
  run(from.start, from.strideBytes, to, blockSizePx * samples * size, blockSizePx, samples);
}

interface HalvedImage {
  readonly at: number;
  readonly sidePx: number;
  readonly source: PixelArray;
  readonly insideWidthPx: number;
  readonly insideHeightPx: number;
}

/** `halvePixels`, by the kernel for means of one 16-bit sample, the case of almost every layer. */
function halveInto(
  kernel: EncodeExports,
  { dataType, samples, nodata, resampling }: EncodeRule,
  image: HalvedImage,
  to: { readonly at: number; readonly cells: PixelArray },
): void {
  const { at, sidePx, source, insideWidthPx, insideHeightPx } = image;
  if (samples === 1 && resampling === 'average' && isStored16(dataType, nodata)) {
    const halve = dataType === 'int16' ? kernel.halveSigned : kernel.halveUnsigned;
    halve(at, sidePx, insideWidthPx, insideHeightPx, to.at, nodata);
    return;
  }
  const shape = { sourceSidePx: sidePx, samples, insideWidthPx, insideHeightPx, targetSidePx: sidePx / 2 };
  halvePixels(source, to.cells, shape, { resampling, nodata, isInteger: dataType !== 'float32' });
}

/** The kernel compares 16 bits: a sentinel that these cannot hold would meet another number. */
function isStored16(dataType: string, nodata: number | null): nodata is number {
  if (nodata === null) return false;
  return (
    (dataType === 'int16' && nodata === (nodata << 16) >> 16) || (dataType === 'uint16' && nodata === (nodata & 0xffff))
  );
}
