import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError } from '../../shared/errors.ts';
import {
  isUnderWay,
  type OperationsView,
  type RunDetail,
  type RunRequest,
  SILENT_MS,
  WORK_STATES,
} from '../../shared/operations.ts';
import { createFileAge } from '../store/file-age.ts';
import { ensureFolder, writeFileAtomic } from '../store/files.ts';
import { noRun, type OperationsSource } from '../store/operations-source.ts';
import { type AskedRun, checkRequest } from '../store/run-requests.ts';
import { runFolder } from './folder.ts';

/** Far more than `MAX_LISTED` of everything takes. */
const MAX_SNAPSHOT_BYTES = 8 * 1024 * 1024;
const MAX_REQUEST_BYTES = 64 * 1024;
/** What a killed writer left behind; a request that is being written is not touched. */
const LEFTOVER_MS = 60_000;

/** The run that goes on in an output folder, or the last one there, by the snapshot that its coordinator keeps. */
export function folderOperations(dir: string): OperationsSource {
  const ageOf = createFileAge(runFolder.work(dir));
  const read = async () => {
    const found = await readSnapshot(runFolder.status(dir));
    if (found === null) return null;
    const goesOn = found.view.runs.some(({ run }) => isUnderWay(run.state));
    return judgeSilence(found.view, goesOn && (await ageOf(found.mtimeMs)) > SILENT_MS);
  };
  return {
    read,
    ask: async (request) => {
      const view = await read();
      const detail = view?.runs.find(({ run }) => run.id === request.runId);
      if (!detail) throw noRun(request.runId);
      const about = checkRequest(askedRun(detail, dir), request);
      const folder = runFolder.requests(dir);
      await ensureFolder(folder);
      await writeFileAtomic(join(folder, `${randomUUID()}.json`), JSON.stringify(request));
      return about;
    },
    close: async () => {},
  };
}

function askedRun({ run: { state, units }, silent, deadLetters }: RunDetail, place: string): AskedRun {
  const keys = new Set(deadLetters.map(({ key }) => key));
  return { state, silent, place, dead: units.dead, keys, isCut: units.dead > keys.size };
}

/** The snapshot is its coordinator's sign of life, also while the record has none. */
function judgeSilence(view: OperationsView, isOld: boolean): OperationsView {
  const runs = view.runs.map((detail): RunDetail => {
    if (!isUnderWay(detail.run.state)) return { ...detail, silent: false };
    return { ...detail, silent: isOld, run: { ...detail.run, changedAt: view.at } };
  });
  return { ...view, runs };
}

/**
 * What has been asked of the runs of an output folder since the last call, in the order of asking. Each request is
 * removed before it is given back; so is what is no request, which `tell` hears.
 */
export async function readRequests(out: string, tell: (line: string) => void = () => {}): Promise<RunRequest[]> {
  const folder = runFolder.requests(out);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => join(folder, name));
  const found: { readonly request: RunRequest; readonly atMs: number }[] = [];
  for (const path of files) {
    const taken = await takeRequest(path);
    if (taken === 'gone') continue;
    if (taken === 'unreadable') tell(`${path} was no request of the operations page and has been removed.`);
    else found.push(taken);
  }
  return found.sort((a, b) => a.atMs - b.atMs).map(({ request }) => request);
}

async function takeRequest(path: string): Promise<{ request: RunRequest; atMs: number } | 'gone' | 'unreadable'> {
  try {
    const entry = await lstat(path);
    const atMs = entry.mtimeMs;
    if (path.endsWith('.tmp') && Date.now() - atMs < LEFTOVER_MS) return 'gone';
    const isWanted = entry.isFile() && entry.size <= MAX_REQUEST_BYTES && path.endsWith('.json');
    const request = isWanted ? parseRequest(parseJson(await readFile(path, 'utf8'))) : null;
    await rm(path, { force: true });
    return request ? { request, atMs } : 'unreadable';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
}

function parseRequest(value: unknown): RunRequest | null {
  if (!isRecord(value) || typeof value.runId !== 'string') return null;
  const { kind, runId, keys } = value;
  if (kind === 'cancel' || kind === 'merge') return { kind, runId };
  if (kind !== 'retry') return null;
  if (keys === null) return { kind, runId, keys };
  const isList = Array.isArray(keys) && keys.every((key) => typeof key === 'string');
  return isList ? { kind, runId, keys } : null;
}

async function readSnapshot(path: string): Promise<{ view: OperationsView; mtimeMs: number } | null> {
  const found = await readWithin(path, MAX_SNAPSHOT_BYTES);
  if (found === null) return null;
  const view = parseJson(found.text);
  if (isView(view)) return { view, mtimeMs: found.mtimeMs };
  throw inputError(
    'E_OPERATIONS',
    `${path} is not the snapshot of a run; the next run in this folder replaces it.`,
    path,
  );
}

/** One opened file, so that a snapshot that is being replaced is read whole. */
async function readWithin(path: string, maxBytes: number): Promise<{ text: string; mtimeMs: number } | null> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size, mtimeMs } = await file.stat();
    return { text: size > maxBytes ? '' : await file.readFile('utf8'), mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  } finally {
    await file?.close();
  }
}

/** As much as pages and figures rest on; a folder may come from anywhere. */
function isView(value: unknown): value is OperationsView {
  if (!isRecord(value) || value.format !== 'twin-canopy-operations/1') return false;
  return typeof value.at === 'string' && Array.isArray(value.runs) && value.runs.every(isDetail);
}

function isDetail(value: unknown): value is RunDetail {
  if (!isRecord(value) || !isRecord(value.run) || !isRecord(value.run.units)) return false;
  const { id, label, place, state, units } = value.run;
  const counts = units as Record<string, unknown>;
  return (
    [id, label, place].every((text) => typeof text === 'string') &&
    WORK_STATES.some((one) => one === state) &&
    ['total', 'due', 'running', 'done', 'dead'].every((name) => Number.isFinite(counts[name])) &&
    Array.isArray(value.deadLetters) &&
    value.deadLetters.every((letter) => isRecord(letter) && isRecord(letter.error)) &&
    Array.isArray(value.workers) &&
    value.workers.every(isRecord)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
