import { describe, expect, it } from 'vitest';
import { COVER_MISSING, judgePersistence, PERSISTENCE } from '../../../pipeline/suggest/persistence.ts';
import { SUGGEST_SETTINGS } from '../../../pipeline/suggest/settings.ts';

const X = null;

/** State of one pixel from its cover in percent, year by year. */
function judge(percents: readonly (number | null)[]) {
  const cover = Uint8Array.from(percents, (percent) => (percent === null ? COVER_MISSING : 2 * percent));
  const years = percents.map((_, y) => 2019 + y);
  const { state, median } = judgePersistence({ pixelCount: 1, years, cover }, SUGGEST_SETTINGS);
  return { state: state[0], medianPct: median[0] === COVER_MISSING ? null : median[0]! / 2 };
}

describe('low cover over the years', () => {
  it.each([
    ['6 years at 10 %', [10, 10, 10, 10, 10, 10], PERSISTENCE.low, 10],
    ['one year of 6 at 40 %: 5 of 6 are enough', [10, 40, 10, 10, 10, 10], PERSISTENCE.low, 10],
    ['2 of 6 at 40 %: 4 of 6 are not', [10, 40, 10, 10, 40, 10], PERSISTENCE.mixed, 10],
    ['one bad year of 4 in woods', [50, 5, 50, 50], PERSISTENCE.wooded, 50],
    ['29.5 % is low, 30 % is not', [29.5, 29.5, 29.5], PERSISTENCE.low, 29.5],
    ['30 % in 3 years', [30, 30, 30], PERSISTENCE.wooded, 30],
    ['half and half', [10, 10, 50, 50], PERSISTENCE.mixed, 30],
    ['3 of 6 years with data', [X, 10, X, 12, X, 14], PERSISTENCE.low, 12],
    ['2 of 6 years with data', [X, 10, X, 12, X, X], PERSISTENCE.unknown, null],
  ] as const)('%s', (_, percents, state, medianPct) => {
    expect(judge(percents)).toEqual({ state, medianPct });
  });
});
