import type { Grid } from '../../shared/grid.ts';
import type { Band, RefusedScene, Scene } from '../../shared/scene.ts';
import { bandGridOf } from '../cog/match.ts';
import { type Cog, chooseLevel, readWindow } from '../cog/read.ts';
import { resampleNearest } from '../raster/resample.ts';
import { isIndexValue } from '../scene-pixels.ts';
import { checkOffset } from '../stac/offset-check.ts';
import type { BandFiles } from './bands.ts';

/** Cells a side, at least, of the coarse overview that is looked at. */
const SAMPLE_PX = 200;
/** Of a ready-made index that is what its item says, hardly a pixel lies out of range. */
const MAX_OUTSIDE_SHARE = 0.01;

/** Whether the red of a Sentinel-2 scene contradicts the offset that its item gives, from a coarse sample. */
export async function offsetDoubt(scene: Scene, files: BandFiles): Promise<RefusedScene | null> {
  const { red, scl } = scene.bands;
  if (!red || !scl || scene.family !== 'msi') return null;
  const sample = await readCoarse(await files.open(red, scene.id));
  const classes = await readCoarse(await files.open(scl, scene.id));
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

/** Whether more of a ready-made index lies out of its range than stray pixels would. */
export async function indexDoubt(scene: Scene, band: Band, files: BandFiles): Promise<RefusedScene | null> {
  const cog = await files.open(band, scene.id);
  const coarse = outsideShare(await readCoarse(cog), band);
  if (coarse === null || coarse <= MAX_OUTSIDE_SHARE) return null;
  // Means of a coarse level mix stray huge numbers into many cells: the pixels themselves have the last word.
  const share = outsideShare(await readSample(cog, 0), band) ?? coarse;
  if (share <= MAX_OUTSIDE_SHARE) return null;
  return {
    id: scene.id,
    code: 'E_INDEX_RANGE',
    reason: `Scene ${scene.id}: of its index ${band.name}, ${(100 * share).toFixed(1)} % of the valid sample pixels lie outside −1 to 1 at the scale ${band.scale} and offset ${band.offset} that its item states, so it is not used. Check scale, offset and nodata in raster:bands of its item.`,
  };
}

/** Share of the finite valid numbers that are no index value; null without any. */
function outsideShare({ data, valid }: Sample, band: Band): number | null {
  let count = 0;
  let outside = 0;
  for (let i = 0; i < data.length; i += 1) {
    if (!valid[i] || !Number.isFinite(data[i]) || data[i] === band.nodata) continue;
    count += 1;
    if (!isIndexValue(data[i]! * band.scale + band.offset)) outside += 1;
  }
  return count === 0 ? null : outside / count;
}

type Sample = Awaited<ReturnType<typeof readSample>>;

function readCoarse(cog: Cog): Promise<Sample> {
  const full = bandGridOf(cog.header);
  return readSample(cog, chooseLevel(cog.header, (full.transform[0] * full.widthPx) / SAMPLE_PX));
}

/** The middle of a level: all of it where overviews are there. */
async function readSample(cog: Cog, level: number) {
  const full = bandGridOf(cog.header);
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
