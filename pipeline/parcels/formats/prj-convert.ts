import { inputError, isCanopyError } from '../../../shared/errors.ts';
import { type Converter, crsToLonLat, isGeographic } from '../../../shared/transform.ts';
import type { ReadOptions } from './format.ts';
import type { NamedCrs } from './prj.ts';

/** How the coordinates of a file become longitude and latitude, and what was done, as a sentence or not at all. */
export interface CrsDoor {
  readonly convert: Converter;
  readonly notes: readonly string[];
  /** `options.assumeCrs` where it answered, else null. */
  readonly assumedCrs: string | null;
}

/**
 * The way from the file's CRS to WGS 84. Where the file does not say (`crs` null) `options.assumeCrs` answers; without
 * it the file is refused with `E_PARCELS_CRS_MISSING`, which asks for it. A CRS that is not known is refused by name.
 * @param what what the file lacks, such as `has no .prj file`
 */
export function openCrs(crs: NamedCrs | null, options: ReadOptions, what: string): CrsDoor {
  const { name, assumeCrs } = options;
  if (crs === null) {
    if (assumeCrs === null) {
      throw inputError(
        'E_PARCELS_CRS_MISSING',
        `${name} ${what}, so nobody can say where its parcels lie. Say which CRS its coordinates are in, such as EPSG:4326 ` +
          '(longitude and latitude) or EPSG:32631 (WGS 84 / UTM zone 31N), or add it to the file.',
        name,
      );
    }
    const epsg = Number(/^EPSG:(\d{4,6})$/i.exec(assumeCrs)?.[1]);
    const door = converterOf(epsg, name);
    return {
      ...door,
      assumedCrs: assumeCrs,
      notes: [`${name} ${what}; ${assumeCrs} was taken, as you said.`, ...door.notes],
    };
  }
  if (crs.epsg !== null) return converterOf(crs.epsg, name);
  throw inputError(
    'E_PARCELS_CRS',
    `The coordinates of ${name} are in "${crs.name}", which is not known here: ${crs.why}. Reproject the file to WGS 84 ` +
      '(EPSG:4326), for instance with ogr2ogr -t_srs EPSG:4326.',
    name,
  );
}

function converterOf(epsg: number, name: string): CrsDoor {
  try {
    const crs = `EPSG:${epsg}`;
    const convert = crsToLonLat(crs);
    const notes = isGeographic(crs) ? [] : [`The coordinates were turned from ${crs} into longitude and latitude.`];
    return { convert, notes, assumedCrs: null };
  } catch (error) {
    if (!isCanopyError(error)) throw error;
    throw inputError('E_PARCELS_CRS', `${name} cannot be placed. ${error.message}`, name, error);
  }
}
