import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toErrorDetail } from '../../../shared/errors.ts';
import { chooseSpread, seededRandom } from '../../change/controls/random.ts';
import { childEnvironment } from '../../config.ts';
import type { Plan, Unit } from '../../plan.ts';
import { ensureFolder, sha256OfBytes } from '../../store/files.ts';
import { createPool } from '../../workers/pool.ts';
import { runFolder } from '../folder.ts';
import type { Task, TaskResult } from '../tasks.ts';
import { decodeUnitFile } from '../unit-file.ts';
import type { UnitHashes } from './files.ts';
import { type Findings, NEXT, shorten } from './findings.ts';

export interface SampleSettings {
  /** How many units are computed again. */
  readonly sample: number | 'all';
  readonly seed: number;
  readonly workers: number;
  readonly allowHosts: readonly string[];
}

/** Units to compute again, spread over the plan: the same for the same seed. */
export function chooseSample(
  units: readonly Unit[],
  { sample, seed }: Pick<SampleSettings, 'sample' | 'seed'>,
): Unit[] {
  if (sample === 'all') return [...units];
  return chooseSpread(units.length, sample, seededRandom(seed)).map((index) => units[index]!);
}

/** Computes units again from the scenes, in children as the run did, in a temporary folder: the same bytes are wanted. */
export async function checkSample(
  dir: string,
  run: { readonly plan: Plan; readonly chosen: readonly Unit[]; readonly units: UnitHashes },
  settings: Pick<SampleSettings, 'workers' | 'allowHosts'> & { readonly signal: AbortSignal },
  findings: Findings,
  onUnit: () => void,
): Promise<void> {
  const { plan, chosen, units } = run;
  // A unit that was left out, or whose file was found broken, has been told already.
  const due = chosen.filter(({ key }) => units.has(key));
  if (due.length === 0) return;
  const out = await mkdtemp(join(tmpdir(), 'canopy-verify-'));
  const size = Math.max(1, Math.min(settings.workers, due.length));
  const pool = createPool<Task, TaskResult>({ size, env: childEnvironment(settings.allowHosts) });
  const stop = () => void pool.close();
  settings.signal.addEventListener('abort', stop);
  try {
    await ensureFolder(runFolder.units(out));
    await copyFile(runFolder.plan(dir, plan.runId), runFolder.plan(out, plan.runId));
    const compute = async (unit: Unit) => {
      await pool.run({ kind: 'unit', runId: plan.runId, unit: unit.index, out });
      return readFile(runFolder.unit(out, unit.key));
    };
    await Promise.all(
      due.map(async (unit) => {
        const made = await compute(unit).catch((error: unknown) => toErrorDetail(error).message);
        settings.signal.throwIfAborted();
        compare(unit, made, units.get(unit.key)!.sha256, await storedProblems(dir, unit), findings);
        onUnit();
      }),
    );
  } finally {
    settings.signal.removeEventListener('abort', stop);
    await pool.close();
    await rm(out, { recursive: true, force: true });
  }
}

/** Scenes that the unit could not read when it was computed. */
async function storedProblems(dir: string, { key }: Unit): Promise<ReadonlySet<number>> {
  const path = runFolder.unit(dir, key);
  try {
    return new Set(decodeUnitFile(await readFile(path), key, path).problems.map(({ scene }) => scene));
  } catch {
    return new Set();
  }
}

function compare(
  { key }: Unit,
  made: Buffer | string,
  wanted: string,
  problems: ReadonlySet<number>,
  { differences, remarks, checked }: Findings,
): void {
  const skip = (why: string) => void remarks.push(`Unit ${key} was not recomputed, because ${shorten(why)}`);
  if (typeof made === 'string') {
    skip(made);
    return;
  }
  const unread = decodeUnitFile(made, key, key).problems.find(({ scene }) => !problems.has(scene));
  if (unread) {
    skip(unread.message);
    return;
  }
  checked.recomputed += 1;
  const got = sha256OfBytes(made);
  if (got === wanted) return;
  const place = `.run/units/${key}.tcu`;
  const said = [`SHA-256 ${got}, computed again from the scenes`, `SHA-256 ${wanted}`] as const;
  differences.push({ place, key: null, column: null, wanted: said[0], got: said[1], next: NEXT.sample });
}
