import { describe, expect, it } from 'vitest';
import { decideRetry, MAX_STARTS } from '../../../pipeline/queue/retry.ts';
import type { ErrorDetail, ErrorKind } from '../../../shared/errors.ts';

const errorOf = (kind: ErrorKind, code = 'E_TEST'): ErrorDetail => ({ kind, code, message: 'test' });

/** Waits before each new try with random = 0.5, until the unit is given up. */
function delaysOf(error: ErrorDetail): number[] {
  const delays: number[] = [];
  for (let failures = 1; ; failures++) {
    const decision = decideRetry(error, failures, 0.5);
    if (!decision.retry) return delays;
    delays.push(decision.delayMs);
  }
}

describe('what happens to a unit that failed', () => {
  it.each([
    { kind: 'usage', delaysMs: [] },
    { kind: 'input', delaysMs: [] },
    { kind: 'bug', delaysMs: [] },
    { kind: 'auth', delaysMs: [0] },
    { kind: 'transient', delaysMs: [500, 1000, 2000] },
    { kind: 'resource', delaysMs: [15_000, 30_000, 60_000, 120_000] },
  ] as const)('$kind is tried again after $delaysMs ms with random 0.5', ({ kind, delaysMs }) => {
    expect(delaysOf(errorOf(kind))).toEqual(delaysMs);
  });

  it('starts no unit more than 5 times, the number that the queue is told', () => {
    expect(MAX_STARTS).toBe(5);
  });

  it('only a lack of resources holds back the other units too', () => {
    expect(decideRetry(errorOf('resource'), 1, 0)).toMatchObject({ retry: true, pauseOthers: true });
    expect(decideRetry(errorOf('transient'), 1, 0)).toMatchObject({ retry: true, pauseOthers: false, delayMs: 0 });
  });

  it('gives a unit up as E_POISON when it has killed its worker process 3 times', () => {
    const died = errorOf('transient', 'E_WORKER_DIED');
    expect(delaysOf(died)).toHaveLength(2);
    const decision = decideRetry(died, 3, 0);
    expect(decision).toMatchObject({ retry: false, error: { kind: 'input', code: 'E_POISON' } });
  });
});
