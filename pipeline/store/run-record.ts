import type { RefusedParcel } from '../../shared/parcel.ts';
import type { RefusedScene } from '../../shared/scene.ts';
import type { OutputFile } from './exports.ts';
import { sha256OfBytes } from './files.ts';
import type { RowDigests } from './row-digest.ts';

/** What a run read, and how anyone can check that they hold the same bytes. */
export interface RunInput {
  readonly role: 'project' | 'parcels' | 'boundary' | 'cover-model' | 'item' | 'asset';
  /** What it is called wherever it lies: file name, item id, or item id and asset key. */
  readonly name: string;
  /** Where it was read from; a link's query and user are left out of the record. */
  readonly href: string;
  /** `sha256:<64 hex digits>`, or `etag:<tag>` where a server gave one and the file was not read whole. */
  readonly identity: string;
}

export type Parameter =
  | string
  | number
  | boolean
  | null
  | readonly Parameter[]
  | { readonly [name: string]: Parameter };

/** `run.json`: everything that is needed to judge, repeat and attribute a run. Holds no time of day. */
export interface RunRecord {
  readonly format: 'twin-canopy-run/1';
  readonly id: string;
  /** Names the file in which the run was laid out: `.run/plan-<plan>.json`. */
  readonly plan: string;
  readonly project: { readonly id: string; readonly name: string } | null;
  readonly synthetic: boolean;
  readonly attribution: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly inputs: readonly RunInput[];
  readonly scenes: {
    readonly used: readonly string[];
    readonly superseded: readonly SupersededScene[];
    readonly refused: readonly RefusedScene[];
  };
  readonly parcels: { readonly measured: number; readonly refused: readonly RefusedParcel[] };
  readonly unitsLeftOut: readonly LeftOutUnit[];
  readonly warnings: readonly string[];
  /** How control areas were chosen and their intervals learned; null where nothing was compared with them. */
  readonly controls: Parameter;
  readonly outputs: readonly OutputFile[];
  /** null or missing in records of earlier versions and of runs without a database. */
  readonly proof?: RunProof | null;
}

/** What `canopy verify` proves the rest of a run by. */
export interface RunProof {
  /** SHA-256 of the plan file. */
  readonly planSha256: string;
  readonly rows: RowDigests;
}

interface SupersededScene {
  readonly id: string;
  readonly supersededBy: string;
  readonly reason: string;
}

interface LeftOutUnit {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
}

/** A run record before it is put in order: the lists in any order, without `format`. */
export type RunRecordInput = Omit<RunRecord, 'format' | 'controls'> & Partial<Pick<RunRecord, 'controls'>>;

/**
 * Id of a run: hash of what went into it. Where files lie does not count, only what they are (role, name, identity), so
 * that the same run on another machine has the same id.
 */
export function computeRunId(of: {
  readonly inputs: readonly RunInput[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly versions: Readonly<Record<string, string>>;
}): string {
  const inputs = of.inputs.map(({ role, name, identity }) => [role, name, identity]).sort(compareJson);
  return sha256OfBytes(JSON.stringify([inputs, sortKeys(of.parameters), sortKeys(of.versions)]));
}

/** Puts a record in its fixed order, drops repeated attribution and warnings, and takes secrets out of links. */
export function buildRunRecord(input: RunRecordInput): RunRecord {
  const byId = <T extends { readonly id: string }>(list: readonly T[]) => [...list].sort((a, b) => compare(a.id, b.id));
  return {
    format: 'twin-canopy-run/1',
    id: input.id,
    plan: input.plan,
    project: input.project,
    synthetic: input.synthetic,
    attribution: unique(input.attribution),
    versions: sortKeys(input.versions) as Record<string, string>,
    parameters: sortKeys(input.parameters) as Record<string, Parameter>,
    inputs: input.inputs
      .map(({ role, name, href, identity }) => ({ role, name, href: stripSecrets(href), identity }))
      .sort((a, b) => compare(a.role, b.role) || compare(a.name, b.name) || compare(a.href, b.href)),
    scenes: {
      used: unique(input.scenes.used).sort(compare),
      superseded: byId(input.scenes.superseded),
      refused: byId(input.scenes.refused),
    },
    parcels: {
      measured: input.parcels.measured,
      refused: [...input.parcels.refused].sort((a, b) => a.index - b.index),
    },
    unitsLeftOut: byId(input.unitsLeftOut),
    warnings: unique(input.warnings),
    controls: sortKeys(input.controls ?? null) as Parameter,
    outputs: [...input.outputs].sort((a, b) => compare(a.name, b.name)),
    proof: input.proof ?? null,
  };
}

/** Text of `run.json`. Equal records give equal bytes. */
export function formatRunRecord(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** A link without user, query and fragment, where signatures and keys stand; a file path as it is. */
function stripSecrets(href: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(href) || !URL.canParse(href)) return href;
  const url = new URL(href);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

/** By code unit: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareJson(a: unknown, b: unknown): number {
  return compare(JSON.stringify(a), JSON.stringify(b));
}
