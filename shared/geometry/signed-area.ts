/** Area enclosed by all rings together: positive when the exteriors run counter-clockwise (x right, y up). */
export function signedAreaOfRings(rings: readonly Float64Array[]): number {
  let twice = 0;
  for (const ring of rings) {
    const n = ring.length;
    if (n < 6) continue;
    const x0 = ring[0]!;
    const y0 = ring[1]!;
    let px = 0;
    let py = 0;
    for (let i = 2; i + 1 < n; i += 2) {
      const qx = ring[i]! - x0;
      const qy = ring[i + 1]! - y0;
      twice += px * qy - qx * py;
      px = qx;
      py = qy;
    }
  }
  return twice / 2;
}
