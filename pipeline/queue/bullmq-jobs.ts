import type { JobsOptions } from 'bullmq';
import type { ErrorDetail } from '../../shared/errors.ts';
import { MAX_STARTS } from './retry.ts';

/** Names and settings that the coordinator and the workers of a fleet share. */

export const KEY_PREFIX = 'canopy';
/** Units of all runs; each run has a queue of its own for its merge, so that only its coordinator merges. */
export const UNIT_QUEUE = 'units';
/** Any name that BullMQ does not know sends it to the worker's own back-off, which is `decideRetry`. */
const RETRY_BY_KIND = 'by-kind';

/** How long a worker that says nothing keeps its unit. Decoding happens in child processes: a live worker always renews. */
export const LOCK_DURATION_MS = 60_000;
/**
 * BullMQ gives up a unit whose worker was lost more often than this. Its default of 1 lost 6 of 400 jobs under 25
 * SIGKILLs; stalls do not count as attempts.
 */
export const MAX_STALLED_COUNT = 3;
export const MAX_STARTED_ATTEMPTS = 5;

/** Data of a unit job: ids and paths only, which Redis holds for every unit of every run. */
export interface UnitData<T> {
  readonly label: string;
  readonly task: T;
}

const MAX_TASK_BYTES = 64 * 1024;
const DAY_S = 86_400;

export function unitOptions(jobId: string): JobsOptions {
  return {
    jobId,
    attempts: MAX_STARTS,
    backoff: { type: RETRY_BY_KIND },
    // A unit given up is told to the coordinator and must not keep the merge waiting.
    ignoreDependencyOnFailure: true,
    removeOnComplete: { age: DAY_S, count: 5000 },
    removeOnFail: false,
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
    // Not ours: BullMQ gave the job up by itself.
  }
  const message = `The unit was given up: its worker was lost or killed each time (${failedReason}).`;
  return { kind: 'input', code: 'E_POISON', message };
}
