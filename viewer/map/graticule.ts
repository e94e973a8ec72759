/** Lines of longitude and latitude at round degrees, and where they meet the edges of the view. */

const STEPS_DEG = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001] as const;
/** Wanted distance between neighbouring lines, CSS pixels. */
const SPACING_PX = 150;
const MERCATOR_LIMIT_DEG = 85;

export interface View {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Widest step, degrees, whose lines stand no farther apart than wanted on the view's width; the finest is 0.001°. */
export function graticuleStep({ west, east, widthPx }: View): number {
  const wanted = ((east - west) / widthPx) * SPACING_PX;
  return STEPS_DEG.find((step) => step <= wanted * 1.4) ?? 0.001;
}

/** Round degrees within [from, to]: multiples of the step, free of floating-point dust. */
export function roundDegrees(from: number, to: number, step: number): readonly number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toFixed(6)),
  );
}

export interface GraticuleLabel {
  readonly axis: 'lon' | 'lat';
  readonly deg: number;
  /** CSS pixels from the left (lon) or from the top (lat). */
  readonly atPx: number;
}

/** Where each line meets the bottom (lon) or the left edge (lat). The view is north-up, in web Mercator. */
export function graticuleLabels(view: View): readonly GraticuleLabel[] {
  const step = graticuleStep(view);
  const lonToPx = (lon: number) => ((lon - view.west) / (view.east - view.west)) * view.widthPx;
  const [top, bottom] = [mercatorY(view.north), mercatorY(view.south)];
  const latToPx = (lat: number) => ((mercatorY(lat) - top) / (bottom - top)) * view.heightPx;
  return [
    ...roundDegrees(view.west, view.east, step).map((deg) => ({ axis: 'lon' as const, deg, atPx: lonToPx(deg) })),
    ...roundDegrees(Math.max(view.south, -MERCATOR_LIMIT_DEG), Math.min(view.north, MERCATOR_LIMIT_DEG), step).map(
      (deg) => ({ axis: 'lat' as const, deg, atPx: latToPx(deg) }),
    ),
  ];
}

/** Lines over the view and one view's size round it, so that a pan shows no ends before the next call. */
export function graticuleLines(view: View): { type: 'MultiLineString'; coordinates: number[][][] } {
  const step = graticuleStep(view);
  const [spanLon, spanLat] = [view.east - view.west, view.north - view.south];
  const [west, east] = [Math.max(view.west - spanLon, -540), Math.min(view.east + spanLon, 540)];
  const south = Math.max(view.south - spanLat, -MERCATOR_LIMIT_DEG);
  const north = Math.min(view.north + spanLat, MERCATOR_LIMIT_DEG);
  return {
    type: 'MultiLineString',
    coordinates: [
      ...roundDegrees(west, east, step).map((lon) => [
        [lon, south],
        [lon, north],
      ]),
      ...roundDegrees(south, north, step).map((lat) => [
        [west, lat],
        [east, lat],
      ]),
    ],
  };
}

/** Web Mercator's y, growing downwards, in radians. */
function mercatorY(latDeg: number): number {
  return -Math.log(Math.tan(Math.PI / 4 + (latDeg * Math.PI) / 360));
}
