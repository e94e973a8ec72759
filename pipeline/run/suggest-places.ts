import { readFile } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import { findGeometryFault } from '../../shared/geometry/validity.ts';
import type { Bbox } from '../../shared/grid.ts';
import { readFeatureFile } from '../parcels/features.ts';
import { ringsBbox } from '../raster/clip.ts';

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
  const areas: Area[] = [];
  const notes: string[] = [];
  let totalHa = 0;
  for (const { id, feature } of features) {
    const read = readRings(feature.geometry);
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
