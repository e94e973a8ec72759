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
      'no observation in 2022',
      calm.map((v, slot) => (slot >= at(2022) && slot < at(2022.95) ? Number.NaN : v)),
      null,
      [stable, stable, stable, stable, stable],
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
});
