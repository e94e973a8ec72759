import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const sharedFolder = process.env.TWIN_SHARED ?? resolve(process.cwd(), '../shared');

/** Lines below the header of a CSV file of the real data, cells trimmed; null where the data is not there. */
export function readSharedCsv(path: string): string[][] | null {
  const file = join(sharedFolder, path);
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => line.split(',').map((cell) => cell.trim()));
}

export function numberOrNaN(cell: string | undefined): number {
  return cell === undefined || cell === '' || cell === 'NA' ? Number.NaN : Number(cell);
}
