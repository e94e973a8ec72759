// Stands in for the fuzzer's child process: input 7 never ends, input 12 aborts, input 20 takes memory without end.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTasks } from '../../../pipeline/workers/contract.ts';
import type { FuzzResult, FuzzTask } from '../../../scripts/fuzz/batch.ts';

answerTasks<FuzzTask, FuzzResult>(async ({ firstIndex, count }, report) => {
  for (let index = firstIndex; index < firstIndex + count; index++) {
    report({ file: `${index}` });
    if (index === 7) for (;;) await null;
    if (index === 12) process.abort();
    for (const held: Buffer[] = []; index === 20; await sleep(5)) held.push(Buffer.alloc(2 ** 25, 1));
  }
  return { counts: { bits: { refused: count } }, codes: {}, failures: [], slowestMs: 1, peakRssBytes: 5e7 };
});
