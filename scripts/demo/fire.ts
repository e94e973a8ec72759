import { dayOf, yearOf } from './dates.ts';
import type { Ground } from './ground.ts';
import type { ParcelStory } from './history.ts';
import { distanceField, fractalField, smoothstep } from './noise.ts';
import { between, deriveSeed, mulberry32 } from './random.ts';
import type { DemoSettings } from './settings.ts';
import { PLOT } from './settlement.ts';

/** One dry-season fire: how severely each pixel of a square window burnt, 0..1. */
export interface Fire {
  readonly day: number;
  readonly col: number;
  readonly row: number;
  readonly widthPx: number;
  readonly severity: Float32Array;
}

/** How much of a pixel's straw is burnt away, and how black its ground and how scorched its crowns still are; 0..1. */
export interface BurnState {
  readonly burnt: Float32Array;
  readonly char: Float32Array;
}

interface Fuel {
  readonly sizePx: number;
  /** How well each pixel burns, 0..1. */
  readonly burns: Float32Array;
  /** Pixels to the nearest parcel: fire breaks keep chance fires out of parcels. */
  readonly parcelPx: Float32Array;
  readonly edge: Float32Array;
}

/** All fires of all dry seasons: those of the burnt parcels, and chance fires of the bush around. */
export function lightFires(settings: DemoSettings, ground: Ground, stories: readonly ParcelStory[]): Fire[] {
  const fuel = gatherFuel(settings, ground, stories);
  const fires = stories
    .filter((story) => story.parcel.kind === 'burnt')
    .map((story) => burnParcel(fuel, story, stories));
  const random = mulberry32(deriveSeed(settings.seed, 'fires'));
  const firstYear = yearOf(dayOf(settings.history.start));
  const lastYear = yearOf(dayOf(settings.monitored.end));
  for (let year = firstYear; year < lastYear; year++) {
    for (let k = 0; k < settings.backgroundFiresPerYear; k++) {
      const day = dayOf(`${year}-11-12`) + Math.floor(100 * random() ** 1.3);
      const radiusPx = between(random, 0.02, 0.1) * settings.sizePx;
      const centre = { col: Math.floor(random() * settings.sizePx), row: Math.floor(random() * settings.sizePx) };
      fires.push(burnBush(fuel, { day, ...centre, radiusPx, shift: Math.floor(random() * 1e6) }));
    }
  }
  return fires;
}

function gatherFuel(settings: DemoSettings, ground: Ground, stories: readonly ParcelStory[]): Fuel {
  const { sizePx } = settings;
  const parcels = new Uint8Array(sizePx * sizePx);
  for (const story of stories) for (const i of story.parcel.coverage.index) parcels[i] = 1;
  const { relief, settlement } = ground;
  const burns = new Float32Array(sizePx * sizePx);
  for (let i = 0; i < burns.length; i++) {
    const straw = settlement.plot[i] === PLOT.none ? ground.straw[i]! : 0.12;
    const damp = 1 - smoothstep(2, 9, relief.streamPx[i]!);
    const hard = ground.water[i]! + settlement.roof[i]! + settlement.road[i]! + ground.rock[i]!;
    burns[i] =
      Math.min(1, straw * 1.35) * (1 - 0.8 * damp) * Math.max(0, 1 - 1.6 * hard) * (1 - 0.45 * ground.tree[i]!);
  }
  const edge = fractalField(sizePx, deriveSeed(settings.seed, 'fires/edge'), { featurePx: 60, octaves: 6, gain: 0.62 });
  return { sizePx, burns, parcelPx: distanceField(parcels, sizePx), edge };
}

/** A fire of the bush: driven south-west by the Harmattan, with a fractal edge and unburnt islands. */
function burnBush(fuel: Fuel, at: { day: number; col: number; row: number; radiusPx: number; shift: number }): Fire {
  const { sizePx, burns, parcelPx, edge } = fuel;
  const widthPx = Math.ceil(at.radiusPx * 4);
  const fire = { day: at.day, col: at.col - (widthPx >> 1), row: at.row - (widthPx >> 1), widthPx };
  const severity = new Float32Array(widthPx * widthPx);
  forEachPixel(fire, sizePx, (k, i, col, row) => {
    const u = (col - at.col - (row - at.row)) * Math.SQRT1_2;
    const v = (col - at.col + (row - at.row)) * Math.SQRT1_2;
    const away = Math.hypot(u / 1.5, v) / at.radiusPx;
    const ragged = edge[(i + at.shift) % edge.length]!;
    const front = smoothstep(0, 0.16, 1 - away * 1.15 + ragged * 1.1);
    const guard = smoothstep(2.5, 9, parcelPx[i]! + ragged * 6);
    severity[k] = parcelPx[i]! < 2.5 ? 0 : front * guard * burns[i]!;
  });
  return { ...fire, severity };
}

/** A fire that sweeps all of one parcel and a fringe round it, and spares the neighbours. */
function burnParcel(fuel: Fuel, story: ParcelStory, stories: readonly ParcelStory[]): Fire {
  const { sizePx, burns, edge } = fuel;
  const own = story.parcel.coverage.index;
  const rows = Array.from(own, (i) => Math.floor(i / sizePx));
  const cols = Array.from(own, (i) => i % sizePx);
  const fringe = 26;
  const col = Math.min(...cols) - fringe;
  const row = Math.min(...rows) - fringe;
  const widthPx = Math.max(Math.max(...cols) - Math.min(...cols), Math.max(...rows) - Math.min(...rows)) + 2 * fringe;
  const fire = { day: story.eventDay!, col, row, widthPx };
  const slotOf = (i: number) => {
    const c = (i % sizePx) - col;
    const r = Math.floor(i / sizePx) - row;
    return c >= 0 && r >= 0 && c < widthPx && r < widthPx ? r * widthPx + c : -1;
  };
  const inside = new Uint8Array(widthPx * widthPx);
  const others = new Uint8Array(widthPx * widthPx);
  for (const other of stories) {
    const mask = other === story ? inside : others;
    for (const i of other.parcel.coverage.index) if (slotOf(i) >= 0) mask[slotOf(i)] = 1;
  }
  const away = distanceField(inside, widthPx);
  const spared = distanceField(others, widthPx);
  const severity = new Float32Array(widthPx * widthPx);
  forEachPixel(fire, sizePx, (k, i) => {
    const front = away[k] === 0 ? 1 : smoothstep(0, 3, 11 + edge[i]! * 30 - away[k]!);
    severity[k] =
      spared[k]! < 2.5 ? 0 : front * Math.max(burns[i]!, away[k] === 0 ? 0.45 : 0) * smoothstep(2, 6, spared[k]!);
  });
  return { ...fire, severity };
}

function forEachPixel(
  fire: { col: number; row: number; widthPx: number },
  sizePx: number,
  visit: (k: number, i: number, col: number, row: number) => void,
): void {
  for (let row = Math.max(0, fire.row); row < Math.min(sizePx, fire.row + fire.widthPx); row++) {
    for (let col = Math.max(0, fire.col); col < Math.min(sizePx, fire.col + fire.widthPx); col++) {
      visit((row - fire.row) * fire.widthPx + col - fire.col, row * sizePx + col, col, row);
    }
  }
}

const CHAR_DAYS = 48;
const SCAR_DAYS = 240;

/** Scars on a day. Ash blows away within weeks; the burnt sward stays bare until `rains` (0..1) bring it back. */
export function scarsOn(day: number, fires: readonly Fire[], rains: number, sizePx: number): BurnState {
  const burnt = new Float32Array(sizePx * sizePx);
  const char = new Float32Array(sizePx * sizePx);
  for (const fire of fires) {
    const since = day - fire.day;
    if (since < 0 || since > SCAR_DAYS) continue;
    const left = 1 - rains;
    const black = Math.exp(-since / CHAR_DAYS) * left;
    forEachPixel(fire, sizePx, (k, i) => {
      const severity = fire.severity[k]!;
      if (severity * left > burnt[i]!) burnt[i] = severity * left;
      if (severity * black > char[i]!) char[i] = severity * black;
    });
  }
  return { burnt, char };
}
