import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PROFILE_FIGURES, type RegionInfo, type TwinInfo } from '../../shared/api.ts';
import { inputError } from '../../shared/errors.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { MonitorConfig } from '../config.ts';
import { parseParcels } from '../parcels.ts';
import type { Project } from '../project.ts';
import type { OutputFile } from '../store/exports.ts';
import { sha256OfBytes, writeFileAtomic } from '../store/files.ts';
import { geometryOfParcels } from '../store/geojson.ts';
import type { RunInput } from '../store/run-record.ts';
import { boundaryFault } from './boundary-fault.ts';

type Region = NonNullable<Project['twin']>['sinks'][number];

/** The twin region of a project as pages show it, with what it was read from. */
export interface PreparedTwin {
  readonly info: TwinInfo;
  /** The boundary files. */
  readonly inputs: readonly RunInput[];
}

/**
 * Reads the twin of a run's project: stated profiles, and boundaries with their ellipsoidal area. Null where the project
 * has no twin, or states a profile in part only: `note` then says which figure is missing. Throws `E_BOUNDARY` where a
 * boundary cannot be read, before anything is computed.
 */
export async function readTwin(
  config: Pick<MonitorConfig, 'project' | 'twin'>,
): Promise<{ readonly twin: PreparedTwin | null; readonly note: string | null }> {
  const { project, twin } = config;
  if (!project || !twin) return { twin: null, note: null };
  for (const { id, profile } of [...twin.sinks, ...twin.sources]) {
    const missing = PROFILE_FIGURES.find((name) => profile[name] === undefined);
    if (missing !== undefined)
      return {
        twin: null,
        note: `The twin is not among the results: the profile of region ${id} in the project file states no ${missing}.`,
      };
  }
  const inputs: RunInput[] = [];
  const readRegions = async (regions: readonly Region[]) => {
    const infos: RegionInfo[] = [];
    for (const region of regions) infos.push(await describeRegion(region, inputs));
    return infos;
  };
  const sinks = await readRegions(twin.sinks);
  const info = { id: project.id, name: project.name, sinks, sources: await readRegions(twin.sources) };
  return { twin: { info, inputs }, note: null };
}

/** Writes `twin.json`, or removes that of an earlier run; answers the files written. */
export async function writeTwin(out: string, twin: PreparedTwin | null): Promise<OutputFile[]> {
  const name = 'twin.json';
  if (!twin) {
    await rm(join(out, name), { force: true });
    return [];
  }
  const text = `${JSON.stringify(twin.info, null, 2)}\n`;
  await writeFileAtomic(join(out, name), text);
  return [{ name, sha256: sha256OfBytes(text), bytes: Buffer.byteLength(text) }];
}

async function describeRegion({ id, name, boundary, profile }: Region, inputs: RunInput[]): Promise<RegionInfo> {
  const complete = profile as RegionInfo['profile'];
  if (boundary === null) return { id, name, profile: complete, boundary: null, measuredAreaHa: null };
  const bytes = await readBoundary(boundary, id);
  const parts = await parseBoundary(bytes, boundary, id);
  inputs.push({
    role: 'boundary',
    name: `${id} ${basename(boundary)}`,
    href: boundary,
    identity: `sha256:${sha256OfBytes(bytes)}`,
  });
  const areaHa = parts.reduce((sum, { parcelHa }) => sum + parcelHa, 0);
  return {
    id,
    name,
    profile: complete,
    boundary: geometryOfParcels(parts),
    measuredAreaHa: Number(areaHa.toFixed(6)),
  };
}

async function readBoundary(path: string, region: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `The boundary of region ${region} cannot be read from ${path} (${code}). Correct "boundary" in the project file, or set it to null.`;
    throw inputError('E_BOUNDARY', message, path, error);
  }
}

async function parseBoundary(bytes: Uint8Array, path: string, region: string): Promise<readonly Parcel[]> {
  const { parcels, refused } = await parseParcels(bytes, { source: path });
  if (refused.length === 0) return parcels;
  const why = boundaryFault(refused[0]!.reason);
  throw inputError('E_BOUNDARY', `The boundary of region ${region} in ${path} cannot be used: ${why}`, path);
}
