import { create } from 'zustand';
import type { MessageKey } from '../i18n/translate.ts';
import { surfacesOf } from '../map/map-store.ts';
import { useBoard } from './board.ts';
import { openDraftNow } from './board-now.ts';
import { beginStep, endStep } from './history.ts';
import { cancelSketch, finishWith, putGeometry } from './sketching.ts';
import { type Fix, NO_WALK, ringOfWalk, takeFix, WALK_RULES, type Walk, type WalkRules } from './walk.ts';

interface Walking {
  readonly state: 'ready' | 'asking' | 'walking' | 'paused';
  readonly walk: Walk;
  readonly rules: WalkRules;
  /** The last position that came, taken or not. */
  readonly last: Fix | null;
  /** Why no position comes. */
  readonly trouble: MessageKey | null;
}

const READY: Walking = { state: 'ready', walk: NO_WALK, rules: WALK_RULES, last: null, trouble: null };

/** Walking round a parcel with the phone in hand. */
export const useWalking = create<Walking>()(() => READY);

let watch: number | null = null;
let wakeLock: { release(): Promise<void> } | null = null;

/** Begins, or goes on after a pause. Says why where the phone gives no position. */
export function startWalk(): void {
  if (!('geolocation' in navigator) || !isSecureContext) {
    useWalking.setState({ trouble: 'draw.walk.none' });
    return;
  }
  if (useWalking.getState().walk.fixes.length === 0) beginStep();
  useWalking.setState({ state: 'asking', trouble: null });
  watch = navigator.geolocation.watchPosition(take, fail, { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 });
  void keepAwake();
}

export function pauseWalk(): void {
  stopWatch();
  useWalking.setState({ state: 'paused' });
}

/** The walked outline becomes the draft's. */
export function finishWalk(): void {
  stopWatch();
  const ring = ringOfWalk(useWalking.getState().walk);
  useWalking.setState(READY);
  endStep();
  if (ring.length >= 3) finishWith(ring);
  else cancelSketch();
}

/** Another tool was taken up, or the page left: what was walked stays in the draft. */
export function endWalk(): void {
  stopWatch();
  endStep();
  useWalking.setState(READY);
}

function take({ coords, timestamp }: GeolocationPosition): void {
  const fix: Fix = { place: [coords.longitude, coords.latitude], accuracyM: coords.accuracy, atMs: timestamp };
  const { walk: before, rules, state } = useWalking.getState();
  if (state === 'paused' || state === 'ready') return;
  const walk = takeFix(before, fix, rules);
  useWalking.setState({ state: 'walking', walk, last: fix, trouble: null });
  if (before.fixes.length === 0) surfacesOf()[0]?.goTo({ lon: fix.place[0], lat: fix.place[1], zoom: 17 });
  if (walk.fixes === before.fixes) return;
  const ring = ringOfWalk(walk);
  useBoard.setState({ sketch: ring });
  const draft = openDraftNow();
  if (draft) putGeometry(draft, ring);
}

const TROUBLES: Readonly<Record<number, MessageKey>> = {
  1: 'draw.walk.denied',
  2: 'draw.walk.lost',
  3: 'draw.walk.late',
};

function fail({ code }: GeolocationPositionError): void {
  useWalking.setState({ trouble: TROUBLES[code] ?? 'draw.walk.lost' });
  if (code !== 1) return;
  stopWatch();
  useWalking.setState(({ walk }) => ({ state: walk.fixes.length > 0 ? 'paused' : 'ready' }));
}

function stopWatch(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  void wakeLock?.release();
  wakeLock = null;
}

/** A screen that goes dark stops the positions. Where the browser cannot keep it on, the hint says to. */
async function keepAwake(): Promise<void> {
  try {
    wakeLock = await navigator.wakeLock.request('screen');
    if (watch === null) await wakeLock.release();
  } catch {
    // Not there, or the battery is low.
  }
}
