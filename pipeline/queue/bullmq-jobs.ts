import type { JobsOptions } from 'bullmq';
import type { ErrorDetail } from '../../shared/errors.ts';
import { lostTooOften, MAX_LOSSES } from './retry.ts';

/** Names and settings that the coordinator and the workers of a fleet share. */

export const KEY_PREFIX = 'canopy';
/** Units of all runs. Their batches are in a queue of the run's own, so that only its coordinator checks them. */
export const UNIT_QUEUE = 'units';
/** Any name that BullMQ does not know sends it to the worker's own back-off, which is `decideRetry`. */
const RETRY_BY_KIND = 'by-kind';

/** How long a worker that says nothing keeps its unit. Decoding happens in child processes: a live worker always renews. */
export const LOCK_DURATION_MS = 60_000;
/** Stalls do not count as attempts. The loss of workers over a unit is counted once more in the record of work. */
export const MAX_STALLED_COUNT = MAX_LOSSES;

/** Data of a unit job: ids and paths only, which Redis holds for the units that are handed out. */
export interface UnitData<T> {
  readonly runId: string;
  readonly key: string;
  readonly label: string;
  readonly task: T;
}

/** What a worker says of a unit whose attempt ended without an error. */
export interface UnitAnswer<R> {
  /** `host:pid`. */
  readonly worker: string;
  /** null: the unit had ended before, or another attempt took it over; the record of work knows how it went. */
  readonly result: R | null;
  /** Whether the worker wrote the result into the record itself. */
  readonly isRecorded: boolean;
}

const MAX_TASK_BYTES = 64 * 1024;
const DAY_S = 86_400;

export function unitOptions(jobId: string): JobsOptions {
  return {
    jobId,
    // `decideRetry` says when it is enough; a number here would only be a second rule.
    attempts: Number.MAX_SAFE_INTEGER,
    backoff: { type: RETRY_BY_KIND },
    // A unit given up is told to the coordinator and must not keep its batch waiting.
    ignoreDependencyOnFailure: true,
    removeOnComplete: { age: DAY_S, count: 5000 },
    // Kept for the dashboard; the dead letters of the record of work are what counts.
    removeOnFail: { age: 7 * DAY_S, count: 5000 },
    sizeLimit: MAX_TASK_BYTES,
    stackTraceLimit: 1,
  };
}

/** Run id and key keep their meaning in the job id; `:` is BullMQ's own separator, and integers are its own ids. */
export function unitJobId(runId: string, key: string): string {
  return `${runId}.${key}`;
}

/** BullMQ keeps one string for a failure: the kind and code of an error travel in it as JSON. */
export function encodeFailure(detail: ErrorDetail): string {
  return JSON.stringify(detail);
}

export function decodeFailure(failedReason: string): ErrorDetail {
  try {
    const detail = JSON.parse(failedReason) as ErrorDetail;
    if (typeof detail.kind === 'string' && typeof detail.message === 'string') return detail;
  } catch {
    // Not ours: see below.
  }
  if (failedReason.includes(STALLED)) return lostTooOften(MAX_LOSSES);
  // Redis had no room for the end of a unit, which says nothing about the unit.
  const message = `The queue could not take down how the unit ended: ${failedReason}`;
  return { kind: 'resource', code: 'E_QUEUE', message };
}

/** BullMQ's words for a job that it gives up by itself, after `MAX_STALLED_COUNT` lost workers. */
const STALLED = 'stalled more than allowable limit';
