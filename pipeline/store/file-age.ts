import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryFile } from './files.ts';

/** As old as a file is that is written every second; other ages may come from two clocks. */
const USUAL_MS = { from: -1000, to: 3000 } as const;
const COMPARE_EVERY_MS = 60_000;

/**
 * Tells how old files of a folder are, in milliseconds, by the clock that stamped them: that of a network share may differ
 * from this machine's. They are compared where an age is unusual, once a minute at most, by a file that is written into the
 * folder and taken away; where that is not allowed this machine's clock counts.
 */
export function createFileAge(folder: string): (mtimeMs: number) => Promise<number> {
  /** How far the clock of the folder is ahead. */
  let aheadMs = 0;
  let comparedMs = Number.NEGATIVE_INFINITY;
  const ageOf = (mtimeMs: number) => Date.now() + aheadMs - mtimeMs;
  return async (mtimeMs) => {
    const ageMs = ageOf(mtimeMs);
    const isUsual = ageMs >= USUAL_MS.from && ageMs <= USUAL_MS.to;
    if (isUsual || performance.now() - comparedMs < COMPARE_EVERY_MS) return ageMs;
    comparedMs = performance.now();
    aheadMs = await compareClocks(folder).catch(() => 0);
    return ageOf(mtimeMs);
  };
}

async function compareClocks(folder: string): Promise<number> {
  const startMs = Date.now();
  return withTemporaryFile(join(folder, 'clock'), '.', async (temporary) => {
    const { mtimeMs } = await stat(temporary);
    await rm(temporary);
    return mtimeMs - (startMs + Date.now()) / 2;
  });
}
