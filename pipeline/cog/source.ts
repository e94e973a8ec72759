import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CanopyError, inputError } from '../../shared/errors.ts';

interface SourceStats {
  /** Reads that went to the disk or the network; those answered from the cached head do not count. */
  readonly requests: number;
  readonly bytes: number;
}

/** Random access to the bytes of one file, wherever it lies. The returned arrays are shared: never write into them. */
export interface ByteSource {
  readonly href: string;
  /** Length of the whole file; null where it cannot be known. */
  readonly sizeBytes: number | null;
  /** Exactly `lengthBytes` bytes; a range past the end is `E_TIFF_TRUNCATED`. */
  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array>;
  /** The same into the start of `buffer`; there only where it saves something, as with a file. */
  readInto?(buffer: Uint8Array, offsetBytes: number, lengthBytes: number): Promise<void>;
  /** What this version of the file is: `sha256:<hex>` of a file, `etag:<tag>` or `size:<bytes>` over HTTP. */
  identity(): Promise<string>;
  stats(): SourceStats;
  close(): Promise<void>;
}

/**
 * The one thing this adapter wants from the network. An answer holds the bytes from `offsetBytes` on: `lengthBytes` of
 * them, or fewer only where the file ends. `etag` names the version wanted, null for the first request of a file.
 */
export interface RangeReader {
  readRange(
    url: string,
    offsetBytes: number,
    lengthBytes: number,
    etag: string | null,
  ): Promise<{ bytes: Uint8Array; etag: string | null; totalBytes: number }>;
  /** Tells of every request before it is sent, those of further tries included; there where requests can take long. */
  onTry?(listener: (url: string) => void): void;
}

/** Enough for the header of every COG we know, and for the whole of a small one. */
const HEAD_BYTES = 32 * 1024;

interface RawSource {
  readonly href: string;
  readonly sizeBytes: number;
  readonly head: Uint8Array;
  readRaw(offsetBytes: number, lengthBytes: number): Promise<Uint8Array>;
  readRawInto?(buffer: Uint8Array, offsetBytes: number, lengthBytes: number): Promise<void>;
  identity(): Promise<string>;
  close(): Promise<void>;
}

function createSource(raw: RawSource): ByteSource {
  let requests = 1;
  let bytes = raw.head.length;
  const check = (offsetBytes: number, lengthBytes: number) => {
    if (offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= raw.sizeBytes) return;
    throw truncatedError(raw.href, offsetBytes, lengthBytes, raw.sizeBytes);
  };
  const { readRawInto } = raw;
  const readInto: ByteSource['readInto'] =
    readRawInto &&
    (async (buffer, offsetBytes, lengthBytes) => {
      check(offsetBytes, lengthBytes);
      requests += 1;
      bytes += lengthBytes;
      await readRawInto(buffer, offsetBytes, lengthBytes);
    });
  return {
    href: raw.href,
    sizeBytes: raw.sizeBytes,
    identity: raw.identity,
    close: raw.close,
    stats: () => ({ requests, bytes }),
    ...(readInto && { readInto }),
    async read(offsetBytes, lengthBytes) {
      check(offsetBytes, lengthBytes);
      const endBytes = offsetBytes + lengthBytes;
      if (endBytes <= raw.head.length) return raw.head.subarray(offsetBytes, endBytes);
      requests += 1;
      bytes += lengthBytes;
      return raw.readRaw(offsetBytes, lengthBytes);
    },
  };
}

/** A href fit for messages and logs: without the query, which may hold a signature. */
export function displayHref(href: string): string {
  const query = /^https?:/i.test(href) ? href.indexOf('?') : -1;
  return query < 0 ? href : href.slice(0, query);
}

export function truncatedError(href: string, offsetBytes: number, lengthBytes: number, sizeBytes: number): CanopyError {
  const where = displayHref(href);
  return inputError(
    'E_TIFF_TRUNCATED',
    `${where} ends at byte ${sizeBytes}, but ${lengthBytes} bytes are wanted from byte ${offsetBytes} on. The file is cut short or damaged: fetch it again.`,
    where,
  );
}

export function openError(path: string, cause: unknown): CanopyError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM') {
    const message = `${path} cannot be opened now (${code}): too many open files or too little memory. Use fewer workers.`;
    return new CanopyError({ kind: 'resource', code: 'E_OPEN_LIMIT', message, where: path }, { cause });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const message = `There is no file ${path}. Check the path; if an item names it, fetch the asset or correct its href.`;
    return inputError('E_ASSET_MISSING', message, path, cause);
  }
  return inputError(
    'E_ASSET_UNREADABLE',
    `${path} cannot be read (${code}). Check what it is and its rights.`,
    path,
    cause,
  );
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
}

async function readFully(file: OpenFile, offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes);
  await fillFrom(file, bytes, { offsetBytes, lengthBytes });
  return bytes;
}

async function fillFrom({ handle, path }: OpenFile, buffer: Uint8Array, range: ByteRange): Promise<void> {
  const { offsetBytes, lengthBytes } = range;
  let done = 0;
  while (done < lengthBytes) {
    const { bytesRead } = await handle.read(buffer, done, lengthBytes - done, offsetBytes + done);
    if (bytesRead === 0) throw truncatedError(path, offsetBytes, lengthBytes, offsetBytes + done);
    done += bytesRead;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

/** Opens a file on disk. Errors: `E_ASSET_MISSING`, `E_ASSET_UNREADABLE` (a folder, no right), `E_OPEN_LIMIT`. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw openError(path, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw inputError('E_ASSET_UNREADABLE', `${path} is not a file: a GeoTIFF is wanted.`, path);
    const file = { handle, path };
    const head = await readFully(file, 0, Math.min(HEAD_BYTES, stat.size));
    return createSource({
      href: path,
      sizeBytes: stat.size,
      head,
      readRaw: (offsetBytes, lengthBytes) => readFully(file, offsetBytes, lengthBytes),
      readRawInto: (buffer, offsetBytes, lengthBytes) => fillFrom(file, buffer, { offsetBytes, lengthBytes }),
      identity: () => hashFile(path),
      close: () => handle.close(),
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Opens a file behind HTTP ranges with one request for its head. All later answers must carry the ETag and the length of
 * the first, else `E_SOURCE_CHANGED` (transient: the file has to be read again from its start).
 */
export async function openHttpSource(href: string, egress: RangeReader): Promise<ByteSource> {
  const first = await egress.readRange(href, 0, HEAD_BYTES, null);
  const wanted = Math.min(HEAD_BYTES, first.totalBytes);
  if (first.bytes.length !== wanted) throw rangeError(href, 0, wanted, first.bytes.length);
  const readRaw = async (offsetBytes: number, lengthBytes: number) => {
    const answer = await egress.readRange(href, offsetBytes, lengthBytes, first.etag);
    const sameVersion = first.etag === null || answer.etag === first.etag;
    if (!sameVersion || answer.totalBytes !== first.totalBytes) throw changedError(href, first, answer);
    if (answer.bytes.length !== lengthBytes) throw rangeError(href, offsetBytes, lengthBytes, answer.bytes.length);
    return answer.bytes;
  };
  const identity = first.etag === null ? `size:${first.totalBytes}` : `etag:${first.etag}`;
  return createSource({
    href,
    sizeBytes: first.totalBytes,
    head: first.bytes,
    readRaw,
    identity: async () => identity,
    close: async () => {},
  });
}

function rangeError(href: string, offsetBytes: number, wantedBytes: number, gotBytes: number): CanopyError {
  const where = displayHref(href);
  const message = `${where} answered ${gotBytes} bytes where ${wantedBytes} were asked for from byte ${offsetBytes} on.`;
  return new CanopyError({ kind: 'transient', code: 'E_RANGE_MISMATCH', message, where });
}

interface Version {
  readonly etag: string | null;
  readonly totalBytes: number;
}

function changedError(href: string, first: Version, now: Version): CanopyError {
  const where = displayHref(href);
  const tell = (version: Version) => `ETag ${version.etag ?? 'none'}, ${version.totalBytes} bytes`;
  const message = `${where} changed while it was read: it was ${tell(first)} and is now ${tell(now)}. Read it again from the start.`;
  return new CanopyError({ kind: 'transient', code: 'E_SOURCE_CHANGED', message, where });
}

export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Reading this much for nothing is cheaper than one more request. */
const MAX_GAP_BYTES = 16 * 1024;
const MAX_GROUP_BYTES = 4 * 1024 * 1024;

/** Ranges that lie close together, in the order of the file: each group is worth one read. */
export function groupRanges<R extends ByteRange>(ranges: readonly R[]): R[][] {
  const sorted = [...ranges].sort((a, b) => a.offsetBytes - b.offsetBytes || a.lengthBytes - b.lengthBytes);
  const groups: R[][] = [];
  let startBytes = 0;
  let endBytes = Number.NEGATIVE_INFINITY;
  for (const range of sorted) {
    const rangeEnd = range.offsetBytes + range.lengthBytes;
    const near = range.offsetBytes - endBytes <= MAX_GAP_BYTES && rangeEnd - startBytes <= MAX_GROUP_BYTES;
    if (near) {
      groups[groups.length - 1]!.push(range);
      endBytes = Math.max(endBytes, rangeEnd);
    } else {
      groups.push([range]);
      startBytes = range.offsetBytes;
      endBytes = rangeEnd;
    }
  }
  return groups;
}
