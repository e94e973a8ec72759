import { describe, expect, it } from 'vitest';
import { createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../../pipeline/change/judge-series.ts';
import { classifyYears } from '../../../pipeline/change/year-classes.ts';
import { YEAR_CLASS } from '../../../shared/change.ts';
import { axisEvery, seasonOf, shift, slotAt } from './made-series.ts';

const axis = axisEvery(10, 8, 2021);
const calm = seasonOf(axis, 0.01);
const at = (yr: number) => slotAt(axis, yr);
const { noData, stable, loss, burnt, gain, regrown, lostBefore } = YEAR_CLASS;

/** Classes of 2021 to 2025. */
function classes(ndvi: Float64Array, nbr: Float64Array | null = null): number[] {
  const verdict = createSeriesJudge(axis, DEFAULT_CHANGE_SETTINGS).judge(ndvi, nbr);
  return [...classifyYears(verdict, axis, [2021, 2022, 2023, 2024, 2025])];
}

describe('classes of years', () => {
  const scar = (values: Float64Array, from: number, to: number) => shift(values, -0.3, from, to);
  const lost = shift(calm, -0.25, at(2022.3));
  const cases: [string, Float64Array, Float64Array | null, number[]][] = [
    ['nothing', calm, null, [stable, stable, stable, stable, stable]],
    ['a loss in 2022', lost, null, [stable, loss, lostBefore, lostBefore, lostBefore]],
    [
      'a loss in 2022 made good in 2024',
      shift(calm, -0.25, at(2022.3), at(2024.4)),
      null,
      [stable, loss, lostBefore, regrown, regrown],
    ],
    ['a gain in 2023', shift(calm, 0.25, at(2023.2)), null, [stable, stable, gain, stable, stable]],
    [
      'a fire in 2023',
      shift(calm, -0.12, at(2023.05), at(2023.35)),
      scar(calm, at(2023.05), at(2023.35)),
      [stable, stable, burnt, stable, stable],
    ],
    [
      'a fire in 2021 and a loss in 2022',
      shift(lost, -0.12, at(2021.05), at(2021.35)),
      scar(lost, at(2021.05), at(2021.35)),
      [burnt, loss, lostBefore, lostBefore, lostBefore],
    ],
    [
      'a loss in 2021 made good in 2022 and a loss again in 2024',
      shift(shift(calm, -0.25, at(2021.2), at(2022.5)), -0.25, at(2024.3)),
      null,
      [loss, regrown, regrown, loss, lostBefore],
    ],
    [
      'a loss in 2021 made good in 2022 and a loss again in 2023',
      shift(shift(calm, -0.25, at(2021.1), at(2022.2)), -0.25, at(2023.6)),
      null,
      [loss, regrown, loss, lostBefore, lostBefore],
    ],
    [
      'a gain in 2022 and a loss in 2024',
      shift(shift(calm, 0.2, at(2022.3), at(2024.4)), -0.2, at(2024.4)),
      null,
      [stable, gain, stable, loss, lostBefore],
    ],
    [
      '2 observations in 2022: too few to be stable',
      calm.map((v, slot) => (slot >= at(2022) && slot < at(2022.95) ? Number.NaN : v)),
      null,
      [stable, noData, stable, stable, stable],
    ],
    [
      '2 fallen observations in the last year: nobody knows yet',
      shift(calm, -0.3, at(2025)).map((v, slot) => (slot >= at(2025) + 2 ? Number.NaN : v)),
      null,
      [stable, stable, stable, stable, noData],
    ],
    [
      'a loss in 2022 and 2 observations in 2024: still lost',
      lost.map((v, slot) => (slot >= at(2024) && slot < at(2024.95) ? Number.NaN : v)),
      null,
      [stable, loss, lostBefore, lostBefore, lostBefore],
    ],
    ['nothing to judge', calm.map(() => Number.NaN), null, [noData, noData, noData, noData, noData]],
  ];
  it.each(cases)('%s', (_, ndvi, nbr, expected) => {
    expect(classes(ndvi, nbr)).toEqual(expected);
  });

  it('a year that no judged observation lies in has no data: here everything from 2023 on', () => {
    const cut = calm.map((v, slot) => (slot >= at(2023) ? Number.NaN : v));
    expect(classes(cut)).toEqual([stable, stable, noData, noData, noData]);
  });

  it('a fire shows in a stable and in a regrown year, and does not hide that ground is lost', () => {
    const event = { fromSlot: 0, detectedSlot: 0, recoveredSlot: -1, magnitude: 0, magnitudeSe: 0 };
    const verdict = createSeriesJudge(axis, DEFAULT_CHANGE_SETTINGS).judge(calm, null);
    const plant = (...planted: [kind: 'loss' | 'regrowth' | 'burnt', yr: number][]) => {
      const events = planted.map(([kind, yr]) => ({ ...event, kind, toSlot: at(yr) }));
      return [...classifyYears({ ...verdict, events, eventCount: events.length }, axis, [2021, 2022, 2023])];
    };
    expect(plant(['burnt', 2022.1])).toEqual([stable, burnt, stable]);
    expect(plant(['loss', 2021.2], ['burnt', 2022.1])).toEqual([loss, lostBefore, lostBefore]);
    expect(plant(['loss', 2021.2], ['regrowth', 2022.3], ['burnt', 2023.1])).toEqual([loss, regrown, burnt]);
    expect(plant(['loss', 2021.2], ['burnt', 2021.6])).toEqual([loss, lostBefore, lostBefore]);
  });
});
