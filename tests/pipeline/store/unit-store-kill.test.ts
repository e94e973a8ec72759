import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openUnitStore, type StoredUnit, UNIT_STEPS } from '../../../pipeline/store/unit-store.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import type { WriteOrder } from './test-unit-writer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'canopy-kill-'));
const programs = makeProgramFolder();
const writers = new Set<ChildProcess>();
let program = '';
beforeAll(async () => {
  program = await buildProgram(programs.path, 'tests/pipeline/store/test-unit-writer.ts');
});
afterAll(() => {
  for (const writer of writers) writer.kill('SIGKILL');
  programs.remove();
  rmSync(scratch, { recursive: true, force: true });
});

async function startWriter(folder: string, killAt = 'never'): Promise<ChildProcess> {
  const writer = fork(program, [folder, killAt], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  writers.add(writer);
  writer.once('exit', () => writers.delete(writer));
  await once(writer, 'message');
  return writer;
}

async function order(writer: ChildProcess, wanted: WriteOrder): Promise<StoredUnit> {
  const answered = once(writer, 'message');
  writer.send(wanted);
  const [answer] = (await answered) as [StoredUnit];
  return answer;
}

/** Hidden names that `run/leftovers.ts` sweeps; any other hidden name would stay for ever. */
const unfinished = (folder: string) => readdirSync(folder).filter((name) => /^\..+\.\d+-[0-9a-f]{8}\.tmp$/.test(name));
const finished = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'));
const hidden = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'));

describe('putOnce of a process that is killed', () => {
  it.each(UNIT_STEPS)('at the step %s leaves no file or a whole one, and the next writer has its say', async (step) => {
    const folder = mkdtempSync(join(scratch, 'step-'));
    const writer = await startWriter(folder, step);
    const ended = once(writer, 'exit');
    writer.send({ name: 'a.tcu', letter: 'a', bytes: 300_000 } satisfies WriteOrder);
    expect((await ended)[1]).toBe('SIGKILL');
    const isNamed = UNIT_STEPS.indexOf(step) >= UNIT_STEPS.indexOf('named');
    expect(finished(folder)).toEqual(isNamed ? ['a.tcu'] : []);
    expect(hidden(folder)).toEqual(unfinished(folder));
    const store = await openUnitStore(folder);
    expect(await store.putOnce('a.tcu', Buffer.alloc(200_000, 'b'))).toMatchObject({
      isNew: !isNamed,
      bytes: isNamed ? 300_000 : 200_000,
    });
    expect(readFileSync(join(folder, 'a.tcu'), 'latin1')).toBe(isNamed ? 'a'.repeat(300_000) : 'b'.repeat(200_000));
  });

  it('at 12 moments of the clock leaves whole files only, each hidden rest under a name that is swept', async () => {
    const folder = mkdtempSync(join(scratch, 'clock-'));
    for (let round = 0; round < 12; round++) {
      const writer = await startWriter(folder);
      const ended = once(writer, 'exit');
      for (let i = 0; i < 8; i++) writer.send({ name: `r${round}-${i}.tcu`, letter: 'x', bytes: 2_000_000 + i });
      await sleep(round * 4);
      writer.kill('SIGKILL');
      await ended;
      for (const name of finished(folder)) {
        const content = readFileSync(join(folder, name), 'latin1');
        expect(content).toBe('x'.repeat(2_000_000 + Number(name[name.indexOf('-') + 1])));
        rmSync(join(folder, name));
      }
      expect(hidden(folder)).toEqual(unfinished(folder));
      for (const name of hidden(folder)) rmSync(join(folder, name));
    }
  });
});

describe('putOnce of 2 processes at once', () => {
  it('is new for exactly 1 of them in each of 100 races, and both are told the file of one of them', async () => {
    const folder = mkdtempSync(join(scratch, 'race-'));
    const [left, right] = await Promise.all([startWriter(folder), startWriter(folder)]);
    const wins = { l: 0, r: 0 };
    for (let round = 0; round < 100; round++) {
      const name = `units/r${round}.tcu`;
      const answers = await Promise.all([
        order(left, { name, letter: 'l', bytes: 150_000 }),
        order(right, { name, letter: 'r', bytes: 150_001 }),
      ]);
      expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
      const winner = answers[0].isNew ? 'l' : 'r';
      wins[winner]++;
      expect(readFileSync(join(folder, name), 'latin1')).toBe(winner.repeat(winner === 'l' ? 150_000 : 150_001));
      expect(answers[0].sha256).toBe(answers[1].sha256);
    }
    expect(wins.l + wins.r).toBe(100);
    expect(hidden(join(folder, 'units'))).toEqual([]);
  });
});
