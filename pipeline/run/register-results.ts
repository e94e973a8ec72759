import { readFile } from 'node:fs/promises';
import type { Plan } from '../plan.ts';
import { versionOfParcel } from '../store/run-rows.ts';
import { runFolder } from './folder.ts';

/** A run whose results are served: its plan says which boundaries it measured, to the last digit. */
export interface ServedRun {
  readonly dir: string;
  /** Names the plan file. */
  readonly planId: string;
  readonly runId: string;
  readonly label: string;
}

/** Boundary hashes of the plan last asked about. */
let kept: { readonly path: string; readonly hashes: ReadonlyMap<string, string> } | null = null;

/** The boundary that a run measured under an id, as `ParcelVersion.geometrySha256`; empty where it measured none. */
export async function readRunHashes(
  { dir, planId, runId, label }: ServedRun,
  id: string,
): Promise<{ readonly geometrySha256: string; readonly runId: string; readonly label: string }[]> {
  const path = runFolder.plan(dir, planId);
  if (kept?.path !== path) kept = { path, hashes: await readHashes(path) };
  const geometrySha256 = kept.hashes.get(id);
  return geometrySha256 === undefined ? [] : [{ geometrySha256, runId, label }];
}

async function readHashes(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return new Map();
  const { parcels } = JSON.parse(text) as Pick<Plan, 'parcels'>;
  return new Map(
    parcels.map(({ id, rings }) => [id, versionOfParcel({ id, rings: rings.map((ring) => Float64Array.from(ring)) })]),
  );
}
