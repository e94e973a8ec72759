import { type Draft, openDraft, readKeptDraft, useDrafts } from '../delineate/drafts.ts';
import { followDraft } from '../delineate/switch-draft.ts';
import { type Database, openDatabase } from './database.ts';
import { useOffline } from './offline-store.ts';
import { isEqual, settleDraft } from './settle-draft.ts';

const PAUSE_MS = 250;
const CHANNEL = 'canopy-drafts';

/** Drafts as this tab last read or wrote them. */
const synced = new Map<string, Draft>();
const due = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let working: Promise<void> = Promise.resolve();
let stepsLeft = 0;
let channel: BroadcastChannel | null = null;
let isStarted = false;

/**
 * Keeps every draft in the browser's store from now on, brings back those that are there, and takes over what other tabs
 * do. Resolves when the drafts are back; where the browser keeps nothing, `useOffline` says so.
 */
export async function keepDrafts(): Promise<void> {
  if (isStarted) return working;
  isStarted = true;
  if ('BroadcastChannel' in globalThis) {
    channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (Array.isArray(data)) settleLater(data.filter((id) => typeof id === 'string'));
    });
  }
  useDrafts.subscribe(({ drafts }, before) => {
    if (drafts === before.drafts) return;
    const ids = new Set([...drafts.keys(), ...before.drafts.keys()]);
    settleLater([...ids].filter((id) => drafts.get(id) !== before.drafts.get(id)));
  });
  addEventListener('pagehide', () => void settleNow());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void settleNow();
    // A tab that slept may have missed what others said.
    else void settleAllDrafts();
  });
  return settleAllDrafts();
}

/** Brings this tab and the store to the same state of every draft. */
export function settleAllDrafts(): Promise<void> {
  return enqueue(async (db) => {
    const ids = new Set([...(await db.getAllKeys('drafts')), ...useDrafts.getState().drafts.keys(), ...synced.keys()]);
    await settleEach(db, ids);
  });
}

function settleLater(ids: readonly string[]): void {
  for (const id of ids) due.add(id);
  if (due.size === 0) return;
  useOffline.setState({ isSaving: true });
  clearTimeout(timer);
  timer = setTimeout(() => void settleNow(), PAUSE_MS);
}

/** Writes at once what waits to be written. */
export function settleNow(): Promise<void> {
  clearTimeout(timer);
  const ids = [...due];
  due.clear();
  return ids.length === 0 ? working : enqueue((db) => settleEach(db, ids), ids);
}

/** One step after the other, so that a draft is never settled twice at a time. */
function enqueue(step: (db: Database) => Promise<void>, ids: readonly string[] = []): Promise<void> {
  stepsLeft += 1;
  working = working.then(async () => {
    try {
      await step(await openDatabase());
      useOffline.setState({ keeping: 'kept' });
    } catch {
      // The next change tries again; until then a person must know that a reload would lose work.
      for (const id of ids) due.add(id);
      useOffline.setState({ keeping: 'failed' });
    }
    stepsLeft -= 1;
    if (stepsLeft === 0 && due.size === 0) useOffline.setState({ isSaving: false });
  });
  return working;
}

async function settleEach(db: Database, ids: Iterable<string>): Promise<void> {
  const changed: string[] = [];
  for (const id of ids) if (await settleOne(db, id)) changed.push(id);
  if (changed.length > 0) channel?.postMessage(changed);
}

/** Settles one draft; true when the store was changed, which other tabs must hear of. */
async function settleOne(db: Database, id: string): Promise<boolean> {
  const transaction = db.transaction('drafts', 'readwrite', { durability: 'strict' });
  const kept = await transaction.store.get(id);
  const stored = kept ? readKeptDraft(kept) : null;
  const mine = useDrafts.getState().drafts.get(id) ?? null;
  const base = synced.get(id) ?? null;
  const outcome = settleDraft({ mine, base, stored });
  if (outcome === 'write') await transaction.store.put(mine!);
  if (outcome === 'remove') await transaction.store.delete(id);
  await transaction.done;
  if (outcome === 'write' || outcome === 'nothing') remember(id, mine ?? stored);
  else if (outcome === 'remove' || outcome === 'drop') remember(id, null);
  else if (outcome === 'adopt') remember(id, stored);
  if (outcome === 'adopt') place(id, stored!, mine);
  if (outcome === 'drop') place(id, null, mine);
  if (outcome === 'fork') fork(mine!, stored);
  return outcome === 'write' || outcome === 'remove';
}

function remember(id: string, draft: Draft | null): void {
  if (draft === null) synced.delete(id);
  else synced.set(id, draft);
}

/** Puts what is stored into this tab, unless it changed while the store was read: then it is settled again. */
function place(id: string, draft: Draft | null, before: Draft | null): void {
  const { drafts, openId } = useDrafts.getState();
  const now = drafts.get(id) ?? null;
  if (now !== before) {
    settleLater([id]);
    return;
  }
  if (draft !== null && now !== null && isEqual(draft, now)) return;
  const next = new Map(drafts);
  if (draft === null) next.delete(id);
  else next.set(id, draft);
  useDrafts.setState({ drafts: next, openId: openId === id && draft === null ? null : openId });
}

/** The work of this tab goes on under an id of its own beside what another tab stored, handed in or discarded. */
function fork(mine: Draft, stored: Draft | null): void {
  const copy: Draft = { ...mine, draftId: crypto.randomUUID(), state: mine.state === 'waiting' ? 'open' : mine.state };
  const { drafts, openId } = useDrafts.getState();
  const next = new Map(drafts);
  next.set(copy.draftId, copy);
  if (stored === null) next.delete(mine.draftId);
  else next.set(mine.draftId, stored);
  remember(mine.draftId, stored);
  // Before the drafts change: what is being drawn would seem to have lost its own.
  followDraft(mine.draftId, copy.draftId);
  useDrafts.setState({ drafts: next });
  if (openId === mine.draftId) openDraft(copy.draftId);
  useOffline.setState(({ forked }) => ({ forked: [...forked, copy.draftId] }));
}
