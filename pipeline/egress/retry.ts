import { CanopyError, type ErrorKind } from '../../shared/errors.ts';

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly maxTries: number;
  /** Waits are drawn from [0, base·2ⁿ], at most the cap ("full jitter"). */
  readonly baseMs: number;
  readonly capMs: number;
  /** No wait is begun that would end later than this after the first try. */
  readonly totalMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** A clock that only goes forward, in ms. */
  readonly now: () => number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxTries: 6,
  baseMs: 1000,
  capMs: 60_000,
  totalMs: 15 * 60_000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
  now: () => performance.now(),
};

/** Times that a host which is left alone is waited for: a bound for clocks that stand still. */
const MAX_PAUSES = 100;

interface FaultDetail {
  readonly code: string;
  readonly message: string;
  readonly where: string;
  /** What the server asked for. */
  readonly retryAfterMs?: number | null;
  /** A tighter limit for faults of this code. */
  readonly maxTries?: number;
  /** What it is once that limit is reached: a fault that stays was no hiccup. */
  readonly finalKind?: ErrorKind;
  /** False where nothing was sent, so that no try is used up. */
  readonly wasSent?: boolean;
}

/** A failure that may pass. */
export class TransientFault extends CanopyError {
  readonly retryAfterMs: number | null;
  readonly maxTries: number;
  readonly wasSent: boolean;
  readonly #finalKind: ErrorKind;

  constructor(detail: FaultDetail, cause?: unknown) {
    super({ kind: 'transient', code: detail.code, message: detail.message, where: detail.where }, { cause });
    this.retryAfterMs = detail.retryAfterMs ?? null;
    this.maxTries = detail.maxTries ?? Number.POSITIVE_INFINITY;
    this.wasSent = detail.wasSent ?? true;
    this.#finalKind = detail.finalKind ?? 'transient';
  }

  /** The fault as it is told when it did not pass within its own limit. */
  asFinal(): CanopyError {
    if (this.#finalKind === 'transient') return this;
    const { code, message } = this;
    return new CanopyError({ kind: this.#finalKind, code, message, where: this.where ?? '' }, { cause: this.cause });
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the tries or the time are used up; then the last failure is
 * thrown. A server that asks for a longer wait than the cap is not waited for.
 */
export async function withRetry<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  const endMs = policy.now() + policy.totalMs;
  const ofCode = new Map<string, number>();
  let tries = 0;
  for (let pauses = 0; ; pauses++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      const alike = (ofCode.get(error.code) ?? 0) + 1;
      ofCode.set(error.code, alike);
      if (error.wasSent) tries++;
      if (alike >= error.maxTries) throw error.asFinal();
      if (tries >= policy.maxTries || pauses >= MAX_PAUSES) throw error;
      if (error.retryAfterMs !== null && error.retryAfterMs > policy.capMs) throw error;
      const jitterMs = policy.random() * Math.min(policy.capMs, policy.baseMs * 2 ** Math.max(0, tries - 1));
      const waitMs = error.retryAfterMs ?? jitterMs;
      if (policy.now() + waitMs > endMs) throw error;
      await policy.sleep(waitMs);
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
