import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CanopyError, usageError } from '../shared/errors.ts';
import type { Bbox } from '../shared/grid.ts';
import type { Period } from '../shared/result.ts';
import { CACHE_OPTIONS, readRangeCache } from './config-cache.ts';
import { CHANGE_OPTIONS, readChangeParams } from './config-change.ts';
import type { CoverModelFacts } from './config-cover.ts';
import { readStoreSettings, storeEnvironment } from './config-store.ts';
import type { RangeCacheSettings } from './egress/range-cache.ts';
import type { MonitorParams } from './plan.ts';
import type { Project } from './project.ts';
import type { CompositeMethod } from './raster/composite.ts';
import type { Endpoints } from './raster/treecover.ts';
import { sha256OfFile } from './store/files.ts';
import type { S3Settings } from './store/s3-store.ts';

/** Everything `canopy monitor` was asked for, from flags, project file and environment; frozen. */
export interface MonitorConfig {
  /** null: every pixel of the scenes is judged, and there are no parcels. */
  readonly parcels: string | null;
  /** Where scenes are looked for, lon/lat; null: where the parcels are. */
  readonly bboxDeg: Bbox | null;
  readonly idField: string | null;
  readonly catalog: string;
  readonly out: string;
  readonly collections: readonly string[] | null;
  readonly params: MonitorParams;
  readonly project: ProjectFacts | null;
  /** What a run keeps of its model of tree cover, beside the model itself. */
  readonly coverModel: CoverModelFacts | null;
  /** The twin region of the project file. */
  readonly twin: Project['twin'];
  readonly redisUrl: string | null;
  readonly workers: number;
  readonly databaseUrl: string | null;
  /** Where workers leave results; null: in the output folder. */
  readonly store: StorePlace | null;
  /** Whether a run with dead letters waits for a person before it leaves them out. */
  readonly hold: boolean;
  /** Told when the run ends. */
  readonly webhook: string | null;
  readonly allowHosts: readonly string[];
  /** Where ranges of remote files are kept between runs; null: nowhere. */
  readonly rangeCache: RangeCacheSettings | null;
  /** Cuts the run to a part of its tiles, parcels and days. */
  readonly only: RunLimits;
  readonly logForm: 'text' | 'json';
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** A folder or bucket, and how the bucket is reached. */
export interface StorePlace {
  readonly place: string;
  readonly settings: S3Settings;
  /** What a child needs to reach it too. */
  readonly env: Readonly<Record<string, string>>;
}

/** null: no limit. */
export interface RunLimits {
  /** Keys of grids, such as MGRS tiles or path/rows. */
  readonly tiles: readonly string[] | null;
  readonly parcels: readonly string[] | null;
  readonly days: Period | null;
}

/** What a run keeps of its project file, the file's own content hash included. */
interface ProjectFacts {
  readonly id: string;
  readonly name: string;
  readonly synthetic: boolean;
  readonly path: string;
  readonly sha256: string;
}

/** Loss and gain of a tree-cover fraction of 0.15; NDVI of bare soil and of closed vegetation for the dimidiate model. */
const DEFAULTS = {
  minClear: 3,
  keepScl: [4, 5, 6, 7],
  dilateM: 0,
  loss: -0.15,
  gain: 0.15,
  soil: 0.1,
  vegetation: 0.85,
};

/** Of the dimidiate model where no project names its own. */
export const DEFAULT_ENDPOINTS: Endpoints = { soilNdvi: DEFAULTS.soil, vegetationNdvi: DEFAULTS.vegetation };

const MONITOR_OPTIONS = {
  project: { type: 'string' },
  parcels: { type: 'string' },
  'id-field': { type: 'string' },
  catalog: { type: 'string' },
  collections: { type: 'string' },
  baseline: { type: 'string' },
  period: { type: 'string' },
  season: { type: 'string' },
  out: { type: 'string' },
  'min-clear': { type: 'string' },
  'keep-scl': { type: 'string' },
  'dilate-m': { type: 'string' },
  composite: { type: 'string' },
  harmonise: { type: 'boolean' },
  'cover-model': { type: 'string' },
  ...CHANGE_OPTIONS,
  ...CACHE_OPTIONS,
  runner: { type: 'string' },
  workers: { type: 'string' },
  database: { type: 'string' },
  store: { type: 'string' },
  hold: { type: 'boolean' },
  webhook: { type: 'string' },
  'only-tiles': { type: 'string' },
  'only-parcels': { type: 'string' },
  'only-days': { type: 'string' },
  log: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

export async function readMonitorConfig(argv: readonly string[], env: Environment): Promise<MonitorConfig> {
  const flags = parseFlags(argv);
  // The validator is loaded only where there is a project file to validate.
  const project =
    flags.project === undefined ? null : await (await import('./project.ts')).loadProject(resolve(flags.project));
  const parcels = flags.parcels === undefined ? project?.parcels : resolve(flags.parcels);
  if (!parcels) throw usageError('No parcels: give --parcels FILE.geojson, or "parcels" in the project file.');
  const catalog = flags.catalog === undefined ? project?.catalog : placeOf(flags.catalog);
  if (!catalog)
    throw usageError('No scenes: give --catalog FOLDER, catalog.json or URL, or "catalog" in the project file.');
  if (flags.out === undefined) throw usageError('No output folder: give --out DIR.');
  const runner = readRunner(flags.runner ?? 'local');
  const modelPath = flags['cover-model'] === undefined ? project?.coverModel : resolve(flags['cover-model']);
  const coverModel = modelPath ? await (await import('./config-cover.ts')).loadCoverModel(modelPath) : null;
  const config: MonitorConfig = {
    parcels,
    bboxDeg: null,
    idField: flags['id-field'] ?? project?.idField ?? null,
    catalog,
    out: resolve(flags.out),
    collections: flags.collections?.split(',').map((name) => name.trim()) ?? project?.collections ?? null,
    params: { ...readParams(flags, project), coverModel: coverModel?.model ?? null },
    project: project && (await describeProject(project, resolve(flags.project!))),
    coverModel: coverModel?.facts ?? null,
    twin: project?.twin ?? null,
    redisUrl: runner,
    workers: readWhole('--workers', flags.workers, 1, 64) ?? availableParallelism(),
    databaseUrl: flags.database ?? env.CANOPY_DATABASE_URL ?? null,
    store: readStore(flags.store, env),
    hold: flags.hold === true,
    webhook: readWebhook(flags.webhook),
    allowHosts: (flags['allow-host'] ?? []).map(checkHost),
    rangeCache: await readRangeCache(flags),
    only: {
      tiles: readNames('--only-tiles', flags['only-tiles']),
      parcels: readNames('--only-parcels', flags['only-parcels']),
      days: flags['only-days'] === undefined ? null : readPeriod('--only-days', flags['only-days']),
    },
    logForm: readLogForm(flags.log),
    dryRun: flags['dry-run'] === true,
    json: flags.json === true,
  };
  return Object.freeze(config);
}

function readStore(place: string | undefined, env: Environment): StorePlace | null {
  if (place === undefined) return null;
  const isBucket = place.startsWith('s3://');
  return {
    place: placeOf(place),
    settings: readStoreSettings(env),
    env: isBucket ? storeEnvironment(env) : {},
  };
}

function readWebhook(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw usageError(`--webhook wants an address such as https://example.org/hooks/canopy; got "${text}".`);
  return text;
}

export function readLogForm(text: string | undefined): 'text' | 'json' {
  if (text === undefined || text === 'text') return 'text';
  if (text === 'json') return 'json';
  throw usageError(`--log wants "text" or "json"; got "${text}".`);
}

function readNames(flag: string, text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) throw usageError(`${flag} wants names with commas between; got "${text}".`);
  return [...new Set(names)];
}

/** Where the environment enters: nothing else reads process.env. */
export function environment(): Environment {
  return process.env;
}

/** The environment of a computing child: what the operator allowed beyond the listed hosts, and nothing else. */
export function childEnvironment(allowHosts: readonly string[]): Record<string, string> {
  return { CANOPY_ALLOW_HOSTS: allowHosts.join(',') };
}

/** The environment of a child that may read this machine's disk only. */
export function offlineEnvironment(): Record<string, string> {
  return { CANOPY_OFFLINE: '1' };
}

/** Whether this process may ask nothing of the network, listed hosts included. */
export function isOffline(env: Environment): boolean {
  return env.CANOPY_OFFLINE !== undefined;
}

export function allowedHosts(env: Environment): string[] {
  return (env.CANOPY_ALLOW_HOSTS ?? '').split(',').filter((host) => host !== '');
}

async function describeProject({ id, name, synthetic }: Project, path: string): Promise<ProjectFacts> {
  return { id, name, synthetic, path, sha256: await sha256OfFile(path) };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: MONITOR_OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('monitor', error as Error);
  }
}

/** A negative number joined to the flag before it, `--dn-offset=-1000`: Node's parser would take it for a flag. */
export function joinNegativeNumbers(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const flag = joined.at(-1) ?? '';
    if (/^-\.?\d/.test(word) && /^--[^=]+$/.test(flag)) joined[joined.length - 1] = `${flag}=${word}`;
    else joined.push(word);
  }
  return joined;
}

/** What Node's flag parser has against a command line, as sentences; its first line says it all. */
export function flagError(command: string, { message }: Error): CanopyError {
  const [what = ''] = message.split('\n', 1);
  return usageError(`${what.replace(/\.?$/, '.')} Run "canopy ${command} --help" for the flags.`);
}

type Flags = ReturnType<typeof parseFlags>;

function readParams(flags: Flags, project: Project | null): Omit<MonitorParams, 'coverModel'> {
  const { mask, thresholds, endpoints } = project ?? {};
  const baseline = flags.baseline === undefined ? project?.periods.baseline : readPeriod('--baseline', flags.baseline);
  const period = flags.period === undefined ? project?.periods.monitoring : readPeriod('--period', flags.period);
  if (!baseline) throw usageError('No baseline: give --baseline A/B, two UTC days such as 2020-11-01/2021-01-31.');
  if (!period) throw usageError('No monitoring period: give --period C/D, two UTC days such as 2023-11-01/2024-01-31.');
  if (baseline.end >= period.start)
    throw usageError(
      `The baseline must end before the monitoring period starts; got ${baseline.start}/${baseline.end} and ${period.start}/${period.end}.`,
    );
  return {
    baseline,
    period,
    seasonMonths: (flags.season === undefined ? project?.season : readMonths(flags.season)) ?? null,
    minClear: readWhole('--min-clear', flags['min-clear'], 1, 1000) ?? thresholds?.minClear ?? DEFAULTS.minClear,
    ...readMask(flags, mask),
    lossThreshold: thresholds?.loss ?? DEFAULTS.loss,
    gainThreshold: thresholds?.gain ?? DEFAULTS.gain,
    ndviSoil: endpoints?.ndviSoil ?? DEFAULTS.soil,
    ndviVegetation: endpoints?.ndviVegetation ?? DEFAULTS.vegetation,
    composite: readComposite(flags.composite ?? 'median'),
    harmonise: flags.harmonise ?? project?.harmonise ?? false,
    change: readChangeParams(flags, project?.change),
  };
}

/** What counts as clear: flags before project before defaults. */
export function readMask(
  flags: { readonly 'keep-scl'?: string | undefined; readonly 'dilate-m'?: string | undefined },
  mask?: Project['mask'],
): Pick<MonitorParams, 'keepScl' | 'dilateM'> {
  return {
    keepScl: readList('--keep-scl', flags['keep-scl'], 1, 11) ?? mask?.keepScl ?? DEFAULTS.keepScl,
    dilateM: readNumber('--dilate-m', flags['dilate-m'], 0, 5000) ?? mask?.dilateM ?? DEFAULTS.dilateM,
  };
}

export function readPeriod(flag: string, text: string): Period {
  const match = /^(\d{4}-\d{2}-\d{2})\/(\d{4}-\d{2}-\d{2})$/.exec(text);
  const [start, end] = [match?.[1], match?.[2]];
  if (!start || !end || !isDay(start) || !isDay(end))
    throw usageError(`${flag} wants two UTC days such as 2023-08-10/2023-08-13; got "${text}".`);
  if (start > end) throw usageError(`${flag} is an empty period: ${start} is after ${end}.`);
  return { start, end };
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

export function readMonths(text: string): readonly number[] {
  return readList('--season', text, 1, 12)!;
}

function readList(flag: string, text: string | undefined, min: number, max: number): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map(Number);
  if (!numbers.every((n) => Number.isInteger(n) && n >= min && n <= max))
    throw usageError(`${flag} wants whole numbers from ${min} to ${max} with commas between; got "${text}".`);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

export function readWhole(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  const value = readNumber(flag, text, min, max);
  if (value !== undefined && !Number.isInteger(value)) throw usageError(`${flag} wants a whole number; got "${text}".`);
  return value;
}

export function readNumber(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max)
    throw usageError(`${flag} wants a number from ${min} to ${max}; got "${text}".`);
  return value;
}

function readComposite(text: string): CompositeMethod {
  if (text === 'median') return { kind: 'median' };
  const pct = /^percentile:(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (pct === undefined || Number(pct) > 100)
    throw usageError(`--composite wants "median" or "percentile:P" with P from 0 to 100; got "${text}".`);
  return { kind: 'percentile', pct: Number(pct) };
}

export function readRunner(text: string): string | null {
  if (text === 'local') return null;
  if (/^rediss?:\/\/.+/.test(text)) return text;
  throw usageError(`--runner wants "local" or an address such as redis://127.0.0.1:6379; got "${text}".`);
}

export function checkHost(text: string): string {
  if (!/^[A-Za-z0-9.-]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(text))
    throw usageError(`--allow-host wants HOST:PORT such as 127.0.0.1:8080; got "${text}".`);
  return text.toLowerCase();
}

/** A catalogue is a path or an address; one of a kind that is not read is refused by name, not looked for on disk. */
export function placeOf(text: string): string {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) ? text : resolve(text);
}
