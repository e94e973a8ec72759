import { describe, expect, it } from 'vitest';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { measureAreaHa } from '../../../shared/geometry/area.ts';
import { readRings } from '../../../shared/geometry/rings.ts';
import { cornersOf, geometryOf, type Ring, shapeOf } from '../../../viewer/delineate/shape.ts';
import { splitByLine } from '../../../viewer/delineate/split-line.ts';

const square: Ring = [
  [1.5, 9.8],
  [1.51, 9.8],
  [1.51, 9.81],
  [1.5, 9.81],
];
const hole: Ring = [
  [1.504, 9.804],
  [1.504, 9.806],
  [1.506, 9.806],
  [1.506, 9.804],
];
const geometry = (...rings: Ring[]): GeoJsonGeometry => geometryOf([rings])!;
const ha = (one: GeoJsonGeometry) => measureAreaHa(readRings(one).value!);
const sumHa = (all: readonly GeoJsonGeometry[]) => all.reduce((sum, one) => sum + ha(one), 0);

describe('splitting by a line', () => {
  it('makes 2 pieces whose hectares add up to the whole and whose common corners are the same numbers', () => {
    const pieces = splitByLine(geometry(square), [
      [1.4967, 9.8031],
      [1.5133, 9.8077],
    ]);
    expect(pieces).toHaveLength(2);
    // A cut is straight in degrees and so is each border: what geodesics make of the new corners is below 1e-6.
    expect(Math.abs(sumHa(pieces) / ha(geometry(square)) - 1)).toBeLessThan(1e-6);
    const [one, other] = pieces.map((piece) => cornersOf(shapeOf(piece)).map(({ place }) => place.join(' ')));
    expect(one!.filter((place) => other!.includes(place))).toHaveLength(2);
  });

  it('cuts from corner to corner, snapped to both: 2 triangles with the 2 corners unchanged', () => {
    const pieces = splitByLine(geometry(square), [square[0]!, square[2]!]);
    expect(pieces.map((piece) => shapeOf(piece)[0]![0]!.length)).toEqual([3, 3]);
    for (const piece of pieces) {
      const places = cornersOf(shapeOf(piece)).map(({ place }) => place);
      expect(places).toEqual(expect.arrayContaining([square[0], square[2]]));
    }
  });

  it('cuts through an end that was set on a border, which lies a rounding error before or behind it', () => {
    const [a, b] = [square[0]!, square[1]!];
    const start = [a[0] + 0.37 * (b[0] - a[0]), a[1] + 0.37 * (b[1] - a[1])] as const;
    expect(splitByLine(geometry(square), [start, [1.5044, 9.81]])).toHaveLength(2);
  });

  it('goes through a hole: 2 pieces, no hole left, and its ground in neither', () => {
    const whole = geometry(square, hole);
    const pieces = splitByLine(whole, [
      [1.499, 9.805],
      [1.511, 9.805],
    ]);
    expect(pieces.map((piece) => shapeOf(piece)[0]!.length)).toEqual([1, 1]);
    expect(Math.abs(sumHa(pieces) / ha(whole) - 1)).toBeLessThan(1e-6);
  });

  it('passes a hole by: it stays in its piece', () => {
    const pieces = splitByLine(geometry(square, hole), [
      [1.502, 9.799],
      [1.502, 9.811],
    ]);
    expect(pieces.map((piece) => shapeOf(piece)[0]!.length).sort()).toEqual([1, 2]);
  });

  it('makes 3 pieces of a U that the line crosses twice', () => {
    const u: Ring = [
      [1.5, 9.8],
      [1.51, 9.8],
      [1.51, 9.81],
      [1.507, 9.81],
      [1.507, 9.803],
      [1.503, 9.803],
      [1.503, 9.81],
      [1.5, 9.81],
    ];
    const pieces = splitByLine(geometry(u), [
      [1.499, 9.807],
      [1.511, 9.807],
    ]);
    expect(pieces).toHaveLength(3);
  });

  it('leaves one piece where the line ends inside, runs past, or loops within', () => {
    const lines: Ring[] = [
      [
        [1.499, 9.805],
        [1.505, 9.805],
      ],
      [
        [1.52, 9.79],
        [1.52, 9.82],
      ],
    ];
    for (const line of lines) expect(splitByLine(geometry(square), line)).toEqual([geometry(square)]);
  });

  it('leaves the part of a multipolygon that is not cut with the largest piece', () => {
    const far = square.map(([lon, lat]) => [lon + 0.1, lat] as const);
    const pieces = splitByLine(geometryOf([[square], [far]])!, [
      [1.507, 9.79],
      [1.507, 9.82],
    ]);
    expect(pieces.map(({ type }) => type)).toEqual(['MultiPolygon', 'Polygon']);
  });
});
