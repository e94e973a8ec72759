import { useEffect, useState } from 'react';
import type { OperationsView } from '../../shared/operations.ts';
import { ApiFailure, api, OPERATIONS_EVENTS } from '../api.ts';
import { useStore } from '../state.ts';

/** `live`: told as it happens; `asking`: that is interrupted, and the page asks instead; `lost`: the server is away. */
type LinkState = 'connecting' | 'live' | 'asking' | 'lost';

export interface LiveOperations {
  /** What was heard last. */
  readonly view: OperationsView | null;
  /** When that was, by `performance.now()`. */
  readonly heardMs: number;
  readonly link: LinkState;
  /** The server's own words where it is there and yet cannot tell. */
  readonly failure: string | null;
}

const ASK_EVERY_MS = 3000;
const REOPEN_AFTER_MS = 5000;

/** What goes on in runs, as it changes, while the page is looked at. */
export function useOperations(): LiveOperations {
  const [state, setState] = useState<LiveOperations>({ view: null, heardMs: 0, link: 'connecting', failure: null });
  useEffect(
    () =>
      followOperations({
        hear: (view, link) => setState({ view, heardMs: performance.now(), link, failure: null }),
        miss: (link, failure) => setState(({ view, heardMs }) => ({ view, heardMs, link, failure })),
      }),
    [],
  );
  return state;
}

interface Listener {
  hear(view: OperationsView, link: LinkState): void;
  miss(link: LinkState, failure: string | null): void;
}

/** Listens to the server's events, and asks it every few seconds while they are interrupted. Returns what ends it. */
function followOperations({ hear, miss }: Listener): () => void {
  let events: EventSource | null = null;
  let asking: ReturnType<typeof setTimeout> | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  const end = new AbortController();
  const ask = async () => {
    try {
      hear(await api.operations(end.signal), 'asking');
    } catch (error) {
      if (end.signal.aborted) return;
      const isAway = !(error instanceof ApiFailure) || error.code === 'E_OFFLINE';
      miss(isAway ? 'lost' : 'asking', isAway ? null : (error as Error).message);
    }
    // Events may have come back meanwhile.
    if (asking !== undefined && !end.signal.aborted) asking = setTimeout(() => void ask(), ASK_EVERY_MS);
  };
  const open = () => {
    events = new EventSource(OPERATIONS_EVENTS);
    events.addEventListener('operations', ({ data }: MessageEvent<string>) => {
      clearTimeout(asking);
      asking = undefined;
      useStore.getState().set({ isConnected: true, lastDataMs: Date.now() });
      hear(JSON.parse(data) as OperationsView, 'live');
    });
    events.addEventListener('error', () => {
      asking ??= setTimeout(() => void ask(), 0);
      // The browser comes back by itself after an interruption, but not after a refusal.
      if (events?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_AFTER_MS);
    });
  };
  open();
  return () => {
    end.abort();
    clearTimeout(asking);
    clearTimeout(reopening);
    events?.close();
  };
}
