import { describe, expect, it } from 'vitest';
import { findingOf, judgeConfidence, reasonNotJudged } from '../../../pipeline/change/confidence.ts';
import { explainParcel, explainYear } from '../../../pipeline/change/sentence.ts';
import type { ParcelChange, YearChange } from '../../../shared/change.ts';

const LOSS: Omit<ParcelChange, 'sentence'> = {
  finding: 'loss',
  confidence: 'high',
  detected: '2022-04-02',
  after: '2022-03-05',
  before: '2022-03-10',
  recoveredOn: null,
  magnitude: -0.213,
  magnitudeSe: 0.02,
  historyStart: '2018-11-03',
  nHistory: 120,
  nMonitored: 46,
  nOutliers: 4,
  nBurnt: 9,
  passingAfter: null,
  passingBefore: null,
  passingBack: null,
  passingMagnitude: null,
  minDetectableChange: 0.126,
  edgeFraction: 0.2,
  misregistrationNdvi: 0.01,
  controlCount: 8,
  controlDid: -0.19,
  controlDidLow: -0.23,
  controlDidHigh: -0.15,
  controlSlope: null,
  controlZ: null,
  reason: '',
};

describe('confidence of a change', () => {
  const did = { low: -0.25, high: -0.05 };
  const cases: [string, number, number, { low: number; high: number } | null, string][] = [
    ['−0.2 ± 0.04 and control areas that kept level', -0.2, 0.02, did, 'high'],
    ['−0.2 ± 0.04 and control areas that fell alike', -0.2, 0.02, { low: -0.1, high: 0.1 }, 'low'],
    ['−0.2 ± 0.04 and control areas that fell further', -0.2, 0.02, { low: 0.02, high: 0.1 }, 'low'],
    ['−0.2 ± 0.04 without control areas', -0.2, 0.02, null, 'medium'],
    ['−0.12 ± 0.04: not wholly beyond 0.1', -0.12, 0.02, did, 'medium'],
    ['−0.12 ± 0.14: holds 0', -0.12, 0.07, did, 'low'],
    ['a gain of 0.2 ± 0.04 that the control areas do not share', 0.2, 0.02, { low: 0.05, high: 0.2 }, 'high'],
    ['a gain of 0.2 ± 0.04, less than its control areas gained', 0.2, 0.02, did, 'low'],
    ['−0.12 ± 0.04 without control areas', -0.12, 0.02, null, 'medium'],
    ['no standard error', -0.2, Number.NaN, did, 'low'],
  ];
  it.each(cases)('%s', (_, magnitude, magnitudeSe, controlDid, expected) => {
    const facts = { magnitude, magnitudeSe, minMagnitude: 0.1, controlDid, isReversed: false, shareAfter: 1 };
    expect(judgeConfidence(facts)).toBe(expected);
  });

  it('is low for a gain that went back, whatever the control areas did', () => {
    for (const controlDid of [null, { low: 0.1, high: 0.2 }])
      expect(
        judgeConfidence({
          ...{ magnitude: 0.2, magnitudeSe: 0.02, minMagnitude: 0.1, controlDid },
          ...{ isReversed: true, shareAfter: 1 },
        }),
      ).toBe('low');
  });

  it('is medium for a fall of 0.2 in the last 30 % of the dates, which −0.1 to 0.02 neither shows nor rules out', () => {
    const facts = { magnitude: -0.2, magnitudeSe: 0.02, minMagnitude: 0.1, isReversed: false, shareAfter: 0.3 };
    expect(judgeConfidence({ ...facts, controlDid: { low: -0.1, high: 0.02 } })).toBe('medium');
    expect(judgeConfidence({ ...facts, controlDid: { low: -0.05, high: 0.02 } })).toBe('low');
  });
});

describe('the finding of a series', () => {
  const of = (...events: [kind: 'loss' | 'gain' | 'burnt' | 'regrowth', recoveredSlot: number][]) =>
    findingOf({
      outcome: 'judged',
      events: events.map(([kind, recoveredSlot]) => ({ kind, recoveredSlot })),
      eventCount: events.length,
    });
  it('is the gravest as it stands at the end', () => {
    expect(of()).toBe('no_change');
    expect(of(['burnt', 5])).toBe('burnt_and_recovered');
    expect(of(['burnt', 5], ['gain', -1])).toBe('gain');
    expect(of(['loss', 9], ['regrowth', -1])).toBe('loss_and_regrowth');
    expect(of(['loss', 9], ['regrowth', -1], ['gain', -1])).toBe('loss_and_regrowth');
    expect(of(['loss', 9], ['regrowth', -1], ['loss', -1])).toBe('loss');
    expect(of(['gain', 4], ['loss', -1])).toBe('loss');
  });

  it('is null where nothing was judged, and the reason says why in words', () => {
    expect(findingOf({ outcome: 'gap', events: [], eventCount: 0 })).toBeNull();
    expect(reasonNotJudged('gap')).toBe('a gap of more than a year between two observations');
  });
});

describe('the sentence of a parcel', () => {
  it('tells a loss with its size, interval, dates, basis and control areas', () => {
    expect(explainParcel(LOSS)).toBe(
      'Loss: NDVI fell by 0.21 ± 0.04 (95 %) between 2022-03-05 and 2022-03-10 and had not come back by the end of the period (120 observations from 2018-11-03 on as history, 46 judged). Confidence high: its 95 % interval lies beyond the threshold and the control areas did not do the same. Against 8 control areas: −0.19 (−0.23 to −0.15).',
    );
  });

  it('says what no change means: what would have been found', () => {
    const text = explainParcel({ ...LOSS, finding: 'no_change', confidence: null });
    expect(text).toMatch(/^No lasting change/);
    expect(text).toContain(
      'A lasting change of 0.13 or more from the start of the period on would have been found with 90 % power.',
    );
  });

  it('tells a gain that lasts, and of one that went back from when on and that it is of low confidence', () => {
    const gain = { ...LOSS, finding: 'gain', magnitude: 0.2, controlDid: 0.18 } as const;
    expect(explainParcel(gain)).toContain(
      'NDVI rose by 0.20 ± 0.04 (95 %) between 2022-03-05 and 2022-03-10 above its own season (',
    );
    const text = explainParcel({ ...gain, recoveredOn: '2024-06-01', confidence: 'low' });
    expect(text).toContain('above its own season and was back in its season from 2024-06-01 on (');
    expect(text).toContain('Confidence low: the gain did not last.');
  });

  it('says of a loss of low confidence that the surroundings may have done the same', () => {
    const text = explainParcel({
      ...LOSS,
      confidence: 'low',
      controlDid: 0.01,
      controlDidLow: -0.03,
      controlDidHigh: 0.05,
    });
    expect(text).toContain(
      'Confidence low: the control areas may have done the same. Against 8 control areas: +0.01 (−0.03 to +0.05).',
    );
  });

  it('of a loss that was judged to 2023-04-01 only does not speak of the end of the period', () => {
    const text = explainParcel(LOSS, null, '2023-04-01');
    expect(text).toContain('had not come back by 2023-04-01, the last date judged (');
    expect(text).not.toContain('the end of the period');
  });

  it('names the control areas that give no interval, and says that there are none only where there are none', () => {
    const without = { controlDidLow: null, controlDidHigh: null };
    expect(explainParcel({ ...LOSS, ...without, controlDid: -0.07 })).toContain(
      'Against 8 control areas: −0.07 (no interval).',
    );
    expect(explainParcel({ ...LOSS, ...without, controlDid: null })).toContain('Against 8 control areas: no figure.');
    const none = explainParcel({ ...LOSS, ...without, controlDid: null, controlCount: 0 });
    expect(none).toContain('There is no control area to hold it against.');
  });

  it('does not call a passing fall a fire without short-wave infrared', () => {
    const passing = {
      after: '2022-01-05',
      before: '2022-01-15',
      back: '2022-05-20',
      magnitude: -0.18,
      soughtFires: false,
    };
    const text = explainParcel({ ...LOSS, finding: 'no_change', confidence: null }, passing);
    expect(text).toContain('NDVI fell by 0.18 between 2022-01-05 and 2022-01-15 and was back by 2022-05-20');
    expect(text).toContain('nobody can say whether it was a fire');
    expect(text).not.toMatch(/burnt/i);
  });

  it('gives the reason alone where nothing was judged, and behind the finding elsewhere', () => {
    const reason = 'not judged: a gap of more than a year between two observations';
    expect(explainParcel({ ...LOSS, finding: null, confidence: null, reason })).toBe(`N${reason.slice(1)}.`);
    expect(explainParcel({ ...LOSS, reason: 'only 3 control areas' })).toMatch(/Only 3 control areas\.$/);
  });
});

describe('the sentence of a year', () => {
  const YEAR: Omit<YearChange, 'sentence'> = {
    parcelId: 'a',
    year: 2022,
    parcelHa: 12.4,
    stableHa: 8.3,
    lossHa: 3.1,
    lossHaSe: 0.1,
    lostBeforeHa: 0,
    burntHa: 1,
    burntHaSe: null,
    gainHa: 0,
    gainHaSe: 0,
    regrownHa: 0,
    regrownHaSe: null,
    noDataHa: 0.004,
    areaSe: 'not estimated',
  };
  it('names the classes that are there, with ± 1.96 standard errors, and what kind of figure it is', () => {
    expect(explainYear(YEAR)).toBe(
      '2022, of 12.40 ha: 3.10 ± 0.20 ha (95 %) lost, 1.00 ha burnt and recovered. Sums of pixels, not an area estimate; sampling error not estimated.',
    );
    expect(explainYear({ ...YEAR, lossHa: 0, burntHa: 0 })).toMatch(/^2022, of 12\.40 ha: no change\./);
  });
});
