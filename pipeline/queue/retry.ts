import type { ErrorDetail, ErrorKind } from '../../shared/errors.ts';

/**
 * The only place that turns a kind of failure into a retry or a dead letter. A dead letter is a unit that is given up
 * and shown to a person.
 */

interface RetryRule {
  /** Tries after the first one. */
  readonly retries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Full jitter spreads tries over [0, delay]; a pause waits the whole delay. */
  readonly wait: 'jitter' | 'pause';
}

const NEVER: RetryRule = { retries: 0, baseDelayMs: 0, maxDelayMs: 0, wait: 'jitter' };

const RULES: Readonly<Record<ErrorKind, RetryRule>> = {
  usage: NEVER,
  input: NEVER,
  transient: { retries: 3, baseDelayMs: 1_000, maxDelayMs: 60_000, wait: 'jitter' },
  auth: { retries: 1, baseDelayMs: 0, maxDelayMs: 0, wait: 'jitter' },
  // A disk that is full is no fault of the unit: it waits for as long as it takes, the whole night if need be.
  resource: { retries: Number.POSITIVE_INFINITY, baseDelayMs: 5_000, maxDelayMs: 60_000, wait: 'pause' },
  bug: NEVER,
};

/** A unit that kills its worker process is started three times in all. */
const WORKER_DEATHS: RetryRule = { ...RULES.transient, retries: 2 };

/**
 * Workers that may be lost over one unit. A unit is computed in a child process, so the loss of a worker says little
 * against it: a machine that is switched off takes its units along. BullMQ's default of 1 lost 6 of 400 jobs under 25
 * SIGKILLs; with a third of all starts cut off, 10 in a row are one in 60,000.
 */
export const MAX_LOSSES = 10;

type RetryDecision =
  | { readonly retry: true; readonly delayMs: number; readonly pauseOthers: boolean }
  | { readonly retry: false; readonly error: ErrorDetail };

/**
 * @param failures how often this unit has failed by now, this time included (1 or more)
 * @param random in [0, 1)
 */
export function decideRetry(error: ErrorDetail, failures: number, random: number): RetryDecision {
  const rule = error.code === 'E_WORKER_DIED' ? WORKER_DEATHS : RULES[error.kind];
  if (failures > rule.retries) return { retry: false, error: rule === WORKER_DEATHS ? poison(error, failures) : error };
  const delayMs = Math.min(rule.maxDelayMs, rule.baseDelayMs * 2 ** (failures - 1));
  const isPause = rule.wait === 'pause';
  return { retry: true, delayMs: isPause ? delayMs : Math.round(delayMs * random), pauseOthers: isPause };
}

/** What says that a worker is set up wrongly: another share, database or version than the run's. */
const FAULTS_OF_WORKER: ReadonlySet<string> = new Set([
  'E_PLAN_MISSING',
  'E_STORE_MISSING',
  'E_STORE_REFUSED',
  'E_ALGORITHM',
  'E_UNKNOWN_RUN',
]);

/** Whether an error says nothing about the unit, which another worker may well compute. */
export function isFaultOfWorker({ code }: ErrorDetail): boolean {
  return FAULTS_OF_WORKER.has(code);
}

/** What an attempt that ended with this error is counted as. Lack of room is nobody's fault. */
export function blameOf({ kind, code }: ErrorDetail): 'unit' | 'death' | 'none' {
  if (code === 'E_WORKER_DIED') return 'death';
  return kind === 'resource' ? 'none' : 'unit';
}

/** The verdict on a unit whose worker was lost time after time. */
export function lostTooOften(losses: number): ErrorDetail {
  const message = `The unit was given up: its worker was lost or killed ${losses} times. Look at the worker's machine (memory, power), then try it again.`;
  return { kind: 'input', code: 'E_POISON', message };
}

function poison(error: ErrorDetail, failures: number): ErrorDetail {
  const message = `The unit was given up after ${failures} starts. ${error.message}`;
  return { ...error, kind: 'input', code: 'E_POISON', message };
}
