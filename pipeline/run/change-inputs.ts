import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { CogHeader, DataType } from '../cog/header.ts';
import { bandGridOf, MAX_SHIFT_PX } from '../cog/match.ts';
import { openCog } from '../cog/read.ts';
import { type ByteSource, openFileSource, openHttpSource, type RangeReader } from '../cog/source.ts';
import { isHttp } from '../stac/href.ts';
import { checkVersion, versionOf } from './file-version.ts';
import { checkSameCrs, checkSameGrid, gridError } from './same-grid.ts';

/** The files of one date: absolute paths or URLs. */
export interface DateFiles {
  readonly red: string;
  readonly nir: string;
  readonly scl: string;
}

/** An opened file of the change; plain data, for threads. */
export interface ChangeInput {
  readonly role: 'red' | 'nir' | 'scl';
  readonly href: string;
  readonly header: CogHeader;
  /** ETag of a URL, else the size: hashing a gigabyte would cost a tenth of the work itself. */
  readonly identity: string;
  /** See `versionOf`; taken before the header was read. Null where the file is remote. */
  readonly version: string | null;
}

/** How the classes lie under the pixels: class column = floor((column + colShift) / factor), rows alike. */
export interface ClassLattice {
  readonly factor: 1 | 2;
  readonly colShift: number;
  readonly rowShift: number;
}

export interface ChangeDate {
  readonly red: ChangeInput;
  readonly nir: ChangeInput;
  readonly scl: ChangeInput;
  readonly lattice: ClassLattice;
}

export interface ChangeInputs {
  /** Of the result and of the four bands. */
  readonly grid: Grid;
  readonly before: ChangeDate;
  readonly after: ChangeDate;
}

function openAnySource(href: string, egress: RangeReader): Promise<ByteSource> {
  return isHttp(href) ? openHttpSource(href, egress) : openFileSource(href);
}

const ONE_GRID =
  'Red and nir of both dates must have one grid: take files of one tile, or cut them to the same window.';

/**
 * Opens the six files and holds them against one another; no pixels yet. Errors (input): those of a header, and
 * `E_TYPE_MISMATCH`, `E_CRS_MISMATCH`, `E_GRID_MISMATCH` where they cannot be compared pixel by pixel.
 */
export async function openChangeInputs(
  files: { readonly before: DateFiles; readonly after: DateFiles },
  egress: RangeReader,
): Promise<ChangeInputs> {
  const before = await openDate(files.before, egress);
  const after = await openDate(files.after, egress);
  const grid = bandGridOf(before.red.header);
  for (const band of [before.nir, after.red, after.nir]) checkSameGrid(band.header, before.red.header, ONE_GRID);
  return {
    grid,
    before: { ...before, lattice: latticeOf(grid, before.red, before.scl) },
    after: { ...after, lattice: latticeOf(grid, before.red, after.scl) },
  };
}

/** Errors: `E_SOURCE_CHANGED` (transient) where a local file is no longer the one that was opened. */
export function checkChangeUnchanged({ before, after }: ChangeInputs): void {
  for (const { href, version } of [before, after].flatMap(({ red, nir, scl }) => [red, nir, scl])) {
    if (version !== null) checkVersion(href, version);
  }
}

async function openDate(files: DateFiles, egress: RangeReader) {
  return {
    red: await openInput('red', files.red, egress),
    nir: await openInput('nir', files.nir, egress),
    scl: await openInput('scl', files.scl, egress),
  };
}

async function openInput(role: ChangeInput['role'], href: string, egress: RangeReader): Promise<ChangeInput> {
  const version = isHttp(href) ? null : versionOf(href);
  const source = await openAnySource(href, egress);
  try {
    const { header } = await openCog(source);
    checkKind(role, header);
    const identity = isHttp(href) ? await source.identity() : `size:${source.sizeBytes}`;
    return { role, href, header, identity, version };
  } finally {
    await source.close();
  }
}

const WANTED: Readonly<Record<ChangeInput['role'], DataType>> = { red: 'uint16', nir: 'uint16', scl: 'uint8' };

function checkKind(role: ChangeInput['role'], header: CogHeader): void {
  const { where, dataType, samplesPerPixel, nodata } = header;
  const wanted = WANTED[role];
  if (dataType !== wanted || samplesPerPixel !== 1) {
    const got = `${samplesPerPixel === 1 ? 'one band' : `${samplesPerPixel} bands`} of ${dataType}`;
    const hint =
      role === 'scl' ? 'the scene classification of Sentinel-2 L2A' : 'stored numbers as they came, not reflectance';
    const sentence = `${where} holds ${got}; ${role}= wants one band of ${wanted}, ${hint}. Name another file.`;
    throw inputError('E_TYPE_MISMATCH', sentence, where);
  }
  if (nodata === null || nodata === 0) return;
  const sentence = `${where} states nodata ${nodata}; 0 means no data in the bands and classes of Sentinel-2. Set its nodata to 0, or take the file that the product came with.`;
  throw inputError('E_TYPE_MISMATCH', sentence, where);
}

/** Errors: `E_GRID_MISMATCH` where a class cell is not one or two pixels wide, not on their edges, or missing. */
function latticeOf(grid: Grid, { header: first }: ChangeInput, { header }: ChangeInput): ClassLattice {
  checkSameCrs(header, first);
  const found = bandGridOf(header);
  const [a, , c, , e, f] = grid.transform;
  const [a2, , c2, , e2, f2] = found.transform;
  const factor = Math.round(a2 / a);
  const [colShift, rowShift] = [Math.round((c - c2) / a), Math.round((f - f2) / e)];
  const isOnEdges =
    Math.abs((c - c2) / a - colShift) < MAX_SHIFT_PX &&
    Math.abs((f - f2) / e - rowShift) < MAX_SHIFT_PX &&
    Math.abs(a2 / a - factor) * found.widthPx < MAX_SHIFT_PX &&
    Math.abs(e2 / e - factor) * found.heightPx < MAX_SHIFT_PX;
  if (!isOnEdges || (factor !== 1 && factor !== 2)) {
    const sentence = `${header.where} has cells of ${a2} from ${c2}, ${f2}, which do not fit on the pixels of ${a} from ${c}, ${f} of ${first.where}: cells of the same or twice the size on the same edges are wanted. Take the classification of the same tile.`;
    throw inputError('E_GRID_MISMATCH', sentence, header.where);
  }
  const isCovered =
    Math.min(colShift, rowShift) >= 0 &&
    grid.widthPx + colShift <= found.widthPx * factor &&
    grid.heightPx + rowShift <= found.heightPx * factor;
  if (!isCovered)
    throw gridError(header, first, 'Every pixel needs a class: take the classification of the same tile.');
  return { factor, colShift, rowShift };
}
