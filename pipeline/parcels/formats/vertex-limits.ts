import { inputError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS } from '../../../shared/parcel-check.ts';

/** Points of a file, parcel by parcel in file order, as far as they are counted. */
export interface VertexCounts {
  readonly total: number;
  /** The parcel with the most: its position from 0, and where it is. */
  readonly largest: { readonly index: number; readonly count: number; readonly place: string };
}

/** Throws E_PARCELS_VERTICES where a file has more points than an import may have, and names the parcel that has most. */
export function refuseVertices({ total, largest }: VertexCounts, name: string): void {
  if (total <= IMPORT_LIMITS.verticesPerImport) return;
  const isOne = largest.count > IMPORT_LIMITS.verticesPerParcel;
  const text = isOne
    ? `Parcel ${largest.index + 1} of ${name} (${largest.place}) has ${comma(largest.count)} vertices; limit ${comma(IMPORT_LIMITS.verticesPerParcel)}. Simplify and try again.`
    : `${name} has ${comma(total)} vertices; limit ${comma(IMPORT_LIMITS.verticesPerImport)}. Divide or simplify it and try again.`;
  throw inputError('E_PARCELS_VERTICES', text, name);
}

/** Throws E_PARCELS_COUNT where there are more parcels than an import may have. */
export function refuseParcels(count: number, name: string): void {
  if (count <= IMPORT_LIMITS.parcels) return;
  const text = `${name} holds ${comma(count)} parcels; limit ${comma(IMPORT_LIMITS.parcels)}. Divide it and try again.`;
  throw inputError('E_PARCELS_COUNT', text, name);
}

function comma(count: number): string {
  return count.toLocaleString('en');
}
