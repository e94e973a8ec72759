import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CheckRegion, checkRegion } from '../../shared/checks/context.ts';
import { inputError, usageError } from '../../shared/errors.ts';
import { readFeatureFile } from '../parcels/features.ts';
import { parseParcels } from '../parcels.ts';
import { loadProject } from '../project.ts';
import { boundaryFault } from './boundary-fault.ts';

/** Property names under which boundary files call a region. */
const NAMES = ['name', 'NAME', 'Name', 'nom', 'NOM', 'adm2_name', 'ADM2_EN', 'shapeName'];

/** The regions of a project's twin that have a boundary; a usage error where none has. */
export async function readProjectRegions(path: string): Promise<readonly CheckRegion[]> {
  const { twin } = await loadProject(path);
  const regions: CheckRegion[] = [];
  for (const { id, name, boundary } of [...(twin?.sinks ?? []), ...(twin?.sources ?? [])]) {
    if (boundary === null) continue;
    const rings = (await readBoundaries(boundary)).flatMap((each) => each.rings);
    regions.push(checkRegion({ id, name, rings }));
  }
  if (regions.length > 0) return regions;
  throw usageError(`No region of ${path} has a boundary; name one in the project file, or give --region FILE.`);
}

/** Each feature of a boundary file as a region; a file of one is called like the file where it has no name. */
export async function readRegionFile(path: string): Promise<readonly CheckRegion[]> {
  return (await readBoundaries(path)).map(checkRegion);
}

async function readBoundaries(path: string) {
  const bytes = await readBytes(path);
  const source = basename(path);
  const { parcels, refused } = await parseParcels(bytes, { source });
  const [bad] = refused;
  if (bad) {
    const which = parcels.length + refused.length > 1 ? `Region ${bad.id}` : 'The region';
    throw inputError('E_BOUNDARY', `${which} in ${path} cannot be used: ${boundaryFault(bad.reason)}`, path);
  }
  const { features } = readFeatureFile(bytes, { source });
  return parcels.map(({ id, index, rings }) => {
    const { properties } = features[index]!.feature;
    const key = NAMES.find((name) => typeof properties[name] === 'string' && properties[name] !== '');
    const fallback = parcels.length === 1 ? source.replace(/\.[^.]+$/, '') : id;
    return { id, name: key === undefined ? fallback : (properties[key] as string), rings };
  });
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const text = `The region cannot be read from ${path} (${code}). Name a GeoJSON file with its boundary.`;
    throw inputError('E_BOUNDARY', text, path, error);
  }
}
