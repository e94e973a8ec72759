import { describe, expect, it } from 'vitest';
import { decodeFailure, encodeFailure } from '../../../pipeline/queue/bullmq-jobs.ts';
import { decideRetry, lostTooOften, MAX_LOSSES } from '../../../pipeline/queue/retry.ts';
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
  ] as const)('$kind is tried again after $delaysMs ms with random 0.5', ({ kind, delaysMs }) => {
    expect(delaysOf(errorOf(kind))).toEqual(delaysMs);
  });

  it('waits for room without end: after 1,000 failures of a full disk a unit is tried again 60 s later', () => {
    expect(decideRetry(errorOf('resource'), 1, 0)).toMatchObject({ retry: true, delayMs: 5000 });
    expect(decideRetry(errorOf('resource'), 1000, 0)).toMatchObject({ retry: true, delayMs: 60_000 });
  });

  it('gives a unit up as E_POISON that lost more than 10 workers, and says where to look', () => {
    expect(MAX_LOSSES).toBe(10);
    expect(lostTooOften(11)).toMatchObject({ kind: 'input', code: 'E_POISON' });
    expect(lostTooOften(11).message).toContain('lost or killed 11 times');
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

describe('what the queue kept of a failure', () => {
  it('is our own error, a loss of too many workers in the words of BullMQ, or nothing against the unit', () => {
    expect(decodeFailure(encodeFailure(errorOf('input')))).toEqual(errorOf('input'));
    expect(decodeFailure('job stalled more than allowable limit')).toEqual(lostTooOften(MAX_LOSSES));
    const refused = decodeFailure("OOM command not allowed when used memory > 'maxmemory'.");
    expect(refused).toMatchObject({ kind: 'resource', code: 'E_QUEUE' });
    expect(decideRetry(refused, 100, 0).retry).toBe(true);
  });
});
