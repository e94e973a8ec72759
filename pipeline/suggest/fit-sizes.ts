import { type BandImage, growSegments, varianceOf } from './snic.ts';

/** Sizes that segments should have, pixels. */
export interface SizeRange {
  readonly leastPx: number;
  readonly mostPx: number;
  readonly compactness: number;
}

/**
 * Cuts land into segments of between `leastPx` and `mostPx` pixels along the edges of the image: superpixels of the size
 * between both, then the smallest first joined to the neighbour that is most alike and shares most of their border, then
 * what is too large cut again. Spots that have no neighbour to join are dropped.
 * @returns label of each pixel from 1 on in the order in which rows meet them, 0 = no segment
 */
export function segmentLand(
  image: BandImage,
  sizes: SizeRange,
): { readonly labels: Int32Array; readonly count: number } {
  const { leastPx, mostPx, compactness } = sizes;
  const spacingPx = Math.sqrt(Math.sqrt(leastPx * mostPx));
  const { labels, count } = growSegments(image, { spacingPx, compactness });
  const next = splitLarge(image, labels, count, sizes);
  joinSmall(image, labels, next, sizes);
  return renumber(labels, next, leastPx);
}

/** Cuts every segment above the limit again, with seeds as close as its size asks for; answers the highest label. */
function splitLarge(image: BandImage, labels: Int32Array, count: number, { mostPx, compactness }: SizeRange): number {
  const boxes = boxesOf(labels, count, image.widthPx);
  let next = count;
  for (let label = 1; label <= count; label++) {
    const { areaPx, col, row, widthPx, heightPx } = boxes[label]!;
    if (areaPx <= mostPx) continue;
    const cut = cropLabel(image, labels, label, { col, row, widthPx, heightPx });
    for (let spacing = Math.sqrt(mostPx / 2); spacing > 2; spacing *= 0.8) {
      const parts = growSegments(cut, { spacingPx: spacing, compactness: 2 * compactness });
      if (boxesOf(parts.labels, parts.count, widthPx).some((box) => box.areaPx > mostPx)) continue;
      parts.labels.forEach((part, i) => {
        if (part <= 1) return;
        labels[(row + Math.floor(i / widthPx)) * image.widthPx + col + (i % widthPx)] = next + part - 1;
      });
      next += parts.count - 1;
      break;
    }
  }
  return next;
}

interface Box {
  areaPx: number;
  col: number;
  row: number;
  widthPx: number;
  heightPx: number;
}

function boxesOf(labels: Int32Array, count: number, widthPx: number): Box[] {
  const boxes = Array.from({ length: count + 1 }, () => ({ areaPx: 0, col: -1, row: -1, widthPx: 0, heightPx: 0 }));
  labels.forEach((label, i) => {
    if (label === 0) return;
    const box = boxes[label]!;
    const [col, row] = [i % widthPx, Math.floor(i / widthPx)];
    const [left, right] = box.areaPx === 0 ? [col, col] : [box.col, box.col + box.widthPx - 1];
    if (box.areaPx === 0) box.row = row;
    box.col = Math.min(left, col);
    box.widthPx = Math.max(right, col) - box.col + 1;
    box.heightPx = row - box.row + 1;
    box.areaPx += 1;
  });
  return boxes;
}

function cropLabel(
  { bands, widthPx }: BandImage,
  labels: Int32Array,
  label: number,
  box: Omit<Box, 'areaPx'>,
): BandImage {
  const size = box.widthPx * box.heightPx;
  const from = (i: number) => (box.row + Math.floor(i / box.widthPx)) * widthPx + box.col + (i % box.widthPx);
  return {
    widthPx: box.widthPx,
    heightPx: box.heightPx,
    mask: Uint8Array.from({ length: size }, (_, i) => (labels[from(i)] === label ? 1 : 0)),
    bands: bands.map((band) => Uint8Array.from({ length: size }, (_, i) => band[from(i)]!)),
  };
}

interface Segment {
  areaPx: number;
  perimeterPx: number;
  readonly sums: Float64Array;
  /** Pixel sides shared with each neighbour. */
  readonly borders: Map<number, number>;
}

/** Joins segments below the least size to a neighbour, the smallest first. Labels are rewritten in place. */
function joinSmall(image: BandImage, labels: Int32Array, count: number, { leastPx, mostPx }: SizeRange): void {
  const segments = describeSegments(image, labels, count);
  const weights = image.bands.map((band) => 1 / (image.bands.length * varianceOf(band, image.mask)));
  const target = Int32Array.from({ length: count + 1 }, (_, i) => i);
  const waiting = segments.flatMap((segment, label) => (segment.areaPx > 0 && segment.areaPx < leastPx ? [label] : []));
  waiting.sort((a, b) => segments[a]!.areaPx - segments[b]!.areaPx || a - b);
  for (const label of waiting) {
    const segment = segments[label]!;
    // It may have grown, or gone, since.
    if (segment.areaPx === 0 || segment.areaPx >= leastPx) continue;
    const into = chooseNeighbour(segments, label, mostPx, weights);
    if (into === 0) continue;
    join(segments, label, into);
    target[label] = into;
    if (segments[into]!.areaPx < leastPx && !waiting.includes(into)) waiting.push(into);
  }
  const last = (label: number): number => (target[label] === label ? label : last(target[label]!));
  for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) labels[i] = last(labels[i]!);
}

function describeSegments({ bands, widthPx, heightPx }: BandImage, labels: Int32Array, count: number): Segment[] {
  const segments = Array.from({ length: count + 1 }, (): Segment => {
    return { areaPx: 0, perimeterPx: 0, sums: new Float64Array(bands.length), borders: new Map() };
  });
  const meet = (a: number, b: number) => {
    if (a === b) return;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (one === 0) continue;
      const { borders } = segments[one]!;
      segments[one]!.perimeterPx += 1;
      if (other !== 0) borders.set(other, (borders.get(other) ?? 0) + 1);
    }
  };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const [col, row] = [i % widthPx, Math.floor(i / widthPx)];
    if (col === 0) meet(label, 0);
    if (row === 0) meet(label, 0);
    meet(label, col < widthPx - 1 ? labels[i + 1]! : 0);
    meet(label, row < heightPx - 1 ? labels[i + widthPx]! : 0);
    if (label === 0) continue;
    const segment = segments[label]!;
    segment.areaPx += 1;
    for (let b = 0; b < bands.length; b++) segment.sums[b]! += bands[b]![i]!;
  }
  return segments;
}

/** The neighbour that is most alike and shares most of the border, of those that stay within the size; 0 = none. */
function chooseNeighbour(
  segments: readonly Segment[],
  label: number,
  mostPx: number,
  weights: readonly number[],
): number {
  const segment = segments[label]!;
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [other, border] of [...segment.borders].sort(([a], [b]) => a - b)) {
    const neighbour = segments[other]!;
    if (neighbour.areaPx + segment.areaPx > mostPx) continue;
    const unlike = weights.reduce(
      (sum, weight, b) =>
        sum + weight * (segment.sums[b]! / segment.areaPx - neighbour.sums[b]! / neighbour.areaPx) ** 2,
      0,
    );
    const cost = Math.sqrt(unlike) + 2 * (1 - border / segment.perimeterPx);
    if (cost >= least) continue;
    [best, least] = [other, cost];
  }
  return best;
}

function join(segments: readonly Segment[], label: number, into: number): void {
  const [from, to] = [segments[label]!, segments[into]!];
  const shared = from.borders.get(into) ?? 0;
  to.areaPx += from.areaPx;
  to.perimeterPx += from.perimeterPx - 2 * shared;
  from.sums.forEach((sum, b) => {
    to.sums[b]! += sum;
  });
  for (const [other, border] of from.borders) {
    segments[other]!.borders.delete(label);
    if (other === into) continue;
    to.borders.set(other, (to.borders.get(other) ?? 0) + border);
    segments[other]!.borders.set(into, (segments[other]!.borders.get(into) ?? 0) + border);
  }
  from.areaPx = 0;
  from.borders.clear();
}

function renumber(labels: Int32Array, count: number, leastPx: number): { labels: Int32Array; count: number } {
  const areas = new Int32Array(count + 1);
  for (const label of labels) areas[label]! += 1;
  const names = new Int32Array(count + 1);
  let next = 0;
  const out = labels.map((label) => {
    if (label === 0 || areas[label]! < leastPx) return 0;
    if (names[label] === 0) names[label] = ++next;
    return names[label]!;
  });
  return { labels: out, count: next };
}
