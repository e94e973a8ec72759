// A child program for tests: each task says how to behave or misbehave.
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTasks } from '../../../pipeline/workers/contract.ts';
import { CanopyError, type ErrorDetail } from '../../../shared/errors.ts';

export type TestTask =
  | { kind: 'echo'; value: number; delayMs?: number }
  | { kind: 'fail'; error: ErrorDetail }
  | { kind: 'fail-once'; flagPath: string; error: ErrorDetail }
  | { kind: 'throw-outside' }
  | { kind: 'spin'; file: string; scene?: string }
  | { kind: 'busy'; ms: number }
  | { kind: 'steady'; files: number; eachMs: number }
  | { kind: 'hog'; file: string; how: 'buffers' | 'heap' }
  | { kind: 'crash' }
  | { kind: 'crash-once'; flagPath: string }
  | { kind: 'environment' };

export interface TestResult {
  readonly pid: number;
  readonly value: number;
  readonly environment?: string[];
}

/** True the first time that anybody asks with this path. */
function isFirst(flagPath: string): boolean {
  if (existsSync(flagPath)) return false;
  writeFileSync(flagPath, '');
  return true;
}

answerTasks<TestTask, TestResult>(async (task, report) => {
  switch (task.kind) {
    case 'echo':
      await sleep(task.delayMs ?? 0);
      return { pid: process.pid, value: task.value };
    case 'fail':
      throw new CanopyError(task.error);
    case 'fail-once':
      if (isFirst(task.flagPath)) throw new CanopyError(task.error);
      return { pid: process.pid, value: 1 };
    case 'throw-outside':
      setImmediate(() => {
        throw new Error('thrown outside the promise');
      });
      return sleep(10_000, { pid: 0, value: 0 });
    case 'spin':
      report(task.scene === undefined ? { file: task.file } : { file: task.file, scene: task.scene });
      // Microtasks only: no timer and no signal handler of this process ever runs.
      for (;;) await null;
    case 'busy': {
      const endMs = performance.now() + task.ms;
      while (performance.now() < endMs);
      return { pid: process.pid, value: task.ms };
    }
    case 'steady':
      for (let i = 0; i < task.files; i += 1) {
        report({ file: `/data/${i}.tif` });
        await sleep(task.eachMs);
      }
      return { pid: process.pid, value: task.files };
    case 'hog': {
      report({ file: task.file });
      const held: unknown[] = [];
      for (;;) {
        held.push(task.how === 'heap' ? new Array(1e6).fill(held.length) : Buffer.alloc(2 ** 24, 1));
        await sleep(5);
      }
    }
    case 'crash':
      return process.abort();
    case 'crash-once':
      if (isFirst(task.flagPath)) process.abort();
      return { pid: process.pid, value: 2 };
    case 'environment':
      return { pid: process.pid, value: 0, environment: Object.keys(process.env) };
  }
});
