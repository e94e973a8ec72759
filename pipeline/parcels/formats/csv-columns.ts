import { plainName } from './plain-name.ts';
import { isWkt } from './wkt.ts';

/** Where the geometry of a table stands, by column number. */
export type CsvLayout =
  | { readonly kind: 'wkt' | 'geojson'; readonly column: number }
  /** One row a parcel, corners in columns of their own. */
  | { readonly kind: 'row'; readonly corners: readonly CornerColumns[]; readonly isDegrees: boolean }
  /** One row a corner. */
  | ({ readonly kind: 'corner'; readonly order: number | null; readonly isDegrees: boolean } & CornerColumns);

interface CornerColumns {
  readonly x: number;
  readonly y: number;
}

const LON = new Set(
  words(
    'lon long lng longitude longitud londd longitudedd lonwgs84 longitudewgs84 laengengrad langengrad laenge lange geolon gpslon',
  ),
);
const LAT = new Set(
  words('lat latitude latitud latdd latitudedd latwgs84 latitudewgs84 breitengrad breite geolat gpslat'),
);
const X = new Set(words('x xcoord coordx coordonneex xutm utmx est easting e ost rechtswert pointx'));
const Y = new Set(words('y ycoord coordy coordonneey yutm utmy nord northing n hochwert pointy'));
const ORDER = words(
  'order ordre reihenfolge seq sequence cornerno cornerid corner sommet nosommet numsommet idsommet coin borne vertexindex vertexid vertex ecke eckpunkt punkt punktnr pointno pointid idpoint numpoint point pointorder no num numero number nr index pos position',
);
/** Headings of what names a parcel, the surest first. */
const ID = words(
  'parcelid idparcelle parcelleid numparcelle parcelle parcel plotid plot polygonid idpolygone polygone polygon polyid flurstueck flurstuck flurstuecknr parzelle parzellennr feld feldid champ champid fieldid field id identifiant code name nom polyname nomparcelle bezeichnung',
);

/** The layout that the headings and the first values show; null where there is none that is known. */
export function findLayout(headings: readonly string[], rows: readonly (readonly string[])[]): CsvLayout | null {
  const plain = headings.map(plainName);
  const text = findTextColumn(plain, rows);
  if (text !== null) return text;
  const corners = findNumbered(plain);
  if (corners.length >= 3)
    return { kind: 'row', corners, isDegrees: plain.some((name) => LON.has(name.replaceAll(/\d/g, ''))) };
  for (const [xNames, yNames, isDegrees] of [
    [LON, LAT, true],
    [X, Y, false],
  ] as const) {
    const x = plain.findIndex((name) => xNames.has(name));
    const y = plain.findIndex((name) => yNames.has(name));
    if (x === -1 || y === -1) continue;
    const orders = ORDER.map((name) => plain.indexOf(name)).filter(
      (column) => column !== -1 && column !== x && column !== y,
    );
    return { kind: 'corner', x, y, order: orders[0] ?? null, isDegrees };
  }
  return null;
}

/**
 * The column that tells parcels apart: of those called like one, the first for which rows come in groups; null where all
 * rows are of one parcel, or nothing says.
 */
export function findGroupColumn(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  not: readonly number[],
): number | null {
  const plain = headings.map(plainName);
  for (const name of ID) {
    const column = plain.indexOf(name);
    if (column === -1 || not.includes(column)) continue;
    const values = new Set(rows.map((row) => row[column]?.trim() ?? ''));
    if (values.size * 2 <= rows.length) return column;
  }
  return null;
}

/** The column that names the parcel where each has a row of its own; null where `id` does, or nothing. */
export function findIdColumn(headings: readonly string[]): number | null {
  const plain = headings.map(plainName);
  const column = ID.slice(0, ID.indexOf('id'))
    .map((name) => plain.indexOf(name))
    .find((found) => found !== -1);
  return column ?? null;
}

function findTextColumn(plain: readonly string[], rows: readonly (readonly string[])[]): CsvLayout | null {
  for (let column = 0; column < plain.length; column++) {
    const first = rows
      .slice(0, 20)
      .map((row) => row[column]?.trim() ?? '')
      .find((cell) => cell !== '');
    if (first === undefined) continue;
    if (isWkt(first)) return { kind: 'wkt', column };
    if (first.startsWith('{') && first.includes('"coordinates"')) return { kind: 'geojson', column };
  }
  return null;
}

/** Pairs of columns such as `lon1` and `lat1`, `X_2` and `Y_2`, by their number. */
function findNumbered(plain: readonly string[]): CornerColumns[] {
  const found = new Map<number, { x?: number; y?: number }>();
  for (const [column, name] of plain.entries()) {
    const match =
      /^(?:point|p|sommet|corner|coin|borne|ecke|punkt|vertex)?(\d{0,4})([a-z]+?)(?:point|p|sommet|corner|coin|borne|ecke|punkt|vertex)?(\d{0,4})$/.exec(
        name,
      );
    const number = match?.[1] || match?.[3];
    const axis = match?.[2] ?? '';
    if (!number || (match?.[1] && match[3])) continue;
    const pair = found.get(Number(number)) ?? {};
    if (LON.has(axis) || X.has(axis)) pair.x ??= column;
    if (LAT.has(axis) || Y.has(axis)) pair.y ??= column;
    found.set(Number(number), pair);
  }
  const numbers = [...found.keys()].toSorted((a, b) => a - b);
  return numbers.flatMap((number) => {
    const { x, y } = found.get(number)!;
    return x === undefined || y === undefined ? [] : [{ x, y }];
  });
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
