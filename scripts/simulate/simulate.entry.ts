// `npm run simulate -- --units N`: how many empty units a second go through Redis and PostgreSQL, both with the settings
// that lose nothing. `--workers N` processes with `--concurrency N` units at a time each.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPostgres } from '../../pipeline/store/database.ts';
import { builtProgram } from '../../pipeline/workers/built-program.ts';
import { postgresMissing, startPostgres } from '../../tests/pipeline/store/postgres-server.ts';
import { startRedis } from '../../tests/redis.ts';
import { describeMachine, warnOfLoad } from '../bench/machine.ts';
import { type Program, startProgram } from '../chaos/program.ts';
import type { SimulationLine, SimulationSettings } from './settings.ts';

interface Request {
  readonly units: number;
  readonly workers: number;
  readonly concurrency: number;
}

interface Times {
  registerMs: number;
  computeMs: number;
  told: number;
  failed: number;
}

const RUN = 'simulation';
const WANTED_PER_S = 500;

async function main(): Promise<void> {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    options: { units: option('100000'), workers: option('2'), concurrency: option('64') },
  });
  if (postgresMissing !== null) throw new Error(postgresMissing);
  const request = {
    units: readWhole('units', values.units),
    workers: readWhole('workers', values.workers),
    concurrency: readWhole('concurrency', values.concurrency),
  };
  console.log([describeMachine(), warnOfLoad()].filter(Boolean).join('\n'));
  const folder = mkdtempSync(join(tmpdir(), 'canopy-simulate-'));
  const redis = await startRedis();
  const postgres = await startPostgres({ durable: true });
  try {
    const settings = {
      runId: RUN,
      out: join(folder, 'out'),
      redisUrl: redis.url,
      databaseUrl: postgres.url,
      ...request,
    };
    const { times, memory } = await simulate(settings, request);
    report(request, times, { ...memory, Redis: await redis.peakBytes() });
    await checkRecord(postgres.url, request.units, times);
  } finally {
    await redis.stop();
    postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function simulate(settings: SimulationSettings, { workers, units }: Request) {
  const times: Times = { registerMs: 0, computeMs: 0, told: 0, failed: 0 };
  const memory: Record<string, number> = {};
  let ready = 0;
  let saidMs = 0;
  const hear = (text: string) => {
    const line = JSON.parse(text) as SimulationLine;
    if (line.kind === 'ready') ready += 1;
    else if (line.kind === 'said') console.log(`  ${line.line}`);
    else if (line.kind === 'registered') times.registerMs = line.ms;
    else if (line.kind === 'ended') Object.assign(times, { computeMs: line.ms, told: line.told, failed: line.failed });
    else if (performance.now() - saidMs > 2000) {
      saidMs = performance.now();
      console.log(`  ${line.done} of ${units} units`);
    }
  };
  // The coordinator is the first at the database: it makes the tables.
  const coordinator = startProgram(builtProgram('scripts/simulate/coordinator.entry.js'), settings, hear);
  while (times.registerMs === 0 && !coordinator.isEnded()) await sleep(20);
  const fleet = Array.from({ length: workers }, () =>
    startProgram(builtProgram('scripts/simulate/worker.entry.js'), settings, hear),
  );
  const watch = setInterval(() => watchMemory(memory, coordinator, fleet), 200);
  const ended = await coordinator.ended;
  clearInterval(watch);
  for (const worker of fleet) worker.kill('SIGTERM');
  await Promise.all(fleet.map((worker) => worker.ended));
  if (ended !== 0 || ready === 0) throw new Error(`The coordinator ended with ${ended}, ${ready} workers were ready.`);
  return { times, memory };
}

/** Highest resident memory of each, as the kernel keeps it. */
function watchMemory(memory: Record<string, number>, coordinator: Program, fleet: readonly Program[]): void {
  const named = [
    ['coordinator', coordinator] as const,
    ...fleet.map((worker, i) => [`worker ${i + 1}`, worker] as const),
  ];
  for (const [name, { pid, isEnded }] of named) if (!isEnded()) memory[name] = readPeakBytes(pid) ?? memory[name] ?? 0;
}

function readPeakBytes(pid: number): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}

function report({ units, workers, concurrency }: Request, times: Times, memory: Record<string, number>): void {
  const rate = (ms: number) => Math.round((1000 * units) / ms).toLocaleString('en');
  const perSecond = (1000 * units) / times.computeMs;
  console.log(`\n${units.toLocaleString('en')} empty units, ${workers} workers with ${concurrency} at a time:`);
  console.log(`  registered        ${rate(times.registerMs)} a second (${(times.registerMs / 1000).toFixed(1)} s)`);
  console.log(
    `  handed out, claimed and finished ${rate(times.computeMs)} a second (${(times.computeMs / 1000).toFixed(1)} s), wanted ${WANTED_PER_S}`,
  );
  const peaks = Object.entries(memory).map(([name, bytes]) => `${name} ${Math.round(bytes / 1e6)} MB`);
  console.log(`  peak memory       ${peaks.join(', ')}`);
  if (perSecond < WANTED_PER_S) process.exitCode = 1;
}

/** Every unit has one result, of one attempt, and the coordinator was told of it once. */
async function checkRecord(url: string, units: number, { told, failed }: Times): Promise<void> {
  const database = await openPostgres(url);
  const [counts] = await database.query<Record<string, number>>(
    `select (select count(*)::int from work_unit where state = 'done') as done,
       (select count(*)::int from unit_result) as results,
       (select count(*)::int from work_attempt) as attempts,
       (select count(*)::int from work_attempt where outcome = 'done') as ended,
       (select count(*)::int from dead_letter) as dead`,
  );
  const [size] = await database.query<{ bytes: number }>(
    `select (pg_total_relation_size('work_unit') + pg_total_relation_size('work_attempt')
       + pg_total_relation_size('unit_result'))::double precision as bytes`,
  );
  await database.close();
  const { done, results, attempts, ended, dead } = counts!;
  const rows = units + attempts! + results!;
  console.log(`  in the database   ${rows.toLocaleString('en')} rows, ${Math.round(size!.bytes / 1e6)} MB`);
  const isRight =
    [done, results, attempts, ended, told].every((count) => count === units) && dead === 0 && failed === 0;
  console.log(
    `  ${isRight ? 'Each unit was done once' : 'FAILED'}: ${done} done, ${results} results, ${attempts} attempts of which ${ended} ended a unit, ${told} told, ${dead} dead.`,
  );
  if (!isRight) process.exitCode = 1;
}

function readWhole(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${name} wants a whole number above 0, got "${text}".`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
