import type { SensorFamily } from '../../shared/scene.ts';

/** value of the reference = intercept + slope · value of the other sensor. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  readonly source: string;
}

/** How NDVI of one sensor becomes comparable with another's: as it is, by a line, or not at all, and why. */
export type Harmonisation =
  | { readonly kind: 'same' }
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'refused'; readonly reason: string };

/** The sensor to which the others are brought: the newer Landsats, whose bands are narrowest. */
const REFERENCE_FAMILY: SensorFamily = 'oli';

/**
 * Surface NDVI of Landsat 7 ETM+ to Landsat 8 OLI, ordinary least squares over 59 million pairs one day apart. The same
 * line is used for Landsat 5 TM, whose bands are those of ETM+ but for a few nanometres (as Robinson et al. 2017,
 * Remote Sens. 9, 863 do). Being a regression on a noisy variable it shrinks amplitudes by 3 %.
 */
const ETM_TO_OLI: Line = {
  slope: 0.9723,
  intercept: 0.0235,
  source: 'Roy et al. 2016, Remote Sens. Environ. 185, 57–70, surface NDVI, OLS',
};

/**
 * HLS band-pass adjustment, reflectance of Sentinel-2 to OLI (hls.gsfc.nasa.gov; Claverie et al. 2018, Remote Sens.
 * Environ. 219, 145–161). Band 8A only: for the broad band 8 nobody has published such a line.
 */
const HLS_SOURCE = 'HLS band-pass adjustment, Claverie et al. 2018, Remote Sens. Environ. 219, 145–161';
const HLS: Readonly<Record<string, { readonly red: Line; readonly nir08: Line }>> = {
  'sentinel-2a': {
    red: { slope: 0.9765, intercept: 0.0009, source: HLS_SOURCE },
    nir08: { slope: 0.9983, intercept: -0.0001, source: HLS_SOURCE },
  },
  'sentinel-2b': {
    red: { slope: 0.9761, intercept: 0.001, source: HLS_SOURCE },
    nir08: { slope: 0.9966, intercept: 0, source: HLS_SOURCE },
  },
};

/** How NDVI of a sensor family is brought to that of OLI. Only published lines are used; the rest is refused. */
export function harmonisationOf(family: SensorFamily): Harmonisation {
  if (family === REFERENCE_FAMILY) return { kind: 'same' };
  if (family === 'tm-etm') return { kind: 'line', line: ETM_TO_OLI };
  return {
    kind: 'refused',
    reason:
      'NDVI of Sentinel-2 from bands 4 and 8 is not mixed with Landsat: no line for the broad band 8 is published, only for band 8A (nir08). Run the sensors apart, or give items with nir08.',
  };
}

export function harmoniseNdvi(line: Line, ndvi: number): number {
  return line.intercept + line.slope * ndvi;
}

/**
 * The two band lines by which reflectances of a Sentinel-2 platform become those of OLI, before NDVI is formed of them;
 * null for a platform without an entry (Sentinel-2C has none).
 */
export function hlsBandLines(platform: string): { readonly red: Line; readonly nir08: Line } | null {
  return Object.hasOwn(HLS, platform) ? HLS[platform]! : null;
}
