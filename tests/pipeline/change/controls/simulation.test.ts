import { describe, expect, it } from 'vitest';
import {
  CONTROL_DEFAULTS,
  compareWithControls,
  type ParcelControls,
} from '../../../../pipeline/change/controls/compare.ts';
import { type LandscapeKnobs, SPLIT_YR, simulateLandscape } from './simulated-landscape.ts';

const SETTINGS = { seed: 1, ...CONTROL_DEFAULTS };

/** Parcels of several simulated landscapes, those with an interval. */
function simulate(
  knobs: Omit<LandscapeKnobs, 'seed'>,
  landscapes: number,
): { all: ParcelControls[]; worstSmd: number } {
  const all: ParcelControls[] = [];
  let worstSmd = 0;
  for (let seed = 1; seed <= landscapes; seed++) {
    const { perParcel, balance } = compareWithControls({
      ...simulateLandscape({ ...knobs, seed }),
      settings: SETTINGS,
      splitYr: SPLIT_YR,
    });
    all.push(...[...perParcel.values()].filter(({ controlDidLow }) => controlDidLow !== null));
    for (const { smdMatched } of balance) worstSmd = Math.max(worstSmd, Math.abs(smdMatched));
  }
  return { all, worstSmd };
}

function shareOf(all: readonly ParcelControls[], holds: (one: ParcelControls) => boolean): number {
  return all.filter(holds).length / all.length;
}

const covers0 = ({ controlDidLow, controlDidHigh }: ParcelControls) => controlDidLow! <= 0 && controlDidHigh! >= 0;

describe('control areas in simulated savannas with common season, rain and haze', () => {
  it.each<[string, Omit<LandscapeKnobs, 'seed'>, number]>([
    ['60 parcels and 600 donors', { parcels: 60, donors: 600 }, 20],
    ['60 parcels and just 300 donors', { parcels: 60, donors: 300 }, 8],
    ['24 parcels and 50 donors, which serve several', { parcels: 24, donors: 50 }, 30],
    ['noise that remembers 70 % after a month', { parcels: 60, donors: 600, memory: 0.7, noiseSd: 0.02 }, 6],
    [
      '1.2 years before and 1.1 after',
      { parcels: 60, donors: 600, historyYr: 1.2, monitoredYr: 1.1, datesPerYear: 24 },
      6,
    ],
    ['3 % of the donors cleared', { parcels: 60, donors: 600, clearedShare: 0.03 }, 6],
  ])(
    'covers 0 in at least 93 %% of untreated parcels and finds a slope in at most 7 %%: %s',
    (_, knobs, landscapes) => {
      const { all, worstSmd } = simulate(knobs, landscapes);
      expect(all.length).toBeGreaterThan(300);
      expect(shareOf(all, covers0)).toBeGreaterThanOrEqual(0.93);
      expect(shareOf(all, ({ controlZ }) => Math.abs(controlZ!) >= 1.96)).toBeLessThanOrEqual(0.07);
      // A pool that the parcels use up leaves no choice; such a table is flagged.
      expect(worstSmd).toBeLessThanOrEqual(knobs.donors > 5 * knobs.parcels ? 0.25 : 0.3);
    },
    240_000,
  );

  it('finds growth of 0.02 a year within 3 years in at least 95 % of parcels where a year moves one area by 0.005', () => {
    const { all } = simulate({ parcels: 60, donors: 600, growth: 0.02, yearSd: 0.005 }, 5);
    expect(shareOf(all, ({ controlZ }) => controlZ! >= 1.96)).toBeGreaterThanOrEqual(0.95);
  });

  it('finds it in at least 80 % where a year moves one area by 0.01', () => {
    const { all } = simulate({ parcels: 60, donors: 600, growth: 0.02, yearSd: 0.01 }, 5);
    expect(shareOf(all, ({ controlZ }) => controlZ! >= 1.96)).toBeGreaterThanOrEqual(0.8);
  });

  it('widens the interval of parcels with a cleared control area to more than twice that of the others, of 2 % cleared', () => {
    const { cleared, ...landscape } = simulateLandscape({ seed: 9, parcels: 60, donors: 600, clearedShare: 0.02 });
    const { perParcel, controls } = compareWithControls({ ...landscape, settings: SETTINGS, splitYr: SPLIT_YR });
    const torn = new Set(controls.filter(({ controlId }) => cleared.has(controlId)).map(({ parcelId }) => parcelId));
    const meanHalf = (isTorn: boolean) => {
      const some = [...perParcel].filter(
        ([id, { controlDidLow }]) => controlDidLow !== null && torn.has(id) === isTorn,
      );
      return some.reduce((sum, [, one]) => sum + (one.controlDidHigh! - one.controlDidLow!) / 2, 0) / some.length;
    };
    expect(torn.size).toBeGreaterThanOrEqual(3);
    expect(meanHalf(true) / meanHalf(false)).toBeGreaterThan(2);
  });
});
