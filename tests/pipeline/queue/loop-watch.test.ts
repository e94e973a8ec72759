import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../../pipeline/queue/journal.ts';
import { watchLoop } from '../../../pipeline/queue/loop-watch.ts';

it('A 4: a process that could not react for 1.3 s is told once, one that could is not', async () => {
  const said: JournalEntry[] = [];
  const stop = watchLoop((entry) => said.push(entry), 200);
  await sleep(500);
  expect(said).toEqual([]);
  const endMs = performance.now() + 1300;
  while (performance.now() < endMs);
  await sleep(500);
  stop();
  expect(said).toMatchObject([{ level: 'warn', event: 'loop-lag', message: expect.stringMatching(/for 1\.\d s/) }]);
});
