import { describe, expect, it } from 'vitest';
import { CanopyError } from '../../shared/errors.ts';
import { crsDefinition, crsToLonLat, isGeographic, lonLatToCrs, projectRings } from '../../shared/transform.ts';

/** EPSG, lon, lat, x, y by PROJ 9 (rasterio.warp.transform). */
const PROJ_POINTS: [number, number, number, number, number][] = [
  [4326, 1.55, 9.84, 1.55, 9.84],
  [32631, 1.55, 9.84, 340993.29853339767, 1088066.3148199099],
  [32731, 1.55, -9.84, 340993.29853339767, 8911933.68518009],
  [32633, 13.2, 46.1, 360873.9825913887, 5106733.21360484],
  [32660, 179.5, -17.2, 765894.3191643734, -1903396.4082962319],
  [32701, -179.6, -17.2, 223463.95765569748, 8096463.444450773],
  [3857, 1.55, 9.84, 172545.21072957403, 1100808.5188901688],
  [3031, 45.5, -71.25, 1465641.4148513314, 1440281.8070834111],
  [3995, -45.5, 80.25, -757344.8520375425, -744240.7133320502],
  [3413, 12.25, 78.5, 1051125.7029859028, -676106.7712065625],
  [32661, 30.5, 86.5, 2197279.8313548323, 1665085.3061220306],
  [32761, -100.25, -87.5, 1726828.5280101968, 1950602.5509265612],
  [2154, 2.35, 48.85, 652301.5648305281, 6861302.725899576],
  [25832, 7.02, 50.73, 360264.89727321774, 5621670.101228419],
  [25833, 13.4, 52.5, 391390.7313388275, 5817855.240693387],
  [3035, 7.02, 50.73, 4110658.301720258, 3072988.7206023526],
  [3577, 147.25, -35.5, 1378344.562979581, -3960073.7174441507],
  [5070, -105.5, 40.25, -799781.3958358447, 1954995.846763825],
  [26913, -105.5, 40.25, 457476.1141303485, 4455625.260950339],
  [28355, 147.25, -35.5, 522673.2985499112, 6071477.818731409],
];

describe('coordinate transformation', () => {
  it.each(PROJ_POINTS)(
    'EPSG:%i agrees with PROJ at %f, %f within 1 micrometre and comes back within 1 mm (1e-8 degrees)',
    (epsg, lon, lat, x, y) => {
      const crs = `EPSG:${epsg}`;
      const there = lonLatToCrs(crs)(Float64Array.of(lon, lat));
      expect(Math.hypot(there[0]! - x, there[1]! - y)).toBeLessThan(1e-6);
      const back = crsToLonLat(crs)(there);
      expect(Math.abs(back[0]! - lon)).toBeLessThan(1e-8);
      expect(Math.abs(back[1]! - lat)).toBeLessThan(1e-8);
    },
  );

  it('knows all 120 UTM zones of WGS 84 by formula', () => {
    for (let zone = 1; zone <= 60; zone++) {
      expect(crsDefinition(32600 + zone)).toContain(`+zone=${zone} +datum`);
      expect(crsDefinition(32700 + zone)).toContain(`+zone=${zone} +south`);
    }
  });

  it.each([0, 32600, 32662, 32700, 27700, Number.NaN])(
    'refuses the unknown EPSG:%s by name and lists the known ones',
    (epsg) => {
      expect(() => crsDefinition(epsg)).toThrow(CanopyError);
      expect(() => crsDefinition(epsg)).toThrow(/EPSG:.* is not known here; known are EPSG 32601-32660/);
    },
  );

  it('says which point cannot be transformed', () => {
    expect(() => lonLatToCrs('EPSG:32631')(Float64Array.of(Number.NaN, 3))).toThrow(/\(NaN, 3\) cannot be transformed/);
    expect(() => lonLatToCrs('EPSG:3857')(Float64Array.of(3, 90))).toThrow(/outside the area/);
  });

  it('tells longitude and latitude from metres', () => {
    expect(isGeographic('EPSG:4326')).toBe(true);
    expect(isGeographic('EPSG:32631')).toBe(false);
  });

  it('transforms the vertices of each ring and leaves the input alone', () => {
    const ring = Float64Array.of(1.55, 9.84, 1.56, 9.84, 1.56, 9.85, 1.55, 9.84);
    const copy = ring.slice();
    const [projected] = projectRings([ring], 'EPSG:32631');
    expect(projected).toHaveLength(8);
    expect(projected![0]).toBeCloseTo(340993.298533, 5);
    expect(projectRings([ring], 'EPSG:4326')[0]).not.toBe(ring);
    expect(ring).toEqual(copy);
  });
});
