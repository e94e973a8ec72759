import { type CanopyError, inputError } from '../../shared/errors.ts';
import type { Samples } from './zonal-task.ts';

/** What threads collect beside the plain statistics. */

export const MOST_CLASSES = 256;

export function tooManyClasses(): CanopyError {
  return inputError(
    'E_ZONAL_CLASSES',
    `The parcels hold more than ${MOST_CLASSES} different values; classes wants a class raster with at most that many. Leave classes away, or name another raster or band.`,
  );
}

/** Hectares of each value inside each pair of group and parcel. */
export function createClassSums() {
  const out: number[] = [];
  const seen = new Set<number>();
  let sums = new Map<number, number>();
  return {
    add(value: number, ha: number): void {
      sums.set(value, (sums.get(value) ?? 0) + ha);
    },
    closePair(pair: number): void {
      if (sums.size === 0) return;
      for (const [value, ha] of [...sums].sort(([a], [b]) => a - b)) {
        out.push(pair, value, ha);
        seen.add(value);
      }
      if (seen.size > MOST_CLASSES) throw tooManyClasses();
      sums = new Map();
    },
    take: () => Float64Array.from(out),
  };
}

/** Values and weights of each pair, in arrays that grow. @param isFloat32 float32 holds every value exactly */
export function createSampleList(pairs: number, isFloat32: boolean) {
  const ends = new Uint32Array(pairs);
  const create = (length: number) => (isFloat32 ? new Float32Array(length) : new Float64Array(length));
  let values = create(2 ** 14);
  let weights = new Float64Array(2 ** 14);
  let n = 0;
  return {
    add(value: number, weight: number): void {
      if (n === values.length) {
        const larger = create(2 * n);
        larger.set(values);
        values = larger;
        const heavier = new Float64Array(2 * n);
        heavier.set(weights);
        weights = heavier;
      }
      values[n] = value;
      weights[n++] = weight;
    },
    closePair(pair: number): void {
      ends[pair] = n;
    },
    take: (): Samples => ({ ends, values: values.slice(0, n), weights: weights.slice(0, n) }),
  };
}
