import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFuzz } from '../../../scripts/fuzz/run.ts';
import { formatSummary, formatTable } from '../../../scripts/fuzz/tally.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';

const folder = makeProgramFolder();
let script: string;
beforeAll(async () => {
  script = await buildProgram(folder.path, 'tests/scripts/fuzz/test-fuzz-child.ts');
});
afterAll(() => folder.remove());

describe('a fuzz run', () => {
  it('names the input that hangs, the one that aborts and the one that takes 512 MB, and runs the other 297', async () => {
    const tally = await runFuzz({
      runSeed: 1,
      maxSeconds: 120,
      maxInputs: 300,
      processes: 2,
      isStopped: () => false,
      onProgress: () => {},
      script,
      timeoutMs: 3000,
    });
    expect(tally.failures.map(({ index, what }) => [index, what])).toEqual([
      [7, 'hang'],
      [12, 'crash'],
      [20, 'memory'],
    ]);
    expect(tally.counts.get('bits')?.get('refused')).toBe(297);
    expect(tally.inputs).toBe(300);
    expect(formatTable(tally)).toMatch(/^killed( +0){6} +3$/m);
    expect(formatSummary(tally, 10)).toContain('1 crashes, 1 hangs over 1 s');
  });

  it('ends at once when it is told to, and at its number of inputs', async () => {
    const base = { runSeed: 1, maxSeconds: 60, processes: 1, onProgress: () => {}, script };
    const stopped = await runFuzz({ ...base, maxInputs: 1e6, isStopped: () => true });
    expect(stopped.inputs).toBe(0);
    const short = await runFuzz({ ...base, maxInputs: 5, isStopped: () => false });
    expect([short.inputs, short.failures]).toEqual([5, []]);
  });
});
