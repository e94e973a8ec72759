import { inputError } from '../../shared/errors.ts';
import { type FeatureFile, isMember, type NamedFeature, readFeatureFile } from './features.ts';
import { type Fault, type Frame, readRings } from './rings.ts';
import { findGeometryFault } from './validity.ts';

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
  const file = readFeatureFile(input, { ...options, largestFileBytes });
  const { frame, note } = judgeCrs(file, options);
  // The projections are loaded only where there is something to project.
  const convert = frame === 'projected' ? null : (await import('../../shared/transform.ts')).lonLatToCrs(options.crs);
  const parcels: PlanarParcel[] = [];
  for (const named of file.features) {
    const read = await readOne(named, frame);
    if ('code' in read) parcels.push(refuse(named.id, read.text));
    else if (convert === null) parcels.push({ id: named.id, rings: read, refusal: null });
    else parcels.push(project(named.id, read, convert));
  }
  return { parcels, notes: note === null ? [] : [note] };
}

async function readOne({ feature, fault }: NamedFeature, frame: Frame): Promise<readonly Float64Array[] | Fault> {
  if (fault) return fault;
  const read = readRings(feature.geometry, frame);
  if (read.fault) return read.fault;
  const found = findGeometryFault(read.value, frame);
  return (found === null ? null : await found) ?? read.value;
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
