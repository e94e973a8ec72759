/** Circumference of the WGS 84 equator, metres; web Mercator's world is 512 CSS pixels wide at zoom 0. */
const EQUATOR_M = 40_075_016.686;

/** Ground size of one CSS pixel, metres, at a latitude and a MapLibre zoom. */
export function metresPerPx(latDeg: number, zoom: number): number {
  return (EQUATOR_M * Math.cos((latDeg * Math.PI) / 180)) / (512 * 2 ** zoom);
}

/** The longest bar of 1, 2 or 5 times a power of ten metres that fits into `maxPx` CSS pixels. */
export function scaleBar(
  { latDeg, zoom }: { latDeg: number; zoom: number },
  maxPx: number,
): { readonly lengthM: number; readonly widthPx: number } {
  const perPx = metresPerPx(latDeg, zoom);
  const longestM = perPx * maxPx;
  const power = 10 ** Math.floor(Math.log10(longestM));
  const factor = [5, 2, 1].find((one) => one * power <= longestM) ?? 1;
  return { lengthM: factor * power, widthPx: (factor * power) / perPx };
}
