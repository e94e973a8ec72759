import { expect, it } from 'vitest';
import { formatRows, rowOf } from '../../../scripts/chaos/row.ts';
import type { Played } from '../../../scripts/chaos/stage.ts';

function played(findings: Partial<Played['findings']>, more: Partial<Played> = {}): Played {
  const none = { lost: [], doubled: [], orphans: [], dead: [], units: 10, digest: '' };
  return { findings: { ...none, ...findings }, end: '', recoveryMs: [], seconds: 3, ...more } as unknown as Played;
}

it('tells p50 and p99 of 100 recoveries of 0.1 to 10 s as 5.0 and 9.9 s', () => {
  const recoveryMs = Array.from({ length: 100 }, (_, i) => 100 * (100 - i));
  const row = rowOf('kills', '1 kill', [played({}, { recoveryMs })], { happened: '1 kill' });
  expect(row.reached).toBe(
    '1 kill; 10 units, 0 lost, 0 doubled, 0 orphans, 0 given up; recovery p50 5.0 s, p99 9.9 s (100 units); 3 s',
  );
  expect(row.problems).toEqual([]);
});

it('adds 2 runs up, and names 5 of 7 lost units, 1 orphan and an end that was none', () => {
  const lost = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const row = rowOf('kills', '', [played({ lost }), played({ orphans: ['x'] }, { end: 'it hung' })], { happened: '' });
  expect(row.reached).toContain('20 units, 7 lost, 0 doubled, 1 orphans');
  expect(row.problems).toEqual([
    ...['a', 'b', 'c', 'd', 'e'].map((key) => `lost: ${key}`),
    'lost: 2 more',
    'The run did not end well: it hung',
    'orphan: x',
  ]);
});

it('ends a line with FAILED where 1 thing went wrong, and tells it below', () => {
  const text = formatRows([
    { what: 'a', asked: '1', reached: '1', problems: [] },
    { what: 'b', asked: '1', reached: '0', problems: ['lost: u1'] },
  ]);
  expect(text.split('\n').map((line) => line.trim())).toEqual([
    'what  asked  reached',
    'a     1      1        reached',
    'b     1      0        FAILED',
    '',
    'b: lost: u1',
  ]);
});
