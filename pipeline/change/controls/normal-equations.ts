/** Pivots below this share of their diagonal mean that a column follows from the others. */
const LEAST_PIVOT = 1e-9;

/**
 * Inverts a symmetric positive definite matrix of `size` × `size` (row by row) by Cholesky's method, in place;
 * only its lower triangle is read.
 * @returns false, and leaves the matrix spoilt, where a column is a combination of others
 */
export function invertSymmetric(matrix: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    const diagonal = matrix[i * size + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      if (j < i) matrix[i * size + j] = sum / matrix[j * size + j]!;
      else if (!(sum > LEAST_PIVOT * diagonal)) return false;
      else matrix[i * size + i] = Math.sqrt(sum);
    }
  }
  invertFactor(matrix, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < size; k++) sum += matrix[k * size + i]! * matrix[k * size + j]!;
      matrix[i * size + j] = sum;
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[j * size + i] = matrix[i * size + j]!;
  return true;
}

/** The inverse of a lower triangle, in place. */
function invertFactor(matrix: Float64Array, size: number): void {
  for (let j = 0; j < size; j++) {
    matrix[j * size + j] = 1 / matrix[j * size + j]!;
    for (let i = j + 1; i < size; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= matrix[i * size + k]! * matrix[k * size + j]!;
      matrix[i * size + j] = sum / matrix[i * size + i]!;
    }
  }
}
