import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadOptions } from '../../../../pipeline/parcels/formats/format.ts';
import { type ParcelFile, readParcelFile } from '../../../../pipeline/parcels/formats/read-file.ts';
import type { ParcelCandidate } from '../../../../shared/parcel-check.ts';
import { sharedData } from '../../../real-data.ts';

/** Reads a text or bytes under the name of a file. */
export function readAs(
  name: string,
  content: string | Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<ParcelFile> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return readParcelFile(bytes, { name, assumeCrs: null, layer: null, ...options });
}

/** Reads one of the real parcel files. */
export function readReal(file: string): Promise<ParcelFile> {
  return readAs(file, readFileSync(join(sharedData, 'data/parcels', file)));
}

/** The only parcel of a file. */
export async function onlyParcel(
  name: string,
  content: string,
  options: Partial<ReadOptions> = {},
): Promise<ParcelCandidate> {
  const { candidates } = await readAs(name, content, options);
  if (candidates.length !== 1) throw new Error(`${candidates.length} parcels, but one was wanted.`);
  return candidates[0]!;
}

export function rulesOf({ findings }: ParcelCandidate): string[] {
  return findings.map(({ rule, severity }) => `${severity} ${rule}`);
}

/** A closed square of 0.01° with its south-west corner there. */
export function squareAt(lon: number, lat: number): [number, number][] {
  return [
    [lon, lat],
    [lon + 0.01, lat],
    [lon + 0.01, lat + 0.01],
    [lon, lat + 0.01],
    [lon, lat],
  ];
}

/** A FeatureCollection of features with these properties on one square. */
export function collectionOf(...properties: object[]): string {
  const geometry = { type: 'Polygon', coordinates: [squareAt(1, 9)] };
  const features = properties.map((each) => ({ type: 'Feature', properties: each, geometry }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}
