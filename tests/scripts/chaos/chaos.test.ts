import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { builtProgram } from '../../../pipeline/workers/built-program.ts';
import { chaosDatabase } from '../../../scripts/chaos/database-away.ts';
import { chaosDisk } from '../../../scripts/chaos/disk.ts';
import { chaosKills } from '../../../scripts/chaos/kills.ts';
import { chaosHash } from '../../../scripts/chaos/one-hash.ts';
import { chaosRedis } from '../../../scripts/chaos/redis-faults.ts';
import type { ChaosRow } from '../../../scripts/chaos/row.ts';
import { openStage, type Stage } from '../../../scripts/chaos/stage.ts';
import { chaosSteps } from '../../../scripts/chaos/steps.ts';
import { chaosSuspend } from '../../../scripts/chaos/suspend.ts';
import { postgresMissing } from '../../pipeline/store/postgres-server.ts';

// On a busy machine each takes a multiple of its 4 to 12 s.
vi.setConfig({ testTimeout: 180_000 });

const describeWithPostgres = postgresMissing === null ? describe : describe.skip;

/** The short form of `npm run chaos`, which says what each of these does in full. */
describeWithPostgres('a run whose processes and servers are harmed', () => {
  let stage: Stage;

  beforeAll(async () => {
    const programs = {
      coordinator: builtProgram('scripts/chaos/coordinator.entry.js'),
      worker: builtProgram('scripts/chaos/worker.entry.js'),
      child: builtProgram('scripts/chaos/child.entry.js'),
    };
    stage = await openStage({ programs, seed: 1, say: () => {}, lockMs: 1000, pollMs: 500, durable: true });
  });
  afterAll(() => stage?.close());

  const expectWhole = ({ problems, reached }: ChaosRow, units: number) => {
    expect(problems).toEqual([]);
    expect(reached).toContain(`${units} units, 0 lost, 0 doubled, 0 orphans, 0 given up`);
  };

  it('has 120 units once each after 10 SIGKILLs, 2 of them of the coordinator, and says how soon others took over', async () => {
    const row = await chaosKills(stage, { kills: 10, units: 120, coordinatorKills: 2, database: 'postgres' });
    expectWhole(row, 120);
    expect(row.reached).toContain('8 kills of workers, 2 of the coordinator');
    expect(row.reached).toMatch(/recovery p50 \d+\.\d s, p99 \d+\.\d s/);
  });

  it('has 20 units once each after 2 SIGKILLs where the coordinator alone writes them down, in the embedded database', async () => {
    expectWhole(await chaosKills(stage, { kills: 2, units: 20, coordinatorKills: 1, database: 'pglite' }), 20);
  });

  it('has 130 units once each after a SIGKILL at each of 8 named steps, of the child and of the worker: 13 ways', async () => {
    const row = await chaosSteps(stage, { times: 1, units: 130 });
    expectWhole(row, 130);
    expect(row.reached).toContain('13 kills in 13 ways');
  });

  it('has 100 units once each although Redis is shut down, killed, emptied, and its log cut by 100 bytes', async () => {
    const row = await chaosRedis(stage, { times: 1, units: 100 });
    expectWhole(row, 100);
    for (const fault of ['SHUTDOWN NOSAVE', 'kill -9', 'FLUSHALL', 'log cut by 100 bytes'])
      expect(row.reached).toContain(`1 × ${fault}`);
  });

  it('ends by itself with 100 units after the disk was full for 2 s', async () => {
    const row = await chaosDisk(stage, { units: 100, fullMs: 2000 });
    if (row.reached.startsWith('skipped')) return;
    expectWhole(row, 100);
    expect(row.reached).toMatch(/[1-9]\d* tries refused as E_DISK_FULL/);
  });

  it('ends by itself with 100 units after its table was locked for 1 s and PostgreSQL was away for 3 s', async () => {
    expectWhole(await chaosDatabase(stage, { units: 100, awayMs: 3000, lockedMs: 1000 }), 100);
  });

  it('refuses the late results of a worker that was suspended for 3 locks, and keeps those of others: 100 units', async () => {
    const row = await chaosSuspend(stage, { units: 100, awayMs: 3000 });
    expectWhole(row, 100);
    expect(row.reached).toMatch(/[1-9] late results refused as E_FENCED/);
  });

  it('gives one hash for 30 units 1, 2 and 8 at a time, in another order, and killed and resumed', async () => {
    const row = await chaosHash(stage, { units: 30 });
    expectWhole(row, 150);
    expect(row.reached).toMatch(/^1 hash: [0-9a-f]{16}/);
  });
});
