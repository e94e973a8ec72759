import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunRequest } from '../../shared/operations.ts';
import { ApiFailure, api } from '../api.ts';

/** The coordinator hears a request within seconds; one that changed nothing by then may be asked again. */
const HEARD_WITHIN_MS = 8000;

export interface Requests {
  /** Whether the request of this name is under way. */
  isAsked(name: string): boolean;
  /** Why the last one was not taken; null where it was. */
  readonly refusal: { readonly isAway: boolean; readonly message: string } | null;
  ask(name: string, request: RunRequest): void;
}

/** What a person asks of one run. */
export function useRequests(): Requests {
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  const [refusal, setRefusal] = useState<Requests['refusal']>(null);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const pending = timers.current;
    return () => pending.forEach(clearTimeout);
  }, []);
  const forget = useCallback((name: string) => setAsked((names) => new Set([...names].filter((n) => n !== name))), []);
  const ask = useCallback(
    (name: string, request: RunRequest) => {
      setAsked((names) => new Set([...names, name]));
      setRefusal(null);
      api.askRun(request).then(
        () => timers.current.add(setTimeout(() => forget(name), HEARD_WITHIN_MS)),
        (error: unknown) => {
          const isAway = error instanceof ApiFailure && error.code === 'E_OFFLINE';
          setRefusal({ isAway, message: error instanceof Error ? error.message : String(error) });
          forget(name);
        },
      );
    },
    [forget],
  );
  return { isAsked: (name) => asked.has(name), refusal, ask };
}
