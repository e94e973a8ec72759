import type { Rgb } from './ramps.ts';

/**
 * Why a pixel of an acquisition counts or does not; the position is the number stored in value tiles of the style `mask`.
 * `cirrus` is thin cloud; `snow` snow or ice; `defective` saturated or otherwise broken; `excluded` ground that the
 * classification calls clear and the run leaves out all the same: a class it does not keep, or too near to one.
 */
export const MASK_REASONS = ['clear', 'cloud', 'shadow', 'cirrus', 'snow', 'defective', 'excluded'] as const;

export type MaskReason = (typeof MASK_REASONS)[number];

/** Number of a reason. */
export function reasonCode(reason: MaskReason): number {
  return MASK_REASONS.indexOf(reason);
}

/**
 * Hatch colours after M. Okabe and K. Ito's set for all kinds of colour vision: dark where the ground beneath is bright
 * (cloud, snow), bright where it is dark (shadow). Lines also differ in direction and spacing.
 */
export const REASON_COLOURS: Readonly<Record<Exclude<MaskReason, 'clear'>, Rgb>> = {
  cloud: [213, 94, 0],
  shadow: [86, 180, 233],
  cirrus: [230, 159, 0],
  snow: [0, 114, 178],
  defective: [240, 228, 66],
  excluded: [204, 121, 167],
};
