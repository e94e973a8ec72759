import type { ErrorDetail } from './errors.ts';

/**
 * What an operator sees of runs: the answer of `GET /api/operations`, of its event stream and of `canopy status --json`,
 * and the content of the snapshot `<out>/.run/status.json` that a coordinator keeps. All times are UTC, ISO 8601.
 */

/** `held`: every unit has ended, some are dead letters, and the run waits for a person to retry or leave them out. */
export type WorkState = 'running' | 'held' | 'merging' | 'finished' | 'failed' | 'cancelled';

export const WORK_STATES: readonly WorkState[] = ['running', 'held', 'merging', 'finished', 'failed', 'cancelled'];

export interface UnitCounts {
  readonly total: number;
  /** Waiting to be taken. */
  readonly due: number;
  readonly running: number;
  readonly done: number;
  /** Given up: dead letters. */
  readonly dead: number;
}

export interface RunStatus {
  readonly id: string;
  /** What a person calls the run: the name of its output folder. */
  readonly label: string;
  /** Output folder on the coordinator's machine. */
  readonly place: string;
  readonly state: WorkState;
  readonly startedAt: string;
  /** Last sign of life of its coordinator, which gives one a second; or when it ended. */
  readonly changedAt: string;
  /** null while the run is under way. */
  readonly endedAt: string | null;
  readonly units: UnitCounts;
  /** Units done in the last minute; null where none was yet. */
  readonly unitsPerMinute: number | null;
  /** Estimate from the throughput of the last minute; null where none can be given. */
  readonly secondsLeft: number | null;
  /** Attempts that failed or whose worker was lost, tried again or not. */
  readonly failedAttempts: number;
  /** Why the run failed as a whole; null otherwise. */
  readonly error: ErrorDetail | null;
}

/** A unit that was given up. */
export interface DeadLetter {
  readonly key: string;
  /** What a person calls the unit: its grid and place. */
  readonly label: string;
  readonly error: ErrorDetail;
  readonly diedAt: string;
  /** How often it was started in all. */
  readonly starts: number;
  /** The worker of the last attempt, as `host:pid`. */
  readonly worker: string;
}

/** A process that computes units of the run, seen by its attempts. */
export interface WorkerStatus {
  /** `host:pid`. */
  readonly name: string;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly lastSeenAt: string;
}

export interface RunDetail {
  readonly run: RunStatus;
  /**
   * Whether the run says that it goes on, but its coordinator has given no sign of life for `SILENT_MS`: so says whoever
   * can tell both by one clock.
   */
  readonly silent: boolean;
  /** At most `MAX_LISTED`; `run.units.dead` tells how many there are. */
  readonly deadLetters: readonly DeadLetter[];
  readonly workers: readonly WorkerStatus[];
}

export const MAX_LISTED = 200;

export interface OperationsView {
  readonly format: 'twin-canopy-operations/1';
  /** When this was read. */
  readonly at: string;
  /** The newest first. */
  readonly runs: readonly RunDetail[];
}

/** What a person may ask of a run. `keys` null: all its dead letters. */
export type RunRequest =
  | { readonly kind: 'retry'; readonly runId: string; readonly keys: readonly string[] | null }
  /** Stop; what is finished is kept. */
  | { readonly kind: 'cancel'; readonly runId: string }
  /** Go on without the dead letters. */
  | { readonly kind: 'merge'; readonly runId: string };

/** A coordinator that has given no sign of life for this long has nobody behind it. */
export const SILENT_MS = 15_000;

/** Whether a run is under way, so that somebody hears a request. */
export function isUnderWay(state: WorkState): boolean {
  return state === 'running' || state === 'held' || state === 'merging';
}

/** Whether dead letters can be tried again: once results are written, only by the same command when the run has ended. */
export function isRetryable(state: WorkState): boolean {
  return state === 'running' || state === 'held';
}
