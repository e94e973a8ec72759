import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorDetail } from '../../shared/errors.ts';
import { type LoadOptions, loadResults } from './load-results.ts';
import { prepareParcelLists } from './parcel-list.ts';
import type { Results } from './results.ts';

/** The results that a server shows now. */
export interface ResultsSource {
  readonly current: () => Results;
  close(): Promise<void>;
}

const CHECK_EVERY_MS = 1000;
/** Answers that were begun on replaced results have this long to end: longer than a request may take. */
const GRACE_MS = 60_000;

/** A folder that could not be loaded is tried again after this many checks, then twice as many … */
const FIRST_WAIT = 5;
/** … and never less often than this: a copy may bring run.json first and its tables minutes later. */
const LONGEST_WAIT = 60;

/** Results that could not be loaded. */
interface Failure {
  readonly stamp: string;
  readonly message: string;
  readonly wait: number;
  checksLeft: number;
}

/**
 * Loads a results folder and keeps up with it: run.json is looked at once a second, and when it has changed the folder is
 * loaded again, the old results being shown until the new ones are ready. A folder that cannot be loaded again is told
 * through `say`, once a reason, and tried again from time to time. Throws as `loadResults` does when it cannot be loaded
 * at first.
 */
export async function openResults(
  dir: string,
  options: LoadOptions & { readonly say: (line: string) => void; readonly checkEveryMs?: number },
): Promise<ResultsSource> {
  let stamp = await stampOf(dir);
  const load = async () => {
    const loaded = await loadResults(dir, options);
    await prepareParcelLists(loaded);
    return loaded;
  };
  let results = await load();
  let isBusy = false;
  let failure: Failure | null = null;
  const retired = new Set<Results>();
  const retire = (old: Results) => {
    retired.add(old);
    setTimeout(() => void close(old), GRACE_MS).unref();
  };
  const close = async (old: Results) => {
    if (retired.delete(old)) await old.close();
  };
  const check = async () => {
    const now = await stampOf(dir);
    if (isBusy || now === stamp || now === null) return;
    if (failure?.stamp === now && --failure.checksLeft > 0) return;
    isBusy = true;
    try {
      const next = await load();
      retire(results);
      results = next;
      stamp = now;
      failure = null;
      options.say(`The results have changed; showing those of run ${next.run.id.slice(0, 12)}.`);
    } catch (error) {
      const before = failure?.stamp === now ? failure : null;
      const { message } = toErrorDetail(error);
      const wait = before ? Math.min(LONGEST_WAIT, 2 * before.wait) : FIRST_WAIT;
      failure = { stamp: now, message, wait, checksLeft: wait };
      if (message !== before?.message) options.say(`${message} The results of before are still shown.`);
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void check(), options.checkEveryMs ?? CHECK_EVERY_MS);
  timer.unref();
  return {
    current: () => results,
    close: async () => {
      clearInterval(timer);
      await Promise.all([...retired].map(close));
      await results.close();
    },
  };
}

/** Changes when run.json does; null where it is not there. */
async function stampOf(dir: string): Promise<string | null> {
  try {
    const { ino, mtimeMs, size } = await stat(join(dir, 'run.json'));
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return null;
  }
}
