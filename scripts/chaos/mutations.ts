import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyRun } from '../../pipeline/run/verify/verify.ts';
import { openDatabase } from '../../pipeline/store/database.ts';
import type { Database } from '../../pipeline/store/sql.ts';
import { makeTinyProof } from '../../tests/tiny-proof.ts';
import { mulberry32, type Random } from '../demo/random.ts';
import { mutateFile } from './mutate-files.ts';
import { dropConstraints, mutateRow } from './mutate-rows.ts';

export interface MutationReport {
  readonly mutations: number;
  /** Those whose file or table was named. */
  readonly found: number;
  /** One sentence for each that was not. */
  readonly missed: string[];
  readonly seconds: number;
}

class Undo extends Error {}

const QUIET = { say: () => {}, write: () => {}, isTty: false, signal: new AbortController().signal };
const NO_SAMPLE = { sample: 0, seed: 1, workers: 1, allowHosts: [] };

/**
 * Makes the results of a tiny run, changes one random thing in its files or rows at a time, verifies all of it, and puts
 * it back. A mutation counts as found where the verification names its file or table; an untouched run has to agree
 * before the first and after the last.
 */
export async function runMutationChaos(options: {
  readonly mutations: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}): Promise<MutationReport> {
  const { mutations, seed, say } = options;
  const folder = mkdtempSync(join(tmpdir(), 'canopy-mutations-'));
  const random = mulberry32(seed);
  const missed: string[] = [];
  try {
    const dir = await makeTinyProof(folder);
    const database = await openDatabase({ folder: dir });
    try {
      await database.transaction(dropConstraints);
      await requireAgreement(dir, database);
      const startMs = performance.now();
      for (let i = 0; i < mutations; i++) {
        const lost = random() < 0.5 ? await tryFile(dir, database, random) : await tryRow(dir, database, random);
        if (lost !== null) missed.push(lost);
        if ((i + 1) % 100 === 0) say(`${i + 1} of ${mutations} mutations, ${missed.length} missed`);
      }
      const seconds = (performance.now() - startMs) / 1000;
      await requireAgreement(dir, database);
      return { mutations, found: mutations - missed.length, missed, seconds };
    } finally {
      await database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function requireAgreement(dir: string, database: Database): Promise<void> {
  const { differences } = await database.transaction((sql) => verifyRun(dir, sql, NO_SAMPLE, QUIET));
  if (differences.length > 0) throw new Error(`The untouched run differs: ${JSON.stringify(differences[0])}`);
}

/** null where the mutation was named, else what it was. */
async function tryFile(dir: string, database: Database, random: Random): Promise<string | null> {
  const { what, place, undo } = mutateFile(dir, filesOf(dir), random);
  try {
    const { differences } = await database.transaction((sql) => verifyRun(dir, sql, NO_SAMPLE, QUIET));
    return differences.some((difference) => difference.place === place) ? null : what;
  } finally {
    undo();
  }
}

async function tryRow(dir: string, database: Database, random: Random): Promise<string | null> {
  let lost: string | null = null;
  const work = database.transaction(async (sql) => {
    const { what, place } = await mutateRow(sql, random);
    const { differences } = await verifyRun(dir, sql, NO_SAMPLE, QUIET);
    lost = differences.some((difference) => difference.place === place) ? null : what;
    throw new Undo();
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return lost;
}

/** All files of the run, those of its database excepted. */
function filesOf(dir: string): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
  return names.filter((name) => !/^db[./]/.test(name)).sort();
}
