import { BREAK_OUTCOMES, type BreakMonitor, type BreakOutcome } from './break-monitor.ts';

/** Series of many pixels, as a stack of images holds them. */
export interface BreakStack {
  /** slotCount × pixelCount, one image after the other. */
  readonly values: Int16Array;
  readonly slotCount: number;
  readonly pixelCount: number;
  readonly nodata: number;
  /** Index units per stored unit, such as 1e-4. */
  readonly scale: number;
}

/** What became of each pixel; pixelCount long. */
export interface BreakLayers {
  /** Places in BREAK_OUTCOMES. */
  readonly outcome: Uint8Array;
  /** First crossing of the boundary; −1 where there is none. */
  readonly breakSlot: Int16Array;
  /** Index units; NaN where the pixel was not judged. */
  readonly magnitude: Float32Array;
  /** Observations of the history that the season was fitted to, or would have been. */
  readonly historyCount: Uint16Array;
  /** All observations of the pixel. */
  readonly observationCount: Uint16Array;
}

/** Pixels whose series are laid out together: their 32 columns of an image share cache lines. */
const TILE_PX = 32;
const CODES = new Map<BreakOutcome, number>(BREAK_OUTCOMES.map((outcome, code) => [outcome, code]));

export function createBreakLayers(pixelCount: number): BreakLayers {
  return {
    outcome: new Uint8Array(pixelCount),
    breakSlot: new Int16Array(pixelCount),
    magnitude: new Float32Array(pixelCount),
    historyCount: new Uint16Array(pixelCount),
    observationCount: new Uint16Array(pixelCount),
  };
}

/**
 * Judges the pixels `from` … `to` − 1 of a stack, each by itself, and writes their places of `layers`. Beside stack and
 * layers it holds 32 series in memory.
 */
export function judgeStack(
  monitor: BreakMonitor,
  stack: BreakStack,
  { layers, from, to }: { readonly layers: BreakLayers; readonly from: number; readonly to: number },
): void {
  const { slotCount } = stack;
  const tile = new Float64Array(TILE_PX * slotCount);
  const series = Array.from({ length: TILE_PX }, (_, i) => tile.subarray(i * slotCount, (i + 1) * slotCount));
  for (let first = from; first < to; first += TILE_PX) {
    const width = Math.min(TILE_PX, to - first);
    layOut(stack, tile, first, width);
    for (let i = 0; i < width; i += 1) {
      const fit = monitor.judge(series[i]!);
      const pixel = first + i;
      layers.outcome[pixel] = CODES.get(fit.outcome)!;
      layers.breakSlot[pixel] = fit.breakSlot;
      layers.magnitude[pixel] = fit.magnitude;
      layers.historyCount[pixel] = fit.historyCount;
      layers.observationCount[pixel] = fit.observationCount;
    }
  }
}

/** Turns `width` columns of the images into as many series. */
function layOut(stack: BreakStack, tile: Float64Array, first: number, width: number): void {
  const { values, slotCount, pixelCount, nodata, scale } = stack;
  for (let slot = 0; slot < slotCount; slot += 1) {
    const at = slot * pixelCount + first;
    for (let i = 0; i < width; i += 1) {
      const stored = values[at + i]!;
      tile[i * slotCount + slot] = stored === nodata ? Number.NaN : stored * scale;
    }
  }
}
