import type { Point } from './frame.ts';
import { fractalField, smoothstep } from './noise.ts';
import { deriveSeed, mulberry32 } from './random.ts';
import { makeRelief, type Relief } from './relief.ts';
import type { DemoSettings } from './settings.ts';
import { makeSettlement, PLOT, type Settlement } from './settlement.ts';

/**
 * The landscape before anything happens to it: one number per 10 m pixel and property, row by row from the north-west.
 * Shares of a pixel are 0..1; tree + water + rock + roof + road never exceed 1, the rest is open ground.
 */
export interface Ground {
  readonly sizePx: number;
  readonly relief: Relief;
  readonly settlement: Settlement;
  /** Crown cover. */
  readonly tree: Float32Array;
  /** Crown cover ten years before the monitored period: woods that have become fields since are still there. */
  readonly treeBefore: Float32Array;
  /** Share of the crowns that keep their leaves in the dry season. */
  readonly evergreen: Float32Array;
  /** Share of the open ground that grass or crops cover at the height of the rains, and dry straw in December. */
  readonly grass: Float32Array;
  readonly straw: Float32Array;
  /** Days by which greening and dying come later than on dry upland. */
  readonly lagUpDays: Float32Array;
  readonly lagDownDays: Float32Array;
  /** 1 = red laterite, 0 = grey sandy soil. */
  readonly laterite: Float32Array;
  readonly water: Float32Array;
  readonly rock: Float32Array;
  /** Brightness of the pixel, about 1, the same in all bands. */
  readonly tone: Float32Array;
  readonly protectedArea: Uint8Array;
  /** Land cover of the labelled layer, see `LAND_COVER`. */
  readonly landCover: Uint8Array;
}

export const LAND_COVER = {
  'closed woodland': 1,
  'tree savanna': 2,
  'grass savanna': 3,
  'gallery forest': 4,
  cropland: 5,
  fallow: 6,
  orchard: 7,
  'built-up and bare': 8,
  water: 9,
  rock: 10,
} as const;

export function makeGround(settings: DemoSettings): Ground {
  const { sizePx, seed } = settings;
  const relief = makeRelief(sizePx, seed);
  const protectedArea = drawProtectedArea(sizePx, seed);
  const settlement = makeSettlement({ sizePx, relief, protectedArea, villages: settings.villages }, seed);
  const water = floodReservoir(sizePx, relief, seed);
  const pixels = sizePx * sizePx;
  const ground: Ground = {
    sizePx,
    relief,
    settlement,
    tree: new Float32Array(pixels),
    treeBefore: new Float32Array(pixels),
    evergreen: new Float32Array(pixels),
    grass: new Float32Array(pixels),
    straw: new Float32Array(pixels),
    lagUpDays: new Float32Array(pixels),
    lagDownDays: new Float32Array(pixels),
    laterite: new Float32Array(pixels),
    water,
    rock: new Float32Array(pixels),
    tone: new Float32Array(pixels),
    protectedArea,
    landCover: new Uint8Array(pixels),
  };
  const fields = growthFields(sizePx, seed);
  const chance = mulberry32(deriveSeed(seed, 'ground/pixels'));
  for (let i = 0; i < pixels; i++) fillPixel(ground, fields, i, chance());
  return ground;
}

/** The fractal fields that woods, grass and soil follow. */
function growthFields(sizePx: number, seed: number) {
  const field = (name: string, featurePx: number, octaves: number, gain = 0.5) =>
    fractalField(sizePx, deriveSeed(seed, `ground/${name}`), { featurePx, octaves, gain });
  return {
    woods: field('woods', 170, 6, 0.55),
    patches: field('patches', 38, 4, 0.6),
    crowns: field('crowns', 4.5, 2, 0.8),
    soil: field('soil', 210, 5),
    sward: field('sward', 60, 4),
    grit: field('grit', 16, 3, 0.8),
  };
}

type GrowthFields = ReturnType<typeof growthFields>;

function fillPixel(ground: Ground, fields: GrowthFields, i: number, chance: number): void {
  const { relief, settlement } = ground;
  const stream = relief.streamPx[i]!;
  const order = relief.streamOrder[i]!;
  const massif = relief.massif[i]!;
  const clump = fields.crowns[i]!;
  const galleryWidth = 1.1 + Math.max(0, order - 1.5) * 1.55;
  const banks = order > 0 ? 1 - smoothstep(galleryWidth * 0.6, galleryWidth * 1.6, stream) : 0;
  const gallery = banks * (0.35 + 0.65 * smoothstep(-0.3, 0.05, fields.patches[i]! + (order - 2.2) * 0.3));
  const bottom = 1 - smoothstep(galleryWidth, galleryWidth + 17, stream);
  const plot = settlement.plot[i]!;

  const reserve = ground.protectedArea[i]!;
  const woodiness = fields.woods[i]! * 1.1 + fields.patches[i]! * 0.45 + reserve * 0.42 + massif * 0.2 - bottom * 0.12;
  const wild = 0.05 + 0.67 * smoothstep(-0.16, 0.4, woodiness) + 0.09 * smoothstep(-0.5, 0, woodiness);
  const nearVillage = 1 - smoothstep(15, 120, settlement.villagePx[i]!);
  const used = wild * (1 - 0.45 * nearVillage * (1 - reserve));
  const texture = 1 + clump * (0.95 - 0.5 * used) + (chance - 0.5) * 0.25;
  const lone = chance > 0.955 ? (chance - 0.955) * 13 * smoothstep(-0.1, 0.2, clump) : 0;
  const hedge = settlement.plotEdge[i] === 1 && settlement.plotTone[i]! > 0.35 ? 0.22 : 0;
  const onPlot = plotTrees(plot, settlement.plotTone[i]!, clump) + (plot === PLOT.none ? 0 : hedge);
  const open = (plot === PLOT.none ? used * texture : onPlot) + lone;
  const tree = Math.max(open, gallery * (0.84 + clump * 0.35));
  const before = Math.max(
    tree,
    plot === PLOT.none ? tree : wild * texture * smoothstep(25, 80, settlement.villagePx[i]!),
  );

  const outcrop = smoothstep(0.2, 0.42, massif * 0.32 + fields.patches[i]! * 0.55 + relief.slope[i]! * 0.6 - 0.12);
  ground.rock[i] = massif > 0.15 ? outcrop * 0.55 : 0;
  fitShares(ground, i, tree, before);

  const sward = fields.sward[i]!;
  ground.evergreen[i] = Math.min(
    0.95,
    0.52 + gallery * 0.4 + fields.soil[i]! * 0.2 + (plot === PLOT.orchard ? 0.3 : 0),
  );
  ground.grass[i] = clamp01(plot === PLOT.none ? 0.82 + sward * 0.3 : plotGrass(plot));
  ground.straw[i] = clamp01(plot === PLOT.none ? 0.72 + sward * 0.35 : plotStraw(plot, settlement.plotTone[i]!));
  const late = plot === PLOT.crop || plot === PLOT.bare ? 26 + 16 * settlement.plotTone[i]! : 0;
  ground.lagUpDays[i] = sward * 14 + late - bottom * 6;
  ground.lagDownDays[i] = sward * 12 + bottom * 34 + gallery * 12 - (late > 0 ? 14 : 0);
  ground.laterite[i] = clamp01(0.55 + fields.soil[i]! * 1.3 - bottom * 0.35 + (relief.slope[i]! - 0.05) * 2);
  ground.tone[i] =
    (1 + clump * 0.13 + fields.grit[i]! * 0.1 + (settlement.plotTone[i]! - 0.5) * (plot === PLOT.none ? 0 : 0.16)) *
    relief.shade[i]!;
  ground.landCover[i] = classify(ground, i, gallery);
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function plotTrees(plot: number, tone: number, clump: number): number {
  if (plot === PLOT.orchard) return 0.5 + clump * 0.2;
  if (plot === PLOT.fallow) return 0.1 + tone * 0.12 + Math.max(0, clump) * 0.4;
  return 0.015 + Math.max(0, clump - 0.28) * 0.9;
}

function plotGrass(plot: number): number {
  if (plot === PLOT.bare) return 0.5;
  return plot === PLOT.crop ? 0.86 : 0.8;
}

/** After the harvest a field is stubble and soil; a fallow keeps its straw. */
function plotStraw(plot: number, tone: number): number {
  if (plot === PLOT.crop) return 0.12 + tone * 0.3;
  return plot === PLOT.bare ? 0.06 : 0.55;
}

/** Makes room: water first, then roofs, roads and rock, and trees take at most what is left. */
function fitShares(ground: Ground, i: number, tree: number, before: number): void {
  const { roof, road } = ground.settlement;
  const dry = 1 - ground.water[i]!;
  roof[i] = Math.min(roof[i]!, dry);
  road[i] = Math.min(road[i]!, dry - roof[i]!);
  ground.rock[i] = Math.min(ground.rock[i]!, dry - roof[i]! - road[i]!);
  const room = Math.max(0, dry - roof[i]! - road[i]! - ground.rock[i]!);
  ground.tree[i] = Math.min(Math.max(0, tree) * (0.35 + 0.65 * room), 0.96 * room);
  ground.treeBefore[i] = Math.max(ground.tree[i]!, Math.min(Math.max(0, before), 0.96 * room));
}

function classify(ground: Ground, i: number, gallery: number): number {
  const plot = ground.settlement.plot[i]!;
  if (ground.water[i]! > 0.5) return LAND_COVER.water;
  if (ground.settlement.roof[i]! + ground.settlement.road[i]! > 0.4) return LAND_COVER['built-up and bare'];
  if (ground.rock[i]! > 0.3) return LAND_COVER.rock;
  if (gallery > 0.5) return LAND_COVER['gallery forest'];
  if (plot === PLOT.orchard) return LAND_COVER.orchard;
  if (plot === PLOT.fallow) return LAND_COVER.fallow;
  if (plot !== PLOT.none) return LAND_COVER.cropland;
  if (ground.tree[i]! > 0.5) return LAND_COVER['closed woodland'];
  return ground.tree[i]! > 0.15 ? LAND_COVER['tree savanna'] : LAND_COVER['grass savanna'];
}

/** A classified forest in the south-east with surveyed, nearly straight limits. */
function drawProtectedArea(sizePx: number, seed: number): Uint8Array {
  const random = mulberry32(deriveSeed(seed, 'ground/protected'));
  const corners: Point[] = [];
  for (let k = 0; k < 7; k++) {
    const angle = (k / 7) * 2 * Math.PI;
    const radius = sizePx * (0.15 + 0.07 * random());
    corners.push([sizePx * 0.78 + radius * Math.cos(angle), sizePx * 0.76 + radius * Math.sin(angle)]);
  }
  const mask = new Uint8Array(sizePx * sizePx);
  for (let row = 0; row < sizePx; row++) {
    for (let col = 0; col < sizePx; col++) if (isInside(corners, col + 0.5, row + 0.5)) mask[row * sizePx + col] = 1;
  }
  return mask;
}

function isInside(ring: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let k = 0, j = ring.length - 1; k < ring.length; j = k++) {
    const [ax, ay] = ring[k]!;
    const [bx, by] = ring[j]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** A small dam on one of the larger streams: everything upstream of it that lies lower than the crest. */
function floodReservoir(sizePx: number, relief: Relief, seed: number): Float32Array {
  const water = new Float32Array(sizePx * sizePx);
  const random = mulberry32(deriveSeed(seed, 'ground/dam'));
  let dam = -1;
  let bestOrder = 0;
  for (let trial = 0; trial < 60_000; trial++) {
    const col = Math.floor((0.2 + 0.6 * random()) * sizePx);
    const row = Math.floor((0.2 + 0.6 * random()) * sizePx);
    const i = row * sizePx + col;
    if (relief.streamPx[i]! > 1 || relief.streamOrder[i]! <= bestOrder || relief.streamOrder[i]! > 2.45) continue;
    bestOrder = relief.streamOrder[i]!;
    dam = i;
  }
  if (dam < 0) return water;
  const damCol = dam % sizePx;
  const damRow = Math.floor(dam / sizePx);
  const foot = relief.elevationM[dam]!;
  for (let i = 0; i < water.length; i++) {
    const away = Math.hypot((i % sizePx) - damCol, Math.floor(i / sizePx) - damRow);
    const height = relief.elevationM[i]! - foot;
    if (away > 34 || height < -0.15 || height > 2.6) continue;
    water[i] = 1 - smoothstep(6, 9.5, relief.streamPx[i]! * (0.75 + away / 70) + height);
  }
  return water;
}
