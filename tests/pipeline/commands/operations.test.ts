import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../../pipeline/commands/command.ts';
import { statusCommand } from '../../../pipeline/commands/status.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import type { OperationsView } from '../../../shared/operations.ts';
import { heldDetail, sampleDetail, writeStatus } from '../../operations-sample.ts';

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
