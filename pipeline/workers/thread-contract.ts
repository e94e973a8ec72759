import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorDetail, toErrorDetail } from '../../shared/errors.ts';

/** The boundary between a command and its threads: every message that crosses it, and the thread's side of the talk. */

interface ThreadRequest<T> {
  readonly id: number;
  readonly task: T;
}

export type ThreadAnswer<R> =
  | { readonly id: number; readonly ok: true; readonly result: R }
  | { readonly id: number; readonly ok: false; readonly error: ErrorDetail };

/** A result, and its buffers that are handed over instead of copied. */
export interface Handed<R> {
  readonly result: R;
  readonly transfer?: readonly ArrayBuffer[];
}

/**
 * Makes this thread answer tasks, one at a time. `prepare` runs once, with the pool's setup, before the first task; where
 * it rejects, every task is answered with its error.
 */
export function answerThread<S, T, R>(prepare: (setup: S) => Promise<(task: T) => Promise<Handed<R>>>): void {
  const port = parentPort!;
  const ready = prepare(workerData as S);
  ready.catch(() => {});
  port.on('message', async ({ id, task }: ThreadRequest<T>) => {
    try {
      const run = await ready;
      const { result, transfer = [] } = await run(task);
      port.postMessage({ id, ok: true, result } satisfies ThreadAnswer<R>, [...transfer]);
    } catch (error) {
      port.postMessage({ id, ok: false, error: toErrorDetail(error) } satisfies ThreadAnswer<R>);
    }
  });
}
