import { constants, deflateSync } from 'node:zlib';
import type { PixelArray } from '../../shared/raster.ts';
import { bytesPerValue, createPixels } from './block.ts';
import type { DataType } from './header.ts';
import { applyDifference, applyFloatPredictor, type RowShape } from './predictor.ts';

export interface EncodeRule {
  readonly dataType: DataType;
  readonly samples: number;
  readonly blockSizePx: number;
  readonly predictor: 2 | 3;
  readonly levelDeflate: number;
}

/** Predicts and deflates a full block; `block` is only read. */
export function encodeBlock(block: PixelArray, rule: EncodeRule): Uint8Array {
  const shape = { valuesPerRow: rule.blockSizePx * rule.samples, rows: rule.blockSizePx, stride: rule.samples };
  const predicted = predict(block, rule, shape);
  // Differences of measured values hold runs (nodata, flat ground) but hardly a longer repetition: looking for runs only
  // is 2.5 times as fast as level 1's search and gives the same size on NDVI and colours.
  const strategy = rule.levelDeflate === 1 ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY;
  const chunkSize = Math.max(1024, predicted.length >> 1);
  return deflateSync(predicted, { level: rule.levelDeflate, strategy, chunkSize });
}

function predict(block: PixelArray, rule: EncodeRule, shape: RowShape): Uint8Array {
  const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
  if (rule.predictor === 3) return applyFloatPredictor(bytes, bytesPerValue(rule.dataType), shape);
  const differences = createPixels(rule.dataType, block.length);
  applyDifference(block, differences, shape);
  return new Uint8Array(differences.buffer as ArrayBuffer);
}
