import { useEffect, useState } from 'react';
import type { CheckAnswer, CheckRequest } from '../../shared/register.ts';
import { changeDraft, type Draft, useDrafts } from '../delineate/drafts.ts';
import { useIsConnected } from '../shell/connection.ts';
import { registerApi } from './register-api.ts';
import { failureOf, useRegister } from './register-store.ts';

const PAUSE_MS = 700;

export interface Checking {
  readonly isRunning: boolean;
  /** What is shown was found on this device. */
  readonly isHere: boolean;
  readonly failure: string | null;
}

const QUIET: Checking = { isRunning: false, isHere: false, failure: null };

/**
 * Has the draft checked after every change, once its author pauses: by the server, or on this device where there is no
 * connection. The answer goes into the draft while it still is the one that was checked.
 */
export function useCheck(draft: Draft): Checking {
  const [checking, setChecking] = useState(QUIET);
  const isConnected = useIsConnected();
  const { draftId, geometry, attributes, regionId, check, edits, provenance } = draft;
  const isDue = geometry !== null && draft.state !== 'waiting' && (check === null || (checking.isHere && isConnected));
  useEffect(() => {
    if (!isDue || geometry === null) return;
    const control = new AbortController();
    const request = { regionId, id: edits?.id ?? null, geometry, attributes, from: provenance.from };
    const timer = setTimeout(() => void run(), PAUSE_MS);
    const run = async () => {
      setChecking((before) => ({ ...before, isRunning: true }));
      const next = await checkAnywhere(request, isConnected, control.signal);
      if (control.signal.aborted) return;
      setChecking({ isRunning: false, isHere: next.isHere, failure: next.failure });
      const now = useDrafts.getState().drafts.get(draftId);
      const isSame = now?.geometry === geometry && now.attributes === attributes;
      if (next.answer && isSame) changeDraft(draftId, { check: next.answer });
    };
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [isDue, draftId, geometry, attributes, regionId, edits, provenance, isConnected]);
  return checking;
}

interface Outcome {
  readonly answer: CheckAnswer | null;
  readonly isHere: boolean;
  readonly failure: string | null;
}

async function checkAnywhere(request: CheckRequest, isConnected: boolean, signal: AbortSignal): Promise<Outcome> {
  if (isConnected) {
    try {
      return { answer: await registerApi.check(request, signal), isHere: false, failure: null };
    } catch (error) {
      const failure = failureOf(error);
      if (!failure.isOffline) return { answer: null, isHere: false, failure: failure.message };
    }
  }
  try {
    return { answer: await checkOnDevice(request), isHere: true, failure: null };
  } catch (error) {
    return { answer: null, isHere: true, failure: failureOf(error).message };
  }
}

async function checkOnDevice(request: CheckRequest): Promise<CheckAnswer> {
  const { checkHere } = await import('./check-here.ts');
  const { info, parcels } = useRegister.getState();
  return checkHere(request, {
    regions: info?.regions ?? [],
    parcels: parcels.values(),
    ...(info ? { limits: info.limits } : {}),
    today: new Date().toISOString().slice(0, 10),
  });
}
