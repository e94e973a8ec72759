import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RangeAnswer, RangeQuestion } from './range.ts';

export interface RangeCacheSettings {
  readonly folder: string;
  readonly limitBytes: number;
}

/** Ranges of remote files, kept on disk between runs. */
export interface RangeCache {
  /** The bytes kept for this question, proven by their SHA-256; null where there are none. Never throws. */
  read(url: string, question: RangeQuestion): Promise<RangeAnswer | null>;
  /** Keeps an answer, in the background. */
  keep(url: string, question: RangeQuestion, answer: RangeAnswer): void;
  /** Waits for what is still being written. */
  close(): Promise<void>;
}

const DIGEST_BYTES = 32;
const HEAD_BYTES = DIGEST_BYTES + 8;
/** After this share of the limit has been written, a process looks at what all of them together have put there. */
const LOOK_SHARE = 1 / 64;
/** Eight processes that write at once stay below the limit; more than that pass it for a moment. */
const KEEP_SHARE = 7 / 8;
/** A file that was read is marked as used again only after this long. */
const TOUCH_EVERY_MS = 60_000;
/** Of a writer that was killed. */
const STALE_MS = 3_600_000;
const TEMPORARY = '.tmp';

/**
 * A cache of ranges in a folder that several processes may share. An entry is found by URL, strong entity tag and range;
 * its file holds SHA-256, file length and bytes, and one that does not fit its SHA-256 is removed and asked for anew.
 *
 * Only questions that carry a strong entity tag are answered, so the first range of a file, which brings the tag, always
 * comes from the network, once in each process: what is kept can never outlive the version that the server has now. Links
 * with a query are left alone: the query may be a secret, and it may choose the file. The least recently used entries are
 * removed above the limit. Nothing is forced to the disk, for what is lost or torn is asked for again, and a folder that
 * cannot be written keeps nothing.
 */
export function createRangeCache({ folder, limitBytes }: RangeCacheSettings): RangeCache {
  const writing = new Set<Promise<void>>();
  let unseenBytes = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | null = null;

  async function write(key: string, answer: RangeAnswer): Promise<void> {
    const path = pathOf(folder, key);
    const content = encodeEntry(key, answer);
    if (content.length > limitBytes * LOOK_SHARE) return;
    const temporary = `${path}.${randomBytes(8).toString('hex')}${TEMPORARY}`;
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    try {
      await writeFile(temporary, content, { flag: 'wx', mode: 0o600 });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    unseenBytes += content.length;
    if (unseenBytes > limitBytes * LOOK_SHARE) await look();
  }

  function look(): Promise<void> {
    unseenBytes = 0;
    looking ??= removeOldest(folder, limitBytes * KEEP_SHARE).finally(() => {
      looking = null;
    });
    return looking;
  }

  return {
    async read(url, question) {
      const key = keyOf(url, question);
      if (key === null) return null;
      const path = pathOf(folder, key);
      const content = await readFile(path).catch(() => null);
      if (content === null) return null;
      const answer = decodeEntry(key, content, question);
      if (answer === null) await rm(path, { force: true }).catch(() => {});
      else await touch(path).catch(() => {});
      return answer;
    },
    keep(url, question, answer) {
      const key = keyOf(url, question);
      if (key === null || answer.etag !== question.etag) return;
      const work: Promise<void> = write(key, answer)
        .catch(() => {})
        .finally(() => writing.delete(work));
      writing.add(work);
    },
    close: async () => {
      await Promise.all(writing);
    },
  };
}

/** SHA-256 of what was asked for, in hexadecimal; null where the answer must not be kept. */
function keyOf(url: string, { etag, offsetBytes, lengthBytes }: RangeQuestion): string | null {
  if (etag === null || !/^"[^"]*"$/.test(etag) || !URL.canParse(url)) return null;
  const { origin, pathname, search } = new URL(url);
  if (search !== '') return null;
  return sha256(JSON.stringify([origin + pathname, etag, offsetBytes, lengthBytes])).toString('hex');
}

function pathOf(folder: string, key: string): string {
  return join(folder, key.slice(0, 2), key);
}

function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256 of all that follows and of the key, so that an entry under a wrong name is no entry; file length; bytes. */
function encodeEntry(key: string, { bytes, totalBytes }: RangeAnswer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(totalBytes));
  return Buffer.concat([sha256(key, length, bytes), length, bytes]);
}

function decodeEntry(key: string, content: Buffer, question: RangeQuestion): RangeAnswer | null {
  if (content.length < HEAD_BYTES) return null;
  const length = content.subarray(DIGEST_BYTES, HEAD_BYTES);
  const bytes = new Uint8Array(content.subarray(HEAD_BYTES));
  if (!sha256(key, length, bytes).equals(content.subarray(0, DIGEST_BYTES))) return null;
  return { bytes, etag: question.etag, totalBytes: Number(length.readBigUInt64LE()) };
}

async function touch(path: string): Promise<void> {
  const nowMs = Date.now();
  const { mtimeMs } = await stat(path);
  if (nowMs - mtimeMs > TOUCH_EVERY_MS) await utimes(path, nowMs / 1000, nowMs / 1000);
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Removes the entries that were not used for longest until `keepBytes` are left, and what killed writers left behind. */
async function removeOldest(folder: string, keepBytes: number): Promise<void> {
  const entries = await listEntries(folder);
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of entries.sort((a, b) => a.usedMs - b.usedMs)) {
    if (total <= keepBytes) return;
    // Another process may have removed it already.
    await rm(path, { force: true });
    total -= bytes;
  }
}

async function listEntries(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const shelves = (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  for (const shelf of shelves) {
    for (const name of await readdir(join(folder, shelf))) {
      // Whatever else lies in the folder is not ours to count or remove.
      if (!/^[0-9a-f]{64}(\.[0-9a-f]{16}\.tmp)?$/.test(name)) continue;
      const path = join(folder, shelf, name);
      const found = await stat(path).catch(() => null);
      if (found === null) continue;
      if (!name.endsWith(TEMPORARY)) entries.push({ path, bytes: found.size, usedMs: found.mtimeMs });
      else if (Date.now() - found.mtimeMs > STALE_MS) await rm(path, { force: true });
    }
  }
  return entries;
}
