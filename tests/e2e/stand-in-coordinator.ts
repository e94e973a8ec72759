import { readRequests } from '../../pipeline/run/operations-folder.ts';
import type { RunDetail, RunRequest } from '../../shared/operations.ts';
import { writeStatus } from '../operations-sample.ts';

/** What a coordinator does for the page, without computing anything: a fresh snapshot, and an ear for requests. */
export interface StandIn {
  /** Requests heard so far. */
  readonly heard: readonly RunRequest[];
  show(...runs: RunDetail[]): void;
  /** Is called with each request that is heard. */
  onRequest(act: (request: RunRequest) => void): void;
  /** Goes away as a killed coordinator does: its last snapshot stays. */
  stop(): void;
}

const TELL_EVERY_MS = 400;

export function standIn(dir: string, ...first: RunDetail[]): StandIn {
  let runs: readonly RunDetail[] = first;
  let act: (request: RunRequest) => void = () => {};
  const heard: RunRequest[] = [];
  const tell = () => void writeStatus(dir, runs);
  const timer = setInterval(async () => {
    for (const request of await readRequests(dir)) {
      heard.push(request);
      act(request);
    }
    tell();
  }, TELL_EVERY_MS);
  tell();
  return {
    heard,
    show: (...next) => {
      runs = next;
      tell();
    },
    onRequest: (next) => {
      act = next;
    },
    stop: () => clearInterval(timer),
  };
}
