import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CanopyError, isCanopyError, toErrorDetail } from '../../shared/errors.ts';
import { runFolder } from '../run/folder.ts';
import { type LoadOptions, loadResults } from './load-results.ts';
import { prepareParcelLists } from './parcel-list.ts';
import type { Results } from './results.ts';

/** The results that a server shows now. */
export interface ResultsSource {
  /** Throws `E_NO_RESULTS_YET` while the first run of the folder is still going on. */
  readonly current: () => Results;
  close(): Promise<void>;
}

interface OpenOptions extends LoadOptions {
  readonly say: (line: string) => void;
  /** There is more to show than this folder, which may hold nothing yet. */
  readonly mayBeEmpty?: boolean;
  readonly checkEveryMs?: number;
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
 * at first; a folder whose first run is going on is waited for.
 */
export async function openResults(dir: string, options: OpenOptions): Promise<ResultsSource> {
  let stamp = await stampOf(dir);
  const load = async () => {
    const loaded = await loadResults(dir, options);
    await prepareParcelLists(loaded);
    return loaded;
  };
  let results = stamp === null && (options.mayBeEmpty || hasSnapshot(dir)) ? null : await load();
  if (results === null)
    options.say(`There are no results in ${dir} yet; the operations page shows how far its run is.`);
  let isBusy = false;
  let failure: Failure | null = null;
  const retired = new Set<Results>();
  const retire = (old: Results | null) => {
    if (old === null) return;
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
      const what = results === null ? 'The first results are there' : 'The results have changed';
      retire(results);
      results = next;
      stamp = now;
      failure = null;
      options.say(`${what}; showing those of run ${next.run.id.slice(0, 12)}.`);
    } catch (error) {
      const before = failure?.stamp === now ? failure : null;
      const { message } = toErrorDetail(error);
      const wait = before ? Math.min(LONGEST_WAIT, 2 * before.wait) : FIRST_WAIT;
      failure = { stamp: now, message, wait, checksLeft: wait };
      const rest = results === null ? '' : ' The results of before are still shown.';
      if (message !== before?.message) options.say(`${message}${rest}`);
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void check(), options.checkEveryMs ?? CHECK_EVERY_MS);
  timer.unref();
  return {
    current: () => {
      if (results === null) throw noResultsYet();
      return results;
    },
    close: async () => {
      clearInterval(timer);
      await Promise.all([...retired].map(close));
      await results?.close();
    },
  };
}

function noResultsYet(): CanopyError {
  const message =
    'There are no results here yet: they show by themselves when the first run has finished. The operations page tells how far it is.';
  return new CanopyError({ kind: 'transient', code: 'E_NO_RESULTS_YET', message });
}

/** null while there are none yet. */
export function currentOrNone(current: () => Results): Results | null {
  try {
    return current();
  } catch (error) {
    if (isCanopyError(error) && error.code === 'E_NO_RESULTS_YET') return null;
    throw error;
  }
}

/** Whether a coordinator works in a folder, or has. */
function hasSnapshot(dir: string): boolean {
  return existsSync(runFolder.status(dir));
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
