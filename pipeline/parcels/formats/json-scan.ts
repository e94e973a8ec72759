import { inputError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import { refuseParcels, refuseVertices } from './vertex-limits.ts';

/** Lists of numbers that are no positions, such as a bbox, are not held against a file up to here. */
const OTHER_LISTS = 20_000;

/**
 * Refuses JSON that is nested deeper than any parcel needs, or that has more positions or features than an import may
 * have, before a parser makes objects of it: one pass over the bytes.
 */
export function scanJson(bytes: Uint8Array, name: string): void {
  let depth = 0;
  let isInFeatures = false;
  let rows = 0;
  let inRow = 0;
  let total = 0;
  const largest = { index: 0, count: 0, place: 'feature 1' };
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) i = endOfText(bytes, i);
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > IMPORT_LIMITS.nesting) throw tooDeep(name);
      if (depth === 2) isInFeatures = byte === 0x5b;
      else if (depth === 3 && isInFeatures && byte === 0x7b) [rows, inRow] = [rows + 1, 0];
      else if (byte === 0x5b && isNumberStart(bytes, i + 1)) {
        total += 1;
        inRow += 1;
        if (inRow > largest.count) [largest.count, largest.index] = [inRow, Math.max(0, rows - 1)];
      }
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  refuseParcels(rows, name);
  if (total > IMPORT_LIMITS.verticesPerImport + OTHER_LISTS) {
    refuseVertices({ total, largest: { ...largest, place: `feature ${largest.index + 1}` } }, name);
  }
}

/** The same limit of depth for a text within another file. */
export function refuseDeepJson(text: string, name: string): void {
  scanJson(new TextEncoder().encode(text), name);
}

/** Place of the quotation mark that ends the text which begins at `start`. */
function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
  return at;
}

function isNumberStart(bytes: Uint8Array, start: number): boolean {
  let at = start;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  const byte = bytes[at] ?? 0;
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}

function tooDeep(name: string): Error {
  const text = `${name} is nested more than ${IMPORT_LIMITS.nesting} levels deep; parcels need 8. Write it again with the program it came from.`;
  return inputError('E_PARCELS_NESTING', text, name);
}
