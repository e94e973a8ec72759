import { describe, expect, it } from 'vitest';
import type { ParcelRow } from '../../../shared/api.ts';
import { translate } from '../../../viewer/i18n/translate.ts';
import { coverChangeSePct, findingSentence } from '../../../viewer/panels/finding.ts';
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
    ['not_distinguishable', -14.4, 0.02, 'cannot tell loss (15 points or more) from stable'],
    ['not_distinguishable', 14.4, 0.02, 'cannot tell gain (20 points or more) from stable'],
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

  it('says a threshold of 12.5 points with its decimal', () => {
    const sentence = findingSentence('en', row({}), { loss: -0.125, gain: 0.2 })!;
    expect(translate('en', sentence.key, sentence.values)).toContain('the 12.5 points that count as loss');
  });

  it('leaves 1 kind to its reason: no data', () => {
    expect(findingSentence('en', row({ status: 'no_data', coverChangePct: null }), thresholds)).toBeNull();
  });
});

describe('the standard error of the change of tree cover', () => {
  const endpoints = { ndviSoil: 0.18, ndviVegetation: 0.76 };

  it('is that of the NDVI change over the span of 0.58: 0.0160338 becomes 2.764 points', () => {
    expect(coverChangeSePct({ coverChangePct: 14.4242, ndviChangeSe: 0.0160338 }, endpoints)).toBeCloseTo(2.764, 3);
  });

  it.each([
    ['without a change', { coverChangePct: null, ndviChangeSe: 0.01 }, endpoints],
    ['without an error of the NDVI change', { coverChangePct: 3, ndviChangeSe: null }, endpoints],
    ['where the run does not state both ends', { coverChangePct: 3, ndviChangeSe: 0.01 }, { ndviSoil: 0.18 }],
  ])('is not estimated %s', (_, figures, parameters) => {
    expect(coverChangeSePct(figures, parameters)).toBeNull();
  });
});
