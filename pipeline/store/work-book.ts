import { persistently } from './persist.ts';
import type { Database } from './sql.ts';
import {
  type ClaimAnswer,
  claimUnits,
  failUnits,
  finishUnits,
  type UnitClaim,
  type UnitEnd,
  type UnitFailure,
} from './work.ts';

/** A worker's side of the record of work, one unit at a time. Waits while the database is away. */
export interface WorkBook {
  claim(claim: UnitClaim): Promise<ClaimAnswer>;
  /** False: the unit is another attempt's by now, and the result is refused. */
  finish(end: UnitEnd): Promise<boolean>;
  fail(failure: UnitFailure): Promise<boolean>;
}

/** Units in one statement at most. */
const MAX_BATCH = 200;

/**
 * What is asked while the database is at work is put into its next statement: one unit waits for nothing, hundreds at a
 * time share a commit.
 */
export function createWorkBook(database: Database, options: { readonly say: (line: string) => void }): WorkBook {
  const batcher = <Q extends { readonly runId: string; readonly key: string }, A>(
    ask: (questions: readonly Q[]) => Promise<A[]>,
  ) => createBatcher((questions: readonly Q[]) => persistently(() => ask(questions), options));
  const claim = batcher<UnitClaim, ClaimAnswer>((claims) => claimUnits(database, claims));
  const finish = batcher<UnitEnd, boolean>((ends) => finishUnits(database, ends));
  const fail = batcher<UnitFailure, boolean>((failures) => failUnits(database, failures));
  return { claim, finish, fail };
}

interface Question<Q, A> {
  readonly asked: Q;
  readonly answer: (answer: A) => void;
  readonly fail: (error: unknown) => void;
}

function createBatcher<Q extends { readonly runId: string; readonly key: string }, A>(
  ask: (questions: readonly Q[]) => Promise<A[]>,
): (question: Q) => Promise<A> {
  let waiting: Question<Q, A>[] = [];
  let isBusy = false;

  async function drain(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        const answers = await ask(batch.map(({ asked }) => asked));
        for (const [i, { answer }] of batch.entries()) answer(answers[i]!);
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
    }
    isBusy = false;
  }

  /** A unit may stand only once in a statement. */
  function takeBatch(): Question<Q, A>[] {
    const seen = new Set<string>();
    const batch: Question<Q, A>[] = [];
    const rest: Question<Q, A>[] = [];
    for (const question of waiting) {
      const id = `${question.asked.runId} ${question.asked.key}`;
      if (batch.length < MAX_BATCH && !seen.has(id)) batch.push(question);
      else rest.push(question);
      seen.add(id);
    }
    waiting = rest;
    return batch;
  }

  return (asked) =>
    new Promise((answer, fail) => {
      waiting.push({ asked, answer, fail });
      if (!isBusy) queueMicrotask(() => isBusy || void drain());
    });
}
