/**
 * A parcel as the file gave it: rings in lon/lat degrees (WGS 84), flat [lon, lat, lon, lat, …], closed (the last pair
 * repeats the first), exterior rings counter-clockwise, holes clockwise. Z is dropped.
 */
export interface Parcel {
  readonly id: string;
  /** Position in the file, from 0. */
  readonly index: number;
  readonly rings: readonly Float64Array[];
  /** True area on the ellipsoid (GeographicLib), in hectares. */
  readonly parcelHa: number;
  readonly bboxDeg: readonly [number, number, number, number];
}

export interface RefusedParcel {
  readonly id: string;
  readonly index: number;
  readonly code: string;
  readonly reason: string;
}
