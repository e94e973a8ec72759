import type { RefusedScene, Scene } from '../../shared/scene.ts';
import { createProgress } from '../queue/progress.ts';
import { type GroupedScenes, groupAcquisitions } from '../stac/acquisition.ts';
import type { Pool } from '../workers/pool.ts';
import { type Inspection, type InspectOptions, isFaultOfScene } from './inspect.ts';
import type { Task, TaskResult } from './tasks.ts';

/** Where a check says how far it is. */
interface Teller {
  readonly say: (line: string) => void;
  readonly write: (text: string) => void;
  readonly isTty: boolean;
}

/** Scenes in acquisitions whose files were all opened and found good. */
interface CheckedScenes extends GroupedScenes {
  /** Of the scenes in `acquisitions`, by id. */
  readonly inspections: readonly Inspection[];
  /** The scenes of `superseded`. */
  readonly supersededScenes: readonly Scene[];
  /** By id. */
  readonly refused: readonly RefusedScene[];
}

/**
 * Opens the files of the newest copy of every scene. A copy that is refused takes nothing down with it: the scenes are
 * grouped again without it, and the copies that then count are checked too, until every one that counts is good.
 */
export async function checkScenes(
  scenes: readonly Scene[],
  pool: Pool<Task, TaskResult>,
  teller: Teller,
  options: InspectOptions = {},
): Promise<CheckedScenes> {
  const good = new Map<string, Inspection>();
  const refused = new Map<string, RefusedScene>();
  for (;;) {
    const left = scenes.filter(({ id }) => !refused.has(id));
    const grouped = groupAcquisitions(left);
    const counting = new Set(grouped.acquisitions.flatMap(({ sceneIds }) => sceneIds));
    const due = left.filter(({ id }) => counting.has(id) && !good.has(id));
    if (due.length === 0) {
      return {
        ...grouped,
        // A scene may be good and yet be superseded by an older copy that came in for a refused one.
        inspections: [...good.values()]
          .filter(({ scene }) => counting.has(scene.id))
          .sort((a, b) => byId(a.scene, b.scene)),
        supersededScenes: left.filter(({ id }) => !counting.has(id)),
        refused: [...refused.values()].sort(byId),
      };
    }
    if (refused.size > 0) teller.say(`Checking ${due.length} older copies in place of refused ones …`);
    const found = await inspectAll(due, pool, { ...teller, options });
    for (const inspection of found.ok) good.set(inspection.scene.id, inspection);
    for (const refusal of found.refused) refused.set(refusal.id, refusal);
  }
}

/** Opens every scene's files in the children, several scenes a task. A killed child refuses the scenes of its task. */
async function inspectAll(
  scenes: readonly Scene[],
  pool: Pool<Task, TaskResult>,
  teller: Teller & { readonly options: InspectOptions },
) {
  const perTask = Math.max(1, Math.min(16, Math.ceil(scenes.length / (pool.size * 4))));
  const progress = createProgress({
    total: scenes.length,
    unitName: 'scenes checked',
    write: teller.write,
    isTty: teller.isTty,
    now: Date.now,
  });
  const ok: Inspection[] = [];
  const refused: RefusedScene[] = [];
  const inspect = async (batch: readonly Scene[]): Promise<void> => {
    try {
      const answer = await pool.run({ kind: 'inspect', scenes: batch, options: teller.options });
      if (answer.kind !== 'inspect') throw new Error('Wrong answer to an inspect task.');
      for (const result of answer.scenes) {
        if ('ok' in result) ok.push(result.ok);
        else refused.push(result.refused);
      }
      progress.advance(batch.length);
    } catch (error) {
      if (!isFaultOfScene(error)) throw error;
      // One file of the batch broke the child: each scene alone shows which.
      if (batch.length > 1) for (const scene of batch) await inspect([scene]);
      else refused.push({ id: batch[0]!.id, code: error.code, reason: error.message });
    }
  };
  const batches: Promise<void>[] = [];
  for (let at = 0; at < scenes.length; at += perTask) batches.push(inspect(scenes.slice(at, at + perTask)));
  await Promise.all(batches);
  progress.finish();
  return { ok, refused };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
