import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../shared/errors.ts';
import type { Bbox } from '../shared/grid.ts';
import { isDay } from './change/decimal-year.ts';
import {
  checkHost,
  type Environment,
  flagError,
  type MonitorConfig,
  placeOf,
  readMask,
  readMonths,
  readRunner,
  readWhole,
} from './config.ts';
import { CHANGE_OPTIONS, readChangeParams } from './config-change.ts';

const { controls: _controls, seed: _seed, 'no-change': _noChange, ...SERIES_OPTIONS } = CHANGE_OPTIONS;

const OPTIONS = {
  catalog: { type: 'string' },
  collections: { type: 'string' },
  start: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  bbox: { type: 'string' },
  season: { type: 'string' },
  'keep-scl': { type: 'string' },
  'dilate-m': { type: 'string' },
  harmonise: { type: 'boolean' },
  ...SERIES_OPTIONS,
  out: { type: 'string' },
  runner: { type: 'string' },
  workers: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

const EARLIEST = '1970-01-01';
const LATEST = '2149-06-05';
const WORLD: Bbox = [-180, -90, 180, 90];

/** `canopy breaks --catalog`: a run without parcels that judges every pixel. Its history is all that lies before --start. */
export function readBreaksCatalogConfig(argv: readonly string[], env: Environment): MonitorConfig {
  const flags = parseFlags(argv);
  if (flags.catalog === undefined) throw usageError('No scenes: give --catalog FOLDER, catalog.json or URL.');
  if (flags.out === undefined) throw usageError('No output folder: give --out DIR.');
  const start = readDay('--start', flags.start);
  if (start === undefined) throw usageError('No start of the monitoring period: give --start DAY such as 2010-07-01.');
  const from = readDay('--from', flags.from) ?? EARLIEST;
  const to = readDay('--to', flags.to) ?? LATEST;
  if (from >= start || to < start)
    throw usageError(`--from must lie before --start and --to not before it; got ${from}, ${start} and ${to}.`);
  const catalog = placeOf(flags.catalog);
  const bboxDeg = readBbox(flags.bbox);
  if (/^https?:/i.test(catalog) && bboxDeg === null)
    throw usageError('A catalogue behind a URL wants --bbox WEST,SOUTH,EAST,NORTH in degrees: nobody wants the world.');
  return Object.freeze({
    parcels: null,
    bboxDeg: bboxDeg ?? WORLD,
    idField: null,
    catalog,
    out: resolve(flags.out),
    collections: flags.collections?.split(',').map((name) => name.trim()) ?? null,
    params: {
      baseline: { start: from, end: dayBefore(start) },
      period: { start, end: to },
      seasonMonths: flags.season === undefined ? null : readMonths(flags.season),
      minClear: 1,
      ...readMask(flags),
      lossThreshold: -1,
      gainThreshold: 1,
      ndviSoil: 0,
      ndviVegetation: 1,
      composite: { kind: 'median' },
      harmonise: flags.harmonise ?? false,
      coverModel: null,
      change: { ...readChangeParams(flags)!, controlCount: 0 },
    },
    project: null,
    coverModel: null,
    twin: null,
    redisUrl: readRunner(flags.runner ?? 'local'),
    workers: readWhole('--workers', flags.workers, 1, 64) ?? availableParallelism(),
    databaseUrl: env.CANOPY_DATABASE_URL ?? null,
    store: null,
    hold: false,
    webhook: null,
    only: { tiles: null, parcels: null, days: null },
    logForm: 'text',
    allowHosts: (flags['allow-host'] ?? []).map(checkHost),
    rangeCache: null,
    dryRun: false,
    json: flags.json === true,
  } satisfies MonitorConfig);
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('breaks', error as Error);
  }
}

function readDay(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || isDay(text)) return text;
  throw usageError(`${flag} wants a UTC day such as 2010-07-01 with --catalog; got "${text}".`);
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}

function readBbox(text: string | undefined): Bbox | null {
  if (text === undefined) return null;
  const numbers = text.split(',').map(Number);
  const [west, south, east, north] = numbers as [number, number, number, number];
  const isBox = numbers.length === 4 && numbers.every(Number.isFinite) && west < east && south < north;
  if (!isBox || west < -180 || east > 180 || south < -90 || north > 90)
    throw usageError(`--bbox wants WEST,SOUTH,EAST,NORTH in degrees such as 1.4,9.7,1.7,10; got "${text}".`);
  return [west, south, east, north];
}
