import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LAYER_FORMS } from '../composite-unit.ts';
import type { RunRecord } from '../store/run-record.ts';
import { runFolder } from './folder.ts';

/** Files that a writer was killed over: hidden, beside the file that they would have become. */
const UNFINISHED = /^\..+\.tmp$/;
const LAYER = new RegExp(`^(${Object.keys(LAYER_FORMS).join('|')})-(baseline|period)-.+\\.(tif|json)$`);

/**
 * Removes from a run's folder what is not of this run: unfinished files of writers that were killed, and layers of
 * other runs, which would pass for its results. To be called when no unit is at work any more.
 */
export async function removeLeftovers(out: string, record: RunRecord): Promise<void> {
  for (const folder of [out, runFolder.work(out), runFolder.units(out), runFolder.layers(out)])
    await removeFiles(folder, (name) => UNFINISHED.test(name));
  const kept = new Set(record.outputs.map((file) => file.name));
  await removeFiles(runFolder.layers(out), (name) => LAYER.test(name) && !kept.has(`layers/${name}`));
}

async function removeFiles(folder: string, isLeftover: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder)) if (isLeftover(name)) await rm(join(folder, name), { force: true });
}
