import { inputError } from '../../shared/errors.ts';
import { epsgOf, type Grid } from '../../shared/grid.ts';
import type { CogHeader, DataType } from '../cog/header.ts';
import { bandGridOf } from '../cog/match.ts';
import { openCog } from '../cog/read.ts';
import { type ByteSource, openFileSource, openHttpSource, type RangeReader } from '../cog/source.ts';
import { isHttp } from '../stac/href.ts';

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

/** A coordinate in a header is exact to about this part of a cell. */
const TOLERANCE_PX = 1e-6;

function openAnySource(href: string, egress: RangeReader): Promise<ByteSource> {
  return isHttp(href) ? openHttpSource(href, egress) : openFileSource(href);
}

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
  for (const band of [before.nir, after.red, after.nir]) checkSameGrid(grid, before.red, band);
  return {
    grid,
    before: { ...before, lattice: latticeOf(grid, before.red, before.scl) },
    after: { ...after, lattice: latticeOf(grid, before.red, after.scl) },
  };
}

async function openDate(files: DateFiles, egress: RangeReader) {
  return {
    red: await openInput('red', files.red, egress),
    nir: await openInput('nir', files.nir, egress),
    scl: await openInput('scl', files.scl, egress),
  };
}

async function openInput(role: ChangeInput['role'], href: string, egress: RangeReader): Promise<ChangeInput> {
  const source = await openAnySource(href, egress);
  try {
    const { header } = await openCog(source);
    checkKind(role, header);
    const identity = isHttp(href) ? await source.identity() : `size:${source.sizeBytes}`;
    return { role, href, header, identity };
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

function checkSameGrid(grid: Grid, first: ChangeInput, other: ChangeInput): void {
  const found = bandGridOf(other.header);
  checkSameCrs(grid, first, other, found);
  const [a, , c, , e, f] = grid.transform;
  const [a2, , c2, , e2, f2] = found.transform;
  const isSame =
    Math.abs(a2 / a - 1) * grid.widthPx < TOLERANCE_PX &&
    Math.abs(e2 / e - 1) * grid.heightPx < TOLERANCE_PX &&
    Math.abs(c2 - c) < TOLERANCE_PX * a &&
    Math.abs(f2 - f) < TOLERANCE_PX * a &&
    found.widthPx === grid.widthPx &&
    found.heightPx === grid.heightPx;
  if (isSame) return;
  const tell = ({ widthPx, heightPx, transform }: Grid) =>
    `${widthPx} × ${heightPx} pixels of ${transform[0]} from ${transform[2]}, ${transform[5]}`;
  const sentence = `${other.header.where} has ${tell(found)}, but ${first.header.where} has ${tell(grid)}. Red and nir of both dates must have one grid: take files of one tile, or cut them to the same window.`;
  throw inputError('E_GRID_MISMATCH', sentence, other.header.where);
}

function checkSameCrs(grid: Grid, first: ChangeInput, other: ChangeInput, found: Grid): void {
  if (epsgOf(found.crs) === epsgOf(grid.crs)) return;
  const sentence = `${other.header.where} is in ${found.crs}, but ${first.header.where} in ${grid.crs}. A change needs one CRS: take files of one tile.`;
  throw inputError('E_CRS_MISMATCH', sentence, other.header.where);
}

/** Errors: `E_GRID_MISMATCH` where a class cell is not one or two pixels wide, or not on their edges. */
function latticeOf(grid: Grid, first: ChangeInput, scl: ChangeInput): ClassLattice {
  const found = bandGridOf(scl.header);
  checkSameCrs(grid, first, scl, found);
  const [a, , c, , e, f] = grid.transform;
  const [a2, , c2, , e2, f2] = found.transform;
  const factor = Math.round(a2 / a);
  const [colShift, rowShift] = [Math.round((c - c2) / a), Math.round((f - f2) / e)];
  const isOnEdges =
    Math.abs((c - c2) / a - colShift) < TOLERANCE_PX &&
    Math.abs((f - f2) / e - rowShift) < TOLERANCE_PX &&
    Math.abs(a2 / a - factor) * found.widthPx < TOLERANCE_PX &&
    Math.abs(e2 / e - factor) * found.heightPx < TOLERANCE_PX;
  if (isOnEdges && (factor === 1 || factor === 2)) return { factor, colShift, rowShift };
  const sentence = `${scl.header.where} has cells of ${a2} from ${c2}, ${f2}, which do not fit on the pixels of ${a} from ${c}, ${f} of ${first.header.where}: cells of the same or twice the size on the same edges are wanted. Take the classification of the same tile.`;
  throw inputError('E_GRID_MISMATCH', sentence, scl.header.where);
}
