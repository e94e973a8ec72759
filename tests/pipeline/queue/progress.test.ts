import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../pipeline/queue/progress.ts';

function trace({ total, isTty, stepMs, steps }: { total: number; isTty: boolean; stepMs: number; steps: number }) {
  const texts: string[] = [];
  let clockMs = 0;
  const progress = createProgress({
    total,
    unitName: 'units',
    write: (text) => texts.push(text),
    isTty,
    now: () => clockMs,
  });
  for (let i = 0; i < steps; i++) {
    clockMs += stepMs;
    progress.advance();
  }
  progress.finish();
  return texts;
}

describe('the progress bar', () => {
  it('off a terminal writes one line each 2 s and a last one: 5 units of 1 s make 3 lines', () => {
    const lines = trace({ total: 5, isTty: false, stepMs: 1000, steps: 5 });
    expect(lines).toEqual([
      '[##########..............] 40 %  2 of 5 units  about 3 s left\n',
      '[###################.....] 80 %  4 of 5 units  about 1 s left\n',
      '[########################] 100 %  5 of 5 units  in 5 s\n',
    ]);
  });

  it('on a terminal redraws one line at most each 100 ms and ends it: 1000 units in 1 s make 10 drawings', () => {
    const texts = trace({ total: 1000, isTty: true, stepMs: 1, steps: 1000 });
    expect(texts.filter((text) => text.startsWith('\r')).length).toBeLessThanOrEqual(11);
    expect(texts.at(-1)).toBe('\n');
    expect(texts.join('').split('\n')).toHaveLength(2);
  });

  it('estimates hours as hours: 1 of 100 units in 6 min leaves 9 h 54 min', () => {
    expect(trace({ total: 100, isTty: false, stepMs: 360_000, steps: 1 })[0]).toContain('about 9 h 54 min left');
  });

  it('with 0 units is complete at once', () => {
    expect(trace({ total: 0, isTty: false, stepMs: 0, steps: 0 })).toEqual([
      '[########################] 100 %  0 of 0 units  in 0 s\n',
    ]);
  });
});
