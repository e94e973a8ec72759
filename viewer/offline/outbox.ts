import type { ParcelEdit, ParcelVersion } from '../../shared/register.ts';
import { ApiFailure } from '../api.ts';
import { IDLE, useBoard } from '../delineate/board.ts';
import { changeDraft, type Draft, dropDraft, openDraft, putDraft, useDrafts } from '../delineate/drafts.ts';
import { useAuthor } from '../register/author.ts';
import { ConflictFailure, RegisterFailure, registerApi } from '../register/register-api.ts';
import { loadRegister, loadRegisterAnew, takeVersions, useRegister } from '../register/register-store.ts';
import { registeredAs } from '../register/registered-as.ts';
import { isOutcomeOf } from '../register/same-edit.ts';
import { useStore } from '../state.ts';
import { settleAllDrafts, settleNow } from './keep-drafts.ts';
import { useOutbox } from './outbox-store.ts';
import { type Sent, sendEach } from './send-each.ts';
import { isSameWork } from './settle-draft.ts';

const LOCK = 'canopy-hand-in';
/** A server that is there and yet cannot take anything is asked again after this long. */
const AGAIN_AFTER_MS = 20_000;

let isStarted = false;
let isSending = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Hands a draft in, in the name of who does it now: at once where there is a connection, else as soon as there is one
 * again, whoever uses this browser by then.
 */
export function handIn(draftId: string): void {
  const author = authorNow() || useDrafts.getState().drafts.get(draftId)?.author || null;
  changeDraft(draftId, { state: 'waiting', author, refusal: null, conflict: null });
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
async function sendWaiting(): Promise<void> {
  // Who is sending asks again for what waits until none is left.
  if (isSending) return;
  isSending = true;
  try {
    let outcome: Sent = 'done';
    while (outcome === 'done' && nextWaiting()) {
      await settleNow();
      outcome = await navigator.locks.request(LOCK, sendAll);
    }
    if (outcome === 'later') sendLater();
  } finally {
    isSending = false;
  }
}

function nextWaiting(): Draft | undefined {
  const isKnown = useRegister.getState().info !== null;
  return [...useDrafts.getState().drafts.values()].find(
    (draft) => draft.state === 'waiting' && (!isKnown || isOfThisRegister(draft)),
  );
}

async function sendAll(): Promise<Sent> {
  // Another tab may have sent some while this one waited for its turn.
  await settleAllDrafts();
  if (useRegister.getState().info === null) await loadRegister();
  if (useRegister.getState().info === null) return 'later';
  return sendEach(nextWaiting, async (draft) => {
    const outcome = await send(draft);
    await settleNow();
    return outcome;
  });
}

/** Drafts that were made at this address for another twin must not reach this one. */
function isOfThisRegister({ regionId }: Draft): boolean {
  return useRegister.getState().info?.regions.some(({ id }) => id === regionId) ?? false;
}

function sendLater(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void sendWaiting(), AGAIN_AFTER_MS);
}

/** The name is trimmed as the form does it. */
function authorNow(): string {
  return useAuthor.getState().author.trim();
}

async function send(draft: Draft): Promise<Sent> {
  const { draftId, geometry, attributes, reason, provenance } = draft;
  if (geometry === null) {
    changeDraft(draftId, { state: 'open' });
    return 'done';
  }
  const edit: ParcelEdit = { geometry, attributes, reason, provenance, author: draft.author ?? authorNow() };
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
    if (isRegisteredAlready(error) && editWhatItBecame(draft, error)) return 'done';
    return refused(draft, error);
  }
  return 'done';
}

function deliver({ draftId, edits, regionId }: Draft, edit: ParcelEdit): Promise<ParcelVersion> {
  return edits
    ? registerApi.change(edits.id, edits.version, edit)
    : registerApi.add({ ...edit, draftId, id: null, regionId });
}

function isRegisteredAlready(error: unknown): error is RegisterFailure {
  return error instanceof RegisterFailure && error.code === 'E_DRAFT_USED';
}

/**
 * The register took this draft before, its answer was lost and the draft changed since: what is left of it is a change
 * of the first version of that parcel. Whoever changed that parcel meanwhile makes a conflict of it. False where the
 * register does not name the parcel.
 */
function editWhatItBecame({ draftId, edits }: Draft, { parcels }: RegisterFailure): boolean {
  const id = registeredAs(parcels);
  if (id === null || edits !== null) return false;
  changeDraft(draftId, { edits: { id, version: 1 } });
  return true;
}

/** The draft as it was sent is in the register; what was changed meanwhile stays, as a change of the new version. */
function taken(sent: Draft, version: ParcelVersion): void {
  takeVersions([version]);
  // Parcels that it takes the place of are withdrawn with it.
  if (sent.provenance.from.length > 0) void loadRegisterAnew();
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

function refused({ draftId }: Draft, error: unknown): Sent {
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
