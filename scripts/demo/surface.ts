import { type Fire, scarsOn } from './fire.ts';
import type { Ground } from './ground.ts';
import { type ParcelStory, treesOn } from './history.ts';
import { seasonOf } from './phenology.ts';
import type { DemoSettings } from './settings.ts';
import { BANDS, SPECTRA } from './spectra.ts';

/** What the generator knows of its place: everything but the weather of a day. */
export interface Landscape {
  readonly settings: DemoSettings;
  readonly ground: Ground;
  readonly stories: readonly ParcelStory[];
  readonly fires: readonly Fire[];
}

/** The ground as it is on one day, before air, cloud, noise and counting steps. */
export interface Surface {
  /** Reflectance (0..1) of each pixel in the order of `BANDS`. */
  readonly bands: readonly Float32Array[];
  readonly tree: Float32Array;
  readonly char: Float32Array;
}

const PARTS = [
  'leaf',
  'branch',
  'grass',
  'straw',
  'lateriteSoil',
  'greySoil',
  'road',
  'rock',
  'roof',
  'water',
  'char',
] as const;
const SCORCH = 0.4;

/** Mixes the pure surfaces of each pixel by their shares of its ground (linear, no multiple scattering). */
export function renderSurface(day: number, landscape: Landscape): Surface {
  const { ground, settings, stories, fires } = landscape;
  const season = seasonOf(day, settings);
  const { tree, cleared } = treesOn(day, settings, ground, stories);
  const { burnt, char } = scarsOn(day, fires, season.rains, ground.sizePx);
  const { roof, road } = ground.settlement;
  const bands = BANDS.map(() => new Float32Array(tree.length));
  const sum = new Float64Array(BANDS.length);
  const mix = Float64Array.from(PARTS.flatMap((part) => [...SPECTRA[part]]));
  const share = new Float64Array(PARTS.length);
  for (let i = 0; i < tree.length; i++) {
    const evergreen = ground.evergreen[i]!;
    const leafed = (evergreen + (1 - evergreen) * season.leafShare) * (1 - SCORCH * char[i]!);
    const open = Math.max(0, 1 - tree[i]! - roof[i]! - road[i]! - ground.rock[i]! - ground.water[i]!);
    const farmed = cleared[i]!;
    const alive = season.greenOf(ground.lagUpDays[i]!, ground.lagDownDays[i]!);
    const grass = ground.grass[i]! * (1 - 0.2 * farmed);
    const strawCover = ground.straw[i]! * (1 - 0.45 * farmed) * season.strawLeft * (1 - burnt[i]!);
    const greenShare = open * grass * alive * (1 - 0.75 * burnt[i]!);
    const strawShare = open * strawCover * (1 - alive);
    const bare = open - greenShare - strawShare;
    const black = Math.min(bare, open * char[i]!);
    share[0] = tree[i]! * leafed;
    share[1] = tree[i]! * (1 - leafed);
    share[2] = greenShare;
    share[3] = strawShare;
    share[4] = (bare - black) * ground.laterite[i]!;
    share[5] = (bare - black) * (1 - ground.laterite[i]!);
    share[6] = road[i]!;
    share[7] = ground.rock[i]!;
    share[8] = roof[i]!;
    share[9] = ground.water[i]!;
    share[10] = black;
    sum.fill(0);
    for (let part = 0; part < PARTS.length; part++) {
      const covered = share[part]!;
      if (covered <= 0) continue;
      for (let band = 0; band < BANDS.length; band++) sum[band]! += covered * mix[part * BANDS.length + band]!;
    }
    const tone = ground.tone[i]!;
    for (let band = 0; band < BANDS.length; band++) bands[band]![i] = sum[band]! * tone;
  }
  return { bands, tree, char };
}
