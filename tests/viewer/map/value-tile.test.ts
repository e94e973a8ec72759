import { describe, expect, it } from 'vitest';
import { defaultColouring } from '../../../viewer/map/colouring.ts';
import { storedRange, storedValue, valueTileBytes } from '../../../viewer/map/value-tile.ts';

describe('value tiles', () => {
  it('puts all 65,536 pairs of bytes together as a DataView reads them, and 0x8000 as nodata', () => {
    const view = new DataView(new ArrayBuffer(2));
    for (let low = 0; low < 256; low++) {
      for (let high = 0; high < 256; high++) {
        view.setUint8(0, low);
        view.setUint8(1, high);
        const truth = view.getInt16(0, true);
        expect(storedValue(low, high)).toBe(truth === -32768 ? null : truth);
      }
    }
  });

  it('takes 131,072 bytes as they are, refuses 131,071, and has nothing to draw where all is nodata', () => {
    const tile = new ArrayBuffer(131_072);
    expect(valueTileBytes(tile)?.byteLength).toBe(131_072);
    expect(() => valueTileBytes(new ArrayBuffer(131_071))).toThrow('131072');
    const bytes = new Uint8Array(tile);
    for (let i = 1; i < bytes.length; i += 2) bytes[i] = 0x80;
    expect(valueTileBytes(tile)).toBeNull();
    bytes[131_070] = 1;
    expect(valueTileBytes(tile)).not.toBeNull();
  });

  it('keeps the pixel that is stored as the threshold for each of the thresholds -1.00 to 1.00', () => {
    for (let hundredths = -100; hundredths <= 100; hundredths++) {
      const colouring = { ...defaultColouring('change'), min: hundredths / 100, max: hundredths / 100 };
      const { min, max } = storedRange(colouring, 0.0001);
      // An own −0 counts as 0.
      expect([min + 0, max + 0]).toEqual([hundredths * 100, hundredths * 100]);
    }
  });

  it('rounds a threshold between two stored values inwards: 0.12345 to 1235 from below and 1234 from above', () => {
    const colouring = { ...defaultColouring('ndvi'), min: 0.12345, max: 0.12345 };
    expect(storedRange(colouring, 0.0001)).toMatchObject({ min: 1235, max: 1234 });
  });

  it('without a threshold draws every int16', () => {
    const { min, max } = storedRange(defaultColouring('ndvi'), 0.0001);
    expect(min).toBeLessThan(-32768);
    expect(max).toBeGreaterThan(32767);
  });
});
