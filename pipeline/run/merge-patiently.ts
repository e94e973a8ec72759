import { setTimeout as sleep } from 'node:timers/promises';
import { isCanopyError } from '../../shared/errors.ts';
import type { RunContext } from './prepare.ts';

const WAIT_MS = 10_000;

/**
 * Merges again for as long as only room is lacking: a disk that fills up in the night is emptied in the morning, and the
 * run ends by itself. Files appear whole or not at all, so a merge that was cut off can be done again.
 */
export async function mergePatiently<T>(merge: () => Promise<T>, { say, signal }: RunContext): Promise<T> {
  for (;;) {
    try {
      return await merge();
    } catch (error) {
      if (!isCanopyError(error) || error.kind !== 'resource' || signal.aborted) throw error;
      say(`${error.message} Trying again every ${WAIT_MS / 1000} s.`);
      await sleep(WAIT_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) throw error;
    }
  }
}
