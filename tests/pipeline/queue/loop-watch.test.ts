import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../../pipeline/queue/journal.ts';
import { watchLoop } from '../../../pipeline/queue/loop-watch.ts';

it('A 4: a process that could not react for 1.3 s is told, with how long', async () => {
  const said: JournalEntry[] = [];
  const stop = watchLoop((entry) => said.push(entry), 200);
  await sleep(300);
  const before = said.length;
  const endMs = performance.now() + 1300;
  while (performance.now() < endMs);
  await sleep(500);
  stop();
  expect(said.length).toBeGreaterThan(before);
  expect(said.at(-1)).toMatchObject({
    level: 'warn',
    event: 'loop-lag',
    message: expect.stringMatching(/could not react for \d\.\d s/),
  });
});
