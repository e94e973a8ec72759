import { writeSync } from 'node:fs';

/**
 * Writes a line to standard output and returns when it is out, so that a process that is killed next has said it. A pipe
 * whose reader is slow is waited for.
 */
export function writeLine(line: object | string): void {
  let rest = Buffer.from(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
