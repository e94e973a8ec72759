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

/**
 * Loads a results folder and keeps up with it: run.json is looked at once a second, and when it has changed the folder is
 * loaded again, the old results being shown until the new ones are ready. A folder that cannot be loaded again is told
 * through `say`, once a change. Throws as `loadResults` does when it cannot be loaded at first.
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
    isBusy = true;
    stamp = now;
    try {
      const next = await load();
      retire(results);
      results = next;
      options.say(`The results have changed; showing those of run ${next.run.id.slice(0, 12)}.`);
    } catch (error) {
      options.say(`${toErrorDetail(error).message} The results of before are still shown.`);
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
