import { writeFile } from 'node:fs/promises';
import { isCanopyError } from '../../shared/errors.ts';
import type { Window } from '../../shared/grid.ts';
import { computePercentiles, MISSING_NDVI, slotsBySeasonYear } from '../change/season-features.ts';
import { hasColours, type Plan, type PlannedAcquisition } from '../plan.ts';
import { type Endpoints, treeCoverFraction } from '../raster/treecover.ts';
import { type ReadBand, readColour, readScenePixels } from '../scene-pixels.ts';
import { dayOf } from '../season.ts';
import { COVER_MISSING, COVER_STEPS } from '../suggest/persistence.ts';

/** One chunk of one grid: cover of every year and image bands, as planes of bytes in a file. */
export interface SuggestTask {
  readonly unit: number;
  /** Season-years in the order of the planes. */
  readonly years: readonly number[];
  /** Clear observations in season that a year needs. */
  readonly minClear: number;
  readonly endpoints: Endpoints;
  /** Where the planes go: one of each year, then `IMAGE_BANDS`. */
  readonly path: string;
}

export interface SuggestUnitAnswer {
  readonly problems: readonly { readonly scene: string; readonly code: string; readonly message: string }[];
}

/** NDVI of all years, then red, green and blue of the last year that has colours; 0 = nothing. */
export const IMAGE_BANDS = 4;

const MEDIAN = 50;

/** Reads the scenes of a chunk once and writes its planes. A scene that cannot be read is left out and named. */
export async function readSuggestUnit(plan: Plan, task: SuggestTask, read: ReadBand): Promise<SuggestUnitAnswer> {
  const { gridIndex, window } = plan.units[task.unit]!;
  const onGrid = seasonAcquisitions(plan, gridIndex);
  const stack = await readNdvi({ plan, gridIndex, window }, onGrid, read);
  const pixelCount = window.widthPx * window.heightPx;
  const planes = new Uint8Array((task.years.length + IMAGE_BANDS) * pixelCount);
  const years = slotsBySeasonYear(stack.days, plan.params.seasonMonths);
  task.years.forEach((year, y) => {
    const plane = planes.subarray(y * pixelCount, (y + 1) * pixelCount).fill(COVER_MISSING);
    const slots = years.find((each) => each.year === year)?.slots ?? [];
    if (slots.length === 0) return;
    const [ndvi] = computePercentiles(stack, slots, { pcts: [MEDIAN], minCount: task.minClear });
    for (let i = 0; i < pixelCount; i++) if (ndvi![i] !== MISSING_NDVI) plane[i] = coverOf(ndvi![i]!, task.endpoints);
  });
  const bandAt = (band: number) => planes.subarray((task.years.length + band) * pixelCount);
  if (stack.days.length > 0) {
    const [ndvi] = computePercentiles(stack, [...stack.days.keys()], { pcts: [MEDIAN] });
    const plane = bandAt(0);
    for (let i = 0; i < pixelCount; i++) if (ndvi![i] !== MISSING_NDVI) plane[i] = ndviByte(ndvi![i]!);
  }
  const colours = await readColours({ plan, gridIndex, window }, onGrid, read);
  colours.forEach((plane, k) => {
    bandAt(1 + k).set(plane);
  });
  await writeFile(task.path, planes);
  return { problems: stack.problems };
}

function coverOf(stored: number, endpoints: Endpoints): number {
  return Math.round(100 * COVER_STEPS * treeCoverFraction(stored / 10_000, endpoints));
}

/** −0.2 to 1.07 as 1..255. */
function ndviByte(stored: number): number {
  return Math.min(255, Math.max(1, Math.round((stored / 10_000 + 0.2) * 200)));
}

interface Place {
  readonly plan: Plan;
  readonly gridIndex: number;
  readonly window: Window;
}

function seasonAcquisitions({ acquisitions, scenes }: Plan, gridIndex: number): PlannedAcquisition[] {
  return acquisitions.filter(
    ({ inSeason, sceneIndexes }) => inSeason && sceneIndexes.some((scene) => scenes[scene]!.gridIndex === gridIndex),
  );
}

/** NDVI × 10,000 of the clear pixels of every acquisition; of its scenes the first that observes a pixel counts. */
async function readNdvi({ plan, gridIndex, window }: Place, onGrid: readonly PlannedAcquisition[], read: ReadBand) {
  const pixelCount = window.widthPx * window.heightPx;
  const ndvi = new Int16Array(onGrid.length * pixelCount).fill(MISSING_NDVI);
  const problems: SuggestUnitAnswer['problems'][number][] = [];
  for (const [slot, { sceneIndexes }] of onGrid.entries()) {
    const seen = new Uint8Array(pixelCount);
    for (const index of sceneIndexes) {
      const planned = plan.scenes[index]!;
      if (planned.gridIndex !== gridIndex) continue;
      try {
        const pixels = await readScenePixels(planned, window, plan.params, read);
        for (let i = 0; i < pixelCount; i++) {
          if (seen[i] || !pixels.observed[i]) continue;
          seen[i] = 1;
          if (pixels.clear[i]) ndvi[slot * pixelCount + i] = Math.round(pixels.ndvi[i]! * 10_000);
        }
      } catch (error) {
        if (!isCanopyError(error) || error.kind !== 'input') throw error;
        problems.push({ scene: planned.scene.id, code: error.code, message: error.message });
      }
    }
  }
  return { pixelCount, days: onGrid.map(({ datetime }) => dayOf(datetime)), ndvi, problems };
}

/** Acquisitions that the picture is made of at most: the last ones of the season. */
const PICTURE_DATES = 6;

/** Median red, green and blue of the last acquisitions that have them; no plane where none has. */
async function readColours(
  { plan, gridIndex, window }: Place,
  onGrid: readonly PlannedAcquisition[],
  read: ReadBand,
): Promise<Uint8Array[]> {
  const pixelCount = window.widthPx * window.heightPx;
  const scenes = onGrid
    .flatMap(({ sceneIndexes }) => sceneIndexes.map((index) => plan.scenes[index]!))
    .filter((planned) => planned.gridIndex === gridIndex && hasColours(planned.scene))
    .slice(-PICTURE_DATES);
  if (scenes.length === 0) return [];
  const planes: Uint8Array[] = [];
  for (const name of ['red', 'green', 'blue'] as const) {
    const stack = new Int16Array(scenes.length * pixelCount).fill(MISSING_NDVI);
    for (const [slot, planned] of scenes.entries()) {
      const colour = await readColour(planned, planned.scene.bands[name]!, window, read).catch((error: unknown) => {
        // Colours only guide outlines: a date without them does without.
        if (isCanopyError(error) && error.kind === 'input') return new Uint8Array(pixelCount);
        throw error;
      });
      for (let i = 0; i < pixelCount; i++) if (colour[i] !== 0) stack[slot * pixelCount + i] = colour[i]!;
    }
    const days = scenes.map(({ scene }) => dayOf(scene.datetime));
    const [median] = computePercentiles({ pixelCount, days, ndvi: stack }, [...days.keys()], { pcts: [MEDIAN] });
    planes.push(Uint8Array.from(median!, (value) => (value === MISSING_NDVI ? 0 : value)));
  }
  return planes;
}
