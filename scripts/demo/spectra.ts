/** The bands that the generator makes, in the order of a spectrum. */
export const BANDS = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22'] as const;

export type Spectrum = readonly [number, number, number, number, number, number];

/** Bands of 20 m. */
export const COARSE_BANDS: ReadonlySet<string> = new Set(['swir16', 'swir22']);

/**
 * Surface reflectances (0..1) of pure surfaces in Sentinel-2 bands 2, 3, 4, 8, 11 and 12. Rounded from what savanna
 * spectra commonly look like; believable, not measured.
 */
export const SPECTRA = {
  leaf: [0.022, 0.042, 0.027, 0.29, 0.135, 0.062],
  /** Crown without leaves: branches and their shadow. */
  branch: [0.055, 0.075, 0.093, 0.2, 0.23, 0.205],
  grass: [0.032, 0.075, 0.048, 0.345, 0.205, 0.108],
  straw: [0.078, 0.115, 0.158, 0.275, 0.345, 0.262],
  lateriteSoil: [0.064, 0.103, 0.187, 0.262, 0.36, 0.318],
  greySoil: [0.092, 0.128, 0.171, 0.232, 0.315, 0.288],
  road: [0.088, 0.15, 0.262, 0.336, 0.42, 0.375],
  rock: [0.092, 0.112, 0.138, 0.182, 0.235, 0.222],
  roof: [0.17, 0.185, 0.21, 0.255, 0.3, 0.285],
  water: [0.062, 0.074, 0.066, 0.036, 0.018, 0.012],
  char: [0.026, 0.029, 0.033, 0.052, 0.1, 0.115],
  cloud: [0.48, 0.475, 0.485, 0.52, 0.36, 0.27],
  /** Saharan dust in the air over land. */
  dust: [0.155, 0.178, 0.202, 0.245, 0.25, 0.235],
  /** Thin smoke or water haze. */
  haze: [0.195, 0.19, 0.19, 0.225, 0.2, 0.17],
} as const satisfies Record<string, Spectrum>;

export function ndviOf(red: number, nir: number): number {
  return (nir - red) / (nir + red);
}
