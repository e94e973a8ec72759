import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ErrorObject } from 'ajv';
import { CanopyError } from '../shared/errors.ts';
import type { Period } from '../shared/result.ts';
import type { BreakSettings } from './change/break-monitor.ts';
import type { ChangeParams } from './change-plan.ts';
import { decodeUtf8, parseJsonText } from './parcels/json-text.ts';
import schema from './project.schema.json' with { type: 'json' };

/** A project file with its paths made absolute and its defaults filled in. */
export interface Project {
  readonly id: string;
  readonly name: string;
  readonly synthetic: boolean;
  readonly twin: { readonly sinks: readonly Region[]; readonly sources: readonly Region[] } | null;
  /** Absolute path. */
  readonly parcels: string;
  readonly idField: string | null;
  /** Absolute path or http(s) URL; null when the command line has to name it. */
  readonly catalog: string | null;
  readonly periods: { readonly baseline: Period; readonly monitoring: Period };
  /** Months 1 to 12 in season order, or null for the whole year. */
  readonly season: readonly number[] | null;
  /** null: all of the catalogue's. */
  readonly collections: readonly string[] | null;
  readonly mask: { readonly keepScl: readonly number[]; readonly dilateM: number };
  readonly thresholds: { readonly loss: number; readonly gain: number; readonly minClear: number };
  /** null: the pipeline's own. */
  readonly endpoints: { readonly ndviSoil: number; readonly ndviVegetation: number } | null;
  readonly harmonise: boolean;
  /** Absolute path. */
  readonly coverModel: string | null;
  /** What the file says of it; the rest are the pipeline's own. */
  readonly change: ProjectChange;
}

type ProjectChange = Partial<Omit<ChangeParams, 'breaks'>> & { readonly breaks?: Partial<BreakSettings> };

interface Region {
  readonly id: string;
  readonly name: string;
  /** Absolute path, or null. */
  readonly boundary: string | null;
  readonly profile: Readonly<Partial<Record<ProfileKey, Figure>>>;
}

type ProfileKey = 'population' | 'emissionsPerPersonT' | 'areaHa' | 'gdpPerCapitaUsd' | 'rainfallMm' | 'temperatureC';

/** A stated figure, the year it holds for (null where its source names none) and who says so. */
interface Figure {
  readonly value: number;
  readonly year: number | null;
  readonly source: string;
}

/** What the schema lets through. */
type ProjectFile = Pick<Project, 'id' | 'name' | 'parcels' | 'periods'> &
  Partial<Pick<Project, 'synthetic'>> & {
    readonly twin?: { readonly sinks: readonly RegionFile[]; readonly sources: readonly RegionFile[] };
    readonly idField?: string;
    readonly catalog?: string;
    readonly season?: readonly number[];
    readonly collections?: readonly string[];
    readonly mask?: Partial<Project['mask']>;
    readonly thresholds?: Partial<Project['thresholds']>;
    readonly endpoints?: NonNullable<Project['endpoints']>;
    readonly harmonise?: boolean;
    readonly coverModel?: string;
    readonly change?: ProjectChange;
  };

type RegionFile = Pick<Region, 'id' | 'name'> & Partial<Pick<Region, 'boundary' | 'profile'>>;

/**
 * Reads and checks a project file (`project.schema.json` and the rules between its members). Throws usage errors with
 * one sentence that says what stands where and what was wanted; paths in it are taken relative to the file.
 */
export async function loadProject(path: string): Promise<Project> {
  const file = resolve(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw projectError(path, `cannot be read (${code}); name a project.json that is there`, cause);
  }
  return parseProject(decodeUtf8(bytes, path), { path, folder: dirname(file) });
}

async function parseProject(text: string, from: { path: string; folder: string }): Promise<Project> {
  const document = parseJsonText(text, from.path);
  // Loaded here because only runs with a project file need it.
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const validate = new Ajv2020({ verbose: true, strict: true, allowUnionTypes: true }).compile(schema);
  if (!validate(document)) throw projectError(from.path, describeError(validate.errors![0]!));
  const content = document as ProjectFile;
  const conflict = findConflict(content);
  if (conflict) throw projectError(from.path, conflict);
  return toProject(content, from.folder);
}

function toProject(content: ProjectFile, folder: string): Project {
  const region = ({ id, name, boundary, profile }: RegionFile): Region => ({
    id,
    name,
    boundary: typeof boundary === 'string' ? resolve(folder, boundary) : null,
    profile: profile ?? {},
  });
  const { twin, catalog } = content;
  return {
    id: content.id,
    name: content.name,
    synthetic: content.synthetic ?? false,
    twin: twin ? { sinks: twin.sinks.map(region), sources: twin.sources.map(region) } : null,
    parcels: resolve(folder, content.parcels),
    idField: content.idField ?? null,
    catalog: catalog === undefined ? null : isUrl(catalog) ? catalog : resolve(folder, catalog),
    periods: content.periods,
    season: content.season ?? null,
    collections: content.collections ?? null,
    mask: { keepScl: [4, 5, 6, 7], dilateM: 0, ...content.mask },
    thresholds: { loss: -0.15, gain: 0.15, minClear: 3, ...content.thresholds },
    endpoints: content.endpoints ?? null,
    harmonise: content.harmonise ?? false,
    coverModel: content.coverModel === undefined ? null : resolve(folder, content.coverModel),
    change: content.change ?? {},
  };
}

/** What two members say that cannot both be so, or a day that no calendar has; null when all is well. */
function findConflict({ periods, endpoints, catalog, parcels, twin }: ProjectFile): string | null {
  for (const [name, { start, end }] of Object.entries(periods)) {
    for (const [key, day] of Object.entries({ start, end })) {
      if (!isDay(day)) return `has periods.${name}.${key} "${day}", a day that does not exist`;
    }
    if (start > end)
      return `has a period "${name}" that ends on ${end}, before it starts on ${start}; swap the two days`;
  }
  const { baseline, monitoring } = periods;
  if (baseline.end >= monitoring.start) {
    return `has a baseline that ends on ${baseline.end}, but monitoring starts on ${monitoring.start}; the baseline has to end before`;
  }
  if (endpoints && endpoints.ndviSoil >= endpoints.ndviVegetation) {
    const { ndviSoil, ndviVegetation } = endpoints;
    return `has endpoints.ndviSoil ${ndviSoil}, which has to be less than endpoints.ndviVegetation ${ndviVegetation}`;
  }
  if (isUrl(parcels)) return 'names a URL as "parcels"; a file was wanted, download it first';
  if (catalog !== undefined && isUrl(catalog) && !/^https?:\/\//i.test(catalog)) {
    return `names the catalog "${catalog}"; a path or an http(s) URL was wanted`;
  }
  const ids = [...(twin?.sinks ?? []), ...(twin?.sources ?? [])].map((region) => region.id);
  const repeated = ids.find((id, i) => ids.indexOf(id) !== i);
  return repeated === undefined ? null : `gives the id "${repeated}" to two regions of the twin; ids have to differ`;
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(day);
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** The rest of a sentence whose subject is the project file, for the first fault the schema found. */
function describeError(error: ErrorObject): string {
  const place = error.instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  const at = place === '' ? 'at the top level' : `in "${place}"`;
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    const known = Object.keys((error.parentSchema?.properties ?? {}) as object);
    return `has the unknown key "${key}" ${at}; ${suggestKey(key, known)}`;
  }
  if (error.keyword === 'required') return `lacks the key "${String(error.params.missingProperty)}" ${at}`;
  const got = JSON.stringify(error.data)?.slice(0, 60) ?? 'nothing';
  const hint = typeof error.parentSchema?.description === 'string' ? ` (${error.parentSchema.description})` : '';
  const subject = place === '' ? 'holds' : `has "${place}":`;
  return `${subject} ${got}, which ${error.message ?? 'is not allowed'}${hint}`;
}

function suggestKey(key: string, known: readonly string[]): string {
  const ranked = known
    .map((name) => ({ name, edits: countEdits(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const nearest = ranked[0];
  if (nearest && nearest.edits <= Math.max(2, key.length / 2)) return `did you mean "${nearest.name}"?`;
  return `known there are ${known.filter((name) => name !== '$schema').join(', ')}`;
}

/** Levenshtein distance. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function projectError(path: string, rest: string, cause?: unknown): CanopyError {
  const end = /[.?!]$/.test(rest) ? '' : '.';
  return new CanopyError(
    { kind: 'usage', code: 'E_PROJECT', message: `The project file ${path} ${rest}${end}`, where: path },
    { cause },
  );
}
