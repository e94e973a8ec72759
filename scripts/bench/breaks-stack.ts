import type { BreakSettings, TimeAxis } from '../../pipeline/change/break-monitor.ts';
import { mulberry32 } from '../demo/random.ts';

/** 16-day composites of 11 years, of which the last 3 are monitored. */
export const DATES = 253;
export const FREQUENCY = 23;
export const FIRST_YR = 2000 + 3 / FREQUENCY;
export const START_SLOT = DATES - 3 * FREQUENCY;
export const NODATA = -32_768;
const GAPS = 0.4;

export type HistoryKind = BreakSettings['history'];

export function benchAxis(): TimeAxis {
  const slots = Float64Array.from({ length: DATES }, (_, slot) => slot);
  return {
    timesYr: slots.map((slot) => FIRST_YR + slot / FREQUENCY),
    positions: slots.map((slot) => slot + 1),
    frequency: FREQUENCY,
    startSlot: START_SLOT,
  };
}

/**
 * NDVI × 10,000 of `pixelCount` pixels, one image after the other: a season, noise, 40 % of the values missing at random,
 * and in every third pixel a loss of 0.15 to 0.45 while it is monitored. The same series whatever the number of pixels.
 */
export function fillStack(values: Int16Array, pixelCount: number): void {
  for (let pixel = 0; pixel < pixelCount; pixel += 1) {
    const random = mulberry32(pixel + 1);
    const [level, amplitude, phase] = [0.35 + 0.3 * random(), 0.1 + 0.2 * random(), random()];
    const lossSlot = START_SLOT + Math.floor(random() * (DATES - START_SLOT));
    const loss = pixel % 3 === 0 ? 0.15 + 0.3 * random() : 0;
    for (let slot = 0; slot < DATES; slot += 1) {
      const season = level + amplitude * Math.cos(2 * Math.PI * (slot / FREQUENCY - phase));
      const value = season + 0.1 * (random() + random() - 1) - (slot >= lossSlot ? loss : 0);
      values[slot * pixelCount + pixel] = random() < GAPS ? NODATA : Math.round(1e4 * value);
    }
  }
}
