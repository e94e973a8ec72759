import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plan, planId } from '../../plan.ts';
import type { OutputFile } from '../../store/exports.ts';
import { sha256OfBytes, sha256OfFile } from '../../store/files.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { runFolder } from '../folder.ts';
import { UNFINISHED } from '../leftovers.ts';
import { decodeUnitFile } from '../unit-file.ts';
import { type Findings, NEXT } from './findings.ts';

/** SHA-256 and length of a unit's file, by the unit's key. */
export type UnitHashes = ReadonlyMap<string, { readonly sha256: string; readonly bytes: number }>;

/** Reads every file that the record lists; answers the names of those that are as listed. */
export async function checkOutputs(
  dir: string,
  outputs: readonly OutputFile[],
  findings: Findings,
  onFile: () => void,
): Promise<ReadonlySet<string>> {
  const good = new Set<string>();
  for (const output of outputs) {
    const { name, bytes, sha256 } = output;
    const got = isInside(name) ? await hashFile(join(dir, name), findings) : 'a name that leads out of the folder';
    if (typeof got !== 'string' && got.sha256 === sha256 && got.bytes === bytes) good.add(name);
    else {
      const wanted = `${bytes} bytes with SHA-256 ${sha256}`;
      const found = typeof got === 'string' ? got : `${got.bytes} bytes with SHA-256 ${got.sha256}`;
      findings.differences.push({ place: name, key: null, column: null, wanted, got: found, next: NEXT.output });
    }
    onFile();
  }
  return good;
}

/** A stream costs more than the reading of a small file. */
const READ_WHOLE_BYTES = 2 ** 22;

function isInside(name: string): boolean {
  return /^(layers\/)?[^/\\]+$/.test(name) && !/(^|\/)\.\.?$/.test(name);
}

/** A file's hash and length, or why it has none. */
async function hashFile(path: string, { checked }: Findings): Promise<{ sha256: string; bytes: number } | string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return 'no file of its own';
    const sha256 = found.size <= READ_WHOLE_BYTES ? sha256OfBytes(await readFile(path)) : await sha256OfFile(path);
    checked.files += 1;
    checked.bytes += found.size;
    return { sha256, bytes: found.size };
  } catch (error) {
    return describeReadError(error);
  }
}

function describeReadError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'no file' : `a file that cannot be read (${code ?? message})`;
}

/** The plan of a run, or null where it is not the one that the run was computed by. */
export async function checkPlan(dir: string, record: RunRecord, findings: Findings): Promise<Plan | null> {
  const place = `.run/plan-${record.plan}.json`;
  const differ = (wanted: string, got: string) => {
    findings.differences.push({ place, key: null, column: null, wanted, got, next: NEXT.plan });
    return null;
  };
  if (!/^[0-9a-f]+$/.test(record.plan)) return differ('the plan of the run', 'a name that is no plan');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(runFolder.plan(dir, record.plan));
  } catch (error) {
    return differ('the plan of the run', describeReadError(error));
  }
  findings.checked.files += 1;
  findings.checked.bytes += bytes.length;
  const sha256 = sha256OfBytes(bytes);
  const proven = record.proof?.planSha256;
  if (proven && proven !== sha256) return differ(`SHA-256 ${proven}`, `SHA-256 ${sha256}`);
  try {
    const { runId, ...rest } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Plan;
    const got = planId(rest);
    return got === runId && got === record.plan ? { ...rest, runId } : differ(`plan ${record.plan}`, `plan ${got}`);
  } catch {
    return differ('a plan', 'text that is none');
  }
}

/** Every unit of the plan has a file that is whole and its own; so has every other unit file in the folder. */
export async function checkUnits(
  dir: string,
  { record, plan }: { readonly record: RunRecord; readonly plan: Plan },
  findings: Findings,
  onFile: () => void,
): Promise<UnitHashes> {
  const hashes = new Map<string, { sha256: string; bytes: number }>();
  const leftOut = new Set(record.unitsLeftOut.map(({ id }) => id));
  const mine = new Set(plan.units.map(({ key }) => key));
  const there = (await listFolder(runFolder.units(dir))).filter((name) => name.endsWith('.tcu'));
  const others = there.map((name) => name.slice(0, -4)).filter((key) => !mine.has(key));
  for (const key of mine) {
    const file = await checkUnitFile(dir, key, !leftOut.has(key), findings);
    if (file) hashes.set(key, file);
    if (file && leftOut.has(key))
      findings.remarks.push(`Unit ${key} has a file although the run left it out; start the run again to take it in.`);
    onFile();
  }
  const known = others.length > 0 ? await keysOfOtherPlans(dir) : mine;
  for (const key of others) {
    if (known.has(key)) await checkUnitFile(dir, key, true, findings);
    else {
      const [wanted, got] = ['no file: no plan in this folder has the unit', 'a file'];
      findings.differences.push({ place: placeOf(key), key: null, column: null, wanted, got, next: NEXT.orphan });
    }
  }
  return hashes;
}

const placeOf = (key: string) => `.run/units/${key}.tcu`;

async function checkUnitFile(dir: string, key: string, isWanted: boolean, { differences, checked }: Findings) {
  const differ = (got: string) => {
    const wanted = 'the whole result of its unit';
    differences.push({ place: placeOf(key), key: null, column: null, wanted, got, next: NEXT.unit });
  };
  let bytes: Buffer;
  try {
    bytes = await readFile(runFolder.unit(dir, key));
  } catch (error) {
    if (isWanted) differ(describeReadError(error));
    return null;
  }
  checked.units += 1;
  checked.bytes += bytes.length;
  try {
    decodeUnitFile(bytes, key, placeOf(key));
  } catch {
    differ('a file that is cut, changed or of another unit');
  }
  return { sha256: sha256OfBytes(bytes), bytes: bytes.length };
}

async function keysOfOtherPlans(dir: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const name of await listFolder(runFolder.work(dir))) {
    if (!/^plan-[0-9a-f-]+\.json$/.test(name)) continue;
    try {
      const { units } = JSON.parse(await readFile(join(runFolder.work(dir), name), 'utf8')) as Plan;
      for (const { key } of units) keys.add(key);
    } catch {
      // The run's own plan is checked elsewhere; that of another run proves nothing here.
    }
  }
  return keys;
}

/** Names that a run gives its results on top of its folder. */
const OWN_NAME =
  /^((observations|parcels|changes|series|controls|control-balance|months)\.(csv|csv-metadata\.json|parquet|geojson)|twin\.json)$/;
const OWN_ON_TOP = new Set(['run.json', '.run', 'layers', 'db', 'db.lock', 'run.lock']);

/** Where files of a run lie: which names there would pass for results, and which belong to its work. */
function placesOf(dir: string) {
  return [
    {
      prefix: '',
      folder: dir,
      isOwn: (name: string) => OWN_NAME.test(name),
      isKnown: (name: string) => OWN_ON_TOP.has(name),
    },
    {
      prefix: 'layers/',
      folder: runFolder.layers(dir),
      isOwn: (name: string) => /\.(tif|json)$/.test(name),
      isKnown: () => false,
    },
    { prefix: '.run/', folder: runFolder.work(dir), isOwn: () => false, isKnown: () => true },
    {
      prefix: '.run/units/',
      folder: runFolder.units(dir),
      isOwn: () => false,
      isKnown: (name: string) => name.endsWith('.tcu'),
    },
  ];
}

/**
 * Files that are there and not listed. One that has a name as a run gives it would pass for a result, and a hidden one
 * was left by a writer that was killed: both are differences. Anything else is somebody's own: a remark.
 */
export async function checkOrphans(dir: string, record: RunRecord, findings: Findings): Promise<void> {
  const listed = new Set(record.outputs.map(({ name }) => name));
  for (const { prefix, folder, isOwn, isKnown } of placesOf(dir)) {
    for (const name of await listFolder(folder)) {
      const place = `${prefix}${name}`;
      if (listed.has(place)) continue;
      const differ = (got: string) =>
        findings.differences.push({
          place,
          key: null,
          column: null,
          wanted: 'no file: run.json does not list it',
          got,
          next: NEXT.orphan,
        });
      if (UNFINISHED.test(name)) differ('an unfinished file of a writer that was killed');
      else if (isOwn(name)) differ('a file that would pass for a result of the run');
      else if (!isKnown(name)) findings.remarks.push(`${place} is not of this run; it was not looked at.`);
    }
  }
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}
