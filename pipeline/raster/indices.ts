import type { PixelArray, Quantity, Raster } from '../../shared/raster.ts';
import type { DnScale } from './reflectance.ts';

/**
 * Vegetation indices. One rule for all: a pixel is valid when both bands are; reflectance below 0 (an artefact of the
 * atmospheric correction over shadow and water) counts as 0, so that normalised differences stay in [−1, 1]; where the
 * denominator is then not above 0 the pixel is not valid. Numbers beyond ±10 (infinity, an unstated nodata of a float file)
 * are no reflectance and make the pixel not valid too. Not-valid pixels are 0.
 * Both rasters must be on the same grid.
 */
type Reflectance = Raster<'reflectance', Float32Array>;
type Index<Q extends Quantity> = Raster<Q, Float32Array>;

/** Far above what snow, glint or a saturated detector gives, far below what no measurement is. */
const MAX_REFLECTANCE = 10;

/** False for NaN, too. */
export function isReflectance(value: number): boolean {
  return value >= -MAX_REFLECTANCE && value <= MAX_REFLECTANCE;
}

/** (nir − red)/(nir + red), in [−1, 1]. Rouse et al. 1974. */
export function computeNdvi({ red, nir }: { red: Reflectance; nir: Reflectance }): Index<'ndvi'> {
  return normalisedDifference(nir, red, 'ndvi');
}

/** Burn ratio (nir − swir22)/(nir + swir22), in [−1, 1]. Key and Benson 2006. */
export function computeNbr({ nir, swir22 }: { nir: Reflectance; swir22: Reflectance }): Index<'index'> {
  return normalisedDifference(nir, swir22, 'index');
}

/** Moisture index (nir − swir16)/(nir + swir16), in [−1, 1]. Gao 1996, Wilson and Sader 2002. */
export function computeNdmi({ nir, swir16 }: { nir: Reflectance; swir16: Reflectance }): Index<'index'> {
  return normalisedDifference(nir, swir16, 'index');
}

/** 2.5 (nir − red)/(nir + 2.4 red + 1). Jiang et al. 2008. */
export function computeEvi2({ red, nir }: { red: Reflectance; nir: Reflectance }): Index<'index'> {
  const data = new Float32Array(nir.data.length);
  const valid = new Uint8Array(nir.data.length);
  for (let i = 0; i < data.length; i++) {
    if ((nir.valid[i]! & red.valid[i]!) === 0) continue;
    if (!isReflectance(nir.data[i]!) || !isReflectance(red.data[i]!)) continue;
    const n = Math.max(0, nir.data[i]!);
    const r = Math.max(0, red.data[i]!);
    data[i] = (2.5 * (n - r)) / (n + 2.4 * r + 1);
    valid[i] = 1;
  }
  return { quantity: 'index', grid: nir.grid, data, valid };
}

/** A band as stored, with its scale. */
export interface DnBand extends DnScale {
  readonly dn: Raster<'dn', PixelArray>;
}

/** NDVI straight from DN: the values of `computeNdvi` without a reflectance array per band, rounded once. */
export function computeNdviFromDn({ red, nir }: { red: DnBand; nir: DnBand }): Index<'ndvi'> {
  const nirDn = nir.dn.data;
  const redDn = red.dn.data;
  const data = new Float32Array(nirDn.length);
  const valid = new Uint8Array(nirDn.length);
  for (let i = 0; i < data.length; i++) {
    if ((nir.dn.valid[i]! & red.dn.valid[i]!) === 0) continue;
    const nirValue = nirDn[i]! * nir.scale + nir.offset;
    const redValue = redDn[i]! * red.scale + red.offset;
    if (!isReflectance(nirValue) || !isReflectance(redValue)) continue;
    const n = Math.max(0, nirValue);
    const r = Math.max(0, redValue);
    const sum = n + r;
    if (!(sum > 0)) continue;
    data[i] = (n - r) / sum;
    valid[i] = 1;
  }
  return { quantity: 'ndvi', grid: nir.dn.grid, data, valid };
}

function normalisedDifference<Q extends Quantity>(a: Reflectance, b: Reflectance, quantity: Q): Index<Q> {
  const data = new Float32Array(a.data.length);
  const valid = new Uint8Array(a.data.length);
  for (let i = 0; i < data.length; i++) {
    if ((a.valid[i]! & b.valid[i]!) === 0) continue;
    if (!isReflectance(a.data[i]!) || !isReflectance(b.data[i]!)) continue;
    const p = Math.max(0, a.data[i]!);
    const q = Math.max(0, b.data[i]!);
    const sum = p + q;
    if (!(sum > 0)) continue;
    data[i] = (p - q) / sum;
    valid[i] = 1;
  }
  return { quantity, grid: a.grid, data, valid };
}
