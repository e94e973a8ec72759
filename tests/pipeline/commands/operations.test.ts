import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../../pipeline/commands/command.ts';
import { retryCommand } from '../../../pipeline/commands/retry.ts';
import { statusCommand } from '../../../pipeline/commands/status.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import type { OperationsView } from '../../../shared/operations.ts';
import {
  heldDetail,
  requestsIn,
  SAMPLE_LETTERS,
  SAMPLE_RUN,
  sampleDetail,
  writeStatus,
} from '../../operations-sample.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-commands-'));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(root, 'run-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a command writes, and its exit code or the error that `main.ts` would tell. */
async function run(command: Command, ...argv: string[]) {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const context = {
    stdout: (text: string) => void stdout.push(text),
    stderr: (text: string) => void stderr.push(text),
    isTty: false,
    env: {},
    signal: new AbortController().signal,
  };
  const ended = await command.run(argv, context).then(
    (code) => ({ code, error: null }),
    (failure: unknown) => ({ code: null, error: toErrorDetail(failure) }),
  );
  return { stdout: stdout.join(''), stderr: stderr.join(''), ...ended };
}

describe('canopy status', () => {
  it('says 16 s after the last word of a coordinator that it has probably ended, and no pace any more', async () => {
    writeStatus(dir, [sampleDetail()]);
    const living = await run(statusCommand, dir);
    expect(living.stdout).toContain('2 given up, 16.2 units a minute, about 2 min left\n');
    expect(living.stdout).not.toContain('sign of life');
    const { at } = writeStatus(dir, [sampleDetail()], 16_000);
    const dead = await run(statusCommand, dir);
    expect(dead.code).toBe(0);
    expect(dead.stdout).toContain(`no sign of life from its coordinator since ${at}: it has probably ended.`);
    expect(dead.stdout).toContain('Start the same canopy command again on its machine: it goes on from there');
    expect(dead.stdout).toContain('33 waiting, 2 given up\n');
  });

  it('gives in JSON when it was read, and of each run whether it is silent', async () => {
    const silent = async () => {
      const { stdout } = await run(statusCommand, dir, '--json');
      const { at, runs } = JSON.parse(stdout) as OperationsView;
      return [at, runs.map((detail) => detail.silent)];
    };
    const fresh = writeStatus(dir, [heldDetail()]);
    expect(await silent()).toEqual([fresh.at, [false]]);
    const old = writeStatus(dir, [heldDetail()], 16_000);
    expect(await silent()).toEqual([old.at, [true]]);
  });
});

describe('canopy retry', () => {
  const runId = SAMPLE_RUN.id;
  const [first] = SAMPLE_LETTERS;
  const noneDead = { total: 120, due: 35, running: 4, done: 81, dead: 0 };

  it.each([
    ['--leave-out while units are computed', sampleDetail(), ['--leave-out'], 'E_NOT_HELD', 'does not wait'],
    ['a unit that is none', heldDetail(), ['--unit', 'nosuch'], 'E_NO_DEAD_LETTER', 'Not given up by the run: nosuch.'],
    [
      'a run with 0 dead letters',
      sampleDetail({ units: noneDead }, []),
      [],
      'E_NO_DEAD_LETTER',
      'nothing to try again',
    ],
    ['a run that is written', sampleDetail({ state: 'merging' }), [], 'E_MERGING', 'when it has ended'],
  ])('refuses %s as wrong use, and asks for nothing', async (_, detail, flags, code, said) => {
    writeStatus(dir, [detail]);
    const { error, stderr } = await run(retryCommand, dir, ...flags);
    expect(error).toMatchObject({ kind: 'usage', code, message: expect.stringContaining(said) });
    expect([stderr, requestsIn(dir)]).toEqual(['', []]);
  });

  it('asks for 1 unit, for all 2, and for going on without them, and says which', async () => {
    writeStatus(dir, [heldDetail()]);
    const one = await run(retryCommand, dir, '--unit', first!.key, '--json');
    expect(one.stderr).toBe('Asked: 1 unit of copargo-2023 will be tried again.\n');
    expect(JSON.parse(one.stdout)).toEqual({ kind: 'asked', runId, leaveOut: false, units: 1, known: 1 });
    expect((await run(retryCommand, dir)).stderr).toBe('Asked: 2 units of copargo-2023 will be tried again.\n');
    const left = await run(retryCommand, dir, '--leave-out');
    expect(left.stderr).toBe('Asked: copargo-2023 goes on without the units that were given up.\n');
    expect(requestsIn(dir)).toHaveLength(3);
  });

  it('says that 1 of 2 units is listed where the list is cut', async () => {
    writeStatus(dir, [sampleDetail({ units: { ...heldDetail().run.units, dead: 1234 } })]);
    const { stderr } = await run(retryCommand, dir, '--unit', first!.key, '--unit', 'beyond');
    expect(stderr).toBe(
      'Asked: 2 units of copargo-2023 will be tried again if given up. Of them 1 is in the list of those, which is cut: 1234 are.\n',
    );
  });
});
