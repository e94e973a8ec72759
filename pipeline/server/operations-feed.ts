import type { OperationsView } from '../../shared/operations.ts';
import type { OperationsSource } from '../store/operations-source.ts';

/** What is known of runs, read at most once a second however many ask. */
export interface OperationsFeed {
  /** Not older than a second. Rejects as the source does. */
  read(): Promise<OperationsView>;
  /**
   * Calls `hear` when the runs are no longer as in `view`, and every few seconds with the time of the source alone, so
   * that a coordinator that has gone away can be told from one with nothing new; where `hear` is false it is called again
   * a second later. `fail` is called, once, when the source cannot be read. Returns what ends it.
   */
  follow(view: OperationsView, hear: Follower['hear'], fail: Follower['fail']): () => void;
  /** The next read is a new one: something has just been asked for. */
  refresh(): void;
  close(): void;
}

const READ_EVERY_MS = 1000;
const TIME_EVERY_MS = 5000;

interface Follower {
  readonly hear: (view: OperationsView) => boolean;
  readonly fail: () => void;
  /** The runs that were heard last, the time the source gave with them, and when that was. */
  runs: string;
  at: string;
  heardMs: number;
}

export function createFeed(source: Pick<OperationsSource, 'read'>): OperationsFeed {
  let last: { readonly startedMs: number; readonly view: Promise<OperationsView> } | null = null;
  const followers = new Set<Follower>();
  let timer: NodeJS.Timeout | null = null;
  const read = () => {
    const nowMs = performance.now();
    if (last === null || nowMs - last.startedMs >= READ_EVERY_MS) {
      last = { startedMs: nowMs, view: source.read().then((view) => view ?? nothing()) };
      last.view.catch(() => {});
    }
    return last.view;
  };
  const tick = async () => {
    await read().then(
      (view) => tell(followers, view),
      () => {
        for (const { fail } of [...followers]) fail();
        followers.clear();
      },
    );
    timer = followers.size > 0 ? setTimeout(() => void tick(), READ_EVERY_MS) : null;
    timer?.unref();
  };
  return {
    read,
    follow: (view, hear, fail) => {
      const follower: Follower = { hear, fail, ...heard(view) };
      followers.add(follower);
      timer ??= setTimeout(() => void tick(), READ_EVERY_MS);
      return () => void followers.delete(follower);
    },
    refresh: () => {
      last = null;
    },
    close: () => {
      followers.clear();
      if (timer) clearTimeout(timer);
    },
  };
}

function tell(followers: ReadonlySet<Follower>, view: OperationsView): void {
  const now = heard(view);
  for (const follower of followers) {
    const isTimeDue = follower.at !== now.at && now.heardMs - follower.heardMs >= TIME_EVERY_MS;
    if (follower.runs === now.runs && !isTimeDue) continue;
    if (follower.hear(view)) Object.assign(follower, now);
  }
}

function heard({ runs, at }: OperationsView): Pick<Follower, 'runs' | 'at' | 'heardMs'> {
  return { runs: JSON.stringify(runs), at, heardMs: performance.now() };
}

function nothing(): OperationsView {
  return { format: 'twin-canopy-operations/1', at: new Date().toISOString(), runs: [] };
}
