import type { Grid, Window } from '../../shared/grid.ts';
import type { Band, BandName } from '../../shared/scene.ts';
import { bandGridOf } from '../cog/match.ts';
import { type Cog, chooseLevel, readWindow } from '../cog/read.ts';
import { type PlannedScene, primaryGrid } from '../plan.ts';
import type { ReadBand } from '../scene-pixels.ts';
import type { SceneFiles } from './scene-files.ts';

/** A scene as seen from further away: the same bands, each on the grid of the overview that is read. */
export interface SceneLevel {
  /** Grids of its bands are those of the levels; its own corner is the origin of windows. */
  readonly planned: PlannedScene;
  /** Of the band on which NDVI is computed. */
  readonly grid: Grid;
  readonly read: ReadBand;
}

/** No picture reads more cells of a band than this: files without overviews are not shown from far away. */
const MAX_CELLS = 4096 * 4096;

/**
 * Classes are read this much finer than the picture: overviews of class files are averages with some providers, and an
 * average of classes is none. Only beyond are they used.
 */
const CLASS_DETAIL = 8;

/**
 * Opens the named bands of a scene at the level that fits a picture whose pixels are `unitsPerPx` wide (CRS units).
 * Bands that share the grid of `planned` at full size share it at the level, too.
 * @throws CanopyError see `SceneFiles.open`
 */
export async function openLevel(
  planned: PlannedScene,
  names: readonly BandName[],
  unitsPerPx: number,
  files: SceneFiles,
): Promise<SceneLevel> {
  const cogs = new Map<BandName, Cog>();
  for (const name of names) cogs.set(name, await files.open(planned, name));
  const { scene } = planned;
  const spectral = names.filter((name) => name !== scene.maskRule && hasGrid(scene.bands[name]!, primaryGrid(scene)));
  const shared = sharedLevel(
    spectral.map((name) => cogs.get(name)!),
    unitsPerPx,
  );
  const levels = new Map<string, { cog: Cog; level: number }>();
  const bands: Partial<Record<BandName, Band>> = {};
  for (const [name, cog] of cogs) {
    const detail = name === scene.maskRule ? CLASS_DETAIL : 1;
    const level = spectral.includes(name) ? shared : chooseLevel(cog.header, unitsPerPx / detail);
    levels.set(name, { cog, level });
    bands[name] = { ...scene.bands[name]!, grid: levelGrid(cog, level) };
  }
  const levelled = { ...planned, offset: { col: 0, row: 0 }, scene: { ...scene, bands } };
  const read: ReadBand = (_, band, window) => {
    const { cog, level } = levels.get(band.name)!;
    // A file without a nodata tag of its own still has the one its item states.
    const nodata = cog.header.nodata ?? band.nodata;
    return readWindow(cog, { level, window, sample: 0, nodata });
  };
  return { planned: levelled, grid: primaryGrid(levelled.scene), read };
}

/** Whether a window of `level.grid` can be read at a bearable cost, the finest of the bands counted. */
export function isAffordable({ planned, grid }: SceneLevel, window: Window): boolean {
  const cells = Object.values(planned.scene.bands).map((band) => {
    const [a, , , , e] = band.grid.transform;
    return (window.widthPx * window.heightPx * grid.transform[0] * grid.transform[4]) / (a * e);
  });
  return Math.max(...cells) <= MAX_CELLS;
}

function hasGrid({ grid }: Band, other: Grid): boolean {
  const isSame = grid.transform.every((term, i) => term === other.transform[i]);
  return isSame && grid.widthPx === other.widthPx && grid.heightPx === other.heightPx;
}

/** The smallest fitting level that all files have in the same size; the full size is one. */
function sharedLevel(cogs: readonly Cog[], unitsPerPx: number): number {
  const [first] = cogs;
  if (!first) return 0;
  for (let level = chooseLevel(first.header, unitsPerPx); level > 0; level -= 1) {
    const { widthPx, heightPx } = first.header.levels[level]!;
    const isShared = cogs.every(({ header }) => {
      const own = header.levels[level];
      return own?.widthPx === widthPx && own.heightPx === heightPx;
    });
    if (isShared) return level;
  }
  return 0;
}

const gridsOfCogs = new WeakMap<Cog, Grid[]>();

/** The grid of an overview: the extent of the full size in fewer cells. One record a level, by which others remember it. */
function levelGrid(cog: Cog, level: number): Grid {
  const known = gridsOfCogs.get(cog);
  if (known) return known[level]!;
  const full = bandGridOf(cog.header);
  const [a, b, c, d, e, f] = full.transform;
  const grids = cog.header.levels.map(({ widthPx, heightPx }): Grid => {
    const transform = [(a * full.widthPx) / widthPx, b, c, d, (e * full.heightPx) / heightPx, f] as const;
    return { crs: full.crs, transform, widthPx, heightPx };
  });
  gridsOfCogs.set(cog, grids);
  return grids[level]!;
}
