import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../pipeline/change/normal.ts';
import { addYearAreas, type ChangeSurface, emptySums } from '../../../pipeline/change/year-areas.ts';
import { cellAreasHa } from '../../../pipeline/raster/cell-area.ts';
import { YEAR_CLASS } from '../../../shared/change.ts';
import type { Grid } from '../../../shared/grid.ts';

const GRID: Grid = { crs: 'EPSG:32631', transform: [10, 0, 500_000, 0, -10, 1_083_000], widthPx: 4, heightPx: 1 };
const WINDOW = { col: 0, row: 0, widthPx: 4, heightPx: 1 };
const areas = cellAreasHa(GRID);
const cellHa = (() => {
  const row = new Float64Array(1);
  areas.fillRow(0, 0, 1, row);
  return row[0]!;
})();

function surface(change: Partial<ChangeSurface> = {}): ChangeSurface {
  const { stable, loss, lostBefore, gain, noData } = YEAR_CLASS;
  return {
    window: WINDOW,
    observed: Uint8Array.of(1, 1, 1, 0),
    // Cell 0 is lost in the first year, cell 1 gains in the second, cell 2 stays; cell 3 nobody saw.
    classes: [Uint8Array.of(loss, stable, stable, noData), Uint8Array.of(lostBefore, gain, stable, noData)],
    magnitude: Float32Array.of(-0.3, 0.12, 0.02, Number.NaN),
    magnitudeSe: Float32Array.of(0.02, 0.02, 0.04, Number.NaN),
    ...change,
  };
}

function measure(coverage: number[], found: ChangeSurface) {
  const sums = emptySums([2022, 2023]);
  addYearAreas(sums, { window: WINDOW, coverage: Float64Array.from(coverage) }, found, { areas, minMagnitude: 0.1 });
  return sums;
}

describe('areas of a parcel by year and class', () => {
  it('are coverage × true ground area: 1, 0.5 and 0.25 cells, and nothing of the cell nobody saw', () => {
    const [first, second] = measure([1, 0.5, 0.25, 1], surface());
    expect(first!.classHa[YEAR_CLASS.loss]).toBeCloseTo(cellHa, 12);
    expect(first!.classHa[YEAR_CLASS.stable]).toBeCloseTo(0.75 * cellHa, 12);
    expect(second!.classHa[YEAR_CLASS.lostBefore]).toBeCloseTo(cellHa, 12);
    expect(second!.classHa[YEAR_CLASS.gain]).toBeCloseTo(0.5 * cellHa, 12);
    expect(first!.classHa[YEAR_CLASS.noData]).toBe(0);
    for (const { classHa } of [first!, second!])
      expect(classHa.reduce((sum, ha) => sum + ha, 0)).toBeCloseTo(1.75 * cellHa, 12);
  });

  it('carry the noise of their cells: a gain of 0.12 ± 0.02 against 0.1 is one with 84 %', () => {
    const [, second] = measure([0, 1, 0, 0], surface());
    const p = normalCdf(1);
    expect(second!.gainSeHa).toBeCloseTo(cellHa * Math.sqrt(p * (1 - p)), 6);
    // 0.12 is 11 standard errors above a loss.
    expect(second!.lossSeHa).toBeLessThan(1e-12);
  });

  it('share the chance of a cell without an event among the 2 years', () => {
    const [first, second] = measure([0, 0, 1, 0], surface());
    const p = normalCdf((0.02 - 0.1) / 0.04) / 2;
    expect(first!.gainSeHa).toBeCloseTo(cellHa * Math.sqrt(p * (1 - p)), 6);
    expect(second!.gainSeHa).toBe(first!.gainSeHa);
  });

  it('have no error where there is no magnitude, never NaN', () => {
    const unknown = surface({ magnitude: new Float32Array(4).fill(Number.NaN), magnitudeSe: new Float32Array(4) });
    const [first] = measure([1, 1, 1, 1], unknown);
    expect([first!.lossSeHa, first!.gainSeHa]).toEqual([0, 0]);
  });
});
