import { inputError } from '../../shared/errors.ts';
import { type Grid, gridBbox, gridOfWindow, intersectWindows } from '../../shared/grid.ts';
import type { PixelArray, Raster } from '../../shared/raster.ts';
import { crsToLonLat, isGeographic } from '../../shared/transform.ts';
import { bandGridOf } from '../cog/match.ts';
import { type Cog, openCog, readWindow } from '../cog/read.ts';
import { openFileSource } from '../cog/source.ts';
import { regrid, windowForTarget } from '../raster/regrid.ts';

/** A raster of tree cover and how its numbers are meant. */
export interface ReferenceSource {
  /** Absolute path. */
  readonly path: string;
  /** fraction = stored number · scale. */
  readonly scale: number;
  /** Numbers that are no cover, beside the file's own nodata. */
  readonly nodata: readonly number[];
}

/** What the cells of a reference hold, of those that were looked at. */
export interface ReferenceTally {
  /** Cells with a value. Parts that are read side by side share cells along their edges, so that sums are no areas. */
  readonly validPx: number;
  /** One of the stored numbers below 0 or above 100 %; null where there is none. */
  readonly beyondValue: number | null;
  /** Greatest stored number that is a cover; null without one. */
  readonly max: number | null;
}

/** Rounding that a cover may carry beyond 0 and 1. */
const SLACK = 1e-6;
/** Rows of the target that are brought over at a time: bounds the memory of a reference far finer than the scenes. */
const STRIP_ROWS = 64;
const OUTLINE_STEPS = 16;

/**
 * Opens the raster and checks that it can be a reference. The caller closes its source.
 * Errors (input): those of the header; `E_REFERENCE_BANDS`.
 */
export async function openReference(path: string): Promise<Cog & { readonly grid: Grid }> {
  const source = await openFileSource(path);
  try {
    const cog = await openCog(source);
    const { samplesPerPixel, where } = cog.header;
    if (samplesPerPixel !== 1)
      throw inputError(
        'E_REFERENCE_BANDS',
        `${where} has ${samplesPerPixel} bands; a reference has one, of tree cover. Cut it out first (gdal_translate -b).`,
        where,
      );
    return { ...cog, grid: bandGridOf(cog.header) };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** [west, south, east, north] of a raster in degrees, by points along its outline. */
export function bboxDegOf(grid: Grid): [number, number, number, number] {
  const [x0, y0, x1, y1] = gridBbox(grid);
  if (isGeographic(grid.crs)) return [Math.max(-180, x0), Math.max(-90, y0), Math.min(180, x1), Math.min(90, y1)];
  const points: number[] = [];
  for (let i = 0; i <= OUTLINE_STEPS; i += 1) {
    const [x, y] = [x0 + ((x1 - x0) * i) / OUTLINE_STEPS, y0 + ((y1 - y0) * i) / OUTLINE_STEPS];
    points.push(x, y0, x, y1, x0, y, x1, y);
  }
  const flat = crsToLonLat(grid.crs)(Float64Array.from(points));
  const lons = flat.filter((_, i) => i % 2 === 0);
  const lats = flat.filter((_, i) => i % 2 === 1);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Tree cover (fraction) of every cell of `target`, and what the reference's own cells hold there. */
export async function readReference(
  cog: Cog & { readonly grid: Grid },
  source: ReferenceSource,
  target: Grid,
): Promise<{ readonly cover: Float32Array; readonly valid: Uint8Array; readonly tally: ReferenceTally }> {
  const size = target.widthPx * target.heightPx;
  const cover = new Float32Array(size);
  const valid = new Uint8Array(size);
  const tally: OpenTally = { validPx: 0, beyondValue: null, max: null };
  for (let row = 0; row < target.heightPx; row += STRIP_ROWS) {
    const heightPx = Math.min(STRIP_ROWS, target.heightPx - row);
    const strip = gridOfWindow(target, { col: 0, row, widthPx: target.widthPx, heightPx });
    const raster = await readStrip(cog, source, strip, tally);
    if (raster === null) continue;
    const part = regrid(raster, strip);
    cover.set(part.data, row * target.widthPx);
    valid.set(part.valid, row * target.widthPx);
  }
  return { cover, valid, tally };
}

type OpenTally = { -readonly [K in keyof ReferenceTally]: ReferenceTally[K] };

/** The reference's own cells under a strip of the target; null where it has none. */
async function readStrip(
  cog: Cog & { readonly grid: Grid },
  source: ReferenceSource,
  strip: Grid,
  tally: OpenTally,
): Promise<Raster<'fraction', Float32Array> | null> {
  const { widthPx, heightPx } = cog.grid;
  const window = intersectWindows(windowForTarget(cog.grid, strip), { col: 0, row: 0, widthPx, heightPx });
  if (window === null) return null;
  const { data: stored, valid } = await readWindow(cog, { level: 0, window, sample: 0 });
  const data = toCover(stored, valid, source, tally);
  return { quantity: 'fraction', grid: gridOfWindow(cog.grid, window), data, valid };
}

/** Stored numbers as fractions; what is none, or no cover, becomes invalid and is counted. */
function toCover(
  stored: PixelArray,
  valid: Uint8Array,
  { scale, nodata }: ReferenceSource,
  tally: OpenTally,
): Float32Array {
  const data = new Float32Array(stored.length);
  for (let i = 0; i < data.length; i += 1) {
    const number = stored[i]!;
    if (valid[i] === 0) continue;
    if (!Number.isFinite(number) || nodata.includes(number)) {
      valid[i] = 0;
      continue;
    }
    tally.validPx += 1;
    const fraction = number * scale;
    if (fraction < -SLACK || fraction > 1 + SLACK) {
      tally.beyondValue ??= number;
      valid[i] = 0;
      continue;
    }
    tally.max = Math.max(tally.max ?? number, number);
    data[i] = Math.min(1, Math.max(0, fraction));
  }
  return data;
}

/** The tally of several parts. */
export function sumTallies(parts: readonly ReferenceTally[]): ReferenceTally {
  const maxima = parts.flatMap(({ max }) => (max === null ? [] : [max]));
  return {
    validPx: parts.reduce((sum, { validPx }) => sum + validPx, 0),
    beyondValue: parts.find(({ beyondValue }) => beyondValue !== null)?.beyondValue ?? null,
    max: maxima.length === 0 ? null : Math.max(...maxima),
  };
}

/**
 * Refuses a reference whose numbers cannot be tree cover as they are said to be.
 * Errors (input): `E_REFERENCE_NODATA`, `E_REFERENCE_RANGE`, `E_REFERENCE_SCALE`.
 */
export function checkTally({ validPx, beyondValue, max }: ReferenceTally, source: ReferenceSource): void {
  const { path, scale } = source;
  if (validPx === 0)
    throw inputError(
      'E_REFERENCE_NODATA',
      `${path} has no value where the scenes lie: all of it is nodata there. Check the file, its nodata (${source.nodata.join(', ') || 'the file’s own'}) and its place.`,
      path,
    );
  if (beyondValue !== null)
    throw inputError(
      'E_REFERENCE_RANGE',
      `${path} holds numbers beyond 0 to 100 % tree cover, such as ${beyondValue}, which is ${percent(beyondValue * scale)} with --reference-scale ${scale}. Name numbers that are codes with --reference-nodata ${beyondValue}, or give the scale that makes fractions.`,
      path,
    );
  // A hundredth of a hundredth: what was meant as fractions has been taken for percent.
  if (max !== null && max * scale <= 0.0101)
    throw inputError(
      'E_REFERENCE_SCALE',
      `The greatest tree cover in ${path} is ${percent(max * scale)} with --reference-scale ${scale} (stored ${max}). If it holds fractions, give --reference-scale 1; ground without trees alone is no reference.`,
      path,
    );
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(3))} %`;
}
