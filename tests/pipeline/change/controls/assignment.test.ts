import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignGreedily, assignOptimally, type CandidateRow } from '../../../../pipeline/change/controls/assignment.ts';

/** A row from a cost for each donor; null = not acceptable. */
function rowOf(costs: readonly (number | null)[]): CandidateRow {
  const donors = costs.flatMap((cost, donor) => (cost === null ? [] : [donor]));
  return { donors: Int32Array.from(donors), costs: Int32Array.from(donors, (donor) => costs[donor]!) };
}

function donorsOf(rows: readonly CandidateRow[], chosen: readonly number[][]): number[][] {
  return chosen.map((list, row) => list.map((at) => rows[row]!.donors[at]!));
}

/** [uses of donors that someone else has, total cost]: a donor with n uses counts n (n − 1) / 2. */
function priceOf(rows: readonly CandidateRow[], chosen: readonly (readonly number[])[], donorCount: number) {
  const load = new Array<number>(donorCount).fill(0);
  let cost = 0;
  chosen.forEach((list, row) => {
    for (const at of list) {
      cost += rows[row]!.costs[at]!;
      load[rows[row]!.donors[at]!]! += 1;
    }
  });
  return [load.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0), cost] as const;
}

function choices(count: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  const out: number[][] = [];
  for (let at = from; at < count; at++) for (const rest of choices(count, k - 1, at + 1)) out.push([at, ...rest]);
  return out;
}

/** The best price by trying everything. */
function bruteForce(rows: readonly CandidateRow[], donorCount: number, k: number): readonly [number, number] {
  let best: readonly [number, number] = [Infinity, Infinity];
  const walk = (done: number[][]): void => {
    if (done.length < rows.length) {
      for (const list of choices(rows[done.length]!.donors.length, k)) walk([...done, list]);
      return;
    }
    const price = priceOf(rows, done, donorCount);
    if (price[0] < best[0] || (price[0] === best[0] && price[1] < best[1])) best = price;
  };
  walk([]);
  return best;
}

describe('the assignment of control areas', () => {
  it('gives up the closest pair (1) where that saves more elsewhere: 2 + 3 instead of 1 + 100', () => {
    const rows = [rowOf([1, 2]), rowOf([3, 100])];
    expect(donorsOf(rows, assignOptimally(rows, 2, 1))).toEqual([[1], [0]]);
    expect(donorsOf(rows, assignGreedily(rows, 2, 1))).toEqual([[0], [1]]);
  });

  it('uses a donor again only where rows would go without: 2 rows have no others than donors 0 and 1', () => {
    const rows = [rowOf([5, 5, null, 9]), rowOf([5, 6, null, null]), rowOf([7, 7, null, null])];
    for (const assign of [assignOptimally, assignGreedily]) {
      const chosen = assign(rows, 4, 2);
      expect(chosen.map((list) => list.length)).toEqual([2, 2, 2]);
      expect(donorsOf(rows, chosen).slice(1)).toEqual([
        [0, 1],
        [0, 1],
      ]);
    }
    expect(priceOf(rows, assignOptimally(rows, 4, 2), 4)).toEqual([3 + 1, 5 + 9 + 5 + 6 + 7 + 7]);
  });

  it.each([1, 2])(
    'has the least reuse and then the least total of all choices, k = %i, as trying all of them shows',
    (k) => {
      const row = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { freq: 4 }), { minLength: 5, maxLength: 5 });
      const usable = row.filter((costs) => costs.filter((cost) => cost !== null).length >= k);
      fc.assert(
        fc.property(fc.array(usable, { minLength: 1, maxLength: 4 }), (costs) => {
          const rows = costs.map(rowOf);
          const chosen = assignOptimally(rows, 5, k);
          for (const list of chosen) expect(new Set(list).size).toBe(k);
          expect(priceOf(rows, chosen, 5)).toEqual(bruteForce(rows, 5, k));
          const greedy = assignGreedily(rows, 5, k);
          for (const list of greedy) expect(new Set(list).size).toBe(k);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('assigns 300 rows × 5 out of 2,000 donors, all of them acceptable, within seconds', () => {
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    const rows = Array.from({ length: 300 }, () => rowOf(Array.from({ length: 2000 }, () => next() % 1_000_000)));
    const start = performance.now();
    const chosen = assignOptimally(rows, 2000, 5);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(priceOf(rows, chosen, 2000)[0]).toBe(0);
    expect(priceOf(rows, chosen, 2000)[1]).toBeLessThanOrEqual(priceOf(rows, assignGreedily(rows, 2000, 5), 2000)[1]);
  });
});
