import { describe, expect, it } from 'vitest';
import { clearFromFmask, clearFromQaPixel, clearFromScl } from '../../../pipeline/raster/mask.ts';
import { maskReasons, NODATA_REASON, reasonsOf } from '../../../pipeline/raster/mask-reasons.ts';
import { MASK_REASONS, reasonCode } from '../../../shared/mask-reasons.ts';

function nameOf(rule: 'scl' | 'qa_pixel' | 'fmask', value: number, cirrusBit = true): string {
  const { codes, keepBits } = maskReasons(rule, { cirrusBit });
  return MASK_REASONS[codes[value & keepBits]!] ?? 'nodata';
}

describe('reasons of masks', () => {
  it('name the 12 classes of SCL, and no others', () => {
    const wanted = ['nodata', 'defective', 'shadow', 'shadow', 'clear', 'clear', 'clear', 'clear', 'cloud', 'cloud'];
    expect(Array.from({ length: 13 }, (_, value) => nameOf('scl', value))).toEqual([
      ...wanted,
      'cirrus',
      'snow',
      'nodata',
    ]);
  });

  // Values and words of the table of QA_PIXEL in the Landsat 8-9 Collection 2 Level 2 guide (USGS LSDS-1619).
  it.each([
    [1, 'nodata'],
    [21824, 'clear'],
    [21952, 'clear'],
    [21826, 'cloud'],
    [22280, 'cloud'],
    [23888, 'shadow'],
    [23952, 'shadow'],
    [24344, 'cloud'],
    [30048, 'snow'],
    [54596, 'cirrus'],
    [55052, 'cloud'],
  ])('name Landsat 8 QA_PIXEL %i %s', (value, reason) => {
    expect(nameOf('qa_pixel', value)).toBe(reason);
  });

  it('know no cirrus of Landsat 5 and 7, whose bit 2 is unused', () => {
    expect(nameOf('qa_pixel', 5440 | 4, false)).toBe('clear');
  });

  it('name DEA fmask 0 to 5', () => {
    const names = Array.from({ length: 6 }, (_, value) => nameOf('fmask', value));
    expect(names).toEqual(['nodata', 'clear', 'cloud', 'shadow', 'snow', 'clear']);
  });

  it('call clear exactly what the masks of the run keep, of all 65,536 numbers of QA_PIXEL and 256 of SCL and fmask', () => {
    const qa = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    for (const cirrusBit of [true, false]) {
      const clear = clearFromQaPixel(qa, { cirrusBit });
      const wrong = qa.filter((value) => (nameOf('qa_pixel', value, cirrusBit) === 'clear') !== (clear[value] === 1));
      expect(wrong.length).toBe(0);
    }
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const [scl, fmask] = [clearFromScl(bytes, [4, 5, 6, 7]), clearFromFmask(bytes)];
    for (const value of bytes) {
      expect(nameOf('scl', value) === 'clear').toBe(scl[value] === 1);
      expect(nameOf('fmask', value) === 'clear').toBe(fmask[value] === 1);
    }
  });

  it('follow the run: kept cirrus is clear, water left out and ground near a cloud are excluded, nodata stays', () => {
    const table = maskReasons('scl', { cirrusBit: false });
    const classes = Uint8Array.of(10, 6, 4, 8, 0, 4);
    const valid = Uint8Array.of(1, 1, 1, 1, 1, 0);
    const clear = Uint8Array.of(1, 0, 0, 0, 0, 1);
    const names = ['clear', 'excluded', 'excluded', 'cloud'] as const;
    expect([...reasonsOf(table, classes, valid, clear)]).toEqual([
      ...names.map(reasonCode),
      NODATA_REASON,
      NODATA_REASON,
    ]);
  });
});
