import { describe, expect, it } from 'vitest';
import { reasonNotJudged } from '../../../pipeline/change/confidence.ts';
import type { ParcelChange } from '../../../shared/change.ts';
import { translateChangeReason } from '../../../viewer/i18n/change-reasons.ts';
import { translate } from '../../../viewer/i18n/translate.ts';
import {
  changeFilterWords,
  changeSentences,
  magnitudeInterval,
  standsApart,
  whyKey,
} from '../../../viewer/panels/change-words.ts';
import { FIRST_VIEW, type Language } from '../../../viewer/state.ts';
import { PLANTED, resultOf } from '../../change-planted.ts';

const changeOf = (id: string): ParcelChange => resultOf(PLANTED.find((one) => one.id === id)!, true).change!;
const say = (language: Language, id: string) =>
  changeSentences(language, changeOf(id))
    .map(({ key, values }) => translate(language, key, values))
    .join(' ');

describe('a finding in words', () => {
  it('tells a loss of 0.314 between its two dates in each language, never in English', () => {
    expect(say('en', 'LOSS-1')).toBe(
      'Between 2 Feb 2020 and 18 Feb 2020 the NDVI fell below the parcel’s own season. The median of the dates judged since lies 0.314 below it; by the last of them it had not come back.',
    );
    expect(say('fr', 'LOSS-1')).toContain('depuis se situe 0,314 au-dessous');
    expect(say('de', 'LOSS-1')).toContain('Tage liegt 0,314 darunter');
  });

  it('tells a regrowth with its day, and of 4 burnt dates that they are no loss', () => {
    expect(say('en', 'REGROWN-2')).toContain('it has been back in it since 24 Mar 2021');
    expect(say('fr', 'BURNT-4')).toContain('4 observations retirées comme brûlées');
    expect(say('de', 'BURNT-4')).toContain('Kein Verlust.');
  });

  it('says of a gain that went back since when', () => {
    const back = { ...changeOf('CALM-5'), finding: 'gain' as const, recoveredOn: '2021-03-24', magnitude: 0.2 };
    const [first] = changeSentences('en', back);
    expect(translate('en', first!.key, first!.values)).toContain('it has been back in it since 24 Mar 2021');
  });

  it('says of a low confidence that the gain went back, or that the control areas speak against it: not both', () => {
    const back = { ...changeOf('CALM-5'), finding: 'gain' as const, recoveredOn: '2021-03-24' };
    expect(whyKey(back, 'low')).toBe('change.why.back');
    expect(whyKey({ ...back, recoveredOn: null }, 'low')).toBe('change.why.low');
    expect(whyKey({ ...back, finding: 'loss_and_regrowth' }, 'low')).toBe('change.why.low');
    expect(whyKey({ ...back, controlDid: null }, 'medium')).toBe('change.why.alone');
  });

  it('says of no change how small a change would have been seen, and nothing where nothing was judged', () => {
    expect(say('en', 'CALM-5')).toBe(
      '54 observations of the monitoring period show no lasting departure from the parcel’s own season. A lasting change of 0.062 or more would have been seen with 90 % power.',
    );
    expect(changeSentences('en', { ...changeOf('CALM-5'), finding: null })).toEqual([]);
  });

  it('tells a fall of 0.15 that was made good within the year with its three days, in each language', () => {
    const passing = {
      ...changeOf('CALM-5'),
      ...{ passingAfter: '2020-01-05', passingBefore: '2020-02-06', passingBack: '2020-06-01' },
      passingMagnitude: -0.15,
    };
    const last = (language: Language) => {
      const { key, values } = changeSentences(language, passing).at(-1)!;
      return translate(language, key, values);
    };
    expect(last('en')).toBe(
      'Between 5 Jan 2020 and 6 Feb 2020 the NDVI fell by 0.150 and was back by 1 Jun 2020: too short for a change, and not shown to be a fire.',
    );
    expect(last('fr')).toContain('a baissé de 0,150');
    expect(last('de')).toContain('fiel der NDVI um 0,150');
  });
});

describe('figures of a change', () => {
  it('have the interval −0.3142 ± 1.96 · 0.0171, and none without a standard error', () => {
    const [low, high] = magnitudeInterval({ magnitude: -0.3142, magnitudeSe: 0.0171 })!;
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['-0.3477', '-0.2807']);
    expect(magnitudeInterval({ magnitude: -0.3, magnitudeSe: null })).toBeNull();
    expect(magnitudeInterval({ magnitude: null, magnitudeSe: 0.1 })).toBeNull();
  });

  it('stand apart from control areas from |Z| = 1.96 on', () => {
    expect([-3.42, -1.96, 1.95, null].map(standsApart)).toEqual([true, true, false, null]);
  });

  it('name a filter of two findings and one confidence, and nothing without one', () => {
    const t = (key: Parameters<typeof translate>[1]) => translate('de', key);
    const query = { ...FIRST_VIEW.query, change: ['loss', 'not_judged'] as const, confidence: ['high'] as const };
    expect(changeFilterWords(query, t)).toBe('Verlust / Nicht beurteilt · hohe Sicherheit');
    expect(changeFilterWords(FIRST_VIEW.query, t)).toBe('');
  });
});

describe('why a series was not judged', () => {
  it.each([
    [
      'too few observations in the history for a season (2 clear observations in the history, 31 monitored)',
      'trop peu d’observations dans l’historique pour connaître la saison (observations claires : 2 dans l’historique, 31 dans le suivi)',
    ],
    ["the baseline's acquisitions span 200 days, 365 needed to know the season", 'couvrent 200 jours'],
    [
      'its pixels show 12.21 ha lost and not back in 2013, too little or too scattered for its own series',
      'ses pixels montrent 12,21 ha perdus et non revenus en 2013',
    ],
    ['no acquisition in the baseline', 'aucune prise de vue dans la période de référence'],
    ['no control areas: 2 of them share enough clear dates with it, 5 needed', '2 ont assez de dates claires'],
    ['from the closest it differs most in its past slope a year (−0.011)', 'pente ancienne par an (−0,011)'],
    ['no control areas: 3 resemble it in the baseline (distance at most 1.5), 5 needed', 'distance 1,5 au plus'],
  ])('is said in French: %s', (reason, words) => {
    const said = translateChangeReason('fr', reason);
    expect(said.rest).toBeNull();
    expect(said.text.replaceAll('\u00a0', ' ')).toContain(words);
  });

  it.each([
    'too_few_observations',
    'window_too_short',
    'no_monitoring',
    'too_few_monitored',
    'short_history',
    'constant',
    'gap',
    'not_finite',
    'duplicate_dates',
    'unsorted_dates',
  ] as const)('has words in each language for the outcome %s as the pipeline writes it', (outcome) => {
    const reason = `${reasonNotJudged(outcome)} (5 clear observations in the history, 1234 monitored)`;
    const said = (['en', 'fr', 'de'] as const).map((language) => translateChangeReason(language, reason));
    expect(said.map(({ rest }) => rest)).toEqual([null, null, null]);
    expect(new Set(said.map(({ text }) => text)).size).toBe(3);
  });

  it('tells to which day a series was judged where a gap follows', () => {
    const reason = 'judged to 2012-11-03 only: no observation for 402 days behind it';
    expect(translateChangeReason('de', reason)).toMatchObject({ rest: null });
    expect(translateChangeReason('de', reason).text).toContain('3. Nov. 2012');
    expect(translateChangeReason('fr', reason).text).toContain('402');
  });

  it('says the parts that it knows and keeps the one that it does not know', () => {
    const reason =
      'a gap of more than a year between two observations (9 clear observations in the history, 3 monitored); the moon was full';
    expect(translateChangeReason('de', reason)).toEqual({
      text: 'eine Lücke von mehr als einem Jahr zwischen zwei Beobachtungen (klare Beobachtungen: 9 in der Vorgeschichte, 3 überwacht)',
      rest: 'the moon was full',
    });
    expect(translateChangeReason('fr', '')).toEqual({ text: '', rest: null });
  });
});
