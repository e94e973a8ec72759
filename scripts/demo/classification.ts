import type { Sky } from './atmosphere.ts';
import type { Ground } from './ground.ts';
import { ndviOf } from './spectra.ts';

/** Classes of the Sentinel-2 L2A scene classification that the generator uses. */
export const SCL = {
  nodata: 0,
  dark: 2,
  shadow: 3,
  vegetation: 4,
  bare: 5,
  water: 6,
  unclassified: 7,
  cloudMedium: 8,
  cloudHigh: 9,
  cirrus: 10,
} as const;

/** What the product's default mask keeps. */
export function isClear(scl: number): boolean {
  return scl >= SCL.vegetation && scl <= SCL.unclassified;
}

interface View {
  readonly sizePx: number;
  /** Reflectances through the air, in the order of `BANDS`. */
  readonly bands: readonly Float32Array[];
  readonly sky: Pick<Sky, 'cloudSeen' | 'shadowSeen'>;
  readonly ground: Pick<Ground, 'water' | 'settlement'>;
  /** How black fire left the ground, 0..1. */
  readonly char: Float32Array;
  /** 1 where the swath has no data, on the 20 m grid. */
  readonly cut: Uint8Array;
}

/**
 * The scene classification on the 20 m grid, row by row. A cell is cloud or shadow as soon as one of its four 10 m
 * pixels is touched by what the classification sees of them; fresh burns come out as class 2, as they do in Sen2Cor;
 * what it misses is labelled as the ground it looks like.
 */
export function classifyScene(view: View): Uint8Array {
  const { sizePx, sky } = view;
  const n = sizePx >> 1;
  const scl = new Uint8Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let col = 0; col < n; col++) {
      const cell = row * n + col;
      const i = row * 2 * sizePx + col * 2;
      const four = [i, i + 1, i + sizePx, i + sizePx + 1] as const;
      const cloud = highest(sky.cloudSeen, four);
      if (view.cut[cell] === 1) scl[cell] = SCL.nodata;
      else if (cloud > 0.001) scl[cell] = cloudClass(cloud);
      else if (highest(sky.shadowSeen, four) > 0.001) scl[cell] = SCL.shadow;
      else scl[cell] = groundClass(view, four);
    }
  }
  return scl;
}

type Four = readonly [number, number, number, number];

function highest(field: Float32Array, [a, b, c, d]: Four): number {
  return Math.max(field[a]!, field[b]!, field[c]!, field[d]!);
}

function meanOf(field: Float32Array, [a, b, c, d]: Four): number {
  return (field[a]! + field[b]! + field[c]! + field[d]!) / 4;
}

function cloudClass(opacity: number): number {
  if (opacity > 0.7) return SCL.cloudHigh;
  return opacity > 0.3 ? SCL.cloudMedium : SCL.cirrus;
}

function groundClass(view: View, four: Four): number {
  const red = meanOf(view.bands[2]!, four);
  const nir = meanOf(view.bands[3]!, four);
  if (meanOf(view.ground.water, four) > 0.5) return SCL.water;
  if (meanOf(view.char, four) > 0.3 && nir < 0.125) return SCL.dark;
  if (meanOf(view.ground.settlement.roof, four) > 0.22) return SCL.unclassified;
  return ndviOf(red, nir) > 0.4 ? SCL.vegetation : SCL.bare;
}
