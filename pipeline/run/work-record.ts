import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CanopyError, type ErrorDetail, isCanopyError } from '../../shared/errors.ts';
import type { OperationsView, RunRequest, WorkState } from '../../shared/operations.ts';
import { workerName } from '../queue/worker-name.ts';
import { writeFileAtomic } from '../store/files.ts';
import type { ComputedRun, EndedUnits, FoundUnits, WorkEvent, WorkRun } from '../store/work-run.ts';
import type { RunDatabase } from './database.ts';
import { runFolder } from './folder.ts';
import { readRequests } from './operations-folder.ts';

/** What a person has asked of the run, told to whoever computes it. */
export interface Wishes {
  /** Dead letters that are due again. */
  readonly retry: (keys: readonly string[]) => void;
  readonly cancel: () => void;
  /** Go on without the dead letters. */
  readonly merge: () => void;
  /** Nothing more can be done here: another coordinator has the run, or the record cannot be written. */
  readonly lost: (error: unknown) => void;
}

interface RunRecordOptions {
  readonly database: RunDatabase;
  readonly run: Omit<WorkRun, 'owner'>;
  /** Output folder: the snapshot and the requests lie there. */
  readonly out: string;
  readonly say: (line: string) => void;
}

/** How often the record is brought up to date, read again for the snapshot, and asked for wishes. */
const TICK_MS = 1000;
/** Events beyond this many are written down at once. */
const MAX_EVENTS = 500;

/**
 * A coordinator's side of the record of work for one run: what happens is written down in order, a snapshot for the
 * operations page is kept, and what a person asks for there is heard.
 */
export class WorkRecord {
  readonly #options: RunRecordOptions;
  /** Processes of two containers may have one name and number. */
  readonly #owner = `${workerName()}:${randomBytes(4).toString('hex')}`;
  readonly #stop = new AbortController();
  #events: WorkEvent[] = [];
  #written: Promise<void> = Promise.resolve();
  #ticking: Promise<void> = Promise.resolve();
  #wishes: Wishes | null = null;
  /** Whether there was no room for the last snapshot. */
  #isShort = false;

  constructor(options: RunRecordOptions) {
    this.#options = options;
  }

  get runId(): string {
    return this.#options.run.id;
  }

  /** Opens the run in the record and begins to keep its snapshot. */
  register(units: readonly { readonly key: string; readonly label: string }[], isAlone: boolean): Promise<void> {
    const { database, run } = this.#options;
    const registered = database.call('register', { run: { ...run, owner: this.#owner }, units, isAlone });
    this.#ticking = registered.then(
      () => this.#tick(),
      () => {},
    );
    return registered;
  }

  /** The time by the database's clock. */
  readClock(): Promise<string> {
    return this.#options.database.call('clock', { runId: this.runId });
  }

  /**
   * Units whose files are there whole are done, and no others, but for those that workers have ended since the look at the
   * files began (`since`, by `readClock`).
   */
  resume(files: FoundUnits['files'], since: string | null): Promise<void> {
    const found = { files, worker: workerName(), since };
    return this.#options.database.call('resume', { runId: this.runId, found });
  }

  tell(event: WorkEvent): void {
    this.#events.push(event);
    if (this.#events.length >= MAX_EVENTS) this.flush().catch(() => {});
  }

  /** Resolves when all that was told is in the record. */
  flush(): Promise<void> {
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) {
      const writing = this.#options.database.call('record', { runId: this.runId, events });
      this.#written = Promise.all([this.#written, writing]).then(() => {});
      this.#written.catch((error: unknown) => this.#wishes?.lost(error));
    }
    return this.#written;
  }

  readEnded(keys: readonly string[] | null): Promise<EndedUnits> {
    return this.#options.database.call('ended', { runId: this.runId, keys });
  }

  readOpen() {
    return this.#options.database.call('open', { runId: this.runId });
  }

  async setState(state: WorkState, error: ErrorDetail | null = null): Promise<void> {
    await this.flush();
    const move = { runId: this.runId, owner: this.#owner, state, error };
    if (!(await this.#options.database.call('state', move))) throw takenOver(this.runId);
    await this.#keepSnapshot();
  }

  /** How the run goes on now that nothing is computed any more; see `endComputing` of the record. */
  async endComputing(leavesOut: boolean): Promise<ComputedRun> {
    await this.flush();
    const of = { runId: this.runId, owner: this.#owner, leavesOut };
    const computed = await this.#options.database.call('endComputing', of);
    if (computed === null) throw takenOver(this.runId);
    await this.#keepSnapshot();
    return computed;
  }

  async leaveOutDead(): Promise<void> {
    await this.#options.database.call('leaveOut', { runId: this.runId });
  }

  /** Who hears of wishes from now on; null: nobody, and they wait. */
  listen(wishes: Wishes | null): void {
    this.#wishes = wishes;
  }

  /** Ends the keeping of the snapshot. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#ticking;
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.flush();
        await this.#hearWishes();
        await this.#keepSnapshot();
      } catch (error) {
        this.#wishes?.lost(error);
        return;
      }
      await sleep(TICK_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #hearWishes(): Promise<void> {
    const wishes = this.#wishes;
    if (wishes === null) return;
    const { database, out, say } = this.#options;
    for (const request of await readRequests(out, say))
      if (request.runId === this.runId) await this.#grant(request, wishes);
    const { owner, wish } = await database.call('wish', { runId: this.runId });
    if (owner !== this.#owner) throw takenOver(this.runId);
    if (wish !== null) await this.#grant({ kind: wish, runId: this.runId }, wishes);
    // What somebody made due in the record itself, who has the database but not this folder.
    wishes.retry(await database.call('retried', { runId: this.runId }));
  }

  async #grant(request: RunRequest, wishes: Wishes): Promise<void> {
    if (request.kind === 'cancel') wishes.cancel();
    else if (request.kind === 'merge') wishes.merge();
    else await this.#options.database.call('retry', { runId: this.runId, keys: request.keys });
  }

  async #keepSnapshot(): Promise<void> {
    const { database, out, say } = this.#options;
    const view: OperationsView = await database.call('view', { runId: this.runId });
    try {
      await writeFileAtomic(runFolder.status(out), JSON.stringify(view));
      this.#isShort = false;
    } catch (error) {
      // What is only looked at ends no run: a full disk is emptied, and units wait for that too.
      if (!isCanopyError(error) || error.kind !== 'resource') throw error;
      if (!this.#isShort) say(`${error.message} Until then the operations page shows what was before.`);
      this.#isShort = true;
    }
  }
}

function takenOver(runId: string): CanopyError {
  const message = `Another coordinator has taken over run ${runId}: its results are complete there. Let one process at a time work on an output folder.`;
  return new CanopyError({ kind: 'transient', code: 'E_RUN_TAKEN_OVER', message });
}
