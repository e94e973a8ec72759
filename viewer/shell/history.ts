import type { RunInfo } from '../../shared/api.ts';
import { readPermalink, writePermalink } from '../permalink.ts';
import { FIRST_VIEW, type Store, useStore, type ViewState } from '../state.ts';
import { daysOf, fitView } from './first-view.ts';

/** Browsers refuse more than about 100 changes of the address in 30 s. */
const WRITE_EVERY_MS = 400;

/** Address of a view, by default of what is shown now. */
export function addressOf(run: RunInfo, view: ViewState = useStore.getState()): string {
  const query = writePermalink(view, { runId: run.id, days: daysOf(run) });
  return `${location.origin}${location.pathname}?${query}`;
}

/**
 * Keeps the address in step with the view: another page or parcel is a step that Back undoes, all else replaces the
 * present address. Returns what ends it.
 */
export function followHistory(run: RunInfo): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (how: 'pushState' | 'replaceState', view?: ViewState) => {
    clearTimeout(timer);
    timer = undefined;
    const address = addressOf(run, view);
    if (address !== location.href) history[how](null, '', address);
  };
  const isStep = (now: Store, before: Store) => now.page !== before.page || now.parcel !== before.parcel;
  let isRestoring = false;
  const stop = useStore.subscribe((now, before) => {
    if (isRestoring) return;
    if (isStep(now, before)) {
      if (timer !== undefined) write('replaceState', before);
      write('pushState');
    } else timer ??= setTimeout(() => write('replaceState'), WRITE_EVERY_MS);
  });
  const restore = () => {
    clearTimeout(timer);
    timer = undefined;
    const { view } = readPermalink(location.search, daysOf(run));
    const { language, theme, camera } = useStore.getState();
    // Going back is about what is looked at; the words and the light stay as they were chosen last.
    const wanted = { ...FIRST_VIEW, camera, ...view, language, theme };
    isRestoring = true;
    useStore.getState().set({ ...wanted, ...fitView(wanted, run) });
    isRestoring = false;
  };
  addEventListener('popstate', restore);
  write('replaceState');
  return () => {
    clearTimeout(timer);
    stop();
    removeEventListener('popstate', restore);
  };
}
