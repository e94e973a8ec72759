import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../pipeline/queue/journal.ts';
import type { Random } from '../demo/random.ts';
import { endPrograms, type Program, startProgram } from './program.ts';
import type { CoordinatorLine, RunSettings, WorkerSettings } from './settings.ts';

interface FleetPlan {
  readonly run: RunSettings;
  readonly workers: number;
  readonly lockMs: number;
  readonly coordinatorProgram: string;
  readonly workerProgram: string;
  /** A run that has not ended by then has failed. */
  readonly maxMs: number;
}

interface Worker {
  readonly program: Program;
  readonly name: string;
  isReady: boolean;
}

const LOOK_MS = 10;

/** The processes of one run: its coordinator and workers, each started again when it was killed, as a service manager does. */
export class Fleet {
  /** How often the coordinators, all together, told of each unit as done. */
  readonly told = new Map<string, number>();
  readonly dead: string[] = [];
  /** Each SIGKILL of a worker: its name and the time. */
  readonly kills: { readonly worker: string; readonly atMs: number }[] = [];
  /** What workers wrote into their logs. */
  readonly journal: (JournalEntry & { readonly process: string })[] = [];
  readonly said: string[] = [];
  coordinatorKills = 0;
  readonly #plan: FleetPlan;
  readonly #killedAtMs = new Map<string, number>();
  #workers: Worker[] = [];
  #coordinator: Program | null = null;
  #found = 0;
  #toldNow = 0;
  #isOver = false;
  #failure = '';
  #outcome: string | null = null;

  constructor(plan: FleetPlan) {
    this.#plan = plan;
  }

  start(): void {
    this.#startCoordinator();
    if (this.#plan.run.redisUrl !== null) for (let i = 0; i < this.#plan.workers; i++) this.#startWorker();
  }

  get run(): RunSettings {
    return this.#plan.run;
  }

  /** Units that are done as far as the present coordinator knows. */
  doneCount(): number {
    return this.#found + this.#toldNow;
  }

  get isEnded(): boolean {
    return this.#outcome !== null;
  }

  /** Resolves when so many units are done, or the run has ended. */
  async untilDone(count: number): Promise<void> {
    while (this.doneCount() < count && !this.isEnded) await sleep(LOOK_MS);
  }

  /** Resolves when the run has ended, to what was wrong with its end; empty: nothing. */
  async ended(): Promise<string> {
    const endMs = performance.now() + this.#plan.maxMs;
    while (!this.isEnded && performance.now() < endMs) await sleep(LOOK_MS);
    return this.#outcome ?? `the run did not end within ${this.#plan.maxMs / 1000} s`;
  }

  /** Kills a worker that takes units, as soon as there is one; false when the run has ended first. */
  async killWorker(random: Random): Promise<boolean> {
    for (;;) {
      const able = this.#workers.filter(({ isReady }) => isReady);
      if (this.isEnded) return false;
      if (able.length > 0) {
        const { program, name } = able[Math.floor(random() * able.length)]!;
        this.#killedAtMs.set(name, Date.now());
        program.kill('SIGKILL');
        await program.ended;
        return true;
      }
      await sleep(LOOK_MS);
    }
  }

  async killCoordinator(): Promise<void> {
    const coordinator = this.#coordinator;
    if (this.isEnded || coordinator === null) return;
    coordinator.kill('SIGKILL');
    if ((await coordinator.ended) === 'SIGKILL') this.coordinatorKills += 1;
  }

  get coordinatorPid(): number {
    return this.#coordinator!.pid;
  }

  workerPids(): number[] {
    return this.#workers.map(({ program }) => program.pid);
  }

  /** Lets workers finish what they are at; answers how each ended. */
  async stopWorkers(): Promise<(number | string)[]> {
    this.#isOver = true;
    const programs = this.#workers.map(({ program }) => program);
    for (const program of programs) program.kill('SIGTERM');
    return Promise.all(programs.map(({ ended }) => ended));
  }

  /** Ends everything at once. */
  async close(): Promise<void> {
    this.#isOver = true;
    const coordinator = this.#coordinator === null ? [] : [this.#coordinator];
    await endPrograms([...coordinator, ...this.#workers.map(({ program }) => program)]);
  }

  #startCoordinator(): void {
    this.#found = 0;
    this.#toldNow = 0;
    const program = startProgram(this.#plan.coordinatorProgram, this.#plan.run, (line) => this.#hear(JSON.parse(line)));
    this.#coordinator = program;
    program.ended.then((how) => {
      if (this.#isOver) return;
      if (how === 'SIGKILL') this.#startCoordinator();
      else this.#outcome = how === 0 ? '' : `the coordinator ended with ${how}: ${this.#failure}`;
    });
  }

  #hear(line: CoordinatorLine): void {
    if (line.kind === 'found') this.#found = line.count;
    else if (line.kind === 'said') this.said.push(line.line);
    else if (line.kind === 'failed') this.#failure = line.message;
    else if (line.kind === 'dead') this.dead.push(`${line.key}: ${line.message}`);
    else {
      this.#toldNow += 1;
      this.told.set(line.key, (this.told.get(line.key) ?? 0) + 1);
    }
  }

  #startWorker(): void {
    const { redisUrl, databaseUrl, childProgram, concurrency, bombs } = this.#plan.run;
    const { lockMs, workerProgram } = this.#plan;
    const settings: WorkerSettings = {
      redisUrl: redisUrl!,
      databaseUrl,
      childProgram,
      concurrency,
      lockMs,
      bombs,
    };
    const program = startProgram(workerProgram, settings, (line) => {
      const entry = JSON.parse(line) as JournalEntry & { process: string };
      this.journal.push(entry);
      if (entry.event === 'ready') worker.isReady = true;
    });
    const worker: Worker = { program, name: `${hostname()}:${program.pid}`, isReady: false };
    this.#workers.push(worker);
    program.ended.then((how) => {
      worker.isReady = false;
      this.#workers = this.#workers.filter((other) => other !== worker);
      if (how === 'SIGKILL' && !this.#isOver)
        this.kills.push({ worker: worker.name, atMs: this.#killedAtMs.get(worker.name) ?? Date.now() });
      else if (!this.#isOver) this.said.push(`A worker ended with ${how}.`);
      if (!this.#isOver && !this.isEnded) this.#startWorker();
    });
  }
}
