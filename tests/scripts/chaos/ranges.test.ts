import { expect, it } from 'vitest';
import { runRangeChaos } from '../../../scripts/chaos/ranges.ts';

it('500 ranges at 30 % faults of 13 kinds are read with 0 wrong bytes and at most 2 requests for one', async () => {
  const result = await runRangeChaos({ reads: 500, faultShare: 0.3, seed: 1, say: () => {} });
  expect([result.reads, result.wrongBytes]).toEqual([500, 0]);
  expect(result.amplification).toBeLessThanOrEqual(2);
  expect(result.requests).toBeGreaterThan(600);
  expect(Object.keys(result.faults)).toHaveLength(13);
}, 60_000);
