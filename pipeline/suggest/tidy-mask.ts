/** Columns and rows of an image. */
export interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Each pixel takes what most of the 3 × 3 pixels round it are (pixels beyond the edge are 0), so that outlines are not
 * frayed by single crowns; pixels that are 0 in `allowed` stay 0.
 */
export function smoothMask(mask: Uint8Array, allowed: Uint8Array, { widthPx, heightPx }: Size): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      const i = row * widthPx + col;
      if (allowed[i] === 0) continue;
      let count = 0;
      for (let r = Math.max(0, row - 1); r <= Math.min(heightPx - 1, row + 1); r++)
        for (let c = Math.max(0, col - 1); c <= Math.min(widthPx - 1, col + 1); c++) count += mask[r * widthPx + c]!;
      out[i] = count >= 5 ? 1 : 0;
    }
  }
  return out;
}

/**
 * Turns spots of 1 and then gaps of 0 of fewer than `leastPx` pixels (side by side, not corner to corner) into what
 * surrounds them. Gaps that hold a pixel which is 0 in `allowed` stay.
 */
export function sieveMask(mask: Uint8Array, allowed: Uint8Array, size: Size, leastPx: number): Uint8Array {
  const out = mask.slice();
  for (const value of [1, 0]) {
    const seen = new Uint8Array(out.length);
    for (let start = 0; start < out.length; start++) {
      if (seen[start] === 1 || out[start] !== value) continue;
      const spot = flood(out, seen, start, size);
      const isKept = spot.length >= leastPx || (value === 0 && spot.some((i) => allowed[i] === 0));
      if (!isKept) for (const i of spot) out[i] = 1 - value;
    }
  }
  return out;
}

/** The pixels of equal value that hang together with `start`, marked in `seen`. */
function flood(image: Uint8Array, seen: Uint8Array, start: number, { widthPx, heightPx }: Size): number[] {
  const found = [start];
  const value = image[start];
  seen[start] = 1;
  for (let k = 0; k < found.length; k++) {
    const i = found[k]!;
    const col = i % widthPx;
    const visit = (j: number) => {
      if (seen[j] === 1 || image[j] !== value) return;
      seen[j] = 1;
      found.push(j);
    };
    if (col > 0) visit(i - 1);
    if (col < widthPx - 1) visit(i + 1);
    if (i >= widthPx) visit(i - widthPx);
    if (i < widthPx * (heightPx - 1)) visit(i + widthPx);
  }
  return found;
}
