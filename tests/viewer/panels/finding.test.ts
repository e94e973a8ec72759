import { describe, expect, it } from 'vitest';
import type { ParcelRow } from '../../../shared/api.ts';
import { translate } from '../../../viewer/i18n/translate.ts';
import { findingSentence } from '../../../viewer/panels/finding.ts';
import type { Language } from '../../../viewer/state.ts';

const thresholds = { loss: -0.15, gain: 0.2 };
const row = (change: Partial<ParcelRow>) =>
  ({ status: 'loss', coverChangePct: -46.703, ndviChangeSe: 0.0358805, ...change }) as ParcelRow;
const say = (language: Language, parcel: ParcelRow) => {
  const sentence = findingSentence(language, parcel, thresholds);
  return sentence && translate(language, sentence.key, sentence.values);
};

describe('the finding in one sentence', () => {
  it('says a fall of 46.7 points without a minus sign and with the threshold for loss', () => {
    expect(say('en', row({}))).toBe(
      'Tree cover fell by 46.7 percentage points: more than the 15 points that count as loss, and more than the scatter between dates explains.',
    );
    expect(say('fr', row({}))).toContain('46,7 points de pourcentage');
    expect(say('de', row({}))).toContain('46,7 Prozentpunkte');
  });

  it('takes the threshold of 20 points where cover rose', () => {
    expect(say('en', row({ status: 'gain', coverChangePct: 31 }))).toContain(
      'more than the 20 points that count as gain',
    );
  });

  it.each([
    ['stable', -1.2, 0.01, 'Stable: tree cover is 1.2 percentage points lower'],
    ['stable', 1.2, 0.01, 'Stable: tree cover is 1.2 percentage points higher'],
    ['not_distinguishable', -14.4, 0.02, 'cannot tell whether trees were lost'],
    ['not_distinguishable', 14.4, 0.02, 'cannot tell whether trees were gained'],
    ['not_distinguishable', -40, null, 'Too few dates to say how sure that is'],
    ['not_distinguishable', 40, null, 'counts neither as gain nor as stable'],
    ['not_distinguishable', null, 0.02, 'Change of tree cover: not estimated'],
  ] as const)(
    'of %s with %s points and a standard error of %s says "%s"',
    (status, coverChangePct, ndviChangeSe, words) => {
      const parcel = row({ status, coverChangePct, ndviChangeSe });
      expect(say('en', parcel)).toContain(words);
      for (const language of ['fr', 'de'] as const) expect(say(language, parcel)).not.toMatch(/[{}]|undefined/);
    },
  );

  it('leaves 1 kind to its reason: no data', () => {
    expect(findingSentence('en', row({ status: 'no_data', coverChangePct: null }), thresholds)).toBeNull();
  });
});
