import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiFailure } from '../api.ts';
import { useStore } from '../state.ts';

/** Why something could not be loaded: no server, or what the server said about it. */
export interface LoadFailure {
  readonly isOffline: boolean;
  /** In English, as the server words it. */
  readonly message: string;
}

export interface Loaded<T> {
  /** The newest answer that came; of an earlier key while the next is on its way, see `isCurrent`. */
  readonly data: T | null;
  /** Whether `data` answers the key that was asked for last. */
  readonly isCurrent: boolean;
  readonly isLoading: boolean;
  readonly failure: LoadFailure | null;
  retry(): void;
}

interface Answer<T> {
  readonly key: string | null;
  readonly dataKey: string | null;
  readonly data: T | null;
  readonly failure: LoadFailure | null;
}

const nothing = { key: null, dataKey: null, data: null, failure: null };

/**
 * Loads what `key` stands for whenever the key changes, keeps the last answer meanwhile, and asks again by itself once a
 * lost server is back. A null key asks for nothing.
 */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [answer, setAnswer] = useState<Answer<T>>(nothing);
  const [attempt, setAttempt] = useState(0);
  const isConnected = useStore((state) => state.isConnected);
  const newest = useRef(load);
  newest.current = load;
  const hasFailed = useRef(false);
  hasFailed.current = answer.failure !== null;

  useEffect(() => {
    if (isConnected && hasFailed.current) setAttempt((count) => count + 1);
  }, [isConnected]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks for the same key again
  useEffect(() => {
    if (key === null) return;
    const control = new AbortController();
    newest.current(control.signal).then(
      (data) => !control.signal.aborted && setAnswer({ key, dataKey: key, data, failure: null }),
      (error: unknown) => {
        if (control.signal.aborted) return;
        const failure = describe(error);
        setAnswer((last) => ({ ...last, key, failure }));
      },
    );
    return () => control.abort();
  }, [key, attempt]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const isAnswered = answer.key === key;
  return {
    data: answer.data,
    isCurrent: answer.data !== null && answer.dataKey === key,
    isLoading: key !== null && !isAnswered,
    failure: isAnswered ? answer.failure : null,
    retry,
  };
}

function describe(error: unknown): LoadFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { isOffline: error instanceof ApiFailure && error.code === 'E_OFFLINE', message };
}
