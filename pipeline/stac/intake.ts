import { isCanopyError } from '../../shared/errors.ts';
import type { LandsatTier, RefusedScene, Scene } from '../../shared/scene.ts';
import { shownHref } from './href.ts';
import { type GridlessItem, type ParsedItem, parseItem } from './item.ts';
import { asText, type JsonObject } from './json.ts';
import { isOutside, type SceneQuery } from './query.ts';

export interface LoadedScenes {
  /** By datetime, then id. */
  readonly scenes: readonly Scene[];
  /** Items whose grids are only in their files: `withBandHeaders` turns each into a scene. */
  readonly gridless: readonly GridlessItem[];
  /** Items inside the query that cannot be used, and why; by id. */
  readonly refused: readonly RefusedScene[];
  /** Scene id → SHA-256 of its item: of the file's bytes on disk, else of its JSON text. */
  readonly itemDigests: ReadonlyMap<string, string>;
  /** Items seen that lie outside the days, the area or the collections asked for. */
  readonly outsideCount: number;
}

/** Items on their way in: each is taken, refused with a reason, or outside the query. */
export interface Intake {
  readonly query: SceneQuery;
  readonly scenes: Scene[];
  readonly gridless: GridlessItem[];
  readonly refused: RefusedScene[];
  readonly itemDigests: Map<string, string>;
  outsideCount: number;
}

export function createIntake(query: SceneQuery): Intake {
  return { query, scenes: [], gridless: [], refused: [], itemDigests: new Map(), outsideCount: 0 };
}

const TIER_REASON: Readonly<Record<LandsatTier, string>> = {
  T1: 'Landsat tier T1 was not asked for.',
  T2: 'Landsat tier T2 is not placed well enough for a series; only T1 is used.',
  RT: 'Landsat tier RT is provisional until it is made anew as T1 or T2; only T1 is used.',
};

/** Parses an item and keeps it, or notes why not; never throws for what is in the item. */
export function addItem(intake: Intake, item: JsonObject, href: string, digest: string): void {
  if (isOutside(item, intake.query)) {
    intake.outsideCount++;
    return;
  }
  try {
    keep(intake, parseItem(item, href), digest);
  } catch (error) {
    if (!isCanopyError(error)) throw error;
    refuse(intake, asText(item.id)?.slice(0, 200) ?? shownHref(href), error);
  }
}

export function refuse(intake: Intake, id: string, error: { code: string; message: string }): void {
  intake.refused.push({ id, code: error.code, reason: error.message });
}

function keep(intake: Intake, parsed: ParsedItem, digest: string): void {
  const { query, itemDigests } = intake;
  const { id, collection, tier = null, itemHref } = parsed.scene ?? parsed.gridless.draft;
  if (query.collections && !query.collections.includes(collection)) {
    intake.outsideCount++;
  } else if (tier !== null && !(query.tiers ?? ['T1']).includes(tier)) {
    refuse(intake, id, { code: 'E_SCENE_TIER', message: `Item ${id}: ${TIER_REASON[tier]}` });
  } else if (itemDigests.has(id)) {
    const message = `Item ${id} is in the catalogue twice; the one in ${shownHref(itemHref)} was left out.`;
    refuse(intake, id, { code: 'E_ITEM_TWICE', message });
  } else {
    itemDigests.set(id, digest);
    if (parsed.scene) intake.scenes.push(parsed.scene);
    else intake.gridless.push(parsed.gridless);
  }
}

/** Everything taken in, in an order that does not depend on who linked to what. */
export function finishIntake(intake: Intake): LoadedScenes {
  const { itemDigests, outsideCount } = intake;
  const scenes = [...intake.scenes].sort(byTimeThenId);
  const gridless = [...intake.gridless].sort((a, b) => byTimeThenId(a.draft, b.draft));
  const refused = [...intake.refused].sort((a, b) => compareText(a.id, b.id) || compareText(a.reason, b.reason));
  return { scenes, gridless, refused, itemDigests, outsideCount };
}

type Dated = Pick<Scene, 'datetime' | 'id'>;

function byTimeThenId(a: Dated, b: Dated): number {
  return compareText(a.datetime, b.datetime) || compareText(a.id, b.id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
