import type { SensorFamily } from '../../shared/scene.ts';

/** `Sentinel-2A`, `sentinel-2a`, `LANDSAT_8`, `landsat8` → `sentinel-2a`, `landsat-8`; null for other satellites. */
export function normalisePlatform(text: string): string | null {
  const match = /^(sentinel|landsat)[-_ ]?(2[a-d]|[4-9])$/i.exec(text.trim());
  if (!match) return null;
  const platform = `${match[1]}-${match[2]}`.toLowerCase();
  return familyOf(platform) === null ? null : platform;
}

/** Sensor family of a normalised platform name. */
export function familyOf(platform: string): SensorFamily | null {
  if (/^sentinel-2[a-d]$/.test(platform)) return 'msi';
  if (platform === 'landsat-8' || platform === 'landsat-9') return 'oli';
  return /^landsat-[457]$/.test(platform) ? 'tm-etm' : null;
}

/** The words that licences ask for wherever a figure of the scene is shown. */
export function attributionOf(facts: {
  platform: string;
  collection: string;
  year: string;
  synthetic: boolean;
}): string {
  if (facts.synthetic) return 'synthetic scene made by a generator, not an observation';
  if (facts.platform.startsWith('sentinel')) return `contains modified Copernicus Sentinel data ${facts.year}`;
  const usgs = 'Landsat data courtesy of the U.S. Geological Survey';
  return facts.collection.startsWith('ga_')
    ? `${usgs}; processed by Geoscience Australia (Digital Earth Australia), CC BY 4.0`
    : usgs;
}
