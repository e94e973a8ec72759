import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentLand } from '../../../pipeline/suggest/fit-sizes.ts';
import { createPixelQueue } from '../../../pipeline/suggest/heap.ts';
import { growSegments } from '../../../pipeline/suggest/snic.ts';

const SIZE = { widthPx: 60, heightPx: 40 };

/** Four fields side by side of 60 × 40 pixels, cut at columns 22 and 41 and row 17, with a little noise. */
const fieldOf = (i: number) => {
  const [col, row] = [i % 60, Math.floor(i / 60)];
  if (row >= 17) return col < 41 ? 2 : 3;
  return col < 22 ? 0 : 1;
};
const drawn = {
  ...SIZE,
  mask: new Uint8Array(2400).fill(1),
  bands: [
    Uint8Array.from({ length: 2400 }, (_, i) => [40, 90, 140, 190][fieldOf(i)]! + ((i * 7919) % 5)),
    Uint8Array.from({ length: 2400 }, (_, i) => [100, 60, 60, 140][fieldOf(i)]! + ((i * 104729) % 5)),
  ],
};

function countsOf(labels: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function hangsTogether(labels: Int32Array, label: number, widthPx: number): boolean {
  const first = labels.indexOf(label);
  const seen = new Set([first]);
  for (const i of seen) {
    const col = i % widthPx;
    const near = [...(col > 0 ? [i - 1] : []), ...(col < widthPx - 1 ? [i + 1] : []), i - widthPx, i + widthPx];
    for (const j of near) if (labels[j] === label) seen.add(j);
  }
  return seen.size === labels.filter((each) => each === label).length;
}

describe('segments of a drawn picture of 4 fields', () => {
  it('follow its edges: no segment holds more than 2 % of another field', () => {
    const { labels } = segmentLand(drawn, { leastPx: 100, mostPx: 400, compactness: 0.5 });
    const strangers = new Map<number, number[]>();
    labels.forEach((label, i) => {
      const fields = strangers.get(label) ?? [0, 0, 0, 0];
      fields[fieldOf(i)]! += 1;
      strangers.set(label, fields);
    });
    for (const fields of strangers.values()) {
      const all = fields.reduce((sum, n) => sum + n, 0);
      expect((all - Math.max(...fields)) / all).toBeLessThan(0.02);
    }
  });

  it('have 100 to 400 pixels each, cover every pixel, hang together, and are the same again', () => {
    const sizes = { leastPx: 100, mostPx: 400, compactness: 1 };
    const { labels, count } = segmentLand(drawn, sizes);
    const counts = countsOf(labels);
    expect(counts.size).toBe(count);
    for (const [label, pixels] of counts) {
      expect(label).toBeGreaterThan(0);
      expect(pixels).toBeGreaterThanOrEqual(100);
      expect(pixels).toBeLessThanOrEqual(400);
      expect(hangsTogether(labels, label, 60)).toBe(true);
    }
    expect(segmentLand(drawn, sizes).labels).toEqual(labels);
  });

  it('are rounder with more compactness: the outline of all grows shorter from 0.1 to 3', () => {
    const noisy = { ...drawn, bands: [Uint8Array.from({ length: 2400 }, (_, i) => (i * 2654435761) % 251)] };
    const outline = (compactness: number) => {
      const { labels } = growSegments(noisy, { spacingPx: 12, compactness });
      return labels.filter((label, i) => i % 60 < 59 && labels[i + 1] !== label).length;
    };
    expect(outline(3)).toBeLessThan(0.65 * outline(0.1));
  });

  it('leave out land of fewer than 100 pixels that has no neighbour', () => {
    const mask = Uint8Array.from({ length: 2400 }, (_, i) => (i % 60 < 9 && i < 600 ? 1 : 0));
    expect(segmentLand({ ...drawn, mask }, { leastPx: 100, mostPx: 400, compactness: 1 }).count).toBe(0);
    mask[9] = 1;
    const one = segmentLand({ ...drawn, mask: mask.fill(1, 600, 615) }, { leastPx: 100, mostPx: 400, compactness: 1 });
    expect([one.count, countsOf(one.labels).get(1)]).toEqual([1, 106]);
  });
});

describe('the queue of pixels', () => {
  it('gives 300 pairs back by distance, equal ones in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300 }), (distances) => {
        const queue = createPixelQueue();
        distances.forEach((distance, k) => {
          queue.push(distance, k, k + 1);
        });
        const wanted = distances
          .map((distance, k) => [distance, k] as const)
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        for (const [, k] of wanted) {
          queue.pop();
          expect([queue.pixel(), queue.label()]).toEqual([k, k + 1]);
        }
        expect(queue.size()).toBe(0);
      }),
    );
  });
});
