import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { layersOf } from '../layer-forms.ts';
import type { Plan } from '../plan.ts';
import type { RunRecord } from '../store/run-record.ts';
import { layerName, runFolder } from './folder.ts';

/**
 * Files that a writer of ours was killed over: hidden, beside the file that they would have become, and named by process
 * (a file, a part of a COG) or by token (a lock). Other hidden files are somebody else's.
 */
export const UNFINISHED = /^\..+\.(\d+-[0-9a-f]{8}|\d+\.(whole|blocks|level-\d+)|[0-9a-f]{16})\.tmp$/;

/**
 * Removes from a run's folder what is not of this run: unfinished files of writers that were killed, and layers that
 * other runs planned there, which would pass for its results. To be called when no unit is at work any more.
 */
export async function removeLeftovers(
  out: string,
  record: Pick<RunRecord, 'outputs'>,
  plan: Pick<Plan, 'grids' | 'change'>,
): Promise<void> {
  for (const folder of [out, runFolder.work(out), runFolder.units(out), runFolder.layers(out)])
    await removeFiles(folder, (name) => UNFINISHED.test(name));
  const kept = new Set(record.outputs.map((file) => file.name));
  const planned = new Set<string>();
  for (const other of [plan, ...(await readPlans(out))]) {
    for (const { key } of other.grids) {
      // A plan of an earlier version says nothing of change.
      const change = other.change ?? { reason: '' };
      for (const { kind, period } of layersOf({ hasColour: true, change })) {
        for (const ending of ['tif', 'json']) planned.add(`${layerName(kind, period, key)}.${ending}`);
      }
    }
  }
  await removeFiles(runFolder.layers(out), (name) => planned.has(name) && !kept.has(`layers/${name}`));
}

/** The plans of all runs that were started in the folder, finished or not. */
async function readPlans(out: string): Promise<(Pick<Plan, 'grids'> & Partial<Pick<Plan, 'change'>>)[]> {
  const folder = runFolder.work(out);
  const names = (await readdir(folder)).filter((name) => /^plan-[0-9a-f]+\.json$/.test(name));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Plan));
}

async function removeFiles(folder: string, isLeftover: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder)) if (isLeftover(name)) await rm(join(folder, name), { force: true });
}
