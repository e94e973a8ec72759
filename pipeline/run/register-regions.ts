import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TwinInfo } from '../../shared/api.ts';
import { inputError, usageError } from '../../shared/errors.ts';
import type { RegisterRegion } from '../../shared/register.ts';
import { parseParcels } from '../parcels.ts';
import { loadProject } from '../project.ts';
import { geometryOfParcels } from '../store/geojson.ts';
import { boundaryFault } from './boundary-fault.ts';
import { regionsOfTwin } from './register-twin.ts';

/** Regions that a results folder shows; throws a usage error where it has none. */
export async function readRegionsOfResults(dir: string): Promise<RegisterRegion[]> {
  const text = await readFile(join(dir, 'twin.json'), 'utf8').catch(() => null);
  if (text === null) throw usageError(`--results ${dir}: there is no twin.json in it, so no regions; give --project.`);
  return regionsOfTwin(JSON.parse(text) as TwinInfo);
}

/** Regions of a project file, boundaries as its results would show them. Throws `E_BOUNDARY`, and as `loadProject` does. */
export async function readRegionsOfProject(path: string): Promise<RegisterRegion[]> {
  const { twin } = await loadProject(path);
  if (twin === null) throw usageError(`--project ${path}: the project has no twin, so no regions.`);
  const regions: RegisterRegion[] = [];
  for (const [side, list] of [['sink', twin.sinks] as const, ['source', twin.sources] as const]) {
    for (const { id, name, boundary, profile } of list) {
      const parts = boundary === null ? null : await readBoundary(boundary, id);
      const measuredHa = parts && Number(parts.reduce((sum, { parcelHa }) => sum + parcelHa, 0).toFixed(6));
      const shape = parts && geometryOfParcels(parts);
      regions.push({ id, name, side, boundary: shape, measuredHa, statedHa: profile.areaHa?.value ?? null });
    }
  }
  return regions;
}

async function readBoundary(path: string, region: string) {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const message = `The boundary of region ${region} cannot be read from ${path} (${error.code}). Correct "boundary" in the project file.`;
    throw inputError('E_BOUNDARY', message, path, error);
  });
  const { parcels, refused } = await parseParcels(bytes, { source: path });
  if (refused.length === 0) return parcels;
  const message = `The boundary of region ${region} in ${path} cannot be used: ${boundaryFault(refused[0]!.reason)}`;
  throw inputError('E_BOUNDARY', message, path);
}
