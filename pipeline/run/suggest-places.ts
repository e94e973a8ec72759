import { readFile } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import { findGeometryFault } from '../../shared/geometry/validity.ts';
import type { Bbox } from '../../shared/grid.ts';
import { readFeatureFile } from '../parcels/features.ts';
import { ringsBbox } from '../raster/clip.ts';
import { createImporter } from './import-parcels.ts';
import { openRegisterHere } from './register-here.ts';

/** An area in lon/lat: rings, exteriors counter-clockwise, holes clockwise. */
export interface Area {
  readonly rings: readonly Float64Array[];
  readonly bboxDeg: Bbox;
}

export interface ReadAreas {
  readonly areas: readonly Area[];
  readonly totalHa: number;
  /** What could not be used, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The areas of a GeoJSON file. One that is not a valid area is named in `notes`: ground that may belong to somebody is
 * then not kept free. Errors (input): `E_AREA_FILE` where the file cannot be read, those of its text, and with `isStrict`
 * `E_AREA_FAULT` for the first area that is wrong.
 */
export async function readAreas(path: string, isStrict: boolean): Promise<ReadAreas> {
  const { features } = readFeatureFile(await readBytes(path), { source: path });
  const named = features.map(({ id, feature }) => ({ id, geometry: feature.geometry }));
  return takeAreas(named, path, isStrict);
}

/** The parcels of a file of any format: GeoJSON of any size, others within the limits of an import. */
export async function readParcelAreas(path: string): Promise<ReadAreas> {
  if (/\.(geo)?json$/i.test(path)) return readAreas(path, false);
  const importer = createImporter();
  try {
    const { candidates, notes } = await importer.read(path);
    const taken = await takeAreas(candidates, path, false);
    return { ...taken, notes: [...notes, ...taken.notes] };
  } finally {
    await importer.close();
  }
}

/** More than a twin has. */
const MAX_REGISTERED = 100_000;

/**
 * The current parcels of a register near a box. Errors: `E_DATABASE_LOCKED` while a server has it open, `E_AREA_FILE`
 * where more lie there than are taken.
 */
export async function readRegisterAreas(folder: string, bboxDeg: Bbox): Promise<ReadAreas> {
  const register = openRegisterHere({ url: null, folder });
  try {
    const found = await register.call('list', { boxes: [bboxDeg], limit: MAX_REGISTERED });
    if (found.kind === 'too-many')
      throw inputError(
        'E_AREA_FILE',
        `${folder} holds more than ${found.limit} parcels there. Divide the region.`,
        folder,
      );
    return await takeAreas(found.page.parcels, folder, false);
  } finally {
    await register.close();
  }
}

async function takeAreas(
  named: readonly { readonly id: string; readonly geometry: unknown }[],
  path: string,
  isStrict: boolean,
): Promise<ReadAreas> {
  const areas: Area[] = [];
  const notes: string[] = [];
  let totalHa = 0;
  for (const { id, geometry } of named) {
    const read = readRings(geometry);
    const fault = read.fault ?? (await findGeometryFault(read.value));
    if (read.fault || fault) {
      const sentence = `${id} of ${path} ${fault!.text}`;
      if (isStrict) throw inputError('E_AREA_FAULT', sentence, path);
      notes.push(`${sentence} Its ground is not kept free.`);
      continue;
    }
    areas.push({ rings: read.value, bboxDeg: ringsBbox(read.value) });
    totalHa += measureAreaHa(read.value);
  }
  if (isStrict && areas.length === 0) throw inputError('E_AREA_FILE', `${path} holds no area.`, path);
  return { areas, totalHa, notes };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw inputError('E_AREA_FILE', `${path} cannot be read (${code}). Check the name and its rights.`, path, cause);
  }
}

export function unionBbox(boxes: readonly Bbox[]): Bbox {
  return [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];
}
