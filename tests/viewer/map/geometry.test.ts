import { describe, expect, it } from 'vitest';
import { graticuleLabels, graticuleLines, graticuleStep, roundDegrees } from '../../../viewer/map/graticule.ts';
import { measure } from '../../../viewer/map/measure.ts';
import { measureGeometries } from '../../../viewer/map/measure-shape.ts';
import { metresPerPx, scaleBar } from '../../../viewer/map/scale-bar.ts';

const COPARGO = { west: 1.4, south: 9.6, east: 1.9, north: 10.0, widthPx: 1000, heightPx: 812 };

describe('graticule', () => {
  it('draws lines 0.1 degrees apart over half a degree on 1000 pixels', () => {
    expect(graticuleStep(COPARGO)).toBe(0.1);
  });

  it('gives round degrees without floating-point dust, both ends included: 1.4 to 1.9 in 0.1', () => {
    expect(roundDegrees(1.4, 1.9, 0.1)).toEqual([1.4, 1.5, 1.6, 1.7, 1.8, 1.9]);
    expect(roundDegrees(-0.3, 0.3, 0.1)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  });

  it('puts a label where the line is: 1.65 degrees east in the middle of 1.4 to 1.9', () => {
    const labels = graticuleLabels({ ...COPARGO, west: 1.45, east: 1.85 });
    expect(labels.find(({ axis, deg }) => axis === 'lon' && deg === 1.65)?.atPx).toBeCloseTo(500, 6);
    expect(labels.find(({ axis, deg }) => axis === 'lat' && deg === 10)?.atPx).toBeCloseTo(0, 6);
  });

  it('follows Mercator: 60 degrees north stands at 0.35048 of the height between 0 and 75', () => {
    // y = ln tan(45° + φ/2): 1.316958 at 60°, 2.027589 at 75°; 1 − 1.316958 / 2.027589 = 0.350481.
    const labels = graticuleLabels({ west: 0, south: 0, east: 75, north: 75, widthPx: 400, heightPx: 1 });
    expect(labels.find(({ axis, deg }) => axis === 'lat' && deg === 60)?.atPx).toBeCloseTo(0.350481, 5);
  });

  it('draws at most 120 lines and none beyond 85 degrees, for views from a street to the world', () => {
    for (const spanDeg of [0.0005, 0.01, 0.3, 4, 60, 300]) {
      const view = { west: 0, south: -spanDeg / 2, east: spanDeg, north: spanDeg / 2, widthPx: 1440, heightPx: 900 };
      const { coordinates } = graticuleLines(view);
      expect(coordinates.length).toBeLessThanOrEqual(120);
      expect(Math.max(...coordinates.flat().map(([, lat]) => Math.abs(lat!)))).toBeLessThanOrEqual(85);
    }
  });
});

describe('measure', () => {
  it('gives 110,574.4 m for the first degree of latitude and 111,319.5 m for one of longitude on the equator', () => {
    // Meridian arc and equatorial degree of WGS 84: a = 6378137 m, π a / 180 = 111319.4908 m; Karney: 110574.3886 m.
    expect(
      measure([
        { lon: 0, lat: 0 },
        { lon: 0, lat: 1 },
      ]).lengthM,
    ).toBeCloseTo(110_574.3886, 3);
    expect(
      measure([
        { lon: 0, lat: 0 },
        { lon: 1, lat: 0 },
      ]).lengthM,
    ).toBeCloseTo(111_319.4908, 3);
  });

  it('has no area below 3 points, and the same area both ways round', () => {
    const square = [
      { lon: 1.6, lat: 9.8 },
      { lon: 1.61, lat: 9.8 },
      { lon: 1.61, lat: 9.81 },
      { lon: 1.6, lat: 9.81 },
    ];
    expect(measure(square.slice(0, 2)).areaHa).toBeNull();
    expect(measure(square).areaHa).toBeCloseTo(measure(square.toReversed()).areaHa!, 9);
    // M(φ) Δφ × N(φ) cos φ Δλ at 9.805°: 1106.07 m × 1097.04 m.
    expect(measure(square).areaHa).toBeCloseTo(121.34, 2);
  });

  it('has no area where the outline crosses itself', () => {
    const bowTie = [
      { lon: 1.6, lat: 9.8 },
      { lon: 1.61, lat: 9.81 },
      { lon: 1.61, lat: 9.8 },
      { lon: 1.6, lat: 9.81 },
    ];
    expect(measure(bowTie)).toMatchObject({ areaHa: null, isCrossing: true });
  });

  it('draws points, then a line from 2 and a closed area from 3 points on', () => {
    const points = [0, 1, 2].map((one) => ({ lon: one, lat: one % 2 }));
    const types = (count: number) => measureGeometries(points.slice(0, count)).map(({ type }) => type);
    expect(types(1)).toEqual(['Point']);
    expect(types(2)).toEqual(['Point', 'Point', 'LineString']);
    expect(types(3)).toEqual(['Point', 'Point', 'Point', 'Polygon']);
  });
});

describe('scale bar', () => {
  it('takes one pixel of zoom 0 on the equator as 78,271.5 m', () => {
    expect(metresPerPx(0, 0)).toBeCloseTo(78_271.517, 3);
    expect(metresPerPx(60, 1)).toBeCloseTo(78_271.517 / 4, 3);
  });

  it('is 1, 2 or 5 times a power of ten metres and at most 120 pixels long at every zoom from 0 to 20', () => {
    for (let zoom = 0; zoom <= 20; zoom += 0.25) {
      const { lengthM, widthPx } = scaleBar({ latDeg: 50.7, zoom }, 120);
      expect(['1', '2', '5']).toContain(String(lengthM).replace(/[0.]/g, '').replace(/e.*/, ''));
      expect(widthPx).toBeLessThanOrEqual(120);
      expect(widthPx).toBeGreaterThan(120 / 2.6);
    }
  });
});
