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
  const FIGURES = { ndviChange: 0.1, ndviChangeSe: 0.0160338 };

  it('is that of the NDVI change over the span of 0.58: 0.0160338 becomes 2.764 points', () => {
    expect(coverChangeSePct({ ...FIGURES, coverChangePct: 14.4242 }, endpoints)).toBeCloseTo(2.764, 3);
  });

  it('is that over the steeper slope of a calibrated model: 30 points for 0.1 NDVI make 4.810', () => {
    const parameters = { ...endpoints, coverModel: { name: 'model.json' } };
    expect(coverChangeSePct({ ...FIGURES, coverChangePct: 30 }, parameters)).toBeCloseTo(4.81014, 4);
    expect(coverChangeSePct({ ...FIGURES, coverChangePct: 3 }, parameters)).toBeCloseTo(2.764, 3);
  });

  it.each([
    ['without a change', { ...FIGURES, coverChangePct: null }, endpoints],
    ['without an error of the NDVI change', { ...FIGURES, coverChangePct: 3, ndviChangeSe: null }, endpoints],
    ['where the run does not state both ends', { ...FIGURES, coverChangePct: 3 }, { ndviSoil: 0.18 }],
  ])('is not estimated %s', (_, figures, parameters) => {
    expect(coverChangeSePct(figures, parameters)).toBeNull();
  });
});
