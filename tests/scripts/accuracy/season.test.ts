import { describe, expect, it } from 'vitest';
import { createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../../pipeline/change/judge-series.ts';
import { axisOfDays } from '../../../scripts/accuracy/day-axis.ts';
import { makeSavanna, type SavannaSettings } from '../../../scripts/accuracy/savanna.ts';
import { dateOf } from '../../../scripts/demo/dates.ts';

const SETTINGS: SavannaSettings = {
  seed: 201,
  places: 20,
  pixelsPerPlace: 50,
  historyYears: 3,
  step: -0.15,
  clearAfterStep: 12,
  sensors: 'msi',
};
const places = makeSavanna(SETTINGS);

describe('synthetic savanna', () => {
  it('is the same again from the same seed, and another from another', () => {
    const few = { ...SETTINGS, places: 1, pixelsPerPlace: 4 };
    const series = (seed: number) => makeSavanna({ ...few, seed })[0]!.pixels.map(({ ndvi }) => [...ndvi]);
    expect(series(5)).toEqual(series(5));
    expect(series(5)).not.toEqual(series(6));
  });

  it('swings by 0.2 NDVI or more with the season in 9 of 10 pixels', () => {
    const swings = places.flatMap(({ pixels, startSlot }) =>
      pixels.map(({ ndvi }) => {
        const clear = [...ndvi.subarray(0, startSlot)].filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
        return clear[Math.floor(0.95 * clear.length)]! - clear[Math.floor(0.05 * clear.length)]!;
      }),
    );
    expect(swings.filter((swing) => swing >= 0.2).length).toBeGreaterThan(0.9 * swings.length);
  });

  it('leaves at least 12 clear observations behind every step, and steps half of the pixels', () => {
    const pixels = places.flatMap((place) => place.pixels);
    const stepped = pixels.filter(({ stepSlot }) => stepSlot >= 0);
    expect(stepped.length).toBe(pixels.length / 2);
    for (const { ndvi, stepSlot } of stepped)
      expect(ndvi.subarray(stepSlot).filter((v) => !Number.isNaN(v)).length).toBeGreaterThanOrEqual(12);
  });
});

describe('the project defaults on 1,000 synthetic savanna pixels that no rule was tuned on', () => {
  it('flag at most 1 % of the unchanged ones and find at least 90 % of the steps of −0.15', () => {
    const tally = { unchanged: 0, flagged: 0, stepped: 0, found: 0 };
    for (const place of places) {
      const axis = { ...axisOfDays(Array.from(place.days, dateOf), 0), startSlot: place.startSlot };
      const judge = createSeriesJudge(axis, DEFAULT_CHANGE_SETTINGS);
      for (const { ndvi, nbr, stepSlot } of place.pixels) {
        const verdict = judge.judge(ndvi, nbr);
        const kinds = verdict.events.slice(0, verdict.eventCount).map(({ kind }) => kind);
        if (stepSlot < 0) {
          tally.unchanged++;
          if (kinds.some((kind) => kind !== 'burnt')) tally.flagged++;
        } else {
          tally.stepped++;
          if (kinds.includes('loss')) tally.found++;
        }
      }
    }
    expect(tally.flagged / tally.unchanged).toBeLessThanOrEqual(0.01);
    expect(tally.found / tally.stepped).toBeGreaterThanOrEqual(0.9);
  });
});
