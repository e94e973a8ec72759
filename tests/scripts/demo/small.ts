import { join } from 'node:path';
import { type DemoSettings, readSettings } from '../../../scripts/demo/settings.ts';

/** The demo's settings for a landscape of 160 pixels with one parcel of each kind. */
export function smallSettings(seed: number): DemoSettings {
  const settings = readSettings(join(import.meta.dirname, '../../../data/demo/settings.json'));
  return {
    ...settings,
    seed,
    sizePx: 160,
    villages: 2,
    backgroundFiresPerYear: 3,
    parcelHa: { smallest: 0.9, largest: 2.5 },
    parcels: { planted: 1, regrowth: 1, cleared: 1, burnt: 1, unchanged: 1, cloudy: 1 },
  };
}
