// `npm run chaos -- --kills N --seed S`: harms runs in every way of the table below and checks what is left of them.
// `-- kills steps` plays only these parts; `--times N` strikes each step, and harms Redis each way, so many times.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { builtProgram } from '../../pipeline/workers/built-program.ts';
import { postgresMissing } from '../../tests/pipeline/store/postgres-server.ts';
import { describeMachine } from '../bench/machine.ts';
import { chaosDatabase } from './database-away.ts';
import { chaosDisk } from './disk.ts';
import { chaosKills } from './kills.ts';
import { chaosHash } from './one-hash.ts';
import { runRangeChaos } from './ranges.ts';
import { chaosRedis, chaosRedisFull } from './redis-faults.ts';
import { type ChaosRow, formatRows } from './row.ts';
import { openStage, type Stage } from './stage.ts';
import { chaosSteps, STEP_BOMBS } from './steps.ts';
import { chaosSuspend, chaosSuspendCoordinator } from './suspend.ts';

interface Request {
  readonly kills: number;
  readonly seed: number;
  readonly times: number;
}

type Part = (stage: Stage, request: Request) => Promise<ChaosRow[]>;

const AWAY_MS = 60_000;

const PARTS: Readonly<Record<string, Part>> = {
  kills: async (stage, { kills }) => {
    const few = Math.ceil(kills / 10);
    const sizes = { kills, units: 10 * kills, coordinatorKills: Math.floor(kills / 20) };
    const fewer = { kills: few, units: 10 * few, coordinatorKills: Math.ceil(few / 5) };
    return [
      await chaosKills(stage, { ...sizes, database: 'postgres' }),
      await chaosKills(stage, { ...fewer, database: 'pglite' }),
    ];
  },
  steps: async (stage, { times }) => [await chaosSteps(stage, { times, units: 10 * times * STEP_BOMBS.length })],
  redis: async (stage, { times }) => [
    await chaosRedis(stage, { times, units: 100 * times }),
    await chaosRedisFull(stage, { units: 400, fullMs: 10_000 }),
  ],
  disk: async (stage) => [await chaosDisk(stage, { units: 400, fullMs: 15_000 })],
  database: async (stage) => [await chaosDatabase(stage, { units: 400, awayMs: AWAY_MS, lockedMs: 5000 })],
  suspend: async (stage) => [
    await chaosSuspend(stage, { units: 400, awayMs: AWAY_MS }),
    await chaosSuspendCoordinator(stage, { units: 400, awayMs: AWAY_MS }),
  ],
  hash: async (stage) => [await chaosHash(stage, { units: 200 })],
  ranges: async ({ say }, { seed }) => [await rangesRow(say, seed)],
  mutations: async ({ say }, { seed }) => [await mutationsRow(say, seed)],
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      times: { type: 'string', default: '20' },
    },
  });
  const unknown = positionals.find((part) => !(part in PARTS));
  if (unknown !== undefined)
    throw new Error(`There is no part "${unknown}" of chaos; there are ${Object.keys(PARTS).join(', ')}.`);
  if (postgresMissing !== null) throw new Error(postgresMissing);
  const request = {
    kills: readWhole('kills', values.kills),
    seed: readWhole('seed', values.seed),
    times: readWhole('times', values.times),
  };
  const parts = Object.keys(PARTS).filter((part) => positionals.length === 0 || positionals.includes(part));
  console.log(`${describeMachine()}; seed ${request.seed}, commit ${commit()}`);
  const rows: ChaosRow[] = [];
  const startMs = performance.now();
  for (const [i, part] of parts.entries()) {
    const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
    console.log(`Part ${i + 1} of ${parts.length}, ${part}, after ${minutes} min …`);
    rows.push(...(await playPart(part, request)));
  }
  console.log(`\n${formatRows(rows)}`);
  console.log(
    '\nChecked after each: one end a unit, a file with its SHA-256 for each result, no file without a row, a sample computed again. Not checked: an audit log (there is none yet).',
  );
  if (rows.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
}

async function playPart(part: string, request: Request): Promise<ChaosRow[]> {
  const programs = {
    coordinator: builtProgram('scripts/chaos/coordinator.entry.js'),
    worker: builtProgram('scripts/chaos/worker.entry.js'),
    child: builtProgram('scripts/chaos/child.entry.js'),
  };
  const say = (line: string) => console.log(`  ${line}`);
  const stage = await openStage({ programs, say, seed: request.seed, lockMs: 2000, pollMs: 2000, durable: true });
  try {
    return await PARTS[part]!(stage, request);
  } finally {
    await stage.close();
  }
}

async function rangesRow(say: (line: string) => void, seed: number): Promise<ChaosRow> {
  const { reads, wrongBytes, requests, amplification, begunAgain } = await runRangeChaos({
    reads: 10_000,
    faultShare: 0.3,
    seed,
    say,
  });
  return {
    what: 'Range reads',
    asked: '10,000 reads, 30 % of answers faulty: 0 wrong bytes, at most 2 requests a read',
    reached: `${reads} reads, ${wrongBytes} wrong bytes, ${requests} requests (${amplification.toFixed(2)} a read), ${begunAgain} begun again`,
    problems: [
      ...(wrongBytes > 0 ? [`${wrongBytes} bytes were wrong`] : []),
      ...(amplification > 2 ? [`${amplification.toFixed(2)} requests a read`] : []),
    ],
  };
}

async function mutationsRow(say: (line: string) => void, seed: number): Promise<ChaosRow> {
  // Verification brings the whole pipeline with it, which the other parts do without.
  const { runMutationChaos } = await import('./mutations.ts');
  const { mutations, found, missed, seconds } = await runMutationChaos({ mutations: 1000, seed, say });
  return {
    what: 'Files and rows changed',
    asked: '1,000 changes, each found by canopy verify',
    reached: `${found} of ${mutations} found; ${Math.round(seconds)} s`,
    problems: missed,
  };
}

function readWhole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} wants a whole number, got "${text}".`);
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
