import { inputError } from '../../shared/errors.ts';
import { RAMPS } from '../../shared/ramps.ts';
import type { BandName } from '../../shared/scene.ts';
import { type PlannedScene, primaryGrid } from '../plan.ts';
import { paintHatch } from '../raster/hatch.ts';
import { type Picture, paintChecker, paintRamp, paintTones } from '../raster/paint.ts';
import { sampleNearest, type TileValues } from '../raster/sample.ts';
import type { TilePositions } from '../raster/warp.ts';
import type { TaskNote } from '../workers/contract.ts';
import { type ChipFrame, drawOutline, frameParcel, placeFrame } from './chip-frame.ts';
import type { Rendered } from './render-tasks.ts';
import { bandsOf, classBand, type MaskParams, readNdvi, readReasons, readTones, TRIPLES } from './scene-cells.ts';
import type { SceneFiles } from './scene-files.ts';
import { isAffordable, openLevel, type SceneLevel } from './scene-level.ts';
import { emptyValues, sceneFiles } from './scene-task.ts';

export type ChipStyle = 'true-color' | 'false-color' | 'ndvi';

/** Draw the surroundings of a parcel on one date. */
export interface ChipTask {
  readonly kind: 'chip';
  readonly style: ChipStyle;
  /** Scenes of the acquisition that see the parcel; the first gives the grid, and counts where several have a value. */
  readonly scenes: readonly PlannedScene[];
  /** The parcel's rings in lon/lat, flat pairs. */
  readonly rings: readonly (readonly number[])[];
  readonly params: MaskParams;
  readonly clouds: boolean;
  readonly sizePx: number;
}

/** Squares behind ground without data, in parts of the chip's side. */
const CHECKER_PARTS = 32;

/** Draws a chip as PNG. Errors: see `SceneFiles.open`; `E_CHIP_SIZE` for a parcel too large to be read at once. */
export async function renderChip(task: ChipTask, report: (note: TaskNote) => void): Promise<Rendered> {
  const { frame, picture } = await paintChip(task, sceneFiles(report));
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  const { sizePx } = task;
  const bytes = await sharp(picture, { raw: { width: sizePx, height: sizePx, channels: 4 } })
    .composite([{ input: Buffer.from(drawOutline(frame.rings, sizePx)) }])
    .png({ compressionLevel: 6 })
    .toBuffer();
  return { bytes, encoding: null };
}

/** A chip before its outline is drawn. */
export async function paintChip(
  task: ChipTask,
  files: SceneFiles,
): Promise<{ readonly frame: ChipFrame; readonly picture: Picture }> {
  const { style, sizePx } = task;
  const rings = task.rings.map((ring) => Float64Array.from(ring));
  const frame = frameParcel(rings, primaryGrid(task.scenes[0]!.scene), sizePx);
  const colours = emptyValues(style, sizePx * sizePx);
  const reasons = emptyValues('mask', sizePx * sizePx);
  for (const planned of task.scenes) {
    const cellUnits = primaryGrid(planned.scene).transform[0];
    const level = await openLevel(planned, chipBands(planned, task), cellUnits * frame.cellsPerPx, files);
    const positions = placeFrame(frame, level.grid);
    if (positions.window === null) continue;
    if (!isAffordable(level, positions.window)) throw chipSizeError(planned.scene.id);
    await addScene(level, { positions, task, colours, reasons });
    if (!colours.valid.includes(0)) break;
  }
  const picture = new Uint8ClampedArray(4 * sizePx * sizePx);
  if (style === 'ndvi') paintRamp(picture, colours.bands[0] as Float32Array, colours.valid, RAMPS.ndvi);
  else paintTones(picture, ...(colours.bands as [Uint8Array, Uint8Array, Uint8Array]));
  if (task.clouds) paintHatch(picture, reasons.bands[0] as Uint8Array, reasons.valid, sizePx);
  paintChecker(picture, sizePx, Math.max(4, Math.round(sizePx / CHECKER_PARTS)));
  return { frame, picture };
}

function chipBands({ scene }: PlannedScene, { style, clouds }: ChipTask): BandName[] {
  const mask = classBand(scene);
  const bands = bandsOf(scene, style);
  return mask && clouds && !bands.includes(mask) ? [...bands, mask] : bands;
}

async function addScene(
  level: SceneLevel,
  {
    positions,
    task,
    colours,
    reasons,
  }: { positions: TilePositions; task: ChipTask; colours: TileValues; reasons: TileValues },
): Promise<void> {
  const window = positions.window!;
  const { style, params } = task;
  const isOwn = colours.valid.slice();
  const shown =
    style === 'ndvi'
      ? await readNdvi(level, window, params, { unmasked: true })
      : await readTones(level, window, TRIPLES[style]);
  sampleNearest(positions, shown, colours);
  if (!task.clouds) return;
  // A pixel shows the mask of the scene whose colour it shows.
  const masked = emptyValues('mask', isOwn.length);
  sampleNearest(positions, await readReasons(level, window, params), masked);
  for (let i = 0; i < isOwn.length; i += 1) {
    if (isOwn[i] || !colours.valid[i] || !masked.valid[i]) continue;
    reasons.bands[0]![i] = masked.bands[0]![i]!;
    reasons.valid[i] = 1;
  }
}

function chipSizeError(sceneId: string) {
  return inputError(
    'E_CHIP_SIZE',
    `The parcel is too large for a picture of scene ${sceneId}: its file has no overviews, and 4096 × 4096 cells are the limit. Look at it on the map instead.`,
    sceneId,
  );
}
