/** Keeps the normal equations of nearly equal features solvable; on standardised features it moves nothing else. */
const RIDGE = 1e-4;
/** Variance, as a part of the mean square, below which a feature does not vary. */
const FLAT = 1e-12;

/** Sums of products of a leading 1, the features and the target: all that least squares wants to know of pixels. */
export interface Gram {
  /** size × size, row by row: 1, features, target. */
  readonly products: Float64Array;
  /** Features + 2. */
  readonly size: number;
}

export function emptyGram(size: number): Gram {
  return { products: new Float64Array(size * size), size };
}

/** Adds the pixel whose 1, features and target begin at `rows[start]`. */
export function addToGram({ products, size }: Gram, rows: Float64Array, start: number): void {
  for (let j = 0; j < size; j += 1)
    for (let k = 0; k < size; k += 1) products[j * size + k]! += rows[start + j]! * rows[start + k]!;
}

/** The sum of several (at least one), in their order. */
export function sumGrams(grams: readonly Gram[]): Gram {
  const total = emptyGram(grams[0]!.size);
  for (const { products } of grams) for (let i = 0; i < products.length; i += 1) total.products[i]! += products[i]!;
  return total;
}

/** target = intercept + Σ coefficient · (feature − mean)/sd over the features `places`. */
export interface LinearFit {
  /** Positions in a row of pixels: the first feature is 1. */
  readonly places: readonly number[];
  readonly intercept: number;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  readonly coefficient: Float64Array;
}

/**
 * Least squares of the target on some features, standardised, with a ridge of 1e-4. A feature that does not vary gets the
 * coefficient 0 and the sd 1.
 */
export function fitLinear({ products, size }: Gram, places: readonly number[]): LinearFit {
  const n = products[0]!;
  const meanOf = (j: number) => products[j]! / n;
  const covariance = (j: number, k: number) => products[j * size + k]! / n - meanOf(j) * meanOf(k);
  const isFlat = places.map((j) => !(covariance(j, j) > (FLAT * products[j * size + j]!) / n));
  const sd = Float64Array.from(places, (j, k) => (isFlat[k] ? 1 : Math.sqrt(covariance(j, j))));
  const p = places.length;
  const normal = new Float64Array(p * p);
  const right = new Float64Array(p);
  for (let j = 0; j < p; j += 1) {
    right[j] = isFlat[j] ? 0 : covariance(places[j]!, size - 1) / sd[j]!;
    for (let k = 0; k < p; k += 1)
      if (!isFlat[j] && !isFlat[k]) normal[j * p + k] = covariance(places[j]!, places[k]!) / (sd[j]! * sd[k]!);
    normal[j * p + j] = 1 + RIDGE;
  }
  solvePositive(normal, right);
  return { places, intercept: meanOf(size - 1), mean: Float64Array.from(places, meanOf), sd, coefficient: right };
}

/** Solves a positive definite system by Cholesky; the answer takes the place of `right`. */
function solvePositive(matrix: Float64Array, right: Float64Array): void {
  const p = right.length;
  for (let j = 0; j < p; j += 1) {
    for (let k = 0; k <= j; k += 1) {
      let sum = matrix[j * p + k]!;
      for (let m = 0; m < k; m += 1) sum -= matrix[j * p + m]! * matrix[k * p + m]!;
      matrix[j * p + k] = j === k ? Math.sqrt(sum) : sum / matrix[k * p + k]!;
    }
    let sum = right[j]!;
    for (let m = 0; m < j; m += 1) sum -= matrix[j * p + m]! * right[m]!;
    right[j] = sum / matrix[j * p + j]!;
  }
  for (let j = p - 1; j >= 0; j -= 1) {
    let sum = right[j]!;
    for (let m = j + 1; m < p; m += 1) sum -= matrix[m * p + j]! * right[m]!;
    right[j] = sum / matrix[j * p + j]!;
  }
}

/** The fitted value of the pixel that begins at `rows[start]`. */
export function valueOfFit(fit: LinearFit, rows: Float64Array, start: number): number {
  const { places, mean, sd, coefficient } = fit;
  let sum = fit.intercept;
  for (let k = 0; k < places.length; k += 1) sum += (coefficient[k]! / sd[k]!) * (rows[start + places[k]!]! - mean[k]!);
  return sum;
}

/** Sum of squared errors of a fit on the pixels of a gram. */
export function squaredErrorOf({ products, size }: Gram, fit: LinearFit): number {
  const weights = new Float64Array(size);
  weights[0] = fit.intercept;
  weights[size - 1] = -1;
  fit.places.forEach((place, k) => {
    const slope = fit.coefficient[k]! / fit.sd[k]!;
    weights[place]! += slope;
    weights[0]! -= slope * fit.mean[k]!;
  });
  let sum = 0;
  for (let j = 0; j < size; j += 1)
    for (let k = 0; k < size; k += 1) sum += weights[j]! * weights[k]! * products[j * size + k]!;
  return sum;
}
