import { CanopyError } from '../../shared/errors.ts';

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly maxTries: number;
  /** Waits are drawn from [0, base·2ⁿ], at most the cap ("full jitter"). */
  readonly baseMs: number;
  readonly capMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxTries: 5,
  baseMs: 1000,
  capMs: 60_000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

/** A failure that may pass; `retryAfterMs` is what the server asked for, `maxTries` a tighter limit for this kind. */
export class TransientFault extends CanopyError {
  readonly retryAfterMs: number | null;
  readonly maxTries: number;

  constructor(
    detail: { code: string; message: string; where: string; retryAfterMs?: number | null; maxTries?: number },
    cause?: unknown,
  ) {
    super({ kind: 'transient', code: detail.code, message: detail.message, where: detail.where }, { cause });
    this.retryAfterMs = detail.retryAfterMs ?? null;
    this.maxTries = detail.maxTries ?? Number.POSITIVE_INFINITY;
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the tries are used up; then the last failure is thrown.
 * A server that asks for a longer wait than the cap is not waited for.
 */
export async function withRetry<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientFault) || tries >= Math.min(policy.maxTries, error.maxTries)) throw error;
      if (error.retryAfterMs !== null && error.retryAfterMs > policy.capMs) throw error;
      const jitterMs = policy.random() * Math.min(policy.capMs, policy.baseMs * 2 ** (tries - 1));
      await policy.sleep(error.retryAfterMs ?? jitterMs);
    }
  }
}

/** Retry-After in ms from seconds or an HTTP date; null when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
