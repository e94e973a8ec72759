import type { GeoJsonGeometry } from '../../shared/api.ts';
import { inputError } from '../../shared/errors.ts';
import { openTable, readChunks, readSlice } from './read-chunks.ts';

/** controls.geojson of a run: where each control area's feature stands, the geometries on disk. */
export interface ControlAreas {
  /** Null for an id that is not there. */
  readGeometry(controlId: string): Promise<GeoJsonGeometry | null>;
  close(): Promise<void>;
}

interface Feature {
  readonly properties: { readonly control_id?: unknown };
  readonly geometry: GeoJsonGeometry | null;
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN_FEATURE = '{"type":"Feature",';

/** Reads controls.geojson, one feature a line, known by `control_id`. Throws `E_HASH`, `E_RESULTS_MISSING`, `E_RESULTS_FORMAT`. */
export async function openControlAreas(path: string, sha256: string): Promise<ControlAreas> {
  const file = await openTable(path);
  const places = new Map<string, readonly [start: number, end: number]>();
  const takeLine = (bytes: Buffer, start: number, end: number, offset: number) => {
    const last = bytes[end - 1] === COMMA ? end - 1 : end;
    if (bytes.toString('latin1', start, start + OPEN_FEATURE.length) !== OPEN_FEATURE) return;
    const id = controlIdOf(bytes.toString('utf8', start, last));
    if (id === null) throw refuse(path, places.size + 1);
    if (!places.has(id)) places.set(id, [offset + start, offset + last]);
  };
  try {
    await readChunks(file, { path, sha256 }, (bytes, offset) => {
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        takeLine(bytes, start, end, offset);
        start = end + 1;
      }
      return start;
    });
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    async readGeometry(controlId) {
      const place = places.get(controlId);
      return place ? (JSON.parse(await readSlice(file, ...place)) as Feature).geometry : null;
    },
    close: () => file.close(),
  };
}

function controlIdOf(line: string): string | null {
  try {
    const { properties } = JSON.parse(line) as Feature;
    return typeof properties.control_id === 'string' ? properties.control_id : null;
  } catch {
    return null;
  }
}

function refuse(path: string, feature: number): Error {
  const message = `Feature ${feature} of ${path} cannot be read as a control area. Run canopy monitor into this folder again.`;
  return inputError('E_RESULTS_FORMAT', message, path);
}
