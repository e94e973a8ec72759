import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, openPostgres } from '../../pipeline/store/database.ts';
import type { Database } from '../../pipeline/store/sql.ts';
import { type PostgresServer, startPostgres } from '../../tests/pipeline/store/postgres-server.ts';
import { startRedis, type TestRedis } from '../../tests/redis.ts';
import { makeBombFolder } from './bombs.ts';
import { Fleet } from './fleet.ts';
import { checkInvariants, type Findings } from './invariants.ts';
import type { RunSettings } from './settings.ts';
import { unitKeys } from './unit.ts';

export interface Programs {
  readonly coordinator: string;
  readonly worker: string;
  readonly child: string;
}

/** What scenarios are played on: a Redis and a PostgreSQL of their own, a folder, and the programs. */
export interface Stage {
  readonly redis: TestRedis;
  readonly postgres: PostgresServer;
  readonly folder: string;
  readonly programs: Programs;
  readonly seed: number;
  readonly say: (line: string) => void;
  /** How long a worker that says nothing keeps its units. */
  readonly lockMs: number;
  readonly pollMs: number;
  close(): Promise<void>;
}

/** Starts the servers. With `durable` PostgreSQL waits for the disk, so that it may be stopped at any moment. */
export async function openStage(
  options: Pick<Stage, 'programs' | 'seed' | 'say' | 'lockMs' | 'pollMs'> & { readonly durable?: boolean },
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-chaos-'));
  const redis = await startRedis();
  const postgres = await startPostgres({ durable: options.durable ?? false });
  return {
    ...options,
    folder,
    redis,
    postgres,
    close: async () => {
      await redis.stop();
      postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Act {
  readonly name: string;
  readonly units: number;
  readonly workers: number;
  readonly concurrency: number;
  readonly delayMs: readonly [number, number];
  readonly database?: 'postgres' | 'pglite';
  readonly shuffleSeed?: number | null;
  /** Output folder; by default one of the stage's. */
  readonly out?: string;
  readonly maxMs?: number;
}

/** What became of a run. */
export interface Played {
  readonly findings: Findings;
  readonly fleet: Fleet;
  /** What was wrong with the end of the run; empty: nothing. */
  readonly end: string;
  /** From the SIGKILL of a worker until each of its units was taken by another attempt. */
  readonly recoveryMs: readonly number[];
  readonly seconds: number;
}

const SAMPLE = 200;
const MAX_STOP_MS = 5000;
const MAX_MS = 30 * 60_000;
let acts = 0;

/** Plays one run: starts its processes, does `trouble` to them, waits for its end and checks what is left. */
export async function play(stage: Stage, act: Act, trouble: (fleet: Fleet) => Promise<void>): Promise<Played> {
  const run = settingsOf(stage, act);
  makeBombFolder(run.bombs);
  const { coordinator: coordinatorProgram, worker: workerProgram } = stage.programs;
  const { workers, maxMs = MAX_MS } = act;
  const fleet = new Fleet({ run, workers, lockMs: stage.lockMs, coordinatorProgram, workerProgram, maxMs });
  const startMs = performance.now();
  const stopSaying = sayProgress(stage, act, fleet);
  try {
    fleet.start();
    await trouble(fleet);
    const end = await fleet.ended();
    // A worker that is not ready yet has not learned to stop.
    await Promise.race([fleet.stopWorkers(), sleep(MAX_STOP_MS)]);
    await fleet.close();
    const { findings, recoveryMs } = await check(run, fleet);
    return { findings, fleet, end, recoveryMs, seconds: (performance.now() - startMs) / 1000 };
  } finally {
    stopSaying();
    await fleet.close();
  }
}

function settingsOf(stage: Stage, act: Act): RunSettings {
  const id = `${act.name}-${++acts}`;
  const folder = join(stage.folder, id);
  const out = act.out ?? join(folder, 'out');
  mkdirSync(out, { recursive: true });
  return {
    runId: id,
    seed: stage.seed,
    units: act.units,
    shuffleSeed: act.shuffleSeed ?? null,
    delayMs: act.delayMs,
    out,
    bombs: join(folder, 'bombs'),
    redisUrl: stage.redis.url,
    databaseUrl: act.database === 'pglite' ? null : stage.postgres.url,
    childProgram: stage.programs.child,
    concurrency: act.concurrency,
    pollMs: stage.pollMs,
  };
}

async function check(run: RunSettings, fleet: Fleet) {
  const { runId, out, seed, databaseUrl } = run;
  const database = databaseUrl === null ? await openDatabase({ folder: out }) : await openPostgres(databaseUrl);
  try {
    const keys = unitKeys(seed, run.units);
    const findings = await checkInvariants({ sql: database, runId, out, keys, seed, sample: SAMPLE, told: fleet.told });
    return { findings, recoveryMs: await readRecoveries(database, runId, fleet) };
  } finally {
    await database.close();
  }
}

async function readRecoveries(database: Database, runId: string, { kills }: Fleet): Promise<number[]> {
  const rows = await database.query<{ worker: string; started_at: Date }>(
    `select a.worker, n.started_at from work_attempt a
     join work_attempt n on n.run_id = a.run_id and n.key = a.key and n.token = a.token + 1
     where a.run_id = $1 and a.outcome = 'lost'`,
    [runId],
  );
  const killedAtMs = new Map(kills.map(({ worker, atMs }) => [worker, atMs]));
  return rows.flatMap(({ worker, started_at }) => {
    const atMs = killedAtMs.get(worker);
    return atMs === undefined ? [] : [started_at.getTime() - atMs];
  });
}

const SAY_MS = 5000;

function sayProgress({ say }: Stage, { name, units }: Act, fleet: Fleet): () => void {
  const startMs = performance.now();
  const timer = setInterval(() => {
    const done = fleet.doneCount();
    const seconds = (performance.now() - startMs) / 1000;
    const left = done === 0 ? 'no time known' : `about ${Math.ceil((seconds * (units - done)) / done)} s`;
    const kills = fleet.kills.length + fleet.coordinatorKills;
    say(`${name}: ${done} of ${units} units done, ${kills} processes killed, ${left} left`);
  }, SAY_MS);
  return () => clearInterval(timer);
}
