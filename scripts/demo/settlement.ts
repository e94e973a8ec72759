import type { Point } from './frame.ts';
import { distanceField, fractalField, smoothstep } from './noise.ts';
import { between, deriveSeed, mulberry32, type Random } from './random.ts';
import type { Relief } from './relief.ts';

/** What a plot of the field mosaic is used for. */
export const PLOT = { none: 0, crop: 1, fallow: 2, orchard: 3, bare: 4 } as const;

export interface Settlement {
  /** Share of each pixel under roofs, and under trodden or laterite road ground, 0..1. */
  readonly roof: Float32Array;
  readonly road: Float32Array;
  readonly plot: Uint8Array;
  /** A number of its own for each plot, 0..1: sowing date, soil tone. */
  readonly plotTone: Float32Array;
  /** Pixels along the edge of a plot, where hedges and left trees stand. */
  readonly plotEdge: Uint8Array;
  readonly villagePx: Float32Array;
}

interface Village {
  readonly col: number;
  readonly row: number;
  readonly radiusPx: number;
}

export function makeSettlement(
  land: { sizePx: number; relief: Relief; protectedArea: Uint8Array; villages: number },
  seed: number,
): Settlement {
  const { sizePx, relief, protectedArea } = land;
  const villages = placeVillages(land, mulberry32(deriveSeed(seed, 'villages')));
  const roof = new Float32Array(sizePx * sizePx);
  const road = new Float32Array(sizePx * sizePx);
  drawRoads(road, sizePx, villages, mulberry32(deriveSeed(seed, 'roads')));
  const heart = new Uint8Array(sizePx * sizePx);
  for (const village of villages) {
    buildVillage({ roof, road, sizePx }, village, mulberry32(deriveSeed(seed, `village/${village.col}`)));
    heart[village.row * sizePx + village.col] = 1;
  }
  const villagePx = distanceField(heart, sizePx);
  return { roof, road, villagePx, ...ploughFields({ sizePx, relief, protectedArea, villagePx }, seed) };
}

function placeVillages(
  land: { sizePx: number; relief: Relief; protectedArea: Uint8Array; villages: number },
  random: Random,
): Village[] {
  const { sizePx, relief, protectedArea } = land;
  const villages: Village[] = [];
  const apart = sizePx / (1.1 + Math.sqrt(land.villages));
  for (let trial = 0; trial < 4000 && villages.length < land.villages; trial++) {
    const col = Math.floor(between(random, 0.06, 0.94) * sizePx);
    const row = Math.floor(between(random, 0.06, 0.94) * sizePx);
    const i = row * sizePx + col;
    const fits = relief.massif[i]! < 0.05 && relief.slope[i]! < 0.08 && relief.streamPx[i]! > 14;
    if (!fits || protectedArea[i] === 1) continue;
    if (villages.some((v) => Math.hypot(v.col - col, v.row - row) < apart)) continue;
    const radiusPx = villages.length === 0 ? 19 : between(random, 6, 12);
    villages.push({ col, row, radiusPx });
  }
  return villages;
}

/** Compounds of mud and tin roofs round trodden yards, dense in the middle and along the road. */
function buildVillage(
  place: { roof: Float32Array; road: Float32Array; sizePx: number },
  village: Village,
  random: Random,
): void {
  const { roof, road, sizePx } = place;
  const compounds = Math.round(village.radiusPx ** 2 * 0.55);
  const turn = random() * Math.PI;
  for (let k = 0; k < compounds; k++) {
    const angle = random() * 2 * Math.PI;
    const distance = village.radiusPx * Math.abs(random() + random() - 1) * 1.25;
    const u = distance * Math.cos(angle) * 1.35;
    const v = distance * Math.sin(angle) * 0.8;
    const col = Math.round(village.col + u * Math.cos(turn) - v * Math.sin(turn));
    const row = Math.round(village.row + u * Math.sin(turn) + v * Math.cos(turn));
    for (let dr = -1; dr <= 1; dr++) {
      for (let dc = -1; dc <= 1; dc++) {
        const c = col + dc;
        const r = row + dr;
        if (c < 0 || r < 0 || c >= sizePx || r >= sizePx) continue;
        const i = r * sizePx + c;
        road[i] = Math.min(0.75, road[i]! + between(random, 0.05, 0.3));
        if (dr === 0 && dc === 0) roof[i] = Math.min(0.7, roof[i]! + between(random, 0.2, 0.55));
        if (roof[i]! + road[i]! > 0.92) road[i] = 0.92 - roof[i]!;
      }
    }
  }
}

/** One laterite road from edge to edge past the large village, and tracks from each village to its nearest. */
function drawRoads(road: Float32Array, sizePx: number, villages: readonly Village[], random: Random): void {
  const first = villages[0];
  if (first === undefined) return;
  const main: Point[] = [
    [-10, between(random, 0.3, 0.7) * sizePx],
    [first.col, first.row + 3],
    [sizePx + 10, between(random, 0.1, 0.55) * sizePx],
  ];
  drawLine(road, sizePx, bend(main, 0.1, random), { halfWidthPx: 0.5, strength: 0.8 });
  for (let k = 1; k < villages.length; k++) {
    const from = villages[k]!;
    const nearest = villages.slice(0, k).reduce((a, b) => (apartPx(a, from) <= apartPx(b, from) ? a : b));
    const track = bend(
      [
        [from.col, from.row],
        [nearest.col, nearest.row],
      ],
      0.16,
      random,
    );
    drawLine(road, sizePx, track, { halfWidthPx: 0.45, strength: 0.5 });
    const wander: Point = [from.col + between(random, -110, 110), from.row + between(random, -110, 110)];
    drawLine(road, sizePx, bend([[from.col, from.row], wander], 0.2, random), { halfWidthPx: 0.35, strength: 0.32 });
  }
}

function apartPx(a: Village, b: Village): number {
  return Math.hypot(a.col - b.col, a.row - b.row);
}

/** Midpoint displacement: each leg gets a kink of up to `amount` of its length, six times over. */
function bend(line: readonly Point[], amount: number, random: Random): Point[] {
  let points: Point[] = [...line];
  for (let level = 0; level < 6; level++) {
    const next: Point[] = [points[0]!];
    for (let k = 1; k < points.length; k++) {
      const [ax, ay] = points[k - 1]!;
      const [bx, by] = points[k]!;
      const shift = between(random, -amount, amount) * (level < 4 ? 1 : 0.4);
      next.push([(ax + bx) / 2 - (by - ay) * shift, (ay + by) / 2 + (bx - ax) * shift], [bx, by]);
    }
    points = next;
  }
  return points;
}

function drawLine(
  field: Float32Array,
  sizePx: number,
  line: readonly Point[],
  pen: { halfWidthPx: number; strength: number },
): void {
  for (let k = 1; k < line.length; k++) {
    const [ax, ay] = line[k - 1]!;
    const [bx, by] = line[k]!;
    const lengthSq = Math.max(1e-9, (bx - ax) ** 2 + (by - ay) ** 2);
    for (let row = Math.max(0, Math.floor(Math.min(ay, by)) - 2); row < Math.min(sizePx, Math.max(ay, by) + 2); row++) {
      for (
        let col = Math.max(0, Math.floor(Math.min(ax, bx)) - 2);
        col < Math.min(sizePx, Math.max(ax, bx) + 2);
        col++
      ) {
        const t = Math.min(1, Math.max(0, ((col - ax) * (bx - ax) + (row - ay) * (by - ay)) / lengthSq));
        const away = Math.hypot(col - ax - t * (bx - ax), row - ay - t * (by - ay));
        const cover = pen.strength * (1 - smoothstep(pen.halfWidthPx, pen.halfWidthPx + 0.9, away));
        const i = row * sizePx + col;
        if (cover > field[i]!) field[i] = cover;
      }
    }
  }
}

const PLOT_PX = 12;

/** A mosaic of four-sided plots, thick round the villages and thinning out into the bush. */
function ploughFields(
  land: { sizePx: number; relief: Relief; protectedArea: Uint8Array; villagePx: Float32Array },
  seed: number,
): { plot: Uint8Array; plotTone: Float32Array; plotEdge: Uint8Array } {
  const { sizePx } = land;
  const bendX = fractalField(sizePx, deriveSeed(seed, 'fields/x'), { featurePx: 130, octaves: 3 });
  const bendY = fractalField(sizePx, deriveSeed(seed, 'fields/y'), { featurePx: 130, octaves: 3 });
  const ids = new Int32Array(sizePx * sizePx);
  const plot = new Uint8Array(sizePx * sizePx);
  const plotTone = new Float32Array(sizePx * sizePx);
  const plotEdge = new Uint8Array(sizePx * sizePx);
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) {
      const i = row * sizePx + col;
      const x = col + bendX[i]! * 55;
      const y = row + bendY[i]! * 55;
      const site = nearestSite(x, y, seed);
      ids[i] = site.id;
      const chance = mulberry32(site.id);
      plotTone[i] = chance();
      plot[i] = usePlot(land, i, chance);
      const other = (col > 0 && ids[i - 1] !== site.id) || (row > 0 && ids[i - sizePx] !== site.id);
      plotEdge[i] = other ? 1 : 0;
    }
  }
  return { plot, plotTone, plotEdge };
}

function usePlot(
  land: { relief: Relief; protectedArea: Uint8Array; villagePx: Float32Array },
  i: number,
  chance: Random,
): number {
  const { relief, protectedArea, villagePx } = land;
  if (protectedArea[i] === 1 || relief.massif[i]! > 0.12 || relief.streamPx[i]! < 5) return PLOT.none;
  if (chance() > 0.96 - smoothstep(38, 125, villagePx[i]!) * 0.94) return PLOT.none;
  const kind = chance();
  if (kind < 0.6) return PLOT.crop;
  if (kind < 0.84) return PLOT.fallow;
  return kind < 0.93 ? PLOT.orchard : PLOT.bare;
}

/** The plot a point lies in: nearest of jittered sites by the larger of both distances, which gives four-sided plots. */
function nearestSite(x: number, y: number, seed: number): { id: number } {
  const gx = Math.floor(x / PLOT_PX);
  const gy = Math.floor(y / PLOT_PX);
  let best = Number.POSITIVE_INFINITY;
  let id = 0;
  for (let cy = gy - 1; cy <= gy + 1; cy++) {
    for (let cx = gx - 1; cx <= gx + 1; cx++) {
      let h = (Math.imul(cx, 374761393) ^ Math.imul(cy, 668265263) ^ seed) >>> 0;
      h = Math.imul(h ^ (h >>> 13), 1274126177) >>> 0;
      const sx = (cx + 0.15 + 0.7 * ((h & 1023) / 1023)) * PLOT_PX;
      const sy = (cy + 0.15 + 0.7 * (((h >>> 10) & 1023) / 1023)) * PLOT_PX;
      const dx = Math.abs(x - sx);
      const dy = Math.abs(y - sy);
      const distance = Math.max(dx, dy * 1.25) + 0.25 * Math.min(dx, dy);
      if (distance >= best) continue;
      best = distance;
      id = h;
    }
  }
  return { id };
}
