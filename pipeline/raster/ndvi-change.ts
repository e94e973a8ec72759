/** Stored numbers of the two bands of one date; 0 is nodata. */
export interface DateDn {
  readonly red: Uint16Array;
  readonly nir: Uint16Array;
  /** Sum of the offsets of both bands, in DN: −2000 for Sentinel-2 from baseline 04.00 on. */
  readonly offsetSum: number;
}

/** value = stored · CHANGE_SCALE. */
export const CHANGE_SCALE = 1e-4;
export const CHANGE_NODATA = -32_768;

const STEPS_PER_NDVI = 10_000;
const { fround } = Math;

/**
 * NDVI after − NDVI before in steps of 0.0001, to `out`; CHANGE_NODATA where a DN is 0 or `clear` is. Each step is one of
 * float32, as a script with NumPy does it, so that both agree to the last pixel:
 * NDVI = (nir − red) / max(nir + red + offsetSum, 1), out = rint(10,000 · (NDVI after − NDVI before)), halves to even.
 * What int16 cannot hold, which takes a reflectance sum near 0, becomes nodata on both sides: to end it at one of them
 * would bend every mean. Returns how many pixels did. This is the readable definition; `wasm/change.as` computes the same eight at a time.
 */
export function computeNdviChange(before: DateDn, after: DateDn, clear: Uint8Array, out: Int16Array): number {
  let beyondPx = 0;
  for (let i = 0; i < out.length; i++) {
    const [r1, n1, r2, n2] = [before.red[i]!, before.nir[i]!, after.red[i]!, after.nir[i]!];
    if (r1 === 0 || n1 === 0 || r2 === 0 || n2 === 0 || clear[i] === 0) {
      out[i] = CHANGE_NODATA;
      continue;
    }
    const change = fround(ndviOf(r2, n2, after.offsetSum) - ndviOf(r1, n1, before.offsetSum));
    const steps = roundHalfEven(fround(change * STEPS_PER_NDVI));
    const isBeyond = Math.abs(steps) > 32_767;
    if (isBeyond) beyondPx += 1;
    out[i] = isBeyond ? CHANGE_NODATA : steps;
  }
  return beyondPx;
}

function ndviOf(red: number, nir: number, offsetSum: number): number {
  const sum = Math.max(fround(fround(nir + red) + offsetSum), 1);
  return fround((nir - red) / sum);
}

/** Adding 1.5 · 2^52 leaves no bit for a fraction, and the processor rounds halves to even. */
function roundHalfEven(value: number): number {
  const noFraction = 1.5 * 2 ** 52;
  return value + noFraction - noFraction;
}
