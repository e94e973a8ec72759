import { keepDrafts } from './keep-drafts.ts';
import { useOffline } from './offline-store.ts';
import { startOutbox } from './outbox.ts';
import { readPacks } from './packs.ts';

let started: Promise<void> | null = null;

/**
 * Drafts are kept and brought back, what waits is handed in, and the page learns to start without its server. Called when
 * parcels are delineated for the first time: pages that only look at results leave nothing behind in the browser.
 */
export function startOffline(): Promise<void> {
  started ??= start();
  return started;
}

async function start(): Promise<void> {
  await keepDrafts();
  startOutbox();
  void readPacks();
  void startWorker();
}

/** Registers the page's own worker; without it all but starting offline works. */
async function startWorker(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
    useOffline.setState({ startsOffline: registration.active !== null });
  } catch {
    useOffline.setState({ startsOffline: false });
  }
}
