import { createPixelQueue } from './heap.ts';
import type { Size } from './tidy-mask.ts';

/** An image to segment: equally long planes, and 1 where a pixel belongs to the land in question. */
export interface BandImage extends Size {
  readonly bands: readonly Uint8Array[];
  readonly mask: Uint8Array;
}

/**
 * Superpixels by Simple Non-Iterative Clustering (Achanta and Süsstrunk 2017, CVPR): seeds on a grid of `spacingPx`, and
 * from all of them at once the pixel that is nearest to a cluster's running mean, in colour and place, joins next. Bands
 * count in standard deviations of the land. Clusters hang together side by side; land that no seed reaches forms clusters
 * of its own.
 * @returns label of each pixel from 1 on, 0 = not land; and the number of labels
 */
export function growSegments(
  image: BandImage,
  { spacingPx, compactness }: { readonly spacingPx: number; readonly compactness: number },
): { readonly labels: Int32Array; readonly count: number } {
  const labels = new Int32Array(image.mask.length);
  const clusters = createClusters(image, { spacingPx, compactness });
  const queue = createPixelQueue();
  for (const pixel of placeSeeds(image, spacingPx)) queue.push(0, pixel, clusters.open());
  spread(image, labels, clusters, queue);
  for (let i = 0; i < labels.length; i++) {
    if (image.mask[i] === 0 || labels[i] !== 0) continue;
    queue.push(0, i, clusters.open());
    spread(image, labels, clusters, queue);
  }
  return { labels, count: clusters.count() };
}

type Clusters = ReturnType<typeof createClusters>;

function spread(
  { mask, widthPx, heightPx }: BandImage,
  labels: Int32Array,
  clusters: Clusters,
  queue: ReturnType<typeof createPixelQueue>,
): void {
  while (queue.size() > 0) {
    queue.pop();
    const [i, label] = [queue.pixel(), queue.label()];
    if (labels[i] !== 0) continue;
    labels[i] = label;
    clusters.add(label, i);
    const col = i % widthPx;
    const offer = (j: number) => {
      if (mask[j] === 1 && labels[j] === 0) queue.push(clusters.distance(label, j), j, label);
    };
    if (col > 0) offer(i - 1);
    if (col < widthPx - 1) offer(i + 1);
    if (i >= widthPx) offer(i - widthPx);
    if (i < widthPx * (heightPx - 1)) offer(i + widthPx);
  }
}

/** Running sums of each cluster, by label from 1 on. */
function createClusters(
  { bands, mask, widthPx }: BandImage,
  { spacingPx, compactness }: { readonly spacingPx: number; readonly compactness: number },
) {
  const weights = bands.map((band) => 1 / (bands.length * varianceOf(band, mask)));
  const placeWeight = compactness ** 2 / spacingPx ** 2;
  const fields = bands.length + 3;
  let sums = new Float64Array(fields * 64);
  let count = 0;
  return {
    count: () => count,
    open(): number {
      count += 1;
      if ((count + 1) * fields > sums.length) {
        const longer = new Float64Array(sums.length * 2);
        longer.set(sums);
        sums = longer;
      }
      return count;
    },
    add(label: number, i: number): void {
      const at = label * fields;
      sums[at]! += 1;
      sums[at + 1]! += i % widthPx;
      sums[at + 2]! += Math.floor(i / widthPx);
      for (let b = 0; b < bands.length; b++) sums[at + 3 + b]! += bands[b]![i]!;
    },
    distance(label: number, i: number): number {
      const at = label * fields;
      const n = sums[at]!;
      const x = (i % widthPx) - sums[at + 1]! / n;
      const y = Math.floor(i / widthPx) - sums[at + 2]! / n;
      let sum = placeWeight * (x * x + y * y);
      for (let b = 0; b < bands.length; b++) sum += weights[b]! * (bands[b]![i]! - sums[at + 3 + b]! / n) ** 2;
      return sum;
    },
  };
}

/** Variance over the land, at least 1: a band without any contrast decides nothing. */
export function varianceOf(band: Uint8Array, mask: Uint8Array): number {
  let [n, sum, squares] = [0, 0, 0];
  for (let i = 0; i < band.length; i++) {
    if (mask[i] === 0) continue;
    const value = band[i]!;
    n += 1;
    sum += value;
    squares += value * value;
  }
  return n === 0 ? 1 : Math.max(1, squares / n - (sum / n) ** 2);
}

/** In each cell of the grid the land pixel nearest to its middle, row by row. */
function placeSeeds({ mask, widthPx, heightPx }: BandImage, spacingPx: number): number[] {
  const step = Math.max(1, Math.round(spacingPx));
  const seeds: number[] = [];
  for (let top = 0; top < heightPx; top += step) {
    for (let left = 0; left < widthPx; left += step) {
      let best = -1;
      let nearest = Number.POSITIVE_INFINITY;
      for (let row = top; row < Math.min(heightPx, top + step); row++) {
        for (let col = left; col < Math.min(widthPx, left + step); col++) {
          const away = (row - top - step / 2) ** 2 + (col - left - step / 2) ** 2;
          if (mask[row * widthPx + col] === 0 || away >= nearest) continue;
          nearest = away;
          best = row * widthPx + col;
        }
      }
      if (best >= 0) seeds.push(best);
    }
  }
  return seeds;
}
