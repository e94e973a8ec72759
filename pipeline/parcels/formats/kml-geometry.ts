import { IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import { childOf, type XmlElement } from './xml.ts';

/** One geometry of a placemark, positions as given: what is no number stays the text that it is. */
export interface Part {
  readonly type: 'Polygon' | 'LineString' | 'Point';
  readonly coordinates: unknown;
}

/** The geometries of a placemark in their order, those in collections too. */
export function partsOf(placemark: XmlElement): Part[] {
  const parts: Part[] = [];
  for (const child of placemark.children) addPart(child, parts);
  return parts;
}

function addPart(element: XmlElement, parts: Part[]): void {
  const { name, children } = element;
  if (name === 'Polygon') parts.push({ type: 'Polygon', coordinates: ringsOf(element) });
  else if (name === 'LineString' || name === 'LinearRing') {
    parts.push({ type: 'LineString', coordinates: positionsOf(element) });
  } else if (name === 'Point') parts.push({ type: 'Point', coordinates: positionsOf(element)[0] ?? [] });
  else if (name === 'Track') parts.push({ type: 'LineString', coordinates: trackOf(element) });
  else if (name === 'MultiGeometry' || name === 'MultiTrack') for (const child of children) addPart(child, parts);
}

function ringsOf(polygon: XmlElement): unknown[] {
  const rings: unknown[] = [];
  const outer = childOf(polygon, 'outerBoundaryIs');
  // Without an outline the first hole must not become one.
  rings.push(outer === undefined ? [] : ringOf(outer));
  for (const inner of polygon.children) {
    if (inner.name !== 'innerBoundaryIs') continue;
    // The schema wants one ring in each, Google Earth accepts several.
    for (const ring of inner.children) if (ring.name === 'LinearRing') rings.push(positionsOf(ring));
  }
  return rings;
}

function ringOf(boundary: XmlElement): unknown[] {
  const ring = childOf(boundary, 'LinearRing');
  return ring === undefined ? [] : positionsOf(ring);
}

/** `lon,lat[,height]` tuples between blanks; blanks around the commas are forgiven, for they leave no doubt. */
function positionsOf(element: XmlElement): unknown[][] {
  const text = childOf(element, 'coordinates')?.text.trim() ?? '';
  if (text === '') return [];
  const tight = /,\s|\s,/.test(text)
    ? text
        .split(',')
        .map((piece) => piece.trim())
        .join(',')
    : text;
  const tuples = tight.split(/\s+/);
  if (tuples.length > IMPORT_LIMITS.verticesPerImport) throw new TooManyVertices(tuples.length);
  return tuples.map((tuple) => {
    const ordinates = tuple.split(',', 4).map(numberOrText);
    // More than three ordinates are two positions without a blank between them.
    return ordinates.length > 3 ? [tuple.slice(0, 60)] : ordinates;
  });
}

/** One list of positions has more of them than a whole import may have. */
export class TooManyVertices extends Error {
  readonly count: number;

  constructor(count: number) {
    super(`${count} vertices`);
    this.count = count;
  }
}

/** `lon lat height` of a track as phones write it. */
function trackOf(track: XmlElement): unknown[][] {
  return track.children
    .filter(({ name }) => name === 'coord')
    .map(({ text }) => text.trim().split(/\s+/, 3).map(numberOrText));
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** The number that a text is; else the text, for the check to find. */
export function numberOrText(text: string): number | string {
  return text.length <= 60 && NUMBER.test(text) ? Number(text) : text.slice(0, 60);
}
