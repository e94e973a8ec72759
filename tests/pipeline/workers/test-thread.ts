// A thread program for tests: each task says how to behave or misbehave.
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { answerThread } from '../../../pipeline/workers/thread-contract.ts';
import { CanopyError, type ErrorDetail } from '../../../shared/errors.ts';

export interface ThreadSetup {
  /** Counts the tasks begun, in memory that all threads share. */
  readonly begun: Int32Array;
  readonly refusal?: ErrorDetail;
}

export type ThreadTask =
  | { kind: 'echo'; value: number; delayMs?: number }
  | { kind: 'hand-over'; bytes: number }
  | { kind: 'fail'; error: ErrorDetail }
  | { kind: 'throw-type-error' }
  | { kind: 'throw-outside' }
  | { kind: 'unpostable' }
  | { kind: 'exit' }
  | { kind: 'spin' };

export interface ThreadResult {
  readonly threadId: number;
  readonly value: number;
  readonly buffer?: ArrayBuffer;
}

answerThread<ThreadSetup, ThreadTask, ThreadResult>(async ({ begun, refusal }) => {
  if (refusal) throw new CanopyError(refusal);
  return async (task) => {
    const value = Atomics.add(begun, 0, 1);
    switch (task.kind) {
      case 'echo':
        await sleep(task.delayMs ?? 0);
        return { result: { threadId, value: task.value } };
      case 'hand-over': {
        const buffer = new ArrayBuffer(task.bytes);
        return { result: { threadId, value, buffer }, transfer: [buffer] };
      }
      case 'fail':
        throw new CanopyError(task.error);
      case 'throw-type-error':
        return (undefined as unknown as { result: never }).result;
      case 'throw-outside':
        setImmediate(() => {
          throw new Error('thrown outside the promise');
        });
        return sleep(10_000, { result: { threadId, value } });
      case 'unpostable':
        return { result: { threadId, value, buffer: (() => 0) as unknown as ArrayBuffer } };
      case 'exit':
        return process.exit(3);
      case 'spin':
        for (;;) Atomics.load(begun, 0);
    }
  };
});
