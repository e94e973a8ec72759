import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONTROL_AREA_DEFAULTS,
  type ControlArea,
  type ControlAreaInput,
  layOutControlAreas,
} from '../../../../pipeline/change/controls/donor-pool.ts';
import { measureAreaHa } from '../../../../shared/geometry/area.ts';
import type { Grid, Window } from '../../../../shared/grid.ts';
import { crsToLonLat, projectRings } from '../../../../shared/transform.ts';

const X = 500_000;
const Y = 1_083_000;
const SETTINGS = { seed: 7, ...CONTROL_AREA_DEFAULTS };

function utm(sizePx: number, cellM = 10, epsg = 32631): Grid {
  return { crs: `EPSG:${epsg}`, transform: [cellM, 0, X, 0, -cellM, Y], widthPx: sizePx, heightPx: sizePx };
}

/** A rectangle of the grid (in cells, fractions allowed) as a parcel. */
function parcelOf(grid: Grid, col: number, row: number, widthPx: number, heightPx = widthPx) {
  const [a, , c, , e, f] = grid.transform;
  const [x0, x1] = [c + a * col, c + a * (col + widthPx)];
  const [y1, y0] = [f + e * row, f + e * (row + heightPx)];
  const ring = crsToLonLat(grid.crs)(Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0));
  return { rings: [ring], parcelHa: measureAreaHa([ring]) };
}

function whole(grid: Grid, gridIndex = 0) {
  return { gridIndex, window: { col: 0, row: 0, widthPx: grid.widthPx, heightPx: grid.heightPx } };
}

function overlap(a: Window, b: Window): boolean {
  return (
    a.col < b.col + b.widthPx && b.col < a.col + a.widthPx && a.row < b.row + b.heightPx && b.row < a.row + a.heightPx
  );
}

function input(grid: Grid, parcels: ControlAreaInput['parcels'], more: Partial<ControlAreaInput> = {}) {
  return { grids: [{ key: '31PAA-32631-10m', grid }], windows: [whole(grid)], parcels, settings: SETTINGS, ...more };
}

describe('the donor pool', () => {
  it('lays 3 × 3 areas of 10 × 10 cells round nothing but a parcel far away, of the parcel’s 1 ha', () => {
    const grid = utm(30);
    const areas = layOutControlAreas(input(grid, [parcelOf(utm(500), 400, 400, 10)]));
    expect(areas.map(({ window: { col, row } }) => [col, row])).toEqual([
      [0, 0],
      [10, 0],
      [20, 0],
      [0, 10],
      [10, 10],
      [20, 10],
      [0, 20],
      [10, 20],
      [20, 20],
    ]);
    const [first] = areas as [ControlArea];
    expect(first.id).toBe('control:31PAA-32631-10m:0:0');
    expect(first.ringsCrs).toEqual([[X, Y - 100, X + 100, Y - 100, X + 100, Y, X, Y, X, Y - 100]]);
    const back = projectRings([Float64Array.from(first.rings[0]!)], grid.crs)[0]!;
    for (let i = 0; i < back.length; i++) expect(back[i]).toBeCloseTo(first.ringsCrs[0]![i]!, 6);
    // The library that measures parcels agrees on the area.
    expect(first.parcelHa).toBeCloseTo(measureAreaHa([Float64Array.from(first.rings[0]!)]), 8);
  });

  it('keeps 6 cells of 10 m (60 m) from a parcel, and 2 of 30 m', () => {
    for (const [cellM, gap] of [
      [10, 6],
      [30, 2],
    ] as const) {
      const grid = utm(31, cellM);
      // A parcel over the 10 leftmost columns: the areas may begin `gap` columns behind it.
      const areas = layOutControlAreas(
        input(grid, [parcelOf(grid, 0, 0, 10, 31), parcelOf(utm(900, cellM), 800, 800, 2)]),
      );
      expect(Math.min(...areas.map(({ window }) => window.col))).toBe(10 + gap);
    }
  });

  it.each([
    [1, 10, 10],
    [0.12, 4, 3],
    [0.09, 3, 3],
    [0.056, 3, 2],
    [0.03, 2, 2],
    [0.0001, 2, 2],
  ])('takes for parcels of %f ha areas of %i × %i cells of 10 m', (ha, widthPx, heightPx) => {
    const grid = utm(40);
    const far = parcelOf(utm(900), 800, 800, 1);
    const [first] = layOutControlAreas(input(grid, [{ ...far, parcelHa: ha }]));
    expect(first!.window).toMatchObject({ widthPx, heightPx });
    if (ha >= 0.034) expect(Math.abs(first!.parcelHa / ha - 1)).toBeLessThan(0.2);
  });

  it('has no areas without parcels, without windows, or where the mean parcel is larger than every window', () => {
    const grid = utm(40);
    expect(layOutControlAreas(input(grid, []))).toEqual([]);
    expect(layOutControlAreas(input(grid, [parcelOf(grid, 0, 0, 5)], { windows: [] }))).toEqual([]);
    expect(layOutControlAreas(input(grid, [{ ...parcelOf(grid, 0, 0, 5), parcelHa: 17 }]))).toEqual([]);
  });

  it('draws 20 of 100 areas all over the landscape, others with another seed', () => {
    const grid = utm(100);
    const parcels = [parcelOf(utm(900), 800, 800, 10)];
    const choose = (seed: number) =>
      layOutControlAreas(input(grid, parcels, { settings: { ...SETTINGS, seed, atMost: 20 } }));
    const areas = choose(1);
    expect(areas).toHaveLength(20);
    for (let half = 0; half < 5; half++) {
      expect(areas.filter(({ window: { row } }) => Math.floor(row / 20) === half)).toHaveLength(4);
    }
    expect(choose(1)).toEqual(areas);
    expect(choose(2)).not.toEqual(areas);
  });

  it('keeps 200 areas for 1 parcel and never more than 2,000', () => {
    const grid = utm(500);
    const far = parcelOf(utm(900), 800, 800, 5);
    expect(layOutControlAreas(input(grid, [far]))).toHaveLength(200);
    expect(layOutControlAreas(input(grid, Array(300).fill(far)))).toHaveLength(2000);
  });

  it('leaves ground that two UTM zones share to the first, and a parcel there keeps both off', () => {
    // Both grids are laid about 3° E, the border of zones 31 and 32.
    const at = (epsg: number): Grid => {
      const [x, y] = projectRings([Float64Array.of(6, 9.8)], `EPSG:${epsg}`)[0]!;
      const snap = (value: number) => Math.round(value / 10) * 10;
      const transform = [10, 0, snap(x!) - 1500, 0, -10, snap(y!) + 1500] as const;
      return { crs: `EPSG:${epsg}`, transform, widthPx: 300, heightPx: 300 };
    };
    const grids = [
      { key: 'a', grid: at(32631) },
      { key: 'b', grid: at(32632) },
    ];
    const parcel = parcelOf(grids[0]!.grid, 140, 140, 20);
    const left = { gridIndex: 0, window: { col: 0, row: 0, widthPx: 160, heightPx: 300 } };
    const areas = layOutControlAreas({
      grids,
      windows: [left, whole(grids[1]!.grid, 1)],
      parcels: [parcel],
      settings: SETTINGS,
    });
    expect(new Set(areas.map(({ gridIndex }) => gridIndex))).toEqual(new Set([0, 1]));
    const boxes = areas.map(({ rings }) =>
      boxOf(
        projectRings(
          rings.map((ring) => Float64Array.from(ring)),
          'EPSG:32631',
        )[0]!,
      ),
    );
    const taken = boxOf(projectRings(parcel.rings, 'EPSG:32631')[0]!);
    boxes.forEach((box, i) => {
      expect(apart(box, taken)).toBeGreaterThan(50);
      for (const [j, other] of boxes.entries())
        if (i < j && areas[i]!.gridIndex !== areas[j]!.gridIndex) expect(apart(box, other)).toBeGreaterThan(0);
    });
  });

  const place = fc.record({
    col: fc.double({ min: -5, max: 118, noNaN: true }),
    row: fc.double({ min: -5, max: 88, noNaN: true }),
    widthPx: fc.double({ min: 0.5, max: 30, noNaN: true }),
    heightPx: fc.double({ min: 0.5, max: 30, noNaN: true }),
  });

  it('never overlaps a parcel, its buffer, another area or the edge of a chunk, in any order of parcels and chunks', () => {
    const grid = { ...utm(120), heightPx: 90 };
    const windows = [0, 1, 2, 3, 4, 5].map((i) => ({
      gridIndex: 0,
      window: { col: 40 * (i % 3), row: 45 * Math.floor(i / 3), widthPx: 40, heightPx: 45 },
    }));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 99 }), (places, seed) => {
        const parcels = places.map((p) => parcelOf(grid, p.col, p.row, p.widthPx, p.heightPx));
        const settings = { seed, atMost: 30, bufferPx: 2, bufferM: 15 };
        const areas = layOutControlAreas(input(grid, parcels, { windows, settings }));
        areas.forEach(({ window, windowIndex }, i) => {
          const chunk = windows[windowIndex]!.window;
          expect(window.col >= chunk.col && window.col + window.widthPx <= chunk.col + chunk.widthPx).toBe(true);
          expect(window.row >= chunk.row && window.row + window.heightPx <= chunk.row + chunk.heightPx).toBe(true);
          for (let j = 0; j < i; j++) expect(overlap(window, areas[j]!.window)).toBe(false);
          // What the projection does to a coordinate there and back stays far below this share of a cell.
          const near = {
            col: window.col - 1.999,
            row: window.row - 1.999,
            widthPx: window.widthPx + 3.998,
            heightPx: window.heightPx + 3.998,
          };
          for (const p of places) expect(overlap(near, p)).toBe(false);
        });
        const turned = layOutControlAreas(
          input(grid, [...parcels].reverse(), { windows: [...windows].reverse(), settings }),
        );
        const plain = ({ windowIndex: _, ...area }: ControlArea) => area;
        expect(turned.map(plain)).toEqual(areas.map(plain));
      }),
      { numRuns: 60 },
    );
  });

  it('lays out the pool of 10,000 parcels over 25 chunks within seconds', () => {
    const grid = utm(5120);
    const parcels = Array.from({ length: 10_000 }, (_, i) =>
      parcelOf(grid, (i % 100) * 51 + 5, Math.floor(i / 100) * 51 + 5, 12),
    );
    const windows = Array.from({ length: 25 }, (_, i) => ({
      gridIndex: 0,
      window: { col: 1024 * (i % 5), row: 1024 * Math.floor(i / 5), widthPx: 1024, heightPx: 1024 },
    }));
    const start = performance.now();
    const areas = layOutControlAreas(input(grid, parcels, { windows }));
    expect(areas).toHaveLength(2000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

type Box = readonly [number, number, number, number];

function boxOf(ring: Float64Array): Box {
  const xs = [...ring].filter((_, i) => i % 2 === 0);
  const ys = [...ring].filter((_, i) => i % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Largest gap between two boxes along an axis, negative where they overlap. */
function apart(a: Box, b: Box): number {
  return Math.max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3]);
}

describe('ground that is taken', () => {
  it('is that of refused parcels too: no area lies on it or within 60 m of it', () => {
    const grid = utm(60);
    const blocked = [parcelOf(grid, 20, 20, 10).rings];
    const areas = layOutControlAreas(input(grid, [parcelOf(utm(500), 400, 400, 5)], { blocked }));
    expect(areas.length).toBeGreaterThan(20);
    const guarded = { col: 14, row: 14, widthPx: 22, heightPx: 22 };
    expect(areas.filter(({ window }) => overlap(window, guarded))).toEqual([]);
  });

  it('does not leave all without control areas because one of 8 parcels is 1,600 times as large', () => {
    const grid = utm(100);
    const small = Array.from({ length: 7 }, (_, i) => parcelOf(utm(1000), 500 + 20 * i, 900, 10));
    const areas = layOutControlAreas(input(grid, [...small, parcelOf(utm(1000), 500, 400, 400)]));
    expect(areas.length).toBeGreaterThan(50);
    expect(areas[0]!.parcelHa).toBeCloseTo(1, 1);
  });
});
