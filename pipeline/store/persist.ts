import { setTimeout as sleep } from 'node:timers/promises';
import { CanopyError } from '../../shared/errors.ts';

interface Patience {
  /** How long a database may be away before the work is given up. */
  readonly maxMs?: number;
  /** Hears once of each trouble that is waited out, and of its end. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

const MAX_MS = 30 * 60_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 3000;

/**
 * SQLSTATE classes and codes that may pass: connection lost (08), too many connections (53), server going down or coming
 * up (57P), serialization failure and deadlock (40), read-only after a failover (25006), a lock that is held (55P03), a
 * disk that cannot be read (58030).
 */
const PASSING_STATE = /^(08|40|53|57P|25006|55P03|58030)/;
const PASSING_NODE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)$/;
const PASSING_TEXT =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|client has encountered a connection/i;

/** Whether a failure of a database says nothing about the work, so that the same work may be tried again. */
export function isPassingTrouble(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassingTrouble);
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof code === 'string' ? code : '';
  return PASSING_STATE.test(text) || PASSING_NODE.test(text) || PASSING_TEXT.test(String(message));
}

/**
 * Does `work` again for as long as the database is away or busy. `work` has to be safe to repeat: its commit may have
 * happened although its answer was lost. Throws `E_DATABASE_LOST` (transient) when the patience is used up.
 */
export async function persistently<T>(work: () => Promise<T>, { maxMs = MAX_MS, say, signal }: Patience): Promise<T> {
  const startMs = performance.now();
  for (let tries = 0; ; tries++) {
    try {
      const answer = await work();
      if (tries > 1) say('The database answers again.');
      return answer;
    } catch (error) {
      if (!isPassingTrouble(error)) throw error;
      if (performance.now() - startMs > maxMs || signal?.aborted) throw lostError(error);
      // The first repetition is silent: a deadlock or one lost connection is no news.
      if (tries === 1) say(`The database does not answer (${reasonOf(error)}); trying again until it does.`);
      await sleep(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** tries), undefined, { signal }).catch(() => {});
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'unknown reason';
}

function lostError(cause: unknown): CanopyError {
  const message = `The database was away too long (${reasonOf(cause)}). What is finished is kept: start the database and run the same command again.`;
  return new CanopyError({ kind: 'transient', code: 'E_DATABASE_LOST', message }, { cause });
}
