import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunInfo, TwinInfo } from '../../shared/api.ts';
import { ApiFailure, api } from '../api.ts';
import { isLinkOf, readPermalink } from '../permalink.ts';
import { useStore } from '../state.ts';
import { daysOf, fitView } from './first-view.ts';
import { followHistory } from './history.ts';

const HEALTH_EVERY_MS = 5000;
const HEALTH_WITHIN_MS = 4000;

export type Loading =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: { readonly code: string; readonly message: string } }
  | { readonly state: 'ready'; readonly run: RunInfo; readonly twin: TwinInfo | null };

export interface RunState {
  readonly loading: Loading;
  /** The folder holds newer results than those that are shown. */
  readonly isReplaced: boolean;
  /** The link that opened the page was made for another run. */
  readonly isForeignLink: boolean;
  load(): void;
  forgetForeignLink(): void;
}

/** The run and its twin; asks every 5 s whether the server still is there and still shows the same results. */
export function useRun(): RunState {
  const [loading, setLoading] = useState<Loading>({ state: 'loading' });
  const [isReplaced, setReplaced] = useState(false);
  const [isForeignLink, setForeignLink] = useState(false);
  const isFirst = useRef(true);

  const load = useCallback(() => {
    setLoading((before) => (before.state === 'ready' ? before : { state: 'loading' }));
    Promise.all([api.run(), api.twin()]).then(
      ([run, twin]) => {
        const { view, run: linked } = isFirst.current
          ? readPermalink(location.search, daysOf(run))
          : { view: {}, run: null };
        isFirst.current = false;
        const { set } = useStore.getState();
        set(view);
        set(fitView(useStore.getState(), run));
        setForeignLink(!isLinkOf(linked, run.id));
        setReplaced(false);
        setLoading({ state: 'ready', run, twin });
      },
      (failure) => {
        if (isWaiting(failure)) showOperations();
        setLoading((before) => (before.state === 'ready' ? before : failed(failure)));
      },
    );
  }, []);

  useEffect(load, [load]);
  const run = loading.state === 'ready' ? loading.run : null;
  useEffect(() => (run ? followHistory(run) : undefined), [run]);
  const shown = run?.version;
  const onHealth = useCallback(
    (version: string | null) => {
      if (version === null) return;
      if (shown === undefined) load();
      else setReplaced(version !== shown);
    },
    [shown, load],
  );
  useHealth(loading.state !== 'loading', onHealth);
  const forgetForeignLink = useCallback(() => setForeignLink(false), []);
  return { loading, isReplaced, isForeignLink, load, forgetForeignLink };
}

/** The first run of the folder is still going on. */
function isWaiting(failure: unknown): boolean {
  return failure instanceof ApiFailure && failure.code === 'E_NO_RESULTS_YET';
}

/** Until there is a map, what goes on is what there is to see; a link to another page is kept to. */
function showOperations(): void {
  if (readPermalink(location.search).view.page === undefined) useStore.getState().set({ page: 'operations' });
}

function failed(failure: unknown): Loading {
  const { code, message } = failure instanceof ApiFailure ? failure : { code: 'E_VIEWER', message: String(failure) };
  return { state: 'failed', failure: { code, message } };
}

function useHealth(isOn: boolean, onHealth: (version: string | null) => void): void {
  useEffect(() => {
    if (!isOn) return;
    const ask = () =>
      api.health(AbortSignal.timeout(HEALTH_WITHIN_MS)).then(
        ({ version }) => onHealth(version),
        () => useStore.getState().set({ isConnected: false }),
      );
    const timer = setInterval(ask, HEALTH_EVERY_MS);
    return () => clearInterval(timer);
  }, [isOn, onHealth]);
}
