import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { CanopyError } from '../../shared/errors.ts';
import type { TaskAnswer, TaskNote } from './contract.ts';
import { describeDeath, memoryError, timeoutError } from './verdicts.ts';

interface LaneSettings {
  readonly script: URL | string;
  readonly timeoutMs: number;
  readonly maxRssBytes: number;
  readonly heapMb: number;
  readonly env: Readonly<Record<string, string>>;
}

interface Running<R> {
  readonly id: number;
  readonly child: ChildProcess;
  readonly resolve: (result: R) => void;
  readonly reject: (error: CanopyError) => void;
  readonly timer: NodeJS.Timeout;
  note: TaskNote | undefined;
  /** Why we killed the child, if we did. */
  verdict: CanopyError | undefined;
}

const TAIL_CHARS = 2000;

/** One child process after another: takes one task at a time and replaces a child that was killed or died. */
export class Lane<T, R> {
  readonly #settings: LaneSettings;
  #child: ChildProcess | undefined;
  #running: Running<R> | undefined;
  #lastId = 0;

  constructor(settings: LaneSettings) {
    this.#settings = settings;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  run(task: T): Promise<R> {
    this.#child ??= this.#start();
    const child = this.#child;
    const { timeoutMs } = this.#settings;
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const timer = setTimeout(() => this.#kill(timeoutError(timeoutMs, this.#running?.note)), timeoutMs);
      this.#running = { id, child, resolve, reject, timer, note: undefined, verdict: undefined };
      // A child that cannot be reached is as good as dead; its `close` event settles the task.
      child.send({ id, task }, (error) => error && child.kill('SIGKILL'));
    });
  }

  /** Kills a busy child above its memory; lets go of an idle one that has grown large: the next task starts small. */
  checkMemory(rssBytes: number): void {
    const { maxRssBytes } = this.#settings;
    if (!this.#running) {
      if (rssBytes > maxRssBytes / 2) this.#kill();
    } else if (rssBytes > maxRssBytes) this.#kill(memoryError(maxRssBytes, this.#running.note));
  }

  /** Kills the child and waits for its end; a running task rejects with `reason`. */
  async stop(reason: CanopyError): Promise<void> {
    const child = this.#running?.child ?? this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#kill(reason);
    await ended;
  }

  #kill(verdict?: CanopyError): void {
    if (this.#running) this.#running.verdict ??= verdict;
    (this.#running?.child ?? this.#child)?.kill('SIGKILL');
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const child = fork(this.#settings.script, [], forkOptions(this.#settings));
    let outputTail = '';
    const keepTail = (text: string) => {
      outputTail = (outputTail + text).slice(-TAIL_CHARS);
    };
    child.stdout?.setEncoding('utf8').on('data', keepTail);
    child.stderr?.setEncoding('utf8').on('data', keepTail);
    child.on('error', (error) => keepTail(String(error)));
    child.on('message', (answer: TaskAnswer<R>) => this.#hear(child, answer));
    child.on('close', (code, signal) => {
      if (this.#child === child) this.#child = undefined;
      if (this.#running?.child !== child) return;
      const { verdict, note, reject } = this.#settle();
      reject(verdict ?? describeDeath(signal ?? `exit code ${code}`, outputTail, note));
    });
    return child;
  }

  #hear(child: ChildProcess, answer: TaskAnswer<R>): void {
    const running = this.#running;
    if (running?.child !== child || running.id !== answer.id) return;
    if ('note' in answer) {
      // A unit of many dates may take long; one file may not: the limit counts from the last file that was taken up.
      running.note = answer.note;
      running.timer.refresh();
      return;
    }
    this.#settle();
    if (answer.ok) {
      running.resolve(answer.result);
      return;
    }
    const where = answer.error.where ?? running.note?.file;
    running.reject(new CanopyError(where === undefined ? answer.error : { ...answer.error, where }));
  }

  #settle(): Running<R> {
    const running = this.#running!;
    clearTimeout(running.timer);
    this.#running = undefined;
    return running;
  }
}

function forkOptions({ heapMb, env }: LaneSettings): ForkOptions {
  // Pixels live outside the JavaScript heap, and every 64 MB of them would start a marking of a heap that hardly changes:
  // without it a unit takes a quarter less time. Full collections still come, at half the heap limit.
  const nodeFlags = [`--max-old-space-size=${heapMb}`, '--no-incremental-marking'];
  const options: ForkOptions = { serialization: 'advanced', env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] };
  // A child stuck in a loop never sees that its parent has died: on Linux the kernel can kill it for us.
  return parentDeathKiller
    ? { ...options, execPath: parentDeathKiller, execArgv: ['--pdeathsig', 'KILL', process.execPath, ...nodeFlags] }
    : { ...options, execArgv: nodeFlags };
}

const parentDeathKiller = findSetpriv();

/** util-linux's setpriv; the one of busybox does not know --pdeathsig. */
function findSetpriv(): string | null {
  try {
    const path = realpathSync('/usr/bin/setpriv');
    return basename(path) === 'setpriv' ? path : null;
  } catch {
    return null;
  }
}
