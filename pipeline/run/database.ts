import { Worker } from 'node:worker_threads';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import type { RunToSave } from '../store/save-run.ts';
import { builtProgram } from '../workers/built-program.ts';
import type { AnswerOf, CallName, CallOf } from './database-calls.ts';

export interface DatabasePlace {
  /** PostgreSQL, or null for the embedded database in `folder`. */
  readonly url: string | null;
  readonly folder: string;
}

export type DatabaseRequest =
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly of: unknown }
  | { readonly kind: 'close' };

export type DatabaseAnswer =
  | { readonly state: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly state: 'refused'; readonly id: number; readonly error: ErrorDetail }
  | { readonly state: 'said'; readonly line: string }
  | { readonly state: 'locked' }
  | { readonly state: 'closed' }
  | { readonly state: 'failed'; readonly error: ErrorDetail };

/** The database of one run, opening in a thread of its own. Calls are done in their order. */
export interface RunDatabase {
  /** Resolves when this process has the output folder to itself; rejects where another one works in it. */
  readonly locked: Promise<void>;
  call<N extends CallName>(name: N, of: CallOf<N>): Promise<AnswerOf<N>>;
  /** Saves the run in one transaction. */
  save(run: RunToSave): Promise<void>;
  /** Closes when all calls are done. Rejects with what opening failed with. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: CanopyError) => void;
}

/** Starts to open the database. `onFailed` hears at once when that fails, so that nothing is computed in vain. */
export function openRunDatabase(
  place: DatabasePlace,
  hear: { readonly onFailed: (error: CanopyError) => void; readonly say: (line: string) => void },
): RunDatabase {
  const thread = new Worker(builtProgram('pipeline/run/database-thread.js'), { workerData: place });
  const pending = new Map<number, Pending>();
  let failure: CanopyError | null = null;
  let isClosing = false;
  let isClosed = false;
  let lastId = 0;
  let tellLocked: () => void;
  let refuseLock: (error: CanopyError) => void;
  const locked = new Promise<void>((resolve, reject) => {
    tellLocked = resolve;
    refuseLock = reject;
  });
  locked.catch(() => {});
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (error: CanopyError) => {
      if (failure || isClosed) return;
      failure = error;
      for (const { reject: refuse } of pending.values()) refuse(error);
      pending.clear();
      hear.onFailed(error);
      refuseLock(error);
      reject(error);
    };
    thread.on('message', (message: DatabaseAnswer) => {
      if (message.state === 'said') hear.say(message.line);
      else if (message.state === 'locked') tellLocked();
      else if (message.state === 'closed') {
        isClosed = true;
        resolve();
      } else if (message.state === 'failed') fail(new CanopyError(message.error));
      else settle(pending, message);
    });
    thread.on('error', (cause) => fail(threadEnded(cause)));
    thread.on('exit', () => fail(threadEnded(null)));
  });
  // Whoever calls or closes sees the failure; until then it must not count as unhandled. An exit after `closed` is none.
  ended.catch(() => {});
  const call: RunDatabase['call'] = (name, of) =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      thread.postMessage({ kind: 'call', id, name, of } satisfies DatabaseRequest);
    });
  return {
    locked,
    call,
    save: async (run) => void (await call('save', run)),
    close: async () => {
      if (!isClosing) thread.postMessage({ kind: 'close' } satisfies DatabaseRequest);
      isClosing = true;
      await ended;
    },
  };
}

function settle(
  pending: Map<number, Pending>,
  message: Extract<DatabaseAnswer, { readonly state: 'answer' | 'refused' }>,
): void {
  const waiting = pending.get(message.id);
  pending.delete(message.id);
  if (message.state === 'answer') waiting?.resolve(message.value as never);
  else waiting?.reject(new CanopyError(message.error));
}

function threadEnded(cause: unknown): CanopyError {
  const message = 'The database thread ended before the run was saved. Run the same command again.';
  return new CanopyError({ kind: 'bug', code: 'E_DATABASE_THREAD', message }, { cause });
}
