/** Where the observations of a series lie in time. */
export interface TimeAxis {
  /** Decimal years, ascending, one per slot. */
  readonly timesYr: Float64Array;
  /** Position of each slot on the regular grid, for the trend (R counts 1..N over the regular grid). */
  readonly positions: Float64Array;
  /** Regular positions a year (23, 365 …). */
  readonly frequency: number;
  /** First slot of the monitoring period. */
  readonly startSlot: number;
}

/** Season and trend at every slot of an axis, and what sums over slots need. */
export interface Design {
  readonly slotCount: number;
  /** p = 1 + (trend) + the harmonics. */
  readonly columnCount: number;
  /** slotCount × p, row by row: 1, (trend), cos1, sin1, cos2, sin2 … The trend is centred and scaled. */
  readonly rows: Float64Array;
  /** slotCount × p(p+1)/2: the upper triangle of x·x', row by row. */
  readonly products: Float64Array;
  /** (slotCount + 1) × p(p+1)/2: sums of `products` over the slots before. */
  readonly cumulated: Float64Array;
  /** trend column = (position − centre) / scale; 0 and 1 where there is none. */
  readonly trendCentre: number;
  readonly trendScale: number;
  readonly hasTrend: boolean;
}

/**
 * The regressors of BFAST Monitor: cos(2πkt) and sin(2πkt), k = 1..order, order at most the frequency; the last sine is
 * left out where 2·order = frequency, because it is 0 there (Verbesselt et al. 2012, as the R package bfast does it).
 */
export function buildDesign(axis: TimeAxis, settings: { readonly order: number; readonly trend: boolean }): Design {
  const { timesYr, positions, frequency } = axis;
  const slotCount = timesYr.length;
  const order = Math.floor(Math.min(frequency, settings.order));
  const hasLastSine = 2 * order !== frequency;
  const columnCount = 1 + Number(settings.trend) + 2 * order - Number(!hasLastSine);
  const [trendCentre, trendScale] = settings.trend ? centreAndScale(positions) : [0, 1];
  const rows = new Float64Array(slotCount * columnCount);
  for (let slot = 0; slot < slotCount; slot += 1) {
    let at = slot * columnCount;
    rows[at++] = 1;
    if (settings.trend) rows[at++] = (positions[slot]! - trendCentre) / trendScale;
    for (let k = 1; k <= order; k += 1) {
      const angle = 2 * Math.PI * k * timesYr[slot]!;
      rows[at++] = Math.cos(angle);
      if (k < order || hasLastSine) rows[at++] = Math.sin(angle);
    }
  }
  const products = multiplyRows(rows, columnCount);
  const cumulated = cumulate(products, (columnCount * (columnCount + 1)) / 2);
  return { slotCount, columnCount, rows, products, cumulated, trendCentre, trendScale, hasTrend: settings.trend };
}

/** So that the trend runs from −1 to 1: an integer trend beside cosines costs digits. */
function centreAndScale(positions: Float64Array): [number, number] {
  const first = positions[0] ?? 0;
  const last = positions.at(-1) ?? 0;
  return [(first + last) / 2, Math.max(1, (last - first) / 2)];
}

function multiplyRows(rows: Float64Array, columnCount: number): Float64Array {
  const products = new Float64Array((rows.length * (columnCount + 1)) / 2);
  let at = 0;
  for (let row = 0; row < rows.length; row += columnCount) {
    for (let i = 0; i < columnCount; i += 1)
      for (let j = i; j < columnCount; j += 1) products[at++] = rows[row + i]! * rows[row + j]!;
  }
  return products;
}

function cumulate(products: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(products.length + width);
  for (let at = 0; at < products.length; at += 1) sums[at + width] = sums[at]! + products[at]!;
  return sums;
}
