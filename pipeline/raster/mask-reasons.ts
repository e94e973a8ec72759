import { type MaskReason, reasonCode } from '../../shared/mask-reasons.ts';
import type { PixelArray } from '../../shared/raster.ts';
import type { MaskRule } from '../../shared/scene.ts';

/** Stands for ground without data beside the codes of `MASK_REASONS`. */
export const NODATA_REASON = 255;

type ClassRule = Exclude<MaskRule, 'nodata'>;

/** Sentinel-2 SCL 0 to 11 (ESA, L2A algorithm): 2 is cast shadow or dark ground, 4 to 7 vegetation, soil, water, unclassified. */
const SCL: readonly (MaskReason | null)[] = [
  null,
  'defective',
  'shadow',
  'shadow',
  'clear',
  'clear',
  'clear',
  'clear',
  'cloud',
  'cloud',
  'cirrus',
  'snow',
];

/** `oa_fmask` of Digital Earth Australia 0 to 5: nodata, valid, cloud, shadow, snow, water. */
const FMASK: readonly (MaskReason | null)[] = [null, 'clear', 'cloud', 'shadow', 'snow', 'clear'];

/** Bits of Landsat's QA_PIXEL (USGS LSDS-1619), the weightiest first; bit 1 is the provider's own margin round clouds. */
const QA_BITS: readonly (readonly [bit: number, reason: MaskReason | null])[] = [
  [0, null],
  [3, 'cloud'],
  [4, 'shadow'],
  [2, 'cirrus'],
  [5, 'snow'],
  [1, 'cloud'],
];
const QA_BITS_USED = 0b11_1111;

/** Reason codes of a class band: `codes[value & keepBits]`. */
export interface ReasonTable {
  readonly codes: Uint8Array;
  readonly keepBits: number;
}

/**
 * What each number of a class band says of a pixel, as a code of `MASK_REASONS` or `NODATA_REASON`.
 * @param options.cirrusBit Landsat 8 and 9, whose bit 2 is cirrus; it is unused before
 */
export function maskReasons(rule: ClassRule, { cirrusBit }: { cirrusBit: boolean }): ReasonTable {
  if (rule !== 'qa_pixel') {
    // A number that the table does not know is no statement about the ground.
    const codes = new Uint8Array(256).fill(NODATA_REASON);
    (rule === 'scl' ? SCL : FMASK).forEach((reason, value) => {
      codes[value] = codeOf(reason);
    });
    return { codes, keepBits: 255 };
  }
  const bits = QA_BITS.filter(([bit]) => cirrusBit || bit !== 2);
  const codes = Uint8Array.from({ length: QA_BITS_USED + 1 }, (_, value) => {
    const found = bits.find(([bit]) => (value >> bit) & 1);
    return found ? codeOf(found[1]) : reasonCode('clear');
  });
  return { codes, keepBits: QA_BITS_USED };
}

/**
 * Reasons of a class window whose clear pixels are known: the class's own word, `clear` where the run keeps the pixel
 * whatever its class, `excluded` where it drops one that its class calls clear.
 * @param valid 1 where the class file has a number
 * @param clear the run's own mask on the same cells, 1 = used
 */
export function reasonsOf(table: ReasonTable, classes: PixelArray, valid: Uint8Array, clear: Uint8Array): Uint8Array {
  const isClear = reasonCode('clear');
  const isExcluded = reasonCode('excluded');
  const reasons = new Uint8Array(classes.length);
  for (let i = 0; i < reasons.length; i += 1) {
    const own = valid[i] ? table.codes[classes[i]! & table.keepBits]! : NODATA_REASON;
    if (own === NODATA_REASON) reasons[i] = own;
    else if (clear[i]) reasons[i] = isClear;
    else reasons[i] = own === isClear ? isExcluded : own;
  }
  return reasons;
}

function codeOf(reason: MaskReason | null): number {
  return reason === null ? NODATA_REASON : reasonCode(reason);
}
