import type { ParcelEdit, ParcelVersion } from '../../shared/register.ts';
import { ApiFailure } from '../api.ts';
import { IDLE, useBoard } from '../delineate/board.ts';
import { changeDraft, type Draft, dropDraft, openDraft, putDraft, useDrafts } from '../delineate/drafts.ts';
import { useAuthor } from '../register/author.ts';
import { ConflictFailure, RegisterFailure, registerApi } from '../register/register-api.ts';
import { loadRegister, takeVersions, useRegister } from '../register/register-store.ts';
import { isOutcomeOf } from '../register/same-edit.ts';
import { useStore } from '../state.ts';
import { settleAllDrafts, settleNow } from './keep-drafts.ts';
import { useOutbox } from './outbox-store.ts';
import { isSameWork } from './settle-draft.ts';

const LOCK = 'canopy-hand-in';
/** A server that is there and yet cannot take anything is asked again after this long. */
const AGAIN_AFTER_MS = 20_000;

let isStarted = false;
let isSending = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Hands a draft in: at once where there is a connection, else as soon as there is one again. */
export function handIn(draftId: string): void {
  changeDraft(draftId, { state: 'waiting', refusal: null, conflict: null });
  void sendWaiting();
}

/** Takes a draft that waits back to be worked on. */
export function takeBack(draftId: string): void {
  if (useDrafts.getState().drafts.get(draftId)?.state === 'waiting') changeDraft(draftId, { state: 'open' });
}

/** Sends what waits whenever the connection comes back. */
export function startOutbox(): void {
  if (isStarted) return;
  isStarted = true;
  useStore.subscribe(({ isConnected }, before) => {
    if (isConnected && !before.isConnected) void sendWaiting();
  });
  addEventListener('online', () => void sendWaiting());
  void sendWaiting();
}

/** Sends every draft that waits, in the order in which they were begun; one tab at a time. */
export async function sendWaiting(): Promise<void> {
  if (isSending || waiting().length === 0) return;
  isSending = true;
  try {
    await settleNow();
    await navigator.locks.request(LOCK, sendAll);
  } finally {
    isSending = false;
  }
}

function waiting(): Draft[] {
  return [...useDrafts.getState().drafts.values()].filter(({ state }) => state === 'waiting');
}

async function sendAll(): Promise<void> {
  // Another tab may have sent some while this one waited for its turn.
  await settleAllDrafts();
  if (useRegister.getState().info === null) await loadRegister();
  for (const { draftId } of waiting()) {
    const draft = useDrafts.getState().drafts.get(draftId);
    if (draft?.state !== 'waiting' || !isOfThisRegister(draft)) continue;
    const outcome = await send(draft);
    await settleNow();
    if (outcome === 'later') return sendLater();
  }
}

/** Drafts that were made at this address for another twin must not reach this one. */
function isOfThisRegister({ regionId }: Draft): boolean {
  return useRegister.getState().info?.regions.some(({ id }) => id === regionId) ?? false;
}

function sendLater(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void sendWaiting(), AGAIN_AFTER_MS);
}

async function send(draft: Draft): Promise<'done' | 'later'> {
  const { draftId, geometry, attributes, reason, provenance } = draft;
  if (geometry === null) {
    changeDraft(draftId, { state: 'open' });
    return 'done';
  }
  const edit: ParcelEdit = { geometry, attributes, reason, provenance, author: useAuthor.getState().author };
  try {
    taken(draft, await deliver(draft, edit));
  } catch (error) {
    if (error instanceof ConflictFailure) {
      const { current } = error.conflict;
      if (draft.edits && current.version === draft.edits.version + 1 && isOutcomeOf(edit, current)) {
        taken(draft, current);
      } else changeDraft(draftId, { state: 'conflict', conflict: error.conflict });
      return 'done';
    }
    return refused(draft, error);
  }
  return 'done';
}

function deliver({ draftId, edits, regionId }: Draft, edit: ParcelEdit): Promise<ParcelVersion> {
  return edits
    ? registerApi.change(edits.id, edits.version, edit)
    : registerApi.add({ ...edit, draftId, id: null, regionId });
}

/** The draft as it was sent is in the register; what was changed meanwhile stays, as a change of the new version. */
function taken(sent: Draft, version: ParcelVersion): void {
  takeVersions([version]);
  const { id } = version;
  useOutbox.setState({ taken: { draftId: sent.draftId, id, version: version.version }, trouble: null });
  const { drafts, openId } = useDrafts.getState();
  const now = drafts.get(sent.draftId);
  if (now && !isSameWork(now, sent)) {
    const edits = { id, version: version.version };
    const rest: Draft = { ...now, draftId: crypto.randomUUID(), edits, state: 'open', conflict: null };
    putDraft(rest);
    if (openId === sent.draftId) openDraft(rest.draftId);
  } else if (openId === sent.draftId) {
    // Its place is taken by what it became.
    useBoard.setState({ ...IDLE, chosen: version.state === 'active' ? id : null });
  }
  dropDraft(sent.draftId);
}

function refused({ draftId }: Draft, error: unknown): 'done' | 'later' {
  if (error instanceof RegisterFailure && !isPassing(error)) {
    const [parcel] = error.parcels;
    changeDraft(draftId, {
      state: 'refused',
      refusal: error.message,
      ...(parcel ? { check: { parcel, eligibility: null } } : {}),
    });
    return 'done';
  }
  if (!(error instanceof ApiFailure)) console.error(error);
  useOutbox.setState({ trouble: error instanceof ApiFailure && error.code === 'E_OFFLINE' ? null : String(error) });
  return 'later';
}

/** Whether the register may well take later what it did not take now. */
function isPassing({ status }: RegisterFailure): boolean {
  return status >= 500 || status === 429 || status === 408;
}
