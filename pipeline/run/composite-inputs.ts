import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import { type CogHeader, type DataType, readHeader } from '../cog/header.ts';
import { bandGridOf, cornerShiftPx, MAX_SHIFT_PX } from '../cog/match.ts';
import { openFileSource } from '../cog/source.ts';
import { checkVersion, versionOf } from './file-version.ts';
import { checkSameCrs, checkSameGrid, gridError } from './same-grid.ts';

/** A file of one band, opened once for its header; a plain record, so that threads can be handed it. */
export interface StackFile {
  readonly path: string;
  readonly header: CogHeader;
  /** See `versionOf`; taken before the header was read. */
  readonly version: string | null;
}

export interface StackDate {
  readonly red: StackFile;
  readonly nir: StackFile;
  /** Scene classes, on the same grid or on cells a whole number of times as large; null: nothing is masked. */
  readonly scl: StackFile | null;
}

export interface StackInputs {
  /** Of all red and nir. */
  readonly grid: Grid;
  readonly dates: readonly StackDate[];
}

interface StackPaths {
  readonly red: readonly string[];
  readonly nir: readonly string[];
  /** One a date, or none at all. */
  readonly scl: readonly string[];
}

/** Headers read at a time: thousands of files must not all be open at once. */
const OPEN_AT_ONCE = 16;
const HOW_TO_MEND = 'Bring them onto one with gdalwarp.';

/**
 * Reads the headers of a stack and checks that it is one: uint16 of one band each, on one grid; scene classes uint8 whose
 * cells hold whole cells of that grid. Errors (input): `E_TYPE_MISMATCH`, `E_CRS_MISMATCH`, `E_GRID_MISMATCH`, and those of the files.
 */
export async function openStack(paths: StackPaths): Promise<StackInputs> {
  const files = await readHeaders([...paths.red, ...paths.nir, ...paths.scl]);
  const count = paths.red.length;
  const first = files[0]!;
  const grid = bandGridOf(first.header);
  for (const file of files.slice(0, 2 * count)) {
    checkType(file, 'uint16', 'red and nir as digital numbers');
    checkSameGrid(file.header, first.header, `All red and nir must lie on one grid. ${HOW_TO_MEND}`);
  }
  for (const file of files.slice(2 * count)) {
    checkType(file, 'uint8', 'scene classes');
    checkClassGrid(file, first, grid);
  }
  const dates = files.slice(0, count).map((red, k) => {
    return { red, nir: files[count + k]!, scl: files[2 * count + k] ?? null };
  });
  return { grid, dates };
}

/** Errors: `E_SOURCE_CHANGED` (transient) where a file is no longer the one that was opened. */
export function checkStackUnchanged(dates: readonly StackDate[]): void {
  for (const { red, nir, scl } of dates) {
    for (const file of [red, nir, scl]) {
      if (file !== null && file.version !== null) checkVersion(file.path, file.version);
    }
  }
}

async function readHeaders(paths: readonly string[]): Promise<StackFile[]> {
  const files: StackFile[] = [];
  for (let at = 0; at < paths.length; at += OPEN_AT_ONCE)
    files.push(...(await Promise.all(paths.slice(at, at + OPEN_AT_ONCE).map(readOneHeader))));
  return files;
}

async function readOneHeader(path: string): Promise<StackFile> {
  const version = versionOf(path);
  const source = await openFileSource(path);
  try {
    return { path, header: await readHeader(source), version };
  } finally {
    await source.close();
  }
}

function checkType({ path, header }: StackFile, wanted: DataType, what: string): void {
  const { dataType, samplesPerPixel } = header;
  if (dataType === wanted && samplesPerPixel === 1) return;
  const got = `${samplesPerPixel === 1 ? 'one band' : `${samplesPerPixel} bands`} of ${dataType}`;
  const sentence = `${path} holds ${got}; ${what} are wanted as one band of ${wanted}. Name another file, or convert it with gdal_translate -b N -ot.`;
  throw inputError('E_TYPE_MISMATCH', sentence, path);
}

function checkClassGrid(file: StackFile, first: StackFile, grid: Grid): void {
  checkSameCrs(file.header, first.header);
  const found = bandGridOf(file.header);
  const ratio = classRatio(found, grid);
  const isFitting =
    ratio >= 1 &&
    found.widthPx === Math.ceil(grid.widthPx / ratio) &&
    found.heightPx === Math.ceil(grid.heightPx / ratio) &&
    cornerShiftPx(found, grid, ratio) <= MAX_SHIFT_PX;
  const wanted =
    'Scene classes must start at the same corner, with cells of the same size or a whole number of times it.';
  if (!isFitting) throw gridError(file.header, first.header, `${wanted} ${HOW_TO_MEND}`);
}

/** Cells of `grid` along one side of a cell of scene classes. */
export function classRatio(classes: Grid, grid: Grid): number {
  return Math.round(classes.transform[0] / grid.transform[0]);
}
