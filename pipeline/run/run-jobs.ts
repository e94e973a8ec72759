import { CanopyError } from '../../shared/errors.ts';
import type { UnitEnding } from '../queue/bullmq.ts';
import type { UnitOutput } from '../queue/bullmq-worker.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, JobEvents, Runner } from '../queue/runner.ts';
import type { ComputedRun } from '../store/work-run.ts';
import type { RunContext } from './prepare.ts';
import type { WorkRecord } from './work-record.ts';

interface Work<T> {
  readonly record: WorkRecord;
  readonly runner: Runner<T, UnitOutput>;
  /** All jobs of the run, by key. */
  readonly jobs: ReadonlyMap<string, Job<T>>;
  /** Those to begin with. */
  readonly due: readonly Job<T>[];
  /** Whether dead letters wait for a person before they are left out. */
  readonly hold: boolean;
  /** Ends the run with an error. */
  readonly stop: (error: unknown) => void;
  readonly context: Pick<RunContext, 'say' | 'write' | 'isTty' | 'signal'>;
}

/**
 * Passes over what is due, until the record has nothing open and, with `hold`, a person has decided on the rest. Answers how
 * every unit has ended: from then on none can be made due again.
 */
export async function runJobs<T>({ record, runner, jobs, due, hold, stop, context }: Work<T>): Promise<ComputedRun> {
  const progress = createProgress({
    total: due.length,
    unitName: 'units',
    write: context.write,
    isTty: context.isTty,
    now: Date.now,
  });
  const on = recordingEvents(record, () => progress.advance());
  const decision = new Decision();
  record.listen({
    retry: (keys) => {
      const again = keys.flatMap((key) => jobs.get(key) ?? []);
      if (again.length === 0) return;
      decision.retry();
      progress.extend(runner.add(again));
    },
    cancel: () => stop(cancelledByPerson()),
    merge: () => decision.merge(),
    lost: stop,
  });
  try {
    let leavesOut = !hold;
    for (let next = due; ; ) {
      await runner.run(next, on);
      const computed = await record.endComputing(leavesOut);
      if (computed.state === 'merging') return computed;
      if (computed.state === 'held') leavesOut = await waitForPerson(decision, computed.dead.length, context);
      next = computed.due.flatMap((key) => jobs.get(key) ?? []);
      progress.extend(next.length);
    }
  } finally {
    record.listen(null);
    progress.finish();
  }
}

export function cancelledByPerson(): CanopyError {
  const message =
    'Cancelled from the operations page or by "canopy cancel". What is finished is kept: run the same command again to go on.';
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}

/** Waits for a person, who makes units due again in the record (false) or wants to go on without them (true). */
async function waitForPerson(decision: Decision, count: number, context: Work<unknown>['context']): Promise<boolean> {
  context.say(
    `${count} unit${count === 1 ? ' was' : 's were'} given up, and the run waits: try them again ("canopy retry", or the operations page), or go on without them ("canopy retry --leave-out").`,
  );
  return decision.taken(context.signal);
}

/** What a person decides on dead letters while a run waits for it. */
class Decision {
  #taken: ((leavesOut: boolean) => void) | null = null;

  retry(): void {
    this.#taken?.(false);
  }

  merge(): void {
    this.#taken?.(true);
  }

  /** Whether to go on without them. */
  async taken(signal: AbortSignal): Promise<boolean> {
    const aborted = new Promise<boolean>((_, reject) => {
      const stop = () => reject(stoppedWhileHeld());
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    const decided = new Promise<boolean>((resolve) => {
      this.#taken = resolve;
    });
    try {
      return await Promise.race([decided, aborted]);
    } finally {
      this.#taken = null;
    }
  }
}

function stoppedWhileHeld(): CanopyError {
  const message =
    'Stopped on request while the run waited. What is finished is kept: run the same command again to go on.';
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}

function recordingEvents<T>(record: WorkRecord, advance: () => void): JobEvents<T, UnitOutput> {
  return {
    started: ({ key }, worker) => record.tell({ kind: 'started', key, worker }),
    retried: ({ key }, error) => record.tell({ kind: 'failed', key, error, again: true }),
    done: ({ key }, { result: { sha256, bytes }, worker, isRecorded }) => {
      if (!isRecorded) record.tell({ kind: 'done', key, worker, sha256, bytes });
      advance();
    },
    failed: ({ key }, error) => {
      record.tell({ kind: 'failed', key, error, again: false });
      advance();
    },
  };
}

/** What the record of work says of units, for a queue that has lost track of them. */
export async function readEndings(
  record: WorkRecord,
  keys: readonly string[],
): Promise<ReadonlyMap<string, UnitEnding<UnitOutput>>> {
  const { done, dead } = await record.readEnded(keys);
  const endings = new Map<string, UnitEnding<UnitOutput>>();
  for (const { key, sha256, bytes } of done) endings.set(key, { kind: 'done', result: { sha256, bytes } });
  for (const { key, error } of dead) endings.set(key, { kind: 'dead', error });
  return endings;
}
