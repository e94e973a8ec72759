import { inputError } from '../../shared/errors.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { RefusedScene, Scene } from '../../shared/scene.ts';
import type { MonitorConfig } from '../config.ts';
import { loadScenes } from '../stac/catalog.ts';
import { shownHref } from '../stac/href.ts';
import type { GridlessItem } from '../stac/item.ts';
import type { Pool } from '../workers/pool.ts';
import type { CompletedItem } from './complete.ts';
import { isFaultOfScene } from './inspect.ts';
import { createLazyEgress } from './lazy-egress.ts';
import type { Task, TaskResult } from './tasks.ts';

/** What decides which scenes are looked for. */
type SceneSearch = Pick<MonitorConfig, 'catalog' | 'parcels' | 'collections' | 'allowHosts'> & {
  readonly params: Pick<MonitorConfig['params'], 'baseline' | 'period'>;
};

interface FoundScenes {
  /** Between the first and the last day of the run; the days between its two periods included. */
  readonly scenes: readonly Scene[];
  readonly refused: readonly RefusedScene[];
  /** Scene id → SHA-256 of its item. */
  readonly itemDigests: ReadonlyMap<string, string>;
}

/**
 * Scenes of the catalogue in the run's days and area; items that state no grid get it from their files. Throws
 * `E_NO_COVERAGE` when there is not one, usable or not.
 */
export async function findScenes(
  config: SceneSearch,
  bboxDeg: Bbox,
  pool: Pool<Task, TaskResult>,
): Promise<FoundScenes> {
  const { params, collections, allowHosts } = config;
  const egress = createLazyEgress(allowHosts);
  try {
    const query = { bboxDeg, startDay: params.baseline.start, endDay: params.period.end };
    const found = await loadScenes(config.catalog, collections ? { ...query, collections } : query, egress);
    const scenes = [...found.scenes];
    const refused = [...found.refused];
    for (const completed of await Promise.all(found.gridless.map((item) => completeInChild(item, pool)))) {
      if ('scene' in completed) scenes.push(completed.scene);
      else refused.push(completed.refused);
    }
    if (scenes.length + refused.length === 0) throw nothingFound(config, found.outsideCount);
    return { scenes, refused, itemDigests: found.itemDigests };
  } finally {
    await egress.close();
  }
}

async function completeInChild(item: GridlessItem, pool: Pool<Task, TaskResult>): Promise<CompletedItem> {
  try {
    const answer = await pool.run({ kind: 'complete', items: [item] });
    if (answer.kind !== 'complete') throw new Error('Wrong answer to a complete task.');
    return answer.items[0]!;
  } catch (error) {
    // A file that broke the child costs its own scene, as it does where files are checked.
    if (!isFaultOfScene(error)) throw error;
    return { refused: { id: item.draft.id, code: error.code, reason: error.message } };
  }
}

/** The catalogue says how many of its scenes are not of this run, not whether for their place or for their day. */
function nothingFound({ parcels, params, collections, ...search }: SceneSearch, outsideCount: number): Error {
  const catalog = shownHref(search.catalog);
  const others = collections ? 'another place, day or collection' : 'another place or day';
  const rest = outsideCount > 0 ? `; scenes of ${others}: ${outsideCount}` : '';
  const days = `from ${params.baseline.start} to ${params.period.end}`;
  const sentence =
    parcels === null
      ? `No scene of ${catalog} ${days} can be judged${rest}. Check its place, --bbox and --start.`
      : `No scene of ${catalog} ${days} lies over the parcels of ${parcels}${rest}. Check that both are of the same place, and the days of --baseline and --period.`;
  return inputError('E_NO_COVERAGE', sentence, parcels ?? catalog);
}
