import { writeFileSync } from 'node:fs';
import { between, mulberry32 } from '../demo/random.ts';

const SIDE_M = 109_800;
const [X_MIN, Y_MAX] = [399_960, 1_200_000];

/**
 * Star-shaped parcels of 1 to 50 ha with 12 to 39 vertices on the Sentinel-2 tile of the peers' data, in its own CRS, as
 * their generator draws them: log-uniform areas, uniform places. The same seed gives the same file.
 */
export function makeStarParcels(path: string, count: number, seed: number): void {
  const random = mulberry32(seed);
  const features = Array.from({ length: count }, (_, index) => {
    const radiusM = Math.sqrt((Math.exp(between(random, 0, Math.log(50))) * 10_000) / Math.PI);
    const x = X_MIN + between(random, 1500, SIDE_M - 1500);
    const y = Y_MAX - between(random, 1500, SIDE_M - 1500);
    const vertices = 12 + Math.floor(28 * random());
    const ring = Array.from({ length: vertices }, (__, k) => {
      // Even steps of angle, each moved by less than half a step: a star never crosses itself.
      const angle = (2 * Math.PI * (k + between(random, -0.4, 0.4))) / vertices;
      const distance = radiusM * between(random, 0.7, 1.3);
      return [round(x + distance * Math.cos(angle)), round(y + distance * Math.sin(angle))];
    });
    return `{"type":"Feature","properties":{"id":${index + 1}},"geometry":{"type":"Polygon","coordinates":${JSON.stringify([[...ring, ring[0]]])}}}`;
  });
  const crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32631"}}';
  writeFileSync(path, `{"type":"FeatureCollection",${crs},"features":[\n${features.join(',\n')}\n]}\n`);
}

function round(metres: number): number {
  return Math.round(metres * 1000) / 1000;
}
