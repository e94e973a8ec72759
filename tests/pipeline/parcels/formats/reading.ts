import type { RawFile, ReadFormat, ReadOptions } from '../../../../pipeline/parcels/formats/format.ts';
import { type CanopyError, isCanopyError } from '../../../../shared/errors.ts';

/** Reads with the options that most tests mean: the file is called `f` and nobody answers for it. */
export async function read(
  format: ReadFormat,
  bytes: Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<RawFile> {
  return await format(bytes, { name: 'f', assumeCrs: null, layer: null, ...options });
}

/** What a file is refused with; fails where it is read. */
export async function refusal(
  format: ReadFormat,
  bytes: Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<CanopyError> {
  try {
    await read(format, bytes, options);
  } catch (error) {
    if (isCanopyError(error)) return error;
    throw error;
  }
  throw new Error('The file was read, but a refusal was wanted.');
}

/**
 * Reads a damaged file, which may end in two ways only: as a file or as a refusal in words. Gives what came of it, `null`
 * for a refusal.
 */
export async function readDamaged(
  format: ReadFormat,
  bytes: Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<RawFile | null> {
  try {
    const file = await read(format, bytes, options);
    // What is read has to survive as JSON, as it does on its way to the browser.
    JSON.stringify(file);
    return file;
  } catch (error) {
    if (!isCanopyError(error) || error.kind !== 'input' || error.message.length < 20) throw error;
    return null;
  }
}

/** Pairs of positions of two geometries that are further apart than 1e-9 degrees, or all where their shape differs. */
export function largestDifferenceDeg(a: unknown, b: unknown): number {
  const [flatA, flatB] = [a, b].map(
    (geometry) => (geometry as { coordinates: unknown[] }).coordinates.flat(Infinity as 1) as unknown as number[],
  );
  if ((a as { type: string }).type !== (b as { type: string }).type || flatA!.length !== flatB!.length) return Infinity;
  return Math.max(0, ...flatA!.map((v, i) => Math.abs(v - flatB![i]!)));
}
