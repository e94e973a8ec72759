import type { Position, Ring } from './shape.ts';
import { distanceM } from './shapes-drawn.ts';

/** A position as the phone gives it. */
export interface Fix {
  readonly place: Position;
  /** Radius that holds the true place in 95 of 100 cases, metres (W3C Geolocation). */
  readonly accuracyM: number;
  readonly atMs: number;
}

export interface WalkRules {
  /** Positions that are less sure are left out. */
  readonly worstM: number;
  /** Positions nearer to the one before are left out. */
  readonly stepM: number;
}

export const WALK_RULES: WalkRules = { worstM: 15, stepM: 3 };

export interface Walk {
  readonly fixes: readonly Fix[];
  /** Left out because they were not sure enough, and because they stood where the last one did. */
  readonly unsure: number;
  readonly standing: number;
}

export const NO_WALK: Walk = { fixes: [], unsure: 0, standing: 0 };

/** Takes a position into the walk, or counts why not. */
export function takeFix(walk: Walk, fix: Fix, { worstM, stepM }: WalkRules): Walk {
  if (!(fix.accuracyM <= worstM)) return { ...walk, unsure: walk.unsure + 1 };
  const last = walk.fixes.at(-1);
  if (last && distanceM(last.place, fix.place) < stepM) return { ...walk, standing: walk.standing + 1 };
  return { ...walk, fixes: [...walk.fixes, fix] };
}

export function ringOfWalk({ fixes }: Walk): Ring {
  return fixes.map(({ place }) => place);
}

/** Errors of two positions are alike when they were taken within about this time: satellites and sky are the same. */
const ALIKE_MS = 60_000;
/** Radius that holds 95 of 100 positions over the standard deviation of one coordinate (Rayleigh). */
const RADIUS_95 = 2.4477;
/** Most corners that the band is computed from; longer walks are thinned evenly. */
const MOST = 400;

/**
 * Half-width of the band that holds the walked area in 95 of 100 walks, hectares; null below three positions. The error
 * of the area is carried over from the positions' stated accuracy: each corner counts with half the distance between its
 * neighbours (the derivative of the shoelace formula), and errors of positions that are close in time go together,
 * exp(−Δt / 60 s). Source of the form: Bogaert, Delincé and Kay (2005), Assessing the error of polygonal area
 * measurements. What no receiver states, such as steps beside the border, is not in it.
 */
export function areaBandHa({ fixes }: Walk): number | null {
  if (fixes.length < 3) return null;
  const every = Math.ceil(fixes.length / MOST);
  const corners = fixes.filter((_, i) => i % every === 0);
  const n = corners.length;
  if (n < 3) return null;
  const points = localMetres(corners.map(({ place }) => place));
  const weights = points.map((_, i) => {
    const [[px, py], [nx, ny]] = [points[(i + n - 1) % n]!, points[(i + 1) % n]!];
    const sigmaM = corners[i]!.accuracyM / RADIUS_95;
    return [((ny - py) / 2) * sigmaM, ((px - nx) / 2) * sigmaM] as const;
  });
  let variance = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const alike = Math.exp(-Math.abs(corners[i]!.atMs - corners[k]!.atMs) / ALIKE_MS);
      variance += alike * (weights[i]![0] * weights[k]![0] + weights[i]![1] * weights[k]![1]);
    }
  }
  return (1.96 * Math.sqrt(Math.max(0, variance))) / 10_000;
}

const STEP_DEG = 0.001;

/** East and north of the first place, metres; exact enough over a parcel. */
function localMetres(ring: Ring): (readonly [number, number])[] {
  const [lon0, lat0] = ring[0]!;
  const perLonM = distanceM(ring[0]!, [lon0 + STEP_DEG, lat0]) / STEP_DEG;
  const perLatM = distanceM(ring[0]!, [lon0, lat0 + STEP_DEG]) / STEP_DEG;
  return ring.map(([lon, lat]) => [(lon - lon0) * perLonM, (lat - lat0) * perLatM] as const);
}
