import { inputError } from '../../shared/errors.ts';
import { acceptRings, type Fault, type Frame, readRings } from '../../shared/geometry/rings.ts';
import { findGeometryFault, isPlainlySimple } from '../../shared/geometry/validity.ts';
import { type HollowFile, hollowOut } from './coordinates.ts';
import { type FeatureFile, isMember, type NamedFeature, readFeatureFile } from './features.ts';

/** A parcel in the CRS of a raster, or the sentence why there is none. */
export interface PlanarParcel {
  readonly id: string;
  /** Closed rings [x, y, …], exteriors counter-clockwise, holes clockwise; null where the parcel is refused. */
  readonly rings: readonly Float64Array[] | null;
  /** Names the parcel; null where it is measured. */
  readonly refusal: string | null;
}

export interface PlanarParcels {
  /** In file order, refused ones included. */
  readonly parcels: readonly PlanarParcel[];
  /** What was taken for granted about the file, one sentence each. */
  readonly notes: readonly string[];
}

/** A country's worth of parcels; the text has to fit one string. */
const largestFileBytes = 400 * 1024 * 1024;

/**
 * Parcels of a GeoJSON text in lon/lat or in `crs` (as its `crs` member says), with all edges straight in `crs`. Validity
 * is judged in the coordinates of the file. Errors of the file: see `readFeatureFile`, and `E_PARCELS_CRS`.
 */
export async function parsePlanarParcels(
  input: Uint8Array,
  options: { readonly source: string; readonly idField?: string | undefined; readonly crs: string },
): Promise<PlanarParcels> {
  const { file, hollow } = readFile(input, options);
  const { frame, note } = judgeCrs(file, options);
  // The projections are loaded only where there is something to project.
  const convert = frame === 'projected' ? null : (await import('../../shared/transform.ts')).lonLatToCrs(options.crs);
  const parcels: PlanarParcel[] = [];
  for (const named of file.features) {
    const known = hollow === null ? null : ringsOf(named, hollow, frame);
    const read = known !== null && isPlain(known) ? known : await readOne(named, hollow, frame);
    if ('code' in read) parcels.push(refuse(named.id, read.text));
    else if (convert === null) parcels.push({ id: named.id, rings: read, refusal: null });
    else parcels.push(project(named.id, read, convert));
  }
  return { parcels, notes: [note, file.idNote].filter((each) => each !== null) };
}

/** The file with its coordinates taken out, or as it is where that does not work out. */
function readFile(
  input: Uint8Array,
  options: { readonly source: string; readonly idField?: string | undefined },
): { file: FeatureFile; hollow: HollowFile | null } {
  const asItIs = () => ({ file: readFeatureFile(input, { ...options, largestFileBytes }), hollow: null });
  // A field of this name could hold a list, which must not be taken for the number that stands for it.
  if (options.idField === 'coordinates' || input.length > largestFileBytes) return asItIs();
  const hollow = hollowOut(input);
  if (hollow === null) return asItIs();
  try {
    return { file: readFeatureFile(hollow.hollow, options), hollow };
  } catch {
    // What is wrong is told by its place in the file as it is.
    return asItIs();
  }
}

/** The rings of a feature that needs no second look; null for any other. */
function ringsOf({ feature, fault }: NamedFeature, hollow: HollowFile, frame: Frame): Float64Array[] | null {
  const geometry = isMember(feature.geometry) ? feature.geometry : {};
  const { type, coordinates } = geometry;
  if (fault !== null || typeof coordinates !== 'number') return null;
  const { depth, polygons } = hollow.list(coordinates);
  return type === (depth === 3 ? 'Polygon' : 'MultiPolygon') ? acceptRings(polygons, frame) : null;
}

function isPlain(rings: readonly Float64Array[]): boolean {
  return rings.length === 1 && isPlainlySimple(rings[0]!);
}

async function readOne(
  { feature, fault }: NamedFeature,
  hollow: HollowFile | null,
  frame: Frame,
): Promise<readonly Float64Array[] | Fault> {
  if (fault) return fault;
  const read = readRings(hollow === null ? feature.geometry : filled(feature.geometry, hollow), frame);
  if (read.fault) return read.fault;
  return (await findGeometryFault(read.value, frame)) ?? read.value;
}

/** A geometry with its coordinates put back. */
function filled(geometry: unknown, hollow: HollowFile): unknown {
  if (!isMember(geometry) || typeof geometry.coordinates !== 'number') return geometry;
  const text = new TextDecoder().decode(hollow.bytesOf(geometry.coordinates));
  return { ...geometry, coordinates: JSON.parse(text) as unknown };
}

function project(
  id: string,
  rings: readonly Float64Array[],
  convert: (pairs: Float64Array) => Float64Array,
): PlanarParcel {
  try {
    return { id, rings: rings.map(convert), refusal: null };
  } catch (error) {
    return refuse(id, `cannot be laid over the raster: ${(error as Error).message}`);
  }
}

function refuse(id: string, text: string): PlanarParcel {
  return { id, rings: null, refusal: `Parcel ${id} ${text}` };
}

/** What the coordinates of the file are; the raster's own CRS when it is a projected one that the file names. */
function judgeCrs(
  { crs }: FeatureFile,
  { source, crs: wanted }: { readonly source: string; readonly crs: string },
): { frame: Frame; note: string | null } {
  if (crs === undefined || crs === null) return { frame: 'lon-lat', note: null };
  const properties = isMember(crs) && isMember(crs.properties) ? crs.properties : {};
  const name = typeof properties.name === 'string' ? properties.name : 'a CRS without a name';
  if (/(?:^|[:/])CRS84h?$/i.test(name)) return { frame: 'lon-lat', note: null };
  const epsg = /(?:^|[:/])EPSG(?::[\d.]*:|:|\/\d+\/)(\d+)$/i.exec(name)?.[1];
  if (epsg === '4326' || epsg === '4979') {
    const note = `${source} names the CRS ${name}; its coordinates were read as longitude, latitude, the order of GeoJSON.`;
    return { frame: 'lon-lat', note };
  }
  if (epsg !== undefined && `EPSG:${epsg}` === wanted) return { frame: 'projected', note: null };
  throw inputError(
    'E_PARCELS_CRS',
    `${source} is in ${name.slice(0, 80)}; WGS 84 lon/lat or the raster's ${wanted} was wanted. Reproject it to EPSG:4326 and try again.`,
    source,
  );
}
