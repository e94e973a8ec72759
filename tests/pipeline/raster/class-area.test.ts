import { describe, expect, it } from 'vitest';
import { classifyAreasHa, measureAreaHa } from '../../../pipeline/raster/class-area.ts';

const WINDOW = { col: 1, row: 2, widthPx: 3, heightPx: 2 };
const PARCEL = { window: WINDOW, coverage: Float64Array.of(1, 1, 0.5, 1, 0.5, 0) };
/** Rows of 10, 20, 30 … ha by row of the grid. */
const AREAS = {
  fillRow(row: number, _col: number, count: number, out: Float64Array) {
    out.fill(10 * row, 0, count);
  },
};
const THRESHOLDS = { loss: -0.15, gain: 0.15 };

describe('class areas', () => {
  it('sum coverage × true cell area over the included cells: 50 of 95 ha', () => {
    const valid = Uint8Array.of(1, 0, 0, 1, 0, 1);
    expect(measureAreaHa(PARCEL, { window: WINDOW, valid }, AREAS)).toBe(50);
    expect(measureAreaHa(PARCEL, { window: WINDOW, valid: new Uint8Array(6).fill(1) }, AREAS)).toBe(95);
    expect(measureAreaHa(PARCEL, { window: { ...WINDOW, col: 9 }, valid }, AREAS)).toBe(0);
  });

  it('put a change of just −0.15 with loss and of just 0.15 with gain, float32 or ten-thousandths', () => {
    const valid = Uint8Array.of(1, 1, 1, 1, 0, 1);
    const expected = { lossHa: 20, gainHa: 20, stableHa: 40, noDataHa: 15 };
    const values = Float32Array.of(-0.15, 0.15, 0.1499, -0.1499, 0.9, -0.9);
    expect(classifyAreasHa(PARCEL, { window: WINDOW, values, valid }, AREAS, THRESHOLDS)).toEqual(expected);
    const stored = Int16Array.of(-1500, 1500, 1499, -1499, 9000, -9000);
    const scaled = { loss: -0.15 / 1e-4, gain: 0.15 / 1e-4 };
    expect(classifyAreasHa(PARCEL, { window: WINDOW, values: stored, valid }, AREAS, scaled)).toEqual(expected);
  });

  it('of two windows add up to those of one', () => {
    const values = Float32Array.of(-0.5, 0.5, 0, -0.2, 0.2, 0);
    const whole = classifyAreasHa(
      PARCEL,
      { window: WINDOW, values, valid: new Uint8Array(6).fill(1) },
      AREAS,
      THRESHOLDS,
    );
    const rows = [0, 1].map((r) =>
      classifyAreasHa(
        PARCEL,
        {
          window: { ...WINDOW, row: 2 + r, heightPx: 1 },
          values: values.slice(3 * r, 3 * r + 3),
          valid: Uint8Array.of(1, 1, 1),
        },
        AREAS,
        THRESHOLDS,
      ),
    );
    expect(rows[0]!.lossHa + rows[1]!.lossHa).toBe(whole.lossHa);
    expect(rows[0]!.gainHa + rows[1]!.gainHa).toBe(whole.gainHa);
    expect(rows[0]!.stableHa + rows[1]!.stableHa).toBe(whole.stableHa);
    const outside = { window: { ...WINDOW, col: 50 }, values, valid: new Uint8Array(6).fill(1) };
    expect(classifyAreasHa(PARCEL, outside, AREAS, THRESHOLDS)).toEqual({
      lossHa: 0,
      gainHa: 0,
      stableHa: 0,
      noDataHa: 0,
    });
  });
});
