import { isCanopyError } from '../../../shared/errors.ts';
import { type Converter, crsToLonLat } from '../../../shared/transform.ts';
import { isMember } from '../features.ts';
import { unreadable } from './binary-rows.ts';
import type { CsvRow } from './csv.ts';
import type { CsvLayout } from './csv-columns.ts';
import type { RawFeature, ReadOptions } from './format.ts';
import { openCrs } from './prj-convert.ts';
import { reprojectGeometry } from './reproject.ts';

/**
 * The rows of a table in longitude and latitude: by the SRID of EWKT, by the headings, by `assumeCrs`. Where nothing says
 * and the numbers are no degrees, the file is refused with the question.
 */
export function placeRows(
  rows: readonly CsvRow[],
  layout: CsvLayout,
  options: ReadOptions,
): { features: readonly RawFeature[]; notes: readonly string[]; assumedCrs: string | null } {
  const { assumeCrs, name } = options;
  const saysDegrees = 'isDegrees' in layout && layout.isDegrees;
  const open = rows.filter(({ srid, geometry }) => srid === null && geometry !== null);
  const asksCrs = open.length > 0 && !saysDegrees && (assumeCrs !== null || !areDegrees(open));
  const door = asksCrs ? openCrs(null, options, 'does not say which CRS its coordinates are in') : null;
  const notes = [...(door?.notes ?? [])];
  if (saysDegrees && assumeCrs !== null && assumeCrs !== 'EPSG:4326') {
    notes.push(`The headings of ${name} say longitude and latitude; ${assumeCrs} was not used.`);
  }
  if (!saysDegrees && door === null && 'isDegrees' in layout) {
    notes.push(
      `${name} does not say which CRS its coordinates are in; they look like degrees and were taken for longitude and latitude.`,
    );
  }
  const converters = new Map<number, Converter>();
  const features = rows.map(({ srid, ...row }): RawFeature => {
    const converted =
      srid === null
        ? door && reprojectGeometry(row.geometry, door.convert, row.place)
        : placeBySrid(row, srid, converters);
    return converted === null
      ? row
      : { ...row, geometry: converted.geometry, findings: [...row.findings, ...converted.findings] };
  });
  return { features, notes, assumedCrs: door?.assumedCrs ?? null };
}

function placeBySrid(
  row: RawFeature,
  srid: number,
  converters: Map<number, Converter>,
): ReturnType<typeof reprojectGeometry> {
  try {
    const convert = converters.get(srid) ?? crsToLonLat(`EPSG:${srid}`);
    converters.set(srid, convert);
    return reprojectGeometry(row.geometry, convert, row.place);
  } catch (error) {
    if (!isCanopyError(error)) throw error;
    return { geometry: null, findings: [unreadable(row.place, error.message)] };
  }
}

/** Whether at least half of the rows begin with what can be degrees, so that a slip in one does not decide. */
function areDegrees(rows: readonly CsvRow[]): boolean {
  const inside = rows.filter(({ geometry }) => {
    const [x, y] = firstPosition(isMember(geometry) ? geometry.coordinates : null);
    return typeof x !== 'number' || typeof y !== 'number' || (Math.abs(x) <= 180 && Math.abs(y) <= 180);
  });
  return inside.length * 2 >= rows.length;
}

function firstPosition(value: unknown): readonly unknown[] {
  let inner = value;
  while (Array.isArray(inner) && Array.isArray(inner[0])) inner = inner[0] as unknown;
  return Array.isArray(inner) ? (inner as unknown[]) : [];
}
