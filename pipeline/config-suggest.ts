import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../shared/errors.ts';
import {
  checkHost,
  DEFAULT_ENDPOINTS,
  flagError,
  placeOf,
  readMask,
  readMonths,
  readNumber,
  readPeriod,
  readWhole,
} from './config.ts';
import type { Project } from './project.ts';
import type { SuggestRequest } from './run/suggest-request.ts';
import { SUGGEST_SETTINGS } from './suggest/settings.ts';

const OPTIONS = {
  region: { type: 'string' },
  project: { type: 'string' },
  catalog: { type: 'string' },
  collections: { type: 'string' },
  years: { type: 'string' },
  season: { type: 'string' },
  'keep-scl': { type: 'string' },
  'dilate-m': { type: 'string' },
  harmonise: { type: 'boolean' },
  'ndvi-soil': { type: 'string' },
  'ndvi-vegetation': { type: 'string' },
  'min-clear': { type: 'string' },
  'min-years': { type: 'string' },
  'max-cover': { type: 'string' },
  'min-ha': { type: 'string' },
  'max-ha': { type: 'string' },
  'max-slope': { type: 'string' },
  compactness: { type: 'string' },
  gap: { type: 'string' },
  parcels: { type: 'string', multiple: true },
  register: { type: 'string' },
  layers: { type: 'string' },
  'tree-cover-before': { type: 'string' },
  dem: { type: 'string' },
  'land-cover': { type: 'string' },
  protected: { type: 'string' },
  out: { type: 'string' },
  workers: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

const ALL_DAYS = { start: '1970-01-01', end: '2149-06-05' };
const MIN_CLEAR = 2;
const ROLES = ['tree-cover-before', 'dem', 'land-cover', 'protected'] as const;

/** `canopy suggest`: flags before the project before defaults. Errors: usage errors, and those of a project file. */
export async function readSuggestConfig(argv: readonly string[]): Promise<{ request: SuggestRequest; json: boolean }> {
  const flags = parseFlags(argv);
  const project =
    flags.project === undefined ? null : await (await import('./project.ts')).loadProject(resolve(flags.project));
  const catalog = flags.catalog === undefined ? project?.catalog : placeOf(flags.catalog);
  if (!catalog) throw usageError('No scenes: give --catalog FOLDER, catalog.json or URL, or a project that names one.');
  if (flags.out === undefined || !/[^/\\]\.(geo)?json$/.test(flags.out))
    throw usageError(`--out wants the name of a file that ends in .geojson; got ${flags.out ?? 'nothing'}.`);
  const request = {
    region: await readRegion(flags.region, project),
    catalog,
    collections: flags.collections?.split(',').map((name) => name.trim()) ?? project?.collections ?? null,
    years: flags.years === undefined ? daysOf(project) : readPeriod('--years', flags.years),
    seasonMonths: (flags.season === undefined ? project?.season : readMonths(flags.season)) ?? null,
    ...readMask(flags, project?.mask),
    harmonise: flags.harmonise ?? project?.harmonise ?? false,
    endpoints: readEndpoints(flags, project),
    minClear: readWhole('--min-clear', flags['min-clear'], 1, 100) ?? MIN_CLEAR,
    parcels: (flags.parcels ?? []).map((path) => resolve(path)),
    register: flags.register === undefined ? null : resolve(flags.register),
    layers: readLayers(flags),
    settings: readSettings(flags),
    out: resolve(flags.out),
    workers: readWhole('--workers', flags.workers, 1, 64) ?? availableParallelism(),
    allowHosts: (flags['allow-host'] ?? []).map(checkHost),
  };
  return { request, json: flags.json === true };
}

type Flags = ReturnType<typeof parseFlags>;

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('suggest', error as Error);
  }
}

/** A file, or the id of a region of the project that has a boundary. */
async function readRegion(named: string | undefined, project: Project | null): Promise<SuggestRequest['region']> {
  const regions = [...(project?.twin?.sinks ?? []), ...(project?.twin?.sources ?? [])];
  const known = regions.map(({ id, boundary }) => (boundary === null ? `${id} (without a boundary)` : id)).join(', ');
  if (named === undefined)
    throw usageError(
      `No region: give --region FILE.geojson${known && ` or the id of one of the project's: ${known}`}.`,
    );
  const region = regions.find(({ id }) => id === named);
  if (region?.boundary) return { path: region.boundary, name: region.name };
  const path = resolve(named);
  if ((await stat(path).catch(() => null))?.isFile()) return { path, name: named };
  if (region)
    throw usageError(
      `The region ${named} has no boundary in the project file. Give one there, or --region FILE.geojson.`,
    );
  throw usageError(`--region ${named} is neither a file nor a region of the project${known && `: ${known}`}.`);
}

function daysOf(project: Project | null): SuggestRequest['years'] {
  if (project === null) return ALL_DAYS;
  return { start: project.periods.baseline.start, end: project.periods.monitoring.end };
}

function readEndpoints(flags: Flags, project: Project | null): SuggestRequest['endpoints'] {
  const soilNdvi =
    readNumber('--ndvi-soil', flags['ndvi-soil'], -1, 1) ?? project?.endpoints?.ndviSoil ?? DEFAULT_ENDPOINTS.soilNdvi;
  const vegetationNdvi =
    readNumber('--ndvi-vegetation', flags['ndvi-vegetation'], -1, 1) ??
    project?.endpoints?.ndviVegetation ??
    DEFAULT_ENDPOINTS.vegetationNdvi;
  if (soilNdvi < vegetationNdvi) return { soilNdvi, vegetationNdvi };
  throw usageError(`--ndvi-soil has to be less than --ndvi-vegetation; got ${soilNdvi} and ${vegetationNdvi}.`);
}

function readLayers(flags: Flags): SuggestRequest['layers'] {
  const files = Object.fromEntries(ROLES.flatMap((role) => (flags[role] ? [[role, resolve(flags[role])]] : [])));
  return { layersDir: flags.layers === undefined ? null : resolve(flags.layers), resultsDir: null, files };
}

function readSettings(flags: Flags): SuggestRequest['settings'] {
  const defaults = SUGGEST_SETTINGS;
  const minHa = readNumber('--min-ha', flags['min-ha'], 0.05, 10_000) ?? defaults.minHa;
  const maxHa = readNumber('--max-ha', flags['max-ha'], 0.1, 100_000) ?? Math.max(defaults.maxHa, 4 * minHa);
  if (maxHa < 2 * minHa)
    throw usageError(
      `--max-ha has to be at least twice --min-ha, else land cannot be divided; got ${maxHa} and ${minHa}.`,
    );
  return {
    ...defaults,
    minHa,
    maxHa,
    woodedPct: readNumber('--max-cover', flags['max-cover'], 1, 100) ?? defaults.woodedPct,
    minYears: readWhole('--min-years', flags['min-years'], 1, 100) ?? defaults.minYears,
    maxSlopePct: readNumber('--max-slope', flags['max-slope'], 1, 250) ?? defaults.maxSlopePct,
    compactness: readNumber('--compactness', flags.compactness, 0, 10) ?? defaults.compactness,
    gapM: readNumber('--gap', flags.gap, 0, 100) ?? defaults.gapM,
  };
}
