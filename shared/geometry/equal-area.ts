/** WGS 84: semi-major axis in metres, first eccentricity squared, semi-minor axis squared in m². */
const A_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const E = Math.sqrt(E2);
const HALF_B2_M2 = (A_M * A_M * (1 - E2)) / 2;
const RAD = Math.PI / 180;

/** Edges that rise by more than this are integrated in pieces, degrees. */
const PIECE_DEG = 1;

/** Nodes and weights of Gauss-Legendre with three points, on −1 … 1. */
const NODE = Math.sqrt(3 / 5);
const [OUTER, MIDDLE] = [5 / 18, 8 / 18];

/**
 * Area of the WGS 84 ellipsoid between two parallels, per degree of longitude, in m²; negative where `latDeg` lies south
 * of `fromDeg`. This is the difference of ordinates in the cylindrical equal-area projection (authalic latitude), written
 * so that nothing is lost between parallels that are close. Source: Snyder (1987), Map projections, eq. 3-12.
 */
export function areaPerDegree(latDeg: number, fromDeg: number): number {
  const [s, s0] = [Math.sin(latDeg * RAD), Math.sin(fromDeg * RAD)];
  // s − s0 without the loss of digits that subtracting two sines has.
  const ds = 2 * Math.cos(((latDeg + fromDeg) / 2) * RAD) * Math.sin(((latDeg - fromDeg) / 2) * RAD);
  const cross = E2 * s * s0;
  const rational = (ds * (1 + cross)) / ((1 - E2 * s * s) * (1 - E2 * s0 * s0));
  return HALF_B2_M2 * (rational + Math.atanh((E * ds) / (1 - cross)) / E) * RAD;
}

/**
 * Area in m² between the parallel `fromDeg` and a straight line of the lon/lat plane that runs from latitude `lat0Deg` to
 * `lat1Deg` over `widthDeg` of longitude. Exact to rounding: three-point Gauss on pieces of at most 1° has an error of
 * 1e-15 of the strip.
 */
export function areaBelowEdge(edge: {
  readonly widthDeg: number;
  readonly lat0Deg: number;
  readonly lat1Deg: number;
  readonly fromDeg: number;
}): number {
  const { widthDeg, lat0Deg, lat1Deg, fromDeg } = edge;
  const pieces = Math.max(1, Math.ceil(Math.abs(lat1Deg - lat0Deg) / PIECE_DEG));
  const half = (lat1Deg - lat0Deg) / pieces / 2;
  let mean = 0;
  for (let i = 0; i < pieces; i++) {
    const middle = lat0Deg + (2 * i + 1) * half;
    mean += MIDDLE * areaPerDegree(middle, fromDeg);
    mean += OUTER * (areaPerDegree(middle - NODE * half, fromDeg) + areaPerDegree(middle + NODE * half, fromDeg));
  }
  return (widthDeg * mean) / pieces;
}
