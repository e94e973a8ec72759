import { type ErrorDetail, toErrorDetail } from '../../shared/errors.ts';

/**
 * The boundary between the coordinator and a child process that computes: every message that crosses it, and the
 * child's side of the talk. A task is plain data, its result too.
 */

/** What the child is about to touch, so that a child that had to be killed still names the file. */
export interface TaskNote {
  readonly file: string;
  /** Id of the scene that the file belongs to. */
  readonly scene?: string;
}

interface TaskRequest<T> {
  readonly id: number;
  readonly task: T;
}

export type TaskAnswer<R> =
  | { readonly id: number; readonly ok: true; readonly result: R }
  | { readonly id: number; readonly ok: false; readonly error: ErrorDetail }
  | { readonly id: number; readonly note: TaskNote };

/** Computes one task; calls `report` before each file it reads. May reject with a `CanopyError`. */
export type RunTask<T, R> = (task: T, report: (note: TaskNote) => void) => Promise<R>;

/**
 * Turns this process into a child that answers tasks, one at a time, until its parent goes away. Signals of the
 * terminal are left to the parent, which kills a child that has to stop.
 */
export function answerTasks<T, R>(run: RunTask<T, R>): void {
  let currentId = 0;
  const send = (answer: TaskAnswer<R>, then?: () => void) => process.send?.(answer, undefined, undefined, then);
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  // A library that throws outside its promise leaves the process in an unknown state: say what happened, then go.
  process.on('uncaughtException', (error) => {
    send({ id: currentId, ok: false, error: toErrorDetail(error) }, () => process.exit(1));
  });
  process.on('message', async ({ id, task }: TaskRequest<T>) => {
    currentId = id;
    try {
      const result = await run(task, (note) => send({ id, note }));
      send({ id, ok: true, result });
    } catch (error) {
      send({ id, ok: false, error: toErrorDetail(error) });
    }
  });
}
