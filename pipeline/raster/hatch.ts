import { MASK_REASONS, type MaskReason, REASON_COLOURS } from '../../shared/mask-reasons.ts';
import type { Rgb } from '../../shared/ramps.ts';
import type { Picture } from './paint.ts';

/** Lines of a reason: `rise` 1 runs up to the right, −1 down, 0 both ways; one every `everyPx`, a divisor of 256. */
interface Lines {
  readonly colour: Rgb;
  readonly rise: 1 | -1 | 0;
  readonly everyPx: number;
}

/** Direction and spacing tell the reasons apart without colour. */
const LINES: Readonly<Record<Exclude<MaskReason, 'clear'>, Lines>> = {
  cloud: { colour: REASON_COLOURS.cloud, rise: 1, everyPx: 8 },
  cirrus: { colour: REASON_COLOURS.cirrus, rise: 1, everyPx: 16 },
  shadow: { colour: REASON_COLOURS.shadow, rise: -1, everyPx: 8 },
  snow: { colour: REASON_COLOURS.snow, rise: -1, everyPx: 16 },
  defective: { colour: REASON_COLOURS.defective, rise: 0, everyPx: 8 },
  excluded: { colour: REASON_COLOURS.excluded, rise: 0, everyPx: 16 },
};

const LINES_BY_CODE = MASK_REASONS.map((reason) => (reason === 'clear' ? null : LINES[reason]));

const LINE_ALPHA = 0.95;
/** A dark edge keeps a line apart from bright cloud, as its own brightness does from dark ground. */
const EDGE: Rgb = [0, 0, 0];
const EDGE_ALPHA = 0.35;
const VEIL_ALPHA = 0.12;

/**
 * Draws diagonal lines, over a faint veil of the same colour, on every valid pixel that is not clear; lines run on across
 * neighbouring tiles of 256 pixels.
 * @param reasons codes of `MASK_REASONS`, row by row
 * @param valid 1 where a reason is known
 */
export function paintHatch(picture: Picture, reasons: Uint8Array, valid: Uint8Array, widthPx: number): void {
  for (let i = 0; i < reasons.length; i += 1) {
    const lines = valid[i] ? LINES_BY_CODE[reasons[i]!] : null;
    if (!lines) continue;
    const col = i % widthPx;
    const row = (i - col) / widthPx;
    const { colour, alpha } = strokeAt(lines, col, row);
    blend(picture, i * 4, colour, alpha);
  }
}

function strokeAt({ colour, rise, everyPx }: Lines, col: number, row: number): { colour: Rgb; alpha: number } {
  const up = (col + row) % everyPx;
  const down = (((col - row) % everyPx) + everyPx) % everyPx;
  const steps = rise === 1 ? [up] : rise === -1 ? [down] : [up, down];
  if (steps.includes(0)) return { colour, alpha: LINE_ALPHA };
  if (steps.includes(1)) return { colour: EDGE, alpha: EDGE_ALPHA };
  return { colour, alpha: VEIL_ALPHA };
}

/** Source over destination, alpha not premultiplied. */
function blend(picture: Picture, at: number, colour: Rgb, alpha: number): void {
  const below = (picture[at + 3]! / 255) * (1 - alpha);
  const total = alpha + below;
  for (let channel = 0; channel < 3; channel += 1) {
    picture[at + channel] = Math.round((colour[channel]! * alpha + picture[at + channel]! * below) / total);
  }
  picture[at + 3] = Math.round(255 * total);
}
