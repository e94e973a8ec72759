import type { MessageKey } from '../i18n/translate.ts';
import { surfacesOf } from '../map/map-store.ts';
import { useBoard } from './board.ts';
import { useDrafts } from './drafts.ts';
import { beginStep, endStep } from './history.ts';
import { putGeometry } from './sketching.ts';
import { type Fix, ringOfWalk, takeFix } from './walk.ts';
import { READY, useWalking } from './walk-store.ts';

let watch: number | null = null;
let wakeLock: { release(): Promise<void> } | null = null;

// Whatever ends a walk, the positions end with it.
useWalking.subscribe(({ state }) => {
  if (state === 'ready') stopWatch();
});

/** Begins, or goes on after a pause. Says why where the phone gives no position. */
export function startWalk(): void {
  if (!('geolocation' in navigator) || !isSecureContext) {
    useWalking.setState({ trouble: 'draw.walk.none' });
    return;
  }
  const { walk, draftId } = useWalking.getState();
  if (walk.fixes.length === 0) beginStep();
  useWalking.setState({ state: 'asking', draftId: draftId ?? useBoard.getState().draftId, trouble: null });
  watch = navigator.geolocation.watchPosition(take, fail, { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 });
  void keepAwake();
}

export function pauseWalk(): void {
  stopWatch();
  useWalking.setState({ state: 'paused' });
}

/** The page is left: what was walked stays in the draft. */
export function endWalk(): void {
  endStep();
  useWalking.setState(READY);
}

function take({ coords, timestamp }: GeolocationPosition): void {
  const fix: Fix = { place: [coords.longitude, coords.latitude], accuracyM: coords.accuracy, atMs: timestamp };
  const { walk: before, rules, state, draftId } = useWalking.getState();
  if (state === 'paused' || state === 'ready') return;
  const walk = takeFix(before, fix, rules);
  useWalking.setState({ state: 'walking', walk, last: fix, trouble: null });
  // Another draft may be looked at meanwhile.
  const isInHand = useBoard.getState().tool === 'walk';
  if (isInHand && before.fixes.length === 0) surfacesOf()[0]?.goTo({ lon: fix.place[0], lat: fix.place[1], zoom: 17 });
  if (walk.fixes === before.fixes) return;
  const ring = ringOfWalk(walk);
  if (isInHand) useBoard.setState({ sketch: ring });
  const draft = draftId === null ? undefined : useDrafts.getState().drafts.get(draftId);
  if (draft && draft.state !== 'waiting') putGeometry(draft, ring);
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
  const hasBegun = useWalking.getState().walk.fixes.length > 0;
  if (!hasBegun) endStep();
  useWalking.setState(hasBegun ? { state: 'paused' } : { state: 'ready', draftId: null });
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
