/** One place where a run is not what it was when it was saved. */
export interface Difference {
  /** A file inside the folder, or a table of the database. */
  readonly place: string;
  /** Which row or part: `parcel_id P-3, scene_id S2A_…`; null for all of it. */
  readonly key: string | null;
  readonly column: string | null;
  readonly wanted: string;
  readonly got: string;
  /** What to do about it, one sentence. */
  readonly next: string;
}

export interface Checked {
  files: number;
  bytes: number;
  rows: number;
  /** Unit files that were read. */
  units: number;
  /** Units that were computed again. */
  recomputed: number;
}

/** What a verification has found so far. */
export interface Findings {
  readonly differences: Difference[];
  /** What could not be checked, or is worth knowing and no difference. */
  readonly remarks: string[];
  readonly checked: Checked;
}

export function newFindings(): Findings {
  return { differences: [], remarks: [], checked: { files: 0, bytes: 0, rows: 0, units: 0, recomputed: 0 } };
}

/** One line: where, wanted, got, what to do. */
export function formatDifference({ place, key, column, wanted, got, next }: Difference): string {
  const where = [place, ...(key === null ? [] : [`(${key})`]), ...(column === null ? [] : [column])].join(' ');
  return `${where}: wanted ${wanted}, got ${got}. ${next}`;
}

const AGAIN = 'run the same command again into this folder: units that are whole are not computed again';

/** What to do, by what differs. */
export const NEXT = {
  output: `Restore it from a backup, or ${AGAIN}.`,
  record: `Restore run.json from a backup, or ${AGAIN}.`,
  plan: `Restore the plan from a backup, or ${AGAIN}.`,
  unit: 'Restore the file from a backup, or delete it and run the same command again: only that unit is computed.',
  row: `Restore the database from a backup; or take this run out of it (move the folder db away, or delete the run in PostgreSQL) and ${AGAIN}.`,
  work: `Restore the database from a backup, or ${AGAIN}.`,
  orphan: 'Move it away if it is yours, else delete it.',
  sample: 'Check whether the scenes were replaced; if not, delete the unit file and run the same command again.',
} as const;

const LONGEST = 200;

/** A value in a line: not longer than a line should be. */
export function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
