import { crsDefinition } from '../../../shared/transform.ts';
import { shownText } from './findings.ts';
import { parseWkt, type WktNode } from './prj-wkt.ts';

/** What a CRS in WKT turned out to be: a code that `shared/transform.ts` knows, or why there is none. */
export type NamedCrs = { readonly epsg: number } | { readonly epsg: null; readonly name: string; readonly why: string };

/** Codes that a WKT is held against beside the UTM zones; the parameters decide, not the name or the authority. */
const PROJECTED = [3857, 3031, 3995, 3413, 32661, 32761, 2154, 3035, 3577, 5070];

/** Datums by the letters and digits of their names; those on GRS 80 stand within a metre of WGS 84. */
const DATUMS: readonly { readonly pattern: RegExp; readonly geographic: number; readonly utm: readonly number[] }[] = [
  { pattern: /^d?(wgs|wgs_)?(1984|84)$|^worldgeodeticsystem1984(ensemble)?$/, geographic: 4326, utm: [32600, 32700] },
  { pattern: /^d?etrs(1989|89)$|^europeanterrestrialreferencesystem1989(ensemble)?$/, geographic: 4258, utm: [25800] },
  { pattern: /^d?(northamerican(datum)?1983|nad83|nad1983)$/, geographic: 4269, utm: [26900] },
  { pattern: /^d?gda(1994|94)$|^geocentricdatumofaustralia1994$/, geographic: 4283, utm: [28300] },
  { pattern: /^d?rgf(1993|93)(v1)?$|^reseaugeodesiquefrancais1993(v1)?$/, geographic: 4258, utm: [25800] },
];

/** Projections by the letters of their names in WKT 1 of OGC and of ESRI → `+proj` of PROJ. */
const METHODS: Readonly<Record<string, string>> = {
  transversemercator: 'tmerc',
  gausskruger: 'tmerc',
  lambertconformalconic2sp: 'lcc',
  lambertconformalconic: 'lcc',
  albersconicequalarea: 'aea',
  albers: 'aea',
  lambertazimuthalequalarea: 'laea',
  polarstereographic: 'stere',
  stereographicnorthpole: 'stere',
  stereographicsouthpole: 'stere',
  mercatorauxiliarysphere: 'merc',
};

/** Parameters by the letters of their names → PROJ's; those not listed have to be 0. */
const PARAMETERS: Readonly<Record<string, string>> = {
  centralmeridian: 'lon_0',
  longitudeofcenter: 'lon_0',
  longitudeoforigin: 'lon_0',
  straightverticallongitudefrompole: 'lon_0',
  latitudeoforigin: 'lat_0',
  latitudeofcenter: 'lat_0',
  standardparallel1: 'lat_1',
  standardparallel2: 'lat_2',
  scalefactor: 'k',
  falseeasting: 'x_0',
  falsenorthing: 'y_0',
};

/**
 * The EPSG code of a `.prj` file (WKT 1 of OGC or ESRI), found by datum, projection, unit and parameters: a name can
 * promise what the numbers do not keep. Never throws.
 */
export function crsOfWkt(text: string): NamedCrs {
  const root = parseWkt(text);
  if (root === null) return { epsg: null, name: shownText(text.trim(), 60), why: 'it is no WKT' };
  const name = shownText(root.texts[0] ?? root.keyword, 60);
  const refuse = (why: string): NamedCrs => ({ epsg: null, name, why });
  if (root.keyword === 'COMPD_CS') {
    const flat = root.nodes.find(({ keyword }) => keyword === 'PROJCS' || keyword === 'GEOGCS');
    return flat === undefined ? refuse('it holds no horizontal system') : crsOfNode(flat, refuse);
  }
  return crsOfNode(root, refuse);
}

function crsOfNode(node: WktNode, refuse: (why: string) => NamedCrs): NamedCrs {
  if (node.keyword !== 'PROJCS' && node.keyword !== 'GEOGCS') return refuse(`${shownText(node.keyword)} is not read`);
  const geographic = node.keyword === 'GEOGCS' ? node : child(node, 'GEOGCS');
  if (geographic === undefined) return refuse('it names no datum');
  const datumNode = child(geographic, 'DATUM');
  const letters = lettersOf(datumNode?.texts[0] ?? '');
  const datum = DATUMS.find(({ pattern }) => pattern.test(letters));
  if (datum === undefined) return refuse(`the datum ${shownText(datumNode?.texts[0] ?? '')} would need a shift`);
  if (child(datumNode!, 'TOWGS84')?.numbers.some((shift) => shift !== 0)) return refuse('its datum has a shift');
  if ((child(geographic, 'PRIMEM')?.numbers[0] ?? 0) !== 0) return refuse('its prime meridian is not Greenwich');
  if (!isClose(child(geographic, 'UNIT')?.numbers[0] ?? Math.PI / 180, Math.PI / 180)) {
    return refuse('its angles are not in degrees');
  }
  if (node.keyword === 'GEOGCS') return { epsg: datum.geographic };
  if ((child(node, 'UNIT')?.numbers[0] ?? 1) !== 1) return refuse('its unit is not the metre');
  const wanted = projOf(node);
  if (wanted === null)
    return refuse(`the projection ${shownText(child(node, 'PROJECTION')?.texts[0] ?? '')} is not read`);
  const epsg = candidatesOf(wanted, datum.utm).find((code) => isSame(wanted, projOfCode(code)));
  return epsg === undefined ? refuse('no known system has its parameters') : { epsg };
}

type Proj = ReadonlyMap<string, number | string>;

function projOf(node: WktNode): Proj | null {
  const letters = lettersOf(child(node, 'PROJECTION')?.texts[0] ?? '');
  const method = letters === 'mercator1sp' && isOfTheWeb(node) ? 'merc' : METHODS[letters];
  if (method === undefined) return null;
  const proj = new Map<string, number | string>([['proj', method]]);
  for (const { keyword, texts, numbers } of node.nodes) {
    if (keyword !== 'PARAMETER') continue;
    const value = numbers[0] ?? Number.NaN;
    const name = PARAMETERS[lettersOf(texts[0] ?? '')];
    if (name !== undefined) proj.set(name, value);
    else if (value !== 0) return null;
  }
  if (method === 'merc' || method === 'laea') {
    // The Mercator of the web has no further parameter; a standard parallel at the equator is its default.
    if (proj.get('lat_1') === 0) proj.delete('lat_1');
  }
  if (method === 'stere') return polarOf(proj);
  return proj;
}

/** Mercator on the sphere, which the web uses, and on the ellipsoid have the same parameters in WKT, 20 km apart. */
function isOfTheWeb(node: WktNode): boolean {
  const authority = child(node, 'AUTHORITY')?.texts;
  return (
    (authority?.[0] === 'EPSG' && authority[1] === '3857') ||
    (child(node, 'EXTENSION')?.texts[1] ?? '').includes('+b=6378137 ')
  );
}

/** A polar projection says its standard parallel as a latitude of origin in WKT, and the pole is meant by its sign. */
function polarOf(proj: Map<string, number | string>): Proj {
  const parallel = (proj.get('lat_1') ?? proj.get('lat_0') ?? 90) as number;
  proj.delete('lat_1');
  proj.set('lat_0', parallel < 0 ? -90 : 90);
  if (Math.abs(parallel) !== 90) proj.set('lat_ts', parallel);
  return proj;
}

function candidatesOf(wanted: Proj, utmBases: readonly number[]): number[] {
  if (wanted.get('proj') !== 'tmerc') return PROJECTED;
  const zone = ((wanted.get('lon_0') as number) + 183) / 6;
  return Number.isInteger(zone) && zone >= 1 && zone <= 60 ? utmBases.map((base) => base + zone) : [];
}

/** The parameters that `shared/transform.ts` uses for a code, with those of UTM written out; null for an unknown code. */
function projOfCode(code: number): Proj | null {
  let definition: string;
  try {
    definition = crsDefinition(code);
  } catch {
    return null;
  }
  const proj = new Map<string, number | string>();
  for (const [, name, value] of definition.matchAll(/\+(\w+)=?(\S*)/g)) {
    const number = Number(value);
    proj.set(name!, value === '' || Number.isNaN(number) ? value! : number);
  }
  if (proj.get('proj') === 'utm') {
    proj.set('proj', 'tmerc');
    proj.set('lon_0', (proj.get('zone') as number) * 6 - 183);
    proj.set('k', 0.9996);
    proj.set('x_0', 500_000);
    proj.set('y_0', proj.has('south') ? 10_000_000 : 0);
  }
  if (proj.get('proj') === 'merc') proj.delete('lat_ts');
  return proj;
}

const NUMBERS = ['lon_0', 'lat_0', 'lat_1', 'lat_2', 'lat_ts', 'x_0', 'y_0'];

function isSame(wanted: Proj, known: Proj | null): boolean {
  if (known === null || wanted.get('proj') !== known.get('proj')) return false;
  const scales = isClose(Number(wanted.get('k') ?? 1), Number(known.get('k') ?? 1));
  const swapped = (name: string) => (name === 'lat_1' ? 'lat_2' : name === 'lat_2' ? 'lat_1' : name);
  const equal = (turn: (name: string) => string) =>
    NUMBERS.every((name) => isClose(Number(wanted.get(turn(name)) ?? 0), Number(known.get(name) ?? 0)));
  return scales && (equal((name) => name) || equal(swapped));
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

function child(node: WktNode, keyword: string): WktNode | undefined {
  return node.nodes.find((found) => found.keyword === keyword);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
