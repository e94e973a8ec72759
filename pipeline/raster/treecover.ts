import { usageError } from '../../shared/errors.ts';
import type { Raster } from '../../shared/raster.ts';

/** NDVI of bare ground and of full green cover between which the fraction is measured. Stated with every result. */
export interface Endpoints {
  readonly soilNdvi: number;
  readonly vegetationNdvi: number;
}

/**
 * Green-cover fraction of the dimidiate pixel model, f = (N − Ns)/(Nv − Ns) cut to [0, 1] (Gutman and Ignatov 1998).
 * It is tree cover only as far as the NDVI is of a season in which nothing but trees is green.
 * @throws CanopyError `E_USAGE` when the endpoints are not in order
 */
export function treeCoverFraction(ndvi: number, endpoints: Endpoints): number {
  return Math.min(1, Math.max(0, (ndvi - endpoints.soilNdvi) / endpointSpan(endpoints)));
}

/** `treeCoverFraction` of each valid pixel; the others are 0. The mask is shared with the input. */
export function computeTreeCover(
  ndvi: Raster<'ndvi', Float32Array>,
  endpoints: Endpoints,
): Raster<'fraction', Float32Array> {
  const data = new Float32Array(ndvi.data.length);
  for (let i = 0; i < data.length; i++) {
    if (ndvi.valid[i] === 1) data[i] = treeCoverFraction(ndvi.data[i]!, endpoints);
  }
  return { quantity: 'fraction', grid: ndvi.grid, data, valid: ndvi.valid };
}

/** Standard errors of a pixel's or parcel's NDVI and of the two endpoints. */
export interface NdviErrors {
  readonly ndviSe: number;
  readonly soilSe: number;
  readonly vegetationSe: number;
}

/** Standard error of a cover fraction: σf² = [σN² + (1 − f)² σNs² + f² σNv²]/(Nv − Ns)² (methods B2). */
export function treeCoverSe(coverFraction: number, errors: NdviErrors, endpoints: Endpoints): number {
  const soil = (1 - coverFraction) * errors.soilSe;
  const vegetation = coverFraction * errors.vegetationSe;
  return Math.hypot(errors.ndviSe, soil, vegetation) / endpointSpan(endpoints);
}

function endpointSpan({ soilNdvi, vegetationNdvi }: Endpoints): number {
  const span = vegetationNdvi - soilNdvi;
  if (span > 0) return span;
  throw usageError(
    `The NDVI of full vegetation must be above that of bare ground, got ${vegetationNdvi} and ${soilNdvi}. Correct "endpoints" in the project file.`,
  );
}
