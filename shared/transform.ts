import proj4 from 'proj4';
import { inputError } from './errors.ts';
import { epsgOf } from './grid.ts';

/** Turns flat pairs [a, b, a, b, …] into new flat pairs of the other reference system; the input stays as it is. */
export type Converter = (pairs: Float64Array) => Float64Array;

const WGS84_LON_LAT = '+proj=longlat +datum=WGS84 +no_defs';

/**
 * ETRS89, NAD83, GDA94 and RGF93 stand within a metre of WGS 84 and are taken as equal to it, as PROJ does without grids:
 * `+ellps=GRS80` alone makes proj4 keep longitude and latitude.
 */
const GRS80 = '+ellps=GRS80 +units=m +no_defs';
const WGS84 = '+datum=WGS84 +units=m +no_defs';

const DEFINITIONS = new Map<number, string>([
  [4326, WGS84_LON_LAT],
  [4258, '+proj=longlat +ellps=GRS80 +no_defs'],
  [4269, '+proj=longlat +ellps=GRS80 +no_defs'],
  [4283, '+proj=longlat +ellps=GRS80 +no_defs'],
  [3857, '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs'],
  [3031, `+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +x_0=0 +y_0=0 ${WGS84}`],
  [3995, `+proj=stere +lat_0=90 +lat_ts=71 +lon_0=0 +x_0=0 +y_0=0 ${WGS84}`],
  [3413, `+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +x_0=0 +y_0=0 ${WGS84}`],
  [32661, `+proj=stere +lat_0=90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 ${WGS84}`],
  [32761, `+proj=stere +lat_0=-90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 ${WGS84}`],
  [2154, `+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 ${GRS80}`],
  [3035, `+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 ${GRS80}`],
  [3577, `+proj=aea +lat_0=0 +lon_0=132 +lat_1=-18 +lat_2=-36 +x_0=0 +y_0=0 ${GRS80}`],
  [5070, `+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0 ${GRS80}`],
]);

/** Families of UTM zones: EPSG code = base + zone. */
const UTM_FAMILIES = [
  { base: 32600, firstZone: 1, lastZone: 60, tail: WGS84 },
  { base: 32700, firstZone: 1, lastZone: 60, tail: `+south ${WGS84}` },
  { base: 25800, firstZone: 28, lastZone: 38, tail: GRS80 },
  { base: 26900, firstZone: 1, lastZone: 23, tail: GRS80 },
  { base: 28300, firstZone: 46, lastZone: 59, tail: `+south ${GRS80}` },
];

const KNOWN =
  'EPSG 32601-32660 and 32701-32760 (WGS 84 / UTM), 25828-25838, 26901-26923, 28346-28359 (UTM on ETRS89, NAD83, GDA94), ' +
  `${[...DEFINITIONS.keys()].join(', ')}`;

/**
 * The proj4 string of an EPSG code. UTM zones are built by formula (`+proj=utm` is the exact transverse Mercator of Poder
 * and Engsager, good to nanometres), the rest is a short table.
 * @throws CanopyError `E_CRS_UNKNOWN` with the list of known codes
 */
export function crsDefinition(epsg: number): string {
  const definition = DEFINITIONS.get(epsg);
  if (definition !== undefined) return definition;
  for (const { base, firstZone, lastZone, tail } of UTM_FAMILIES) {
    const zone = epsg - base;
    if (zone >= firstZone && zone <= lastZone && Number.isInteger(zone)) return `+proj=utm +zone=${zone} ${tail}`;
  }
  throw inputError(
    'E_CRS_UNKNOWN',
    `The coordinate reference system EPSG:${epsg} is not known here; known are ${KNOWN}. Reproject the file to one of these, for instance with gdalwarp or ogr2ogr.`,
  );
}

/** Whether coordinates of this CRS are longitude and latitude in degrees. */
export function isGeographic(crs: string): boolean {
  return crsDefinition(epsgOf(crs)).startsWith('+proj=longlat');
}

/**
 * Longitude, latitude (degrees, WGS 84) → x, y of `crs` (`EPSG:<code>`).
 * @throws CanopyError `E_CRS_UNKNOWN`; the converter throws `E_CRS_RANGE` where a point cannot be expressed in the CRS
 */
export function lonLatToCrs(crs: string): Converter {
  const definition = crsDefinition(epsgOf(crs));
  if (definition.startsWith('+proj=longlat')) return (pairs) => pairs.slice();
  const { forward } = proj4(WGS84_LON_LAT, definition);
  return (pairs) => convertPairs(pairs, forward, `longitude, latitude to ${crs}`);
}

/**
 * x, y of `crs` → longitude, latitude (degrees, WGS 84).
 * @throws CanopyError `E_CRS_UNKNOWN`; the converter throws `E_CRS_RANGE` where a point lies outside the projection
 */
export function crsToLonLat(crs: string): Converter {
  const definition = crsDefinition(epsgOf(crs));
  if (definition.startsWith('+proj=longlat')) return (pairs) => pairs.slice();
  const { inverse } = proj4(WGS84_LON_LAT, definition);
  return (pairs) => convertPairs(pairs, inverse, `${crs} to longitude, latitude`);
}

/**
 * Rings of lon/lat degrees in `crs`. Only the vertices are transformed; edges are straight lines between them there
 * (contract "Parcels"). Orientation and order are kept.
 */
export function projectRings(ringsLonLat: readonly Float64Array[], crs: string): Float64Array[] {
  const convert = lonLatToCrs(crs);
  return ringsLonLat.map((ring) => convert(ring));
}

function convertPairs(
  pairs: Float64Array,
  convert: (pair: [number, number]) => [number, number],
  what: string,
): Float64Array {
  const out = new Float64Array(pairs.length);
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const a = pairs[i]!;
    const b = pairs[i + 1]!;
    const finite = Number.isFinite(a) && Number.isFinite(b);
    const converted = finite ? convert([a, b]) : undefined;
    if (converted === undefined || !Number.isFinite(converted[0]) || !Number.isFinite(converted[1])) {
      throw inputError(
        'E_CRS_RANGE',
        `The point (${a}, ${b}) cannot be transformed from ${what}: it lies outside the area of that projection. Check the coordinates and their CRS.`,
      );
    }
    out[i] = converted[0];
    out[i + 1] = converted[1];
  }
  return out;
}
