// Starts a child that hangs for ever and prints its pid: the test then kills this parent.
import { createPool } from '../../../pipeline/workers/pool.ts';
import type { TestResult, TestTask } from './test-child.ts';

const pool = createPool<TestTask, TestResult>({ script: process.argv[2]!, size: 1 });
const { pid } = await pool.run({ kind: 'echo', value: 1 });
void pool.run({ kind: 'spin', file: 'loop.tif' });
setTimeout(() => process.stdout.write(String(pid)), 200);
