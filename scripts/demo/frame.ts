import proj4 from 'proj4';
import type { Grid } from '../../shared/grid.ts';
import type { DemoSettings } from './settings.ts';

/** The square of ground that the generator fills: its grids and the way between pixels and degrees. */
export interface Frame {
  readonly sizePx: number;
  readonly grid10: Grid;
  /** The 20 m grid of swir16, swir22 and scl: same corner, half the columns and rows. */
  readonly grid20: Grid;
  /** [col, row] counted from the outer upper-left corner → [lon, lat] in degrees. */
  readonly toLonLat: (point: Point) => Point;
  readonly toPixel: (lonLat: Point) => Point;
}

export type Point = readonly [number, number];

/** Lays the square round the centre; the corner is a multiple of 20 m, as on a real MGRS tile. */
export function makeFrame(settings: DemoSettings): Frame {
  const { sizePx, pixelM, epsg, centre } = settings;
  const utm = `+proj=utm +zone=${epsg % 100} +datum=WGS84 +units=m +no_defs`;
  const converter = proj4('WGS84', utm);
  const [east, north] = converter.forward([centre.lon, centre.lat]) as [number, number];
  const half = (sizePx * pixelM) / 2;
  const x0 = Math.round((east - half) / 20) * 20;
  const y0 = Math.round((north + half) / 20) * 20;
  const gridOf = (cellM: number): Grid => ({
    crs: `EPSG:${epsg}`,
    transform: [cellM, 0, x0, 0, -cellM, y0],
    widthPx: (sizePx * pixelM) / cellM,
    heightPx: (sizePx * pixelM) / cellM,
  });
  return {
    sizePx,
    grid10: gridOf(pixelM),
    grid20: gridOf(pixelM * 2),
    toLonLat: ([col, row]) => converter.inverse([x0 + col * pixelM, y0 - row * pixelM]) as [number, number],
    toPixel: (lonLat) => {
      const [x, y] = converter.forward([lonLat[0], lonLat[1]]) as [number, number];
      return [(x - x0) / pixelM, (y0 - y) / pixelM];
    },
  };
}
