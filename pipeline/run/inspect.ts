import { type CanopyError, isCanopyError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { BandName, RefusedScene, Scene } from '../../shared/scene.ts';
import { bandGridOf } from '../cog/match.ts';
import { type Cog, chooseLevel, readWindow } from '../cog/read.ts';
import { resampleNearest } from '../raster/resample.ts';
import { checkOffset } from '../stac/offset-check.ts';
import type { BandFiles } from './bands.ts';

/** A scene whose files were opened and agree with its item. */
export interface Inspection {
  readonly scene: Scene;
  readonly identities: Readonly<Partial<Record<BandName, string>>>;
  readonly blockPx: number;
  /** Compressed bytes of the bands that are read, full resolution only. */
  readonly bytes: number;
  readonly pixels: number;
}

export type InspectResult = { readonly ok: Inspection } | { readonly refused: RefusedScene };

/** Bands that a run reads of a scene. */
function bandsToRead(scene: Scene): BandName[] {
  if (!scene.bands.red || !scene.bands.nir) return ['ndvi'];
  const mask = scene.maskRule === 'nodata' ? [] : [scene.maskRule as BandName];
  const colours = scene.bands.green && scene.bands.blue ? (['green', 'blue'] as const) : [];
  return ['red', 'nir', ...mask, ...colours];
}

/**
 * Opens every band that will be read, holds its header against the item, checks the Sentinel-2 offset by pixels, hashes
 * the content.
 */
export async function inspectScene(
  scene: Scene,
  files: BandFiles,
  wanted: readonly BandName[] = bandsToRead(scene),
): Promise<InspectResult> {
  try {
    const identities: Partial<Record<BandName, string>> = {};
    let bytes = 0;
    let pixels = 0;
    let blockPx = 1;
    for (const name of wanted) {
      const band = scene.bands[name]!;
      const cog = await files.open(band, scene.id);
      const level = cog.header.levels[0]!;
      identities[name] = await cog.source.identity();
      bytes += level.blockByteCounts.reduce((total, n) => total + n, 0);
      pixels += level.widthPx * level.heightPx;
      if (name === 'red' || name === 'ndvi') blockPx = Math.max(level.blockWidthPx, level.blockHeightPx);
    }
    const doubt = await offsetDoubt(scene, files);
    return doubt ? { refused: doubt } : { ok: { scene, identities, blockPx, bytes, pixels } };
  } catch (error) {
    if (!isFaultOfScene(error)) throw error;
    return { refused: { id: scene.id, code: error.code, reason: error.message } };
  }
}

/**
 * Whether an error costs its own scene only: a file that is wrong, or that its server keeps to itself (object stores say
 * 403 for a file that is not there). What may pass with time must not make a scene vanish from the results.
 */
export function isFaultOfScene(error: unknown): error is CanopyError {
  return isCanopyError(error) && (error.kind === 'input' || error.kind === 'auth');
}

/** Cells a side, at least, of the coarse overview of red and its classes that the offset check looks at. */
const SAMPLE_PX = 200;

async function offsetDoubt(scene: Scene, files: BandFiles): Promise<RefusedScene | null> {
  const { red, scl } = scene.bands;
  if (!red || !scl || scene.family !== 'msi') return null;
  const sample = await readSample(await files.open(red, scene.id));
  const classes = await readSample(await files.open(scl, scene.id));
  const onRed = resampleNearest({ quantity: 'class', ...classes }, sample.grid);
  const verdict = checkOffset({
    redDn: sample.data as Uint16Array,
    valid: sample.valid,
    scl: onRed.data as Uint8Array,
    scale: red.scale,
    offset: red.offset,
  });
  if (verdict !== 'contradicts') return null;
  return {
    id: scene.id,
    code: 'E_OFFSET_CONTRADICTION',
    reason: `Scene ${scene.id}: its pixels contradict the reflectance offset ${red.offset} that its metadata gives (rule: ${scene.offsetEvidence.rule}), so it is not used. Check the processing baseline and the offset flag of its item.`,
  };
}

async function readSample(cog: Cog) {
  const full = bandGridOf(cog.header);
  const cellM = full.transform[0];
  const level = chooseLevel(cog.header, (cellM * full.widthPx) / SAMPLE_PX);
  const { widthPx, heightPx } = cog.header.levels[level]!;
  // Without overviews the middle of the scene has to do.
  const width = Math.min(widthPx, 4 * SAMPLE_PX);
  const height = Math.min(heightPx, 4 * SAMPLE_PX);
  const window = { col: (widthPx - width) >> 1, row: (heightPx - height) >> 1, widthPx: width, heightPx: height };
  const { data, valid } = await readWindow(cog, { level, window, sample: 0 });
  return { data, valid, grid: sampleGrid(full, { widthPx, heightPx }, window) };
}

function sampleGrid(
  full: Grid,
  level: { widthPx: number; heightPx: number },
  window: { col: number; row: number; widthPx: number; heightPx: number },
): Grid {
  const [a, , c, , e, f] = full.transform;
  const x = (a * full.widthPx) / level.widthPx;
  const y = (e * full.heightPx) / level.heightPx;
  return {
    crs: full.crs,
    transform: [x, 0, c + x * window.col, 0, y, f + y * window.row],
    widthPx: window.widthPx,
    heightPx: window.heightPx,
  };
}
