import { sha256OfBytes } from '../../pipeline/store/files.ts';

/** What the programs of a simulation are told, as JSON in their one argument. */
export interface SimulationSettings {
  readonly runId: string;
  readonly units: number;
  readonly out: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Units at a time in one worker. */
  readonly concurrency: number;
}

/** What they say, one line of JSON each on standard output. */
export type SimulationLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'registered'; readonly ms: number }
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'ended'; readonly ms: number; readonly told: number; readonly failed: number };

/** Keys are as long as those of real units. */
export function simulatedKey(index: number): string {
  return `s${sha256OfBytes(`${index}`).slice(0, 31)}`;
}

/** The SHA-256 of the empty file, which is what an empty unit leaves. */
export const EMPTY = { sha256: sha256OfBytes(''), bytes: 0 };
