import { existsSync } from 'node:fs';
import type { Unit } from '../plan.ts';
import { writeFileAtomic } from '../store/files.ts';
import type { UnitStore } from '../store/unit-store.ts';
import { runFolder, unitName } from './folder.ts';

/** Files fetched at a time. */
const LANES = 8;

/** Brings the units of a run that are in its store, and not here yet, into its output folder, where they are merged. */
export async function pullUnits(store: UnitStore, out: string, units: readonly Unit[]): Promise<void> {
  const stored = new Set((await store.list('units/')).map(({ name }) => name));
  const missing = units
    .filter(({ key }) => stored.has(unitName(key)) && !existsSync(runFolder.unit(out, key)))
    .values();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (const { key } of missing) {
        const file = await store.get(unitName(key));
        if (file) await writeFileAtomic(runFolder.unit(out, key), file);
      }
    }),
  );
}
