// Uses a pool of threads for one task and does not close it: this process must end by itself.
import { createThreadPool } from '../../../pipeline/workers/threads.ts';
import type { ThreadResult, ThreadSetup, ThreadTask } from './test-thread.ts';

const program = process.argv[2]!;
const setup = { begun: new Int32Array(new SharedArrayBuffer(4)) };
const pool = createThreadPool<ThreadSetup, ThreadTask, ThreadResult>({ program, setup, size: 3 });
const { value } = await pool.run({ kind: 'echo', value: 5 });
console.log(value);
