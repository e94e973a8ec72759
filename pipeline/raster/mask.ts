/** Classes of `oa_fmask` of Digital Earth Australia that show ground: 1 valid, 5 water (0 nodata, 2 cloud, 3 shadow, 4 snow). */
const KEEP_DEA_FMASK: readonly number[] = [1, 5];

/** QA_PIXEL bits of Landsat Collection 2 that rule a pixel out: fill, dilated cloud, cloud, cloud shadow, snow. */
const QA_REJECT = 0b11_1011;
const QA_CIRRUS = 0b00_0100;

/** 1 where the Sentinel-2 SCL class is one of `keep`, else 0. */
export function clearFromScl(scl: Uint8Array, keep: readonly number[]): Uint8Array {
  return clearFromClasses(scl, keep);
}

/** 1 where the class of Digital Earth Australia's `oa_fmask` is valid ground or water, else 0. */
export function clearFromFmask(fmask: Uint8Array): Uint8Array {
  return clearFromClasses(fmask, KEEP_DEA_FMASK);
}

/**
 * 1 where Landsat's QA_PIXEL has none of the bits fill, dilated cloud, cloud, shadow, snow; with `cirrusBit` (Landsat 8
 * and 9, whose bit 2 is cirrus; it is unused before) not that one either. Source: USGS LSDS-1619.
 */
export function clearFromQaPixel(qa: Uint16Array, { cirrusBit }: { cirrusBit: boolean }): Uint8Array {
  const reject = cirrusBit ? QA_REJECT | QA_CIRRUS : QA_REJECT;
  const clear = new Uint8Array(qa.length);
  for (let i = 0; i < qa.length; i++) clear[i] = (qa[i]! & reject) === 0 ? 1 : 0;
  return clear;
}

function clearFromClasses(classes: Uint8Array, keep: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const code of keep) table[code] = 1;
  const clear = new Uint8Array(classes.length);
  for (let i = 0; i < classes.length; i++) clear[i] = table[classes[i]!]!;
  return clear;
}

/**
 * A copy of `clear` in which every pixel whose centre lies within `radiusPx` of the centre of a not-clear pixel is not
 * clear either (Euclidean disc, exact; ground beyond the edge counts as clear). Time does not grow with the radius: each row paints the
 * chords of the discs, whose height is the distance to the nearest not-clear pixel above or below.
 * @param clear 1 = clear, row by row, widthPx × heightPx
 */
export function dilateNotClear(clear: Uint8Array, widthPx: number, heightPx: number, radiusPx: number): Uint8Array {
  if (!(radiusPx >= 1)) return clear.slice();
  const reach = Math.floor(radiusPx);
  const distance = verticalDistance(clear, widthPx, heightPx, reach + 1);
  const halfChord = Int32Array.from({ length: reach + 1 }, (_, d) =>
    Math.floor(Math.sqrt(radiusPx * radiusPx - d * d)),
  );
  const out = new Uint8Array(clear.length);
  const opened = new Int32Array(widthPx + 1);
  for (let row = 0, start = 0; row < heightPx; row++, start += widthPx) {
    opened.fill(0);
    for (let col = 0; col < widthPx; col++) {
      const d = distance[start + col]!;
      if (d > reach) continue;
      const half = halfChord[d]!;
      const from = Math.max(0, col - half);
      const to = Math.min(widthPx, col + half + 1);
      opened[from] = opened[from]! + 1;
      opened[to] = opened[to]! - 1;
    }
    for (let col = 0, open = 0; col < widthPx; col++) {
      open += opened[col]!;
      out[start + col] = open === 0 ? 1 : 0;
    }
  }
  return out;
}

/** Rows to the nearest not-clear pixel of the same column, at most `cap`. */
function verticalDistance(clear: Uint8Array, widthPx: number, heightPx: number, cap: number): Int32Array {
  const distance = new Int32Array(clear.length).fill(cap);
  for (let i = 0; i < clear.length; i++) {
    if (clear[i] === 0) distance[i] = 0;
    else if (i >= widthPx) distance[i] = Math.min(cap, distance[i - widthPx]! + 1);
  }
  for (let i = widthPx * (heightPx - 1) - 1; i >= 0; i--) {
    const fromBelow = distance[i + widthPx]! + 1;
    if (fromBelow < distance[i]!) distance[i] = fromBelow;
  }
  return distance;
}
