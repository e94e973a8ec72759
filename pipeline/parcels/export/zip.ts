import { zipSync } from 'fflate';
import type { ExportFile } from './export-parcels.ts';

/** The earliest time that a zip can hold, in any time zone: the same files give the same bytes on any day. */
const NO_TIME = new Date(1980, 0, 1);

/** Files as a zip, in the order given. */
export function makeZip(files: readonly ExportFile[]): Uint8Array {
  const entries = files.map(({ name, bytes }) => [name, [bytes, { mtime: NO_TIME, level: 9 }]] as const);
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]);
}
