// The child of a chaos worker: computes a unit's bytes and leaves them as a child of a real worker does.
import { setTimeout as sleep } from 'node:timers/promises';
import type { UnitOutput } from '../../pipeline/queue/bullmq-worker.ts';
import { runFolder, unitName } from '../../pipeline/run/folder.ts';
import { openUnitStore } from '../../pipeline/store/unit-store.ts';
import { answerTasks } from '../../pipeline/workers/contract.ts';
import { meetBomb } from './bombs.ts';
import { type ChaosTask, makeUnitFile } from './unit.ts';

answerTasks<ChaosTask, UnitOutput>(async ({ key, seed, out, delayMs, bombs }) => {
  await sleep(delayMs);
  const store = await openUnitStore(runFolder.work(out), { onStep: (step) => meetBomb(bombs, step, key) });
  const { sha256, bytes } = await store.putOnce(unitName(key), makeUnitFile(seed, key));
  return { sha256, bytes };
});
