import type { PixelArray, Raster } from '../../shared/raster.ts';

/** How a stored number becomes a value: value = DN · scale + offset. */
export interface DnScale {
  readonly scale: number;
  readonly offset: number;
}

/**
 * Surface reflectance of a raster of DN. Slightly negative values (deep shadow, water) are kept; the indices deal with
 * them. Not-valid pixels are 0. The mask is shared with the input.
 */
export function toReflectance(
  dn: Raster<'dn', PixelArray>,
  { scale, offset }: DnScale,
): Raster<'reflectance', Float32Array> {
  const { data: stored, valid } = dn;
  const data = new Float32Array(stored.length);
  for (let i = 0; i < data.length; i++) data[i] = valid[i] === 1 ? stored[i]! * scale + offset : 0;
  return { quantity: 'reflectance', grid: dn.grid, data, valid };
}
