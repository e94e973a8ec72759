import { inputError } from '../../../shared/errors.ts';
import type { ParcelFormat } from '../../../shared/parcel-check.ts';
import { shownText } from './findings.ts';
import { readZipDirectory } from './zip-directory.ts';

const READ = 'Read are GeoJSON, KML, KMZ, shapefiles in a zip, GeoPackage, FlatGeobuf, CSV and GPX.';

/** What other files begin with, in hexadecimal, and what to do with them. */
const OTHERS: readonly (readonly [start: string, what: string])[] = [
  ['0000270a', 'is one file of a shapefile; put its .shp, .shx, .dbf and .prj into one zip'],
  ['d0cf11e0', 'is a document of an older Office; save its table as CSV'],
  ['25504446', 'is a PDF, which holds a picture of parcels and not their corners'],
  ['52617221', 'is a RAR archive; pack the files as a plain zip'],
  ['377abcaf', 'is a 7z archive; pack the files as a plain zip'],
  ['1f8b', 'is packed with gzip; unpack it first'],
  ['89504e47', 'is a picture (PNG), which holds no corners'],
  ['ffd8ff', 'is a picture (JPEG), which holds no corners'],
  ['49492a00', 'is a TIFF, which holds pixels and no corners'],
  ['4d4d002a', 'is a TIFF, which holds pixels and no corners'],
  ['41433130', 'is a drawing (DWG); export the parcels as a shapefile or KML'],
];

/**
 * The format of a file, by what it holds first and by its name where that leaves a doubt. Throws E_PARCELS_FORMAT with
 * what it is and what is read.
 */
export function sniffFormat(bytes: Uint8Array, name: string): ParcelFormat {
  if (bytes.length === 0) throw refuse('is empty', name);
  const start = hexOf(bytes.subarray(0, 8));
  if (start.startsWith('504b0304') || start.startsWith('504b0506')) return sniffZip(bytes, name);
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 15)) === 'SQLite format 3') return 'geopackage';
  if (start.startsWith('666762')) return 'flatgeobuf';
  const other = OTHERS.find(([magic]) => start.startsWith(magic));
  if (other) throw refuse(other[1], name);
  return sniffText(bytes, name);
}

function sniffZip(bytes: Uint8Array, name: string): ParcelFormat {
  const names = readZipDirectory(bytes, name).map((entry) => entry.name.toLowerCase());
  const has = (ending: string) => names.some((each) => each.endsWith(ending) && !each.startsWith('__macosx/'));
  if (has('.shp')) return 'shapefile';
  if (has('.kml')) return 'kmz';
  // What is missing of a shapefile is better told by its reader.
  if (has('.shx') || has('.dbf') || has('.prj')) return 'shapefile';
  if (names.includes('[content_types].xml')) throw refuse('is a document of Office; save its table as CSV', name);
  const inside = ['.geojson', '.json', '.gpkg', '.fgb', '.csv', '.gpx', '.kmz', '.zip'].find(has);
  if (inside !== undefined) throw refuse(`is a zip with a ${inside} file in it; unpack it and choose that file`, name);
  throw refuse('is a zip with neither a shapefile nor a KML in it', name);
}

function sniffText(bytes: Uint8Array, name: string): ParcelFormat {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const decoder = new TextDecoder(isWide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8');
  const text = decoder.decode(bytes.subarray(0, 65_536)).trimStart();
  if (text.startsWith('{') || text.startsWith('[')) return 'geojson';
  if (text.startsWith('<')) return sniffXml(text, name);
  if (text.includes('\0')) throw refuse('is of no kind that is known', name);
  const [firstLine = ''] = text.split(/\r?\n|\r/, 1);
  if (/[,;\t|]/.test(firstLine) || /\.(csv|tsv|txt)$/i.test(name)) return 'csv';
  throw refuse('is of no kind that is known', name);
}

function sniffXml(text: string, name: string): ParcelFormat {
  // A document type is refused by the reader of XML, with a better reason than here.
  const root = /<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]/.exec(text.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, ''))?.[1] ?? '';
  if (/^kml$/i.test(root) || (!/^gpx$/i.test(root) && /\.kml$/i.test(name))) return 'kml';
  if (/^gpx$/i.test(root) || /\.gpx$/i.test(name)) return 'gpx';
  if (/^html$/i.test(root))
    throw refuse('is a web page, perhaps one that asks to sign in; download the file itself', name);
  throw refuse(`is XML but neither KML nor GPX (its first element is <${shownText(root)}>)`, name);
}

function refuse(what: string, name: string): Error {
  return inputError('E_PARCELS_FORMAT', `${name} ${what}. ${READ}`, name);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
