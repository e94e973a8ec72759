import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CogSpec } from '../../pipeline/cog/assemble-plan.ts';
import { writeCog } from '../../pipeline/cog/write.ts';
import type { Grid } from '../../shared/grid.ts';
import { drawSky, lookThrough, type Sky } from './atmosphere.ts';
import type { ScenePlan } from './calendar.ts';
import { classifyScene } from './classification.ts';
import type { Frame } from './frame.ts';
import { ASSETS, COLLECTION, describeItem, SCL_FILE, SYNTHETIC_WORDS } from './items.ts';
import { deriveSeed, gaussianTable, mulberry32 } from './random.ts';
import { BANDS, COARSE_BANDS } from './spectra.ts';
import { type Landscape, renderSurface } from './surface.ts';
import { type TruthRow, truthOfScene } from './truth.ts';

export interface SceneResult {
  readonly sceneId: string;
  readonly truth: readonly TruthRow[];
}

/** The stored form of a scene: DN of each band (0 = nodata; swir16 and swir22 on the 20 m grid) and its classification. */
export interface ScenePixels {
  readonly dn: Readonly<Record<(typeof BANDS)[number], Uint16Array>>;
  readonly scl: Uint8Array;
  readonly sky: Sky;
  readonly truth: readonly TruthRow[];
}

/** Makes the pixels of a scene: ground, air, classification, truth, noise, counting steps. */
export function makeScene(scene: ScenePlan, landscape: Landscape): ScenePixels {
  const { settings, ground } = landscape;
  const { sizePx } = settings;
  const surface = renderSurface(scene.day, landscape);
  const sky = drawSky(scene, settings);
  const seen = surface.bands.map((band) => band.slice());
  lookThrough(seen, sky);
  const cut = cutCorner(sizePx, scene);
  const scl = classifyScene({ sizePx, bands: seen, sky, ground, char: surface.char, cut });
  const truth = truthOfScene(landscape, { sizePx, surface, seen, scl });
  const noise = { table: gaussianTable(settings.seed), seed: deriveSeed(settings.seed, `noise/${scene.id}`) };
  const dn = Object.fromEntries(
    BANDS.map((name, band) => {
      const half = COARSE_BANDS.has(name);
      const values = half ? meanOfFour(seen[band]!, sizePx) : seen[band]!;
      addNoise(values, settings.noiseReflectance, { ...noise, seed: noise.seed + band });
      return [name, storeDn(values, scene.dnOffset, { cut, sizePx: half ? sizePx >> 1 : sizePx, half })];
    }),
  ) as ScenePixels['dn'];
  return { dn, scl, sky, truth };
}

/** DN = round(10000 · reflectance) + offset, at least 1, because 0 means nodata. */
export function toDn(reflectance: number, dnOffset: number): number {
  return Math.max(1, Math.round(reflectance * 10_000) + dnOffset);
}

function storeDn(
  values: Float32Array,
  dnOffset: number,
  at: { cut: Uint8Array; sizePx: number; half: boolean },
): Uint16Array {
  const dn = new Uint16Array(values.length);
  const shift = at.half ? 0 : 1;
  const n = at.sizePx >> shift;
  for (let row = 0; row < at.sizePx; row++) {
    for (let col = 0; col < at.sizePx; col++) {
      const i = row * at.sizePx + col;
      if (at.cut[(row >> shift) * n + (col >> shift)] === 0) dn[i] = toDn(values[i]!, dnOffset);
    }
  }
  return dn;
}

/** Sensor noise: independent from pixel to pixel, and a faint stripe a column, as a push-broom scanner leaves. */
function addNoise(values: Float32Array, sd: number, source: { table: Float32Array; seed: number }): void {
  const random = mulberry32(source.seed);
  const widthPx = Math.round(Math.sqrt(values.length));
  const stripes = Float32Array.from(
    { length: widthPx },
    () => source.table[Math.floor(random() * 65_536)]! * sd * 0.08,
  );
  let state = Math.floor(random() * 4294967296) >>> 0;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 16;
    values[i] = values[i]! + source.table[mixed]! * sd + stripes[i % widthPx]!;
  }
}

function meanOfFour(field: Float32Array, sizePx: number): Float32Array {
  const n = sizePx >> 1;
  const out = new Float32Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let col = 0; col < n; col++) {
      const i = row * 2 * sizePx + col * 2;
      out[row * n + col] = (field[i]! + field[i + 1]! + field[i + sizePx]! + field[i + sizePx + 1]!) / 4;
    }
  }
  return out;
}

/** 1 beyond the slanted edge of the swath, on the 20 m grid; none where the scene is whole. */
function cutCorner(sizePx: number, scene: ScenePlan): Uint8Array {
  const n = sizePx >> 1;
  const cut = new Uint8Array(n * n);
  if (!scene.weather.cutCorner) return cut;
  const edge = n * (0.72 + 0.01 * (scene.day % 17));
  for (let row = 0; row < n; row++) {
    for (let col = 0; col < n; col++) if (col + row * 0.24 > edge) cut[row * n + col] = 1;
  }
  return cut;
}

/** Writes one scene into `scenesDir`/sentinel-2-l2a/<id>/: six bands, the classification and the item. */
export async function writeScene(
  scene: ScenePlan,
  place: { frame: Frame; landscape: Landscape },
  scenesDir: string,
): Promise<SceneResult> {
  const { frame, landscape } = place;
  const dir = join(scenesDir, COLLECTION, scene.id);
  mkdirSync(dir, { recursive: true });
  const pixels = makeScene(scene, landscape);
  for (const name of BANDS) {
    const grid = COARSE_BANDS.has(name) ? frame.grid20 : frame.grid10;
    await writeGrid(
      join(dir, ASSETS[name].file),
      { grid, dataType: 'uint16', resampling: 'average', nodata: 0 },
      pixels.dn[name],
    );
  }
  const sclSpec = { grid: frame.grid20, dataType: 'uint8', resampling: 'mode', nodata: 0 } as const;
  await writeGrid(join(dir, SCL_FILE), sclSpec, pixels.scl);
  const sclCounts = new Array<number>(12).fill(0);
  for (const value of pixels.scl) sclCounts[value]!++;
  const item = describeItem({ scene, frame, settings: landscape.settings, sun: pixels.sky.sun, sclCounts });
  writeFileSync(join(dir, `${scene.id}.json`), `${JSON.stringify(item, null, 1)}\n`);
  return { sceneId: scene.id, truth: pixels.truth };
}

const BLOCK_PX = 256;

/** Writes a whole field as a COG, labelled as synthetic in its own metadata. */
export async function writeGrid(
  path: string,
  spec: Pick<CogSpec, 'dataType' | 'resampling' | 'nodata'> & { readonly grid: Grid },
  values: Uint8Array | Uint16Array | Int16Array | Float32Array,
): Promise<void> {
  const { widthPx, heightPx } = spec.grid;
  const Block = values.constructor as new (length: number) => typeof values;
  await writeCog(
    path,
    { ...spec, samples: 1, blockSizePx: BLOCK_PX, metadata: { TWIN_CANOPY_SOURCE: SYNTHETIC_WORDS } },
    (blockCol, blockRow) => {
      const block = new Block(BLOCK_PX * BLOCK_PX).fill(spec.nodata ?? 0);
      const col0 = blockCol * BLOCK_PX;
      const cols = Math.min(BLOCK_PX, widthPx - col0);
      for (let r = 0; r < BLOCK_PX && blockRow * BLOCK_PX + r < heightPx; r++) {
        const from = (blockRow * BLOCK_PX + r) * widthPx + col0;
        block.set(values.subarray(from, from + cols), r * BLOCK_PX);
      }
      return block;
    },
  );
}
