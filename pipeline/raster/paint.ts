import { colourOf, type Ramp } from '../../shared/ramps.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { isReflectance } from './indices.ts';

/** RGBA, 4 bytes a pixel; alpha 0 = nothing painted. Pictures start as all zeros. */
export type Picture = Uint8ClampedArray;

/** How a band's DN becomes the tone of a colour: reflectance 0 is black, `fullReflectance` and more the brightest. */
export interface Stretch {
  readonly scale: number;
  readonly offset: number;
  readonly fullReflectance: number;
}

/**
 * Reflectance at full brightness, the same on every date so that dates compare: of visible light, beyond which lie
 * clouds and snow, and of near infrared, in which leaves shine.
 */
export const FULL_REFLECTANCE = { visible: 0.3, nir: 0.5 };

/** Lifts dark tones, so that closed forest (2 to 4 % in the visible) can be read; black and full brightness stay. */
const GAMMA = 1.6;

/** Tones 1 to 255 of a band's DN; 0 = no value: not valid, or no reflectance (see `isReflectance`). */
export function stretchBand(dn: PixelArray, valid: Uint8Array, stretch: Stretch): Uint8Array {
  const tones = new Uint8Array(dn.length);
  if (dn instanceof Uint16Array || dn instanceof Int16Array) {
    const table = toneTable(stretch, dn instanceof Int16Array);
    for (let i = 0; i < tones.length; i += 1) if (valid[i]) tones[i] = table[dn[i]! & 0xffff]!;
  } else {
    for (let i = 0; i < tones.length; i += 1) if (valid[i]) tones[i] = toneOf(dn[i]!, stretch);
  }
  return tones;
}

function toneOf(dn: number, { scale, offset, fullReflectance }: Stretch): number {
  const reflectance = dn * scale + offset;
  if (!isReflectance(reflectance)) return 0;
  const share = Math.min(1, Math.max(0, reflectance / fullReflectance));
  return Math.round(1 + 254 * share ** (1 / GAMMA));
}

/** Sixteen bits are 65,536 numbers: the tone of each is computed once. The bands of a run share very few stretches. */
const tables = new Map<string, Uint8Array>();
const MAX_TABLES = 8;

function toneTable(stretch: Stretch, isSigned: boolean): Uint8Array {
  const key = [stretch.scale, stretch.offset, stretch.fullReflectance, isSigned].join();
  const known = tables.get(key);
  if (known) return known;
  const table = Uint8Array.from({ length: 65_536 }, (_, bits) =>
    toneOf(isSigned && bits > 32_767 ? bits - 65_536 : bits, stretch),
  );
  if (tables.size >= MAX_TABLES) tables.clear();
  tables.set(key, table);
  return table;
}

/** Paints the pixels that have all three tones. */
export function paintTones(picture: Picture, red: Uint8Array, green: Uint8Array, blue: Uint8Array): void {
  for (let i = 0, at = 0; i < red.length; i += 1, at += 4) {
    if (!red[i] || !green[i] || !blue[i]) continue;
    picture[at] = red[i]!;
    picture[at + 1] = green[i]!;
    picture[at + 2] = blue[i]!;
    picture[at + 3] = 255;
  }
}

/** Paints valid values in the colours of a ramp. */
export function paintRamp(picture: Picture, values: Float32Array, valid: Uint8Array, ramp: Ramp): void {
  for (let i = 0, at = 0; i < values.length; i += 1, at += 4) {
    const colour = valid[i] ? colourOf(ramp, values[i]!) : null;
    if (colour === null) continue;
    picture[at] = colour[0];
    picture[at + 1] = colour[1];
    picture[at + 2] = colour[2];
    picture[at + 3] = 255;
  }
}

/** Puts a board of grey squares behind what is not painted: no data, told apart from black, white and cloud. */
export function paintChecker(picture: Picture, widthPx: number, squarePx: number): void {
  for (let i = 0, at = 0; i < picture.length / 4; i += 1, at += 4) {
    if (picture[at + 3] !== 0) continue;
    const col = i % widthPx;
    const row = (i - col) / widthPx;
    const isDark = (Math.floor(col / squarePx) + Math.floor(row / squarePx)) % 2 === 1;
    picture.fill(isDark ? CHECKER_GREYS[1] : CHECKER_GREYS[0], at, at + 3);
    picture[at + 3] = 255;
  }
}

const CHECKER_GREYS = [176, 150] as const;
