import type { Size } from './tidy-mask.ts';

/**
 * Distance of every pixel's centre to the nearest centre of a pixel that is 1 in `seeds`, in the units of the cell sides:
 * the exact Euclidean transform of Felzenszwalb and Huttenlocher (2012, Theory of Computing 8:415), lower envelopes of
 * parabolas along columns, then rows. Infinite where there is no such pixel.
 */
export function distanceTo(
  seeds: Uint8Array,
  { widthPx, heightPx }: Size,
  cell: { readonly widthM: number; readonly heightM: number },
): Float32Array {
  const far = 1e20;
  const squares = new Float64Array(seeds.length);
  for (let i = 0; i < seeds.length; i++) squares[i] = seeds[i] === 1 ? 0 : far;
  const scratch = createScratch(Math.max(widthPx, heightPx));
  for (let col = 0; col < widthPx; col++)
    lowerEnvelope(squares, { at: col, step: widthPx, count: heightPx, size: cell.heightM }, scratch);
  for (let row = 0; row < heightPx; row++)
    lowerEnvelope(squares, { at: row * widthPx, step: 1, count: widthPx, size: cell.widthM }, scratch);
  return Float32Array.from(squares, (square) => (square >= far / 2 ? Number.POSITIVE_INFINITY : Math.sqrt(square)));
}

function createScratch(length: number) {
  return { values: new Float64Array(length), at: new Int32Array(length), from: new Float64Array(length + 1) };
}

/** One line of squared distances, each place taking the lowest of the parabolas over all places. */
function lowerEnvelope(
  field: Float64Array,
  line: { readonly at: number; readonly step: number; readonly count: number; readonly size: number },
  { values, at, from }: ReturnType<typeof createScratch>,
): void {
  const { step, count } = line;
  const unit = line.size ** 2;
  for (let q = 0; q < count; q++) values[q] = field[line.at + q * step]! / unit;
  let k = 0;
  at[0] = 0;
  [from[0], from[1]] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let q = 1; q < count; q++) {
    const meet = () => (values[q]! + q * q - (values[at[k]!]! + at[k]! * at[k]!)) / (2 * (q - at[k]!));
    let s = meet();
    while (s <= from[k]!) {
      k -= 1;
      s = meet();
    }
    k += 1;
    at[k] = q;
    [from[k], from[k + 1]] = [s, Number.POSITIVE_INFINITY];
  }
  for (let q = 0, j = 0; q < count; q++) {
    while (from[j + 1]! < q) j += 1;
    field[line.at + q * step] = ((q - at[j]!) ** 2 + values[at[j]!]!) * unit;
  }
}
