import { yearOfDay } from '../../shared/layer-values.ts';
import { colourOf, type Ramp, type Rgb } from '../../shared/ramps.ts';

/** Colours of stored int16 numbers by way of 256 palette entries; entry 0 is transparent and stands for nodata. */
export interface Palette {
  /** Red, green, blue of each entry. */
  readonly rgb: Uint8Array;
  /** Entry of a stored number, at number + 32768. */
  readonly entryOf: Uint8Array;
}

const ENTRIES = 256;
const INT16_OFFSET = 32768;

/**
 * Tables for a ramp over stored numbers: value = stored × scale. The ramp is cut into 255 even steps, so that a colour
 * differs from the ramp's own by at most 2 of 255 in a channel.
 */
export function createPalette(ramp: Ramp, scale: number): Palette {
  const steps = ENTRIES - 2;
  const rgb = new Uint8Array(ENTRIES * 3);
  for (let step = 0; step <= steps; step++) {
    const colour: Rgb = colourOf(ramp, ramp.low + ((ramp.high - ramp.low) * step) / steps)!;
    rgb.set(colour, (step + 1) * 3);
  }
  const entryOf = new Uint8Array(2 * INT16_OFFSET);
  for (let stored = 1 - INT16_OFFSET; stored < INT16_OFFSET; stored++) {
    const at = (stored * scale - ramp.low) / (ramp.high - ramp.low);
    entryOf[stored + INT16_OFFSET] = 1 + Math.round(Math.min(1, Math.max(0, at)) * steps);
  }
  return { rgb, entryOf };
}

/** Days since 1970-01-01 in the colours of their calendar years, which run over the ramp; years beyond take its ends. */
export function createYearPalette(ramp: Ramp, [first, last]: readonly [number, number]): Palette {
  const rgb = new Uint8Array(ENTRIES * 3);
  const years = { ...ramp, low: first, high: Math.max(last, first + 1) };
  const most = Math.min(ENTRIES - 2, years.high - first);
  for (let step = 0; step <= most; step++) rgb.set(colourOf(years, first + step)!, (step + 1) * 3);
  const entryOf = new Uint8Array(2 * INT16_OFFSET);
  for (let day = 1; day < INT16_OFFSET; day++) {
    entryOf[day + INT16_OFFSET] = 1 + Math.min(most, Math.max(0, yearOfDay(day) - first));
  }
  return { rgb, entryOf };
}

/** Numbers that have a colour each; all others are not drawn. */
export function createClassPalette(colours: ReadonlyMap<number, Rgb>): Palette {
  const rgb = new Uint8Array(ENTRIES * 3);
  const entryOf = new Uint8Array(2 * INT16_OFFSET);
  let entry = 0;
  for (const [stored, colour] of colours) {
    entry += 1;
    rgb.set(colour, entry * 3);
    entryOf[stored + INT16_OFFSET] = entry;
  }
  return { rgb, entryOf };
}

/** Palette entry of each value. */
export function paletteEntries(values: Int16Array, { entryOf }: Palette): Uint8Array {
  const entries = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) entries[i] = entryOf[values[i]! + INT16_OFFSET]!;
  return entries;
}

/** Red, green, blue, alpha of each palette entry. */
export function paintEntries(entries: Uint8Array, { rgb }: Palette): Uint8Array {
  const rgba = new Uint8Array(entries.length * 4);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    if (entry === 0) continue;
    rgba[i * 4] = rgb[entry * 3]!;
    rgba[i * 4 + 1] = rgb[entry * 3 + 1]!;
    rgba[i * 4 + 2] = rgb[entry * 3 + 2]!;
    rgba[i * 4 + 3] = 255;
  }
  return rgba;
}

/** Red, green, blue, alpha from three bands and their mask. */
export function joinColours([red, green, blue]: readonly Uint8Array[], valid: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(valid.length * 4);
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] === 0) continue;
    rgba[i * 4] = red![i]!;
    rgba[i * 4 + 1] = green![i]!;
    rgba[i * 4 + 2] = blue![i]!;
    rgba[i * 4 + 3] = 255;
  }
  return rgba;
}
