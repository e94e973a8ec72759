import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../shared/errors.ts';
import type { Scene } from '../../shared/scene.ts';
import type { RunLimits } from '../config.ts';
import { dayOf, isInPeriod } from '../season.ts';
import type { Parameter, RunRecord } from '../store/run-record.ts';

/** A run that is cut to a part of its tiles, parcels and days: `--only-tiles`, `--only-parcels`, `--only-days`. */

/** The limits as they stand in run.json; null for a run without any. */
export function limitsAsParameter({ tiles, parcels, days }: RunLimits): Parameter {
  if (tiles === null && parcels === null && days === null) return null;
  return { tiles, parcels, days: days && `${days.start}/${days.end}` };
}

/**
 * What a reader of the results has to know of a run that was cut; null for one that was not. Control areas are laid out
 * and matched for what remains: by the size of its parcels, in the chunks that it reads, on its days.
 */
export function limitsSentence(limits: RunLimits, hasControls: boolean): string | null {
  const { tiles, parcels, days } = limits;
  const parts = [
    ...(tiles ? [`tiles ${tiles.join(', ')}`] : []),
    ...(parcels ? [`parcels ${parcels.join(', ')}`] : []),
    ...(days ? [`days ${days.start} to ${days.end}`] : []),
  ];
  if (parts.length === 0) return null;
  const controls = hasControls ? ' Its control areas may differ from those of the whole run.' : '';
  return `The run is limited to ${parts.join('; ')}: everything else is left out of its figures.${controls}`;
}

/** Throws a usage error where a limit names a tile that no scene has. */
export function limitScenes(scenes: readonly Scene[], { tiles, days }: RunLimits): Scene[] {
  const known = [...new Set(scenes.map(({ gridKey }) => gridKey))].sort();
  const stranger = tiles?.find((tile) => !known.includes(tile));
  if (stranger !== undefined)
    throw usageError(
      `--only-tiles names ${stranger}, which no scene of the two periods lies on; there are ${known.join(', ')}.`,
    );
  return scenes.filter(
    ({ gridKey, datetime }) =>
      (tiles === null || tiles.includes(gridKey)) && (days === null || isInPeriod(dayOf(datetime), days)),
  );
}

/** Throws a usage error where a limit names a parcel that the file does not have. */
export function limitParcels<P extends { readonly id: string }>(
  parcels: readonly P[],
  ids: readonly string[] | null,
  source: string,
): P[] {
  if (ids === null) return [...parcels];
  const byId = new Map(parcels.map((parcel) => [parcel.id, parcel]));
  const stranger = ids.find((id) => !byId.has(id));
  if (stranger !== undefined)
    throw usageError(`--only-parcels names "${stranger}", which ${source} does not have as a usable parcel.`);
  const wanted = new Set(ids);
  return parcels.filter(({ id }) => wanted.has(id));
}

/**
 * Refuses to replace the results of a whole run by those of a part, and the other way round: whoever opens the folder
 * later would take a part for the whole.
 */
export async function checkLimitsFit(out: string, limits: RunLimits): Promise<void> {
  let record: RunRecord;
  try {
    record = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as RunRecord;
  } catch {
    // Nothing there, or nothing that could be taken for results.
    return;
  }
  const before = record.parameters?.only ?? null;
  if (JSON.stringify(before) === JSON.stringify(sorted(limitsAsParameter(limits)))) return;
  const what = before === null ? 'of the whole run' : 'of a run with other limits';
  throw usageError(
    `${out} holds results ${what}, and a run limited differently would replace them. Name another folder with --out.`,
  );
}

/** As a run record keeps it: members by name. */
function sorted(value: Parameter): Parameter {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
