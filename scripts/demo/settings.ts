import { readFileSync } from 'node:fs';

/** What happened on a parcel, as the generator decided it. */
export type ParcelKind = 'planted' | 'regrowth' | 'cleared' | 'burnt' | 'unchanged' | 'cloudy';

export const PARCEL_KINDS: readonly ParcelKind[] = ['planted', 'regrowth', 'cleared', 'burnt', 'unchanged', 'cloudy'];

interface Span {
  /** UTC days, both ends included. */
  readonly start: string;
  readonly end: string;
}

export interface DemoSettings {
  readonly seed: number;
  /** Width and height of the landscape in 10 m pixels; a multiple of 2, so that the 20 m bands fit. */
  readonly sizePx: number;
  readonly pixelM: number;
  readonly centre: { readonly lon: number; readonly lat: number };
  readonly epsg: number;
  readonly mgrsTile: string;
  readonly history: Span;
  readonly monitored: Span;
  readonly meanRainfallMm: number;
  /** Rain of the calendar year; the dry season that follows belongs to it. */
  readonly rainfallMm: Readonly<Record<string, number>>;
  /** Mean number of scenes in January … December. */
  readonly scenesPerMonth: readonly number[];
  /** Least and greatest cloud share in January … December. */
  readonly cloudSharePerMonth: readonly (readonly [number, number])[];
  /** Share of the scenes of December to March with dust haze that the scene classification does not see. */
  readonly harmattanShare: number;
  /** Standard deviation of the sensor noise of one pixel. */
  readonly noiseReflectance: number;
  readonly backgroundFiresPerYear: number;
  readonly villages: number;
  readonly parcelHa: { readonly smallest: number; readonly largest: number };
  readonly parcels: Readonly<Record<ParcelKind, number>>;
  /** Clearings happen within this first share of the monitored years. */
  readonly clearingShareOfMonitored: number;
}

export function readSettings(path: string): DemoSettings {
  const settings = JSON.parse(readFileSync(path, 'utf8')) as DemoSettings;
  if (settings.sizePx % 2 !== 0 || settings.sizePx < 32) {
    throw new Error(`${path}: sizePx must be even and at least 32, got ${settings.sizePx}.`);
  }
  return settings;
}
