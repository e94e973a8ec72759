import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateStep } from '../../../pipeline/change/dating.ts';

/** Least squares by trying every cut and summing squares round two means. */
function bySums(values: readonly number[], sign: number, first: number, last: number): number {
  const spread = (part: readonly number[]) => {
    const mean = part.reduce((sum, v) => sum + v, 0) / part.length;
    return { mean, squares: part.reduce((sum, v) => sum + (v - mean) ** 2, 0) };
  };
  let best = Number.POSITIVE_INFINITY;
  let found = -1;
  for (let cut = first; cut <= last; cut++) {
    const [before, after] = [spread(values.slice(0, cut)), spread(values.slice(cut))];
    if (sign * (after.mean - before.mean) > 0 && before.squares + after.squares < best - 1e-12) {
      best = before.squares + after.squares;
      found = cut;
    }
  }
  return found;
}

describe('the dating step', () => {
  it('cuts 0 0 0 −1 −1 between the third and the fourth', () => {
    const values = Float64Array.of(0, 0, 0, -1, -1);
    expect(dateStep(values, { from: 0, to: 5, first: 1, last: 4, sign: -1 })).toBe(3);
    expect(dateStep(values, { from: 0, to: 5, first: 1, last: 4, sign: 1 })).toBe(-1);
    expect(dateStep(values, { from: 0, to: 5, first: 1, last: 2, sign: -1 })).toBe(2);
  });

  it('is the cut with the smallest sum of squares, in 300 series against plain sums', () => {
    const value = fc.integer({ min: -50, max: 50 }).map((n) => n / 100);
    fc.assert(
      fc.property(fc.array(value, { minLength: 3, maxLength: 40 }), fc.constantFrom(-1, 1), (values, sign) => {
        const at = { from: 0, to: values.length, first: 1, last: values.length - 1, sign };
        const found = dateStep(Float64Array.from(values), at);
        const expected = bySums(values, sign, 1, values.length - 1);
        if (found === expected) return true;
        // Two cuts of the same sum of squares may swap in the last digit.
        const gain = (cut: number) => {
          const mean = (part: readonly number[]) => part.reduce((sum, v) => sum + v, 0) / part.length;
          const [left, right] = [values.slice(0, cut), values.slice(cut)];
          return ((left.length * right.length) / values.length) * (mean(right) - mean(left)) ** 2;
        };
        return found > 0 && expected > 0 && Math.abs(gain(found) - gain(expected)) < 1e-9;
      }),
      { numRuns: 300 },
    );
  });
});
