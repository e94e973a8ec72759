import type { Rgb } from '../../shared/ramps.ts';

/** Colours of a ramp as a bar; the steps between are mixed as the map mixes them. */
export function gradient(colours: readonly Rgb[]): string {
  return `linear-gradient(to right, ${colours.map((rgb) => `rgb(${rgb.join(' ')})`).join(', ')})`;
}
