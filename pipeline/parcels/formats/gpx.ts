import { inputError } from '../../../shared/errors.ts';
import { counted, finding, shownText } from './findings.ts';
import type { RawFeature, RawFile, ReadFormat } from './format.ts';
import { numberOrText } from './kml-geometry.ts';
import { readProperties } from './properties.ts';
import { refuseVertices } from './vertex-limits.ts';
import { readXml, textOf, type XmlElement } from './xml.ts';

/**
 * Reads the tracks and routes of a GPX text as lines, which become parcels only where they come back to where they began
 * and a person accepts it. Waypoints are taken for the corners of one parcel, in their order, where there is nothing else.
 */
export const readGpx: ReadFormat = (bytes, { name, assumeCrs }): RawFile => {
  refuseVertices({ total: countPoints(bytes), largest: { index: 0, count: 0, place: '' } }, name);
  const { root, note } = readXml(bytes, name);
  if (root.name !== 'gpx') {
    throw inputError(
      'E_GPX',
      `${name} is XML but not GPX: its root is <${shownText(root.name)}>, <gpx> was wanted.`,
      name,
    );
  }
  const tracks = root.children.filter((child) => child.name === 'trk');
  const routes = root.children.filter((child) => child.name === 'rte');
  const waypoints = root.children.filter((child) => child.name === 'wpt');
  const features = [...tracks.map(readTrack), ...routes.map(readRoute)];
  const notes = note === null ? [] : [note];
  if (features.length === 0 && waypoints.length > 2) features.push(cornersOf(waypoints));
  else if (waypoints.length > 0)
    notes.push(`${counted(waypoints.length, 'waypoint was', 'waypoints were')} left out; tracks and routes were read.`);
  if (assumeCrs !== null && assumeCrs !== 'EPSG:4326')
    notes.push(`GPX is always in longitude and latitude; ${assumeCrs} was not used.`);
  return { format: 'gpx', features, used: { assumedCrs: null, layer: null }, notes };
};

function readTrack(track: XmlElement, index: number): RawFeature {
  const segments = track.children
    .filter(({ name }) => name === 'trkseg')
    .map((segment) => segment.children.filter(({ name }) => name === 'trkpt').map(positionOf))
    .filter((segment) => segment.length > 0);
  const geometry =
    segments.length === 1
      ? { type: 'LineString', coordinates: segments[0] }
      : { type: 'MultiLineString', coordinates: segments };
  return rowOf(track, `track ${index + 1}`, segments.length === 0 ? null : geometry);
}

function readRoute(route: XmlElement, index: number): RawFeature {
  const coordinates = route.children.filter(({ name }) => name === 'rtept').map(positionOf);
  return rowOf(route, `route ${index + 1}`, { type: 'LineString', coordinates });
}

function rowOf(element: XmlElement, kind: `${'track' | 'route'} ${number}`, geometry: unknown): RawFeature {
  const name = textOf(element, 'name');
  const stated = ['name', 'cmt', 'desc', 'type', 'number'].map((key) => [key, textOf(element, key)] as const);
  const { properties, findings } = readProperties(stated.filter(([, value]) => value !== null));
  const place = name === null ? kind : (`${kind} (${shownText(name)})` as const);
  return { geometry, properties, featureId: undefined, place, findings };
}

function cornersOf(waypoints: readonly XmlElement[]): RawFeature {
  const text = `It is made of ${waypoints.length} waypoints, taken for its corners in the order of the file.`;
  return {
    // Not closed: the check proposes the last edge, and a person looks at the order.
    geometry: { type: 'Polygon', coordinates: [waypoints.map(positionOf)] },
    properties: readProperties([]).properties,
    featureId: undefined,
    place: 'the waypoints',
    findings: [finding('corners-in-order', 'warning', text, { values: { corners: waypoints.length } })],
  };
}

function positionOf({ attributes }: XmlElement): unknown[] {
  return ['lon', 'lat'].map((key) => numberOrText(attributes?.get(key)?.trim() ?? ''));
}

/** Points of tracks and routes, told by their tags before the text is taken apart. */
function countPoints(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (const tag of ['<trkpt', '<rtept', '<wpt']) {
    for (let at = text.indexOf(tag, 0, 'latin1'); at !== -1; at = text.indexOf(tag, at + 1, 'latin1')) count += 1;
  }
  return count;
}
