import { type Coverage, coverageMean, coverShape } from './coverage.ts';
import type { Frame, Point } from './frame.ts';
import type { Ground } from './ground.ts';
import { between, deriveSeed, mulberry32, type Random } from './random.ts';
import { type DemoSettings, PARCEL_KINDS, type ParcelKind } from './settings.ts';
import { PLOT } from './settlement.ts';
import { drawOutline, type Outline, PIXELS_PER_HA, type Ring, ringArea, splitByTrack, withHole } from './shapes.ts';

export interface DemoParcel {
  readonly id: string;
  readonly name: string;
  readonly intervention: string;
  readonly kind: ParcelKind;
  /** What the ground is before anything happens: `woodland`, `field` or `grass` for the unchanged ones. */
  readonly ground: string;
  /** Polygons of rings in lon/lat degrees, rounded to 7 decimals, closed, exterior first and counter-clockwise. */
  readonly polygons: readonly (readonly Ring[])[];
  readonly coverage: Coverage;
}

/** Where the hill cloud sits, in pixels: the always cloudy parcels lie inside, all others well outside. */
export interface CloudCap {
  readonly col: number;
  readonly row: number;
  readonly radiusPx: number;
}

export function cloudCapOf(sizePx: number): CloudCap {
  return { col: 0.13 * sizePx, row: 0.12 * sizePx, radiusPx: 0.115 * sizePx };
}

interface Wish {
  readonly kind: ParcelKind;
  readonly ground: string;
}

interface Candidate {
  readonly outline: Outline;
  readonly coverage: Coverage;
  readonly misfit: number;
}

/** Finds ground for each parcel that suits what will happen there, without overlaps, and gives them ids and names. */
export function placeParcels(settings: DemoSettings, frame: Frame, ground: Ground): DemoParcel[] {
  const random = mulberry32(deriveSeed(settings.seed, 'parcels'));
  const taken = new Uint8Array(frame.sizePx * frame.sizePx);
  const sites = listWishes(settings).map((wish, order) => {
    const candidate = findSite({ settings, ground, taken, frame }, wish, order, random);
    occupy(taken, candidate.coverage, frame.sizePx);
    return { wish, candidate };
  });
  shuffle(sites, random);
  const names = nameParcels(sites.length, random);
  return sites.map(({ wish, candidate }, k) => {
    const polygons = candidate.outline.parts.map((rings) => rings.map((ring, h) => toDegrees(ring, frame, h === 0)));
    const onGrid = polygons.flat().map((ring) => ring.map(frame.toPixel));
    return {
      id: `DEM-${String(k + 1).padStart(3, '0')}`,
      name: names[k]!,
      intervention: interventionOf(wish.kind, random),
      kind: wish.kind,
      ground: wish.ground,
      polygons,
      coverage: coverShape(onGrid, frame.sizePx),
    };
  });
}

function listWishes(settings: DemoSettings): Wish[] {
  const grounds = ['woodland', 'field', 'grass'];
  const order: ParcelKind[] = ['cloudy', 'cleared', 'unchanged', 'burnt', 'regrowth', 'planted'];
  if (order.length !== PARCEL_KINDS.length) throw new Error('A kind of parcel has no place in the order of placing.');
  return order.flatMap((kind) =>
    Array.from({ length: settings.parcels[kind] }, (_, k) => ({
      kind,
      ground: kind === 'unchanged' ? grounds[k % 3]! : kind === 'cleared' ? 'woodland' : 'savanna',
    })),
  );
}

interface Place {
  readonly settings: DemoSettings;
  readonly frame: Frame;
  readonly ground: Ground;
  readonly taken: Uint8Array;
}

const TRIALS = 500;

function findSite(place: Place, wish: Wish, order: number, random: Random): Candidate {
  const { smallest, largest } = place.settings.parcelHa;
  let areaHa = smallest * (largest / smallest) ** random();
  if (wish.kind === 'cloudy') areaHa = Math.min(areaHa, 6 * (place.frame.sizePx / 800) ** 2 + smallest);
  let best: Candidate | null = null;
  for (let trial = 0; trial < TRIALS; trial++) {
    if (trial % 40 === 39) areaHa = Math.max(smallest, areaHa * 0.88);
    const candidate = tryOutline(place, wish, { areaHa, order }, random);
    if (candidate === null) continue;
    if (best === null || candidate.misfit < best.misfit) best = candidate;
    if (best.misfit < 0.02) break;
  }
  if (best === null) throw new Error(`No room for a ${wish.kind} parcel: make sizePx larger or the parcels smaller.`);
  return best;
}

function tryOutline(
  place: Place,
  wish: Wish,
  size: { areaHa: number; order: number },
  random: Random,
): Candidate | null {
  const { sizePx } = place.frame;
  const cap = cloudCapOf(sizePx);
  const reach = Math.sqrt((size.areaHa * PIXELS_PER_HA) / Math.PI) * 1.9 + 3;
  const cloudy = wish.kind === 'cloudy';
  const centre: Point = cloudy
    ? [cap.col + between(random, -1, 1) * cap.radiusPx, cap.row + between(random, -1, 1) * cap.radiusPx]
    : [between(random, 0, sizePx), between(random, 0, sizePx)];
  const away = Math.hypot(centre[0] - cap.col, centre[1] - cap.row);
  if (cloudy ? away + reach / 1.7 > cap.radiusPx : away < cap.radiusPx * 2 + reach) return null;
  if (Math.min(centre[0], centre[1], sizePx - centre[0], sizePx - centre[1]) < reach) return null;
  let outline = drawOutline(centre, size.areaHa, random);
  if (size.order % 17 === 7 && size.areaHa > 3) outline = withHole(outline, centre, size.areaHa, random);
  else if (size.order % 23 === 11 && size.areaHa > 3) outline = splitByTrack(outline, centre);
  const coverage = coverShape(outline.parts.flat(), sizePx, 3);
  if (coverage.index.some((i) => place.taken[i] === 1)) return null;
  return { outline, coverage, misfit: misfitOf(place.ground, coverage, wish) };
}

/** 0 = just what is wanted; grows with the distance from the wanted tree cover and with roads, roofs and water. */
function misfitOf(ground: Ground, coverage: Coverage, wish: Wish): number {
  const { settlement } = ground;
  const tree = coverageMean(coverage, (i) => ground.tree[i]!);
  const built = coverageMean(coverage, (i) => settlement.roof[i]! + settlement.road[i]! + ground.water[i]!);
  const plots = coverageMean(coverage, (i) => (settlement.plot[i] === PLOT.none ? 0 : 1));
  const reserve = coverageMean(coverage, (i) => ground.protectedArea[i]!);
  const outside = (value: number, low: number, high: number) => Math.max(0, low - value, value - high);
  const wild = plots * 0.5 + built * 4;
  switch (wish.kind) {
    case 'cleared':
      return outside(tree, 0.47, 0.78) * 6 + plots * 0.2 + built * 4 + reserve * 0.3;
    case 'planted':
      return outside(tree, 0.03, 0.2) * 3 + built * 4 + plots * 0.1 + reserve * 2;
    case 'regrowth':
      return outside(tree, 0.08, 0.3) * 3 + wild + reserve;
    case 'burnt':
      return outside(tree, 0.12, 0.45) * 3 + wild * 2;
    case 'cloudy':
      return 0;
    default:
      if (wish.ground === 'field') return outside(plots, 0.85, 1) + outside(tree, 0, 0.2) + built * 3;
      if (wish.ground === 'grass') return outside(tree, 0, 0.16) * 3 + wild;
      return outside(tree, 0.42, 0.9) * 3 + wild;
  }
}

/** Marks a site and three pixels round it, so that neighbours keep a path between them. */
function occupy(taken: Uint8Array, coverage: Coverage, sizePx: number): void {
  for (const i of coverage.index) {
    const row = Math.floor(i / sizePx);
    const col = i % sizePx;
    for (let r = Math.max(0, row - 3); r <= Math.min(sizePx - 1, row + 3); r++) {
      for (let c = Math.max(0, col - 3); c <= Math.min(sizePx - 1, col + 3); c++) taken[r * sizePx + c] = 1;
    }
  }
}

function toDegrees(ring: Ring, frame: Frame, exterior: boolean): Point[] {
  // Rows count downwards: a negative shoelace area is counter-clockwise on the map.
  const ccw = ringArea(ring) < 0;
  const ordered = ccw === exterior ? [...ring] : [...ring].reverse();
  const degrees = ordered.map((point): Point => {
    const [lon, lat] = frame.toLonLat(point);
    return [Number(lon.toFixed(7)), Number(lat.toFixed(7))];
  });
  return [...degrees, degrees[0]!];
}

function shuffle<T>(items: T[], random: Random): void {
  for (let k = items.length - 1; k > 0; k--) {
    const j = Math.floor(random() * (k + 1));
    [items[k], items[j]] = [items[j]!, items[k]!];
  }
}

/** What the owner says is planned. Said of unchanged, cleared and burnt parcels as well, so it does not tell the truth. */
function interventionOf(kind: ParcelKind, random: Random): string {
  if (kind === 'planted') return 'planting';
  if (kind === 'regrowth') return 'natural-regeneration';
  const draw = random();
  return PLANNED.find(([upTo]) => draw < upTo)![1];
}

/** Interventions by the draw up to which each is chosen. */
const PLANNED: readonly (readonly [number, string])[] = [
  [0.4, 'conservation'],
  [0.5, 'direct-seeding'],
  [0.6, 'planting'],
  [0.7, 'agroforestry'],
  [0.85, 'natural-regeneration'],
  [1, 'assisted-natural-regeneration'],
];

/** Invented names in the way parcels are called there. */
function nameParcels(count: number, random: Random): string[] {
  const kinds = [
    'Champ de',
    'Bosquet de',
    'Parcelle de',
    'Jachère de',
    'Verger de',
    'Terrain de',
    'Colline de',
    'Bas-fond de',
  ];
  const places = [
    'Tchakpala',
    'Séméré-Haut',
    'Kolokondé-Sud',
    'Pabéga',
    'Banguina',
    'Yorossonga',
    'Dendougou',
    'Katabam',
  ];
  const people = ['la veuve Adjara', 'Issifou', 'Gnanmi', 'la coopérative', 'Moussa', 'Alassane', 'l’école', 'Fatouma'];
  const all = kinds.flatMap((kind) => [...places, ...people].map((whose) => `${kind} ${whose}`));
  shuffle(all, random);
  return Array.from({ length: count }, (_, k) =>
    (all[k % all.length] ?? '').replace('de Alassane', 'd’Alassane').replace('de Issifou', 'd’Issifou'),
  );
}
