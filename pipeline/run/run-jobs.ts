import { CanopyError } from '../../shared/errors.ts';
import type { UnitEnding } from '../queue/bullmq.ts';
import type { UnitOutput } from '../queue/bullmq-worker.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, JobEvents, Runner } from '../queue/runner.ts';
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

/** Passes over what is due, until the record has nothing open and, with `hold`, a person has decided on the rest. */
export async function runJobs<T>({ record, runner, jobs, due, hold, stop, context }: Work<T>): Promise<void> {
  const progress = createProgress({
    total: due.length,
    unitName: 'units',
    write: context.write,
    isTty: context.isTty,
    now: Date.now,
  });
  const on = recordingEvents(record, () => progress.advance());
  const decision = new Decision<Job<T>>();
  record.listen({
    retry: (keys) => {
      const again = keys.flatMap((key) => jobs.get(key) ?? []);
      if (again.length === 0) return;
      decision.retry(again);
      progress.extend(runner.add(again));
    },
    cancel: () => stop(cancelledByPerson()),
    merge: () => decision.merge(),
    lost: stop,
  });
  try {
    for (let next = due; ; ) {
      await runner.run(next, on);
      await record.flush();
      const open = await record.readOpen();
      next = open.flatMap(({ key }) => jobs.get(key) ?? []);
      if (next.length > 0) {
        progress.extend(next.length);
        continue;
      }
      const { dead } = await record.readEnded(null);
      if (dead.length === 0 || !hold) break;
      next = await waitForPerson(record, decision, dead.length, context);
      if (next.length === 0) break;
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

/** Waits for a person: answers the units to try again, or none to go on without them. */
async function waitForPerson<J>(
  record: WorkRecord,
  decision: Decision<J>,
  count: number,
  context: Work<unknown>['context'],
): Promise<readonly J[]> {
  context.say(
    `${count} unit${count === 1 ? ' was' : 's were'} given up, and the run waits: try them again ("canopy retry", or the operations page), or go on without them ("canopy retry --leave-out").`,
  );
  await record.setState('held');
  const jobs = await decision.taken(context.signal);
  await record.setState(jobs.length > 0 ? 'running' : 'merging');
  return jobs;
}

/** What a person decided on dead letters, before or while the run waits for it. */
class Decision<J> {
  #again: readonly J[] = [];
  #isMerge = false;
  #wake: () => void = () => {};

  retry(jobs: readonly J[]): void {
    this.#again = jobs;
    this.#wake();
  }

  merge(): void {
    this.#isMerge = true;
    this.#wake();
  }

  /** The jobs to try again; none: go on without. */
  async taken(signal: AbortSignal): Promise<readonly J[]> {
    this.#again = [];
    while (!signal.aborted && this.#again.length === 0 && !this.#isMerge) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (signal.aborted) throw cancelledByPerson();
    this.#isMerge = false;
    return this.#again;
  }
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
