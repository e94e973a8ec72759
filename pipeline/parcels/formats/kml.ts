import { inputError } from '../../../shared/errors.ts';
import { type CheckFinding, IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import { counted, finding, shownList, shownText } from './findings.ts';
import type { RawFeature, RawFile, ReadFormat, ReadOptions } from './format.ts';
import { type Part, partsOf, TooManyVertices } from './kml-geometry.ts';
import { readProperties } from './properties.ts';
import { refuseParcels, refuseVertices } from './vertex-limits.ts';
import { childOf, readXml, textOf, type XmlElement } from './xml.ts';
import { readZip } from './zip.ts';

const FOLDERS = new Set(['kml', 'Document', 'Folder']);

/**
 * Reads the placemarks of a KML text, in folders or not: areas, and lines that were walked. Points are left out with a
 * note. Nothing that the file points to is fetched. Throws input errors about the file.
 */
export const readKml: ReadFormat = (bytes, options) => readKmlText(bytes, options, 'kml');

/** Reads the one KML text of a KMZ; pictures and the like stay where they are. */
export const readKmz: ReadFormat = async (bytes, options) => {
  const files = await readZip(bytes, options.name);
  const texts = [...files.keys()].filter((name) => /\.kml$/i.test(name));
  // The KML reference has viewers open the first .kml of the archive; programs that write several call it doc.kml.
  const main = texts.length === 1 ? texts[0] : texts.find((name) => name.toLowerCase() === 'doc.kml');
  if (main === undefined) {
    const got =
      texts.length === 0
        ? 'holds no .kml file'
        : `holds ${texts.length} .kml files (${shownList(texts)}), none called doc.kml`;
    throw inputError(
      'E_KMZ',
      `${options.name} ${got}; one was wanted. Save the parcels as KML and try again.`,
      options.name,
    );
  }
  const text = files.get(main)!;
  if (text.length > IMPORT_LIMITS.fileBytes) {
    const [got, most] = [text.length, IMPORT_LIMITS.fileBytes].map((count) => (count / 1_048_576).toFixed(1));
    const said = `${shownText(main)} in ${options.name} has ${got} MB; at most ${most} MB are read. Divide it and try again.`;
    throw inputError('E_PARCELS_SIZE', said, options.name);
  }
  const { notes, ...file } = readKmlText(text, options, 'kmz');
  const others = texts.filter((name) => name !== main);
  const left =
    others.length === 0 ? [] : [`Of ${options.name} only ${shownText(main)} was read, not ${shownList(others)}.`];
  return { ...file, notes: [...notes, ...left] };
};

interface Found {
  readonly placemarks: XmlElement[];
  links: number;
}

function readKmlText(bytes: Uint8Array, { name, assumeCrs }: ReadOptions, format: 'kml' | 'kmz'): RawFile {
  const { root, note } = readXml(bytes, name);
  if (root.name !== 'kml') {
    throw inputError(
      'E_KML',
      `${name} is XML but not KML: its root is <${shownText(root.name)}>, <kml> was wanted.`,
      name,
    );
  }
  const found: Found = { placemarks: [], links: 0 };
  collect(root, found);
  // Points are left out and do not count, but neither may there be any number of them.
  if (found.placemarks.length > 2 * IMPORT_LIMITS.parcels) refuseParcels(found.placemarks.length, name);
  const features: RawFeature[] = [];
  const points: string[] = [];
  for (const [index, placemark] of found.placemarks.entries()) {
    const feature = readWithin(placemark, index, name);
    if (feature === null) points.push(textOf(placemark, 'name') ?? `placemark ${index + 1}`);
    else features.push(feature);
  }
  const notes = note === null ? [] : [note];
  if (points.length > 0) {
    const said = counted(points.length, 'placemark is a point and was', 'placemarks are points and were');
    notes.push(`${said} left out: ${shownList(points)}.`);
  }
  if (found.links > 0) {
    const said = counted(found.links, 'network link was', 'network links were');
    notes.push(`${said} not followed; save what stands behind as a KML file of its own.`);
  }
  const addresses = countRemote(root);
  if (addresses > 0) {
    notes.push(
      `${counted(addresses, 'address on the network, such as of a picture, was', 'addresses on the network, such as of pictures, were')} not opened.`,
    );
  }
  if (assumeCrs !== null && assumeCrs !== 'EPSG:4326')
    notes.push(`KML is always in longitude and latitude; ${assumeCrs} was not used.`);
  return { format, features, used: { assumedCrs: null, layer: null }, notes };
}

function collect(element: XmlElement, found: Found): void {
  for (const child of element.children) {
    if (child.name === 'Placemark') found.placemarks.push(child);
    else if (child.name === 'NetworkLink') found.links += 1;
    else if (FOLDERS.has(child.name)) collect(child, found);
  }
}

function readWithin(placemark: XmlElement, index: number, name: string): RawFeature | null {
  try {
    return readPlacemark(placemark, index);
  } catch (error) {
    if (!(error instanceof TooManyVertices)) throw error;
    const { count } = error;
    refuseVertices({ total: count, largest: { index, count, place: `Placemark ${index + 1}` } }, name);
    throw error;
  }
}

/** Addresses on the network that a viewer would load, those of network links left aside. */
function countRemote(element: XmlElement): number {
  if (element.name === 'NetworkLink') return 0;
  if (element.name === 'href') return /^\s*(?:https?|ftp):/i.test(element.text) ? 1 : 0;
  let count = 0;
  for (const child of element.children) count += countRemote(child);
  return count;
}

/** A row of a placemark; null where it is nothing but points. */
function readPlacemark(placemark: XmlElement, index: number): RawFeature | null {
  const name = textOf(placemark, 'name');
  const place = `Placemark ${index + 1}${name === null ? '' : (` (${shownText(name)})` as const)}` as const;
  const parts = partsOf(placemark);
  if (parts.length > 0 && parts.every(({ type }) => type === 'Point')) return null;
  const { geometry, findings } = geometryOf(parts);
  const stated = readProperties(statedBy(placemark, name));
  const featureId = placemark.attributes?.get('id');
  return { geometry, properties: stated.properties, featureId, place, findings: [...findings, ...stated.findings] };
}

function geometryOf(parts: readonly Part[]): { geometry: unknown; findings: CheckFinding[] } {
  const areas = parts.filter(({ type }) => type === 'Polygon');
  const lines = parts.filter(({ type }) => type === 'LineString');
  const taken = areas.length > 0 ? areas : lines;
  const findings =
    parts.length === taken.length ? [] : [leftOut(parts.length - taken.length, areas.length > 0 && lines.length > 0)];
  const coordinates = taken.map((part) => part.coordinates);
  if (taken.length === 0) return { geometry: null, findings };
  const [{ type }] = taken as [Part];
  const geometry = taken.length === 1 ? { type, coordinates: coordinates[0] } : { type: `Multi${type}`, coordinates };
  return { geometry, findings };
}

function leftOut(count: number, hasLines: boolean): CheckFinding {
  const text = `Beside its areas ${counted(count, 'line or point was', 'lines or points were')} left out.`;
  return finding('parts-left-out', hasLines ? 'warning' : 'note', text, { values: { count } });
}

/** Name, description and extended data; a later entry of the same name wins. */
function* statedBy(placemark: XmlElement, name: string | null): Iterable<[string, unknown]> {
  if (name !== null) yield ['name', name];
  const description = textOf(placemark, 'description');
  if (description !== null) yield ['description', description];
  const extended = childOf(placemark, 'ExtendedData');
  for (const entry of extended?.children ?? []) {
    const key = entry.attributes?.get('name');
    if (entry.name === 'Data' && key !== undefined) yield [key, textOf(entry, 'value')];
    if (entry.name !== 'SchemaData') continue;
    for (const cell of entry.children) {
      const column = cell.attributes?.get('name');
      if (cell.name === 'SimpleData' && column !== undefined)
        yield [column, cell.text.trim() === '' ? null : cell.text.trim()];
    }
  }
}
