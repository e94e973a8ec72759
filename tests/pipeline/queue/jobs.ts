import type { Job, JobEvents } from '../../../pipeline/queue/runner.ts';
import type { TestResult, TestTask } from '../workers/test-child.ts';

export function jobOf(key: string, task: TestTask): Job<TestTask> {
  return { key, label: `unit ${key}`, task };
}

export function echoJobs(count: number, { delayMs = 0, prefix = 'echo' } = {}): Job<TestTask>[] {
  return Array.from({ length: count }, (_, value) => jobOf(`${prefix}-${value}`, { kind: 'echo', value, delayMs }));
}

/** Handlers that write down what a runner tells them, in its order. */
export function collect() {
  const order: string[] = [];
  const results: [string, number][] = [];
  const failures: { key: string; code: string }[] = [];
  const on: JobEvents<TestTask, TestResult> = {
    done: (job, { result }) => {
      order.push(`done ${job.key}`);
      results.push([job.key, result.value]);
    },
    failed: (job, error) => {
      order.push(`failed ${job.key}`);
      failures.push({ key: job.key, code: error.code });
    },
  };
  return { order, results, failures, on };
}
