import { writeFile } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import { type Grid, gridBbox, gridOfWindow, windowCovering } from '../../shared/grid.ts';
import type { Quantity, Raster } from '../../shared/raster.ts';
import type { Band, BandName, Scene } from '../../shared/scene.ts';
import type { MonitorParams, PlannedScene } from '../plan.ts';
import { computeEvi2, computeNbr, computeNdmi, computeNdvi } from '../raster/indices.ts';
import { toReflectance } from '../raster/reflectance.ts';
import { meanOfValid } from '../raster/resample.ts';
import { type ReadBand, readClear } from '../scene-pixels.ts';

export const INDEX_NAMES = ['ndvi', 'evi2', 'nbr', 'ndmi'] as const;
export type IndexName = (typeof INDEX_NAMES)[number];

/** How an index is stored: value = DN · scale. EVI2 can be above 1, never above 2.5. */
export const INDEX_SCALE = 1e-4;
export const INDEX_NODATA = -32768;
export const BLOCK_PX = 512;

type Reflectance = Raster<'reflectance', Float32Array>;

/** Every index sets nir against one other band. */
const INDICES: Readonly<
  Record<
    IndexName,
    { readonly other: BandName; readonly compute: (nir: Reflectance, other: Reflectance) => Raster<Quantity> }
  >
> = {
  ndvi: { other: 'red', compute: (nir, red) => computeNdvi({ nir, red }) },
  evi2: { other: 'red', compute: (nir, red) => computeEvi2({ nir, red }) },
  nbr: { other: 'swir22', compute: (nir, swir22) => computeNbr({ nir, swir22 }) },
  ndmi: { other: 'swir16', compute: (nir, swir16) => computeNdmi({ nir, swir16 }) },
};

/** The bands that an index is made of, nir first. */
export function bandsOfIndex(index: IndexName): readonly [nir: 'nir', other: BandName] {
  return ['nir', INDICES[index].other];
}

/**
 * The grid of an index: that of its coarser band (20 m for those with swir of Sentinel-2).
 * Errors (input): `E_GRID_CRS` when its bands differ in CRS.
 */
export function indexGridOf(scene: Scene, index: IndexName): Grid {
  const [nir, other] = bandsOfIndex(index).map((name) => scene.bands[name]!.grid) as [Grid, Grid];
  if (nir.crs !== other.crs) {
    const sentence = `Scene ${scene.id} has its nir in ${nir.crs} and its ${INDICES[index].other} in ${other.crs}; an index needs both in one. Check proj:epsg and proj:code of its item.`;
    throw inputError('E_GRID_CRS', sentence, scene.id);
  }
  return nir.transform[0] > other.transform[0] ? nir : other;
}

/** One row of blocks of an index of one scene. */
export interface IndexStrip {
  readonly scene: Scene;
  readonly index: IndexName;
  /** null: the clear mask is not applied. */
  readonly mask: Pick<MonitorParams, 'keepScl' | 'dilateM'> | null;
  readonly blockRow: number;
  /** Where the blocks go: int16 of this machine's byte order, block after block, nodata beyond the image. */
  readonly path: string;
}

/** Computes a row of blocks into its file, one block in memory at a time; resolves to the pixels that hold a value. */
export async function computeIndexStrip(strip: IndexStrip, read: ReadBand): Promise<number> {
  const grid = indexGridOf(strip.scene, strip.index);
  const blockCols = Math.ceil(grid.widthPx / BLOCK_PX);
  const stored = new Int16Array(blockCols * BLOCK_PX * BLOCK_PX);
  let valuePx = 0;
  for (let col = 0; col < blockCols; col += 1) {
    const corner = { col: col * BLOCK_PX, row: strip.blockRow * BLOCK_PX };
    const target = gridOfWindow(grid, { ...corner, widthPx: BLOCK_PX, heightPx: BLOCK_PX });
    const block = stored.subarray(col * BLOCK_PX * BLOCK_PX, (col + 1) * BLOCK_PX * BLOCK_PX);
    valuePx += await computeBlock(strip, target, block, read);
  }
  await writeFile(strip.path, stored);
  return valuePx;
}

async function computeBlock(strip: IndexStrip, target: Grid, block: Int16Array, read: ReadBand): Promise<number> {
  const { scene, index, mask } = strip;
  const planned: PlannedScene = { scene, gridIndex: 0, offset: { col: 0, row: 0 }, identities: {} };
  const [nir, other] = await Promise.all(
    bandsOfIndex(index).map((name) => readReflectance(planned, scene.bands[name]!, target, read)),
  );
  const { data, valid } = INDICES[index].compute(nir!, other!);
  const clear = mask && (await readClear(planned, target, mask, read));
  let valuePx = 0;
  for (let i = 0; i < block.length; i += 1) {
    const isUsed = valid[i] === 1 && (clear === null || clear[i] === 1);
    block[i] = isUsed ? Math.round(data[i]! / INDEX_SCALE) : INDEX_NODATA;
    if (isUsed) valuePx += 1;
  }
  return valuePx;
}

/** A band on the target grid; where its own cells are finer, the mean of the valid ones. */
async function readReflectance(planned: PlannedScene, band: Band, target: Grid, read: ReadBand): Promise<Reflectance> {
  const window = windowCovering(band.grid, gridBbox(target));
  const { data, valid } = await read(planned, band, window);
  const grid = gridOfWindow(band.grid, window);
  const reflectance = toReflectance({ quantity: 'dn', grid, data, valid }, band);
  const isSameLattice = grid.widthPx === target.widthPx && grid.heightPx === target.heightPx;
  return isSameLattice ? reflectance : meanOfValid(reflectance, target);
}
