import { crc32, inflateRawSync } from 'node:zlib';
import { inputError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import { fault, readZipDirectory, shown, type ZipEntry } from './zip-directory.ts';

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
/** Files above `RATIO_FREE_BYTES` may be at most so many times as large as they are packed; tables full of blanks reach 100. */
const LARGEST_RATIO = 200;
const RATIO_FREE_BYTES = 1024 * 1024;

/**
 * All files of a zip by name, unpacked; folders and what macOS and Windows add for themselves are left out, although they
 * are judged like the rest. Nothing is unpacked further than stated, and what was unpacked has to match its CRC-32. Throws
 * input errors E_ZIP, E_ZIP_SIZE, E_ZIP_ENTRIES, E_ZIP_NESTED, which name the zip (`source`) and the entry.
 */
export async function readZip(bytes: Uint8Array, source: string): Promise<Map<string, Uint8Array>> {
  if (bytes.length > IMPORT_LIMITS.zipBytes) {
    const text = `${source} has ${megabytes(bytes.length)} MB; at most ${megabytes(IMPORT_LIMITS.zipBytes)} MB are read. Divide it and try again.`;
    throw inputError('E_ZIP_SIZE', text, source);
  }
  const entries = readZipDirectory(bytes, source);
  judgeSizes(entries, source);
  const files = new Map<string, Uint8Array>();
  let endOfLast = 0;
  for (const entry of entries.toSorted((a, b) => a.headerOffset - b.headerOffset)) {
    // Entries that share bytes are how a small zip becomes a very large one.
    if (entry.headerOffset < endOfLast)
      throw fault(`is no honest zip: "${shown(entry.name)}" overlaps another file`, source);
    const packed = packedBytesOf(entry, bytes, source);
    endOfLast = packed.byteOffset - bytes.byteOffset + packed.length;
    const unpacked = unpack(entry, packed, source);
    if (isNested(entry, unpacked)) {
      const text = `${source} holds another archive, "${shown(entry.name)}"; put the files of the parcels themselves into one zip.`;
      throw inputError('E_ZIP_NESTED', text, source);
    }
    if (!entry.isFolder && !isClutter(entry.name)) files.set(entry.name, unpacked);
  }
  return new Map(entries.flatMap(({ name }) => (files.has(name) ? [[name, files.get(name)!] as const] : [])));
}

/** Refuses by what is stated, before anything is unpacked; `unpack` sees to it that what is stated is true. */
function judgeSizes(entries: readonly ZipEntry[], source: string): void {
  let totalBytes = 0;
  for (const { name, statedBytes, packedBytes } of entries) {
    totalBytes += statedBytes;
    if (statedBytes > RATIO_FREE_BYTES && statedBytes > LARGEST_RATIO * packedBytes) {
      const text = `${source} holds "${shown(name)}", which grows from ${packedBytes.toLocaleString('en')} to ${statedBytes.toLocaleString('en')} bytes when unpacked; at most ${LARGEST_RATIO} times are accepted.`;
      throw inputError('E_ZIP_SIZE', text, source);
    }
  }
  if (totalBytes > IMPORT_LIMITS.unpackedBytes) {
    const text = `${source} unpacks to ${megabytes(totalBytes)} MB; at most ${megabytes(IMPORT_LIMITS.unpackedBytes)} MB are read. Divide it and try again.`;
    throw inputError('E_ZIP_SIZE', text, source);
  }
}

function packedBytesOf(
  { name, headerOffset, packedBytes, method }: ZipEntry,
  bytes: Uint8Array,
  source: string,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = () =>
    fault(`is damaged: "${shown(name)}" is not where the table of contents says. Send it again`, source);
  if (headerOffset + LOCAL_BYTES > bytes.length || view.getUint32(headerOffset, true) !== LOCAL) throw broken();
  const start =
    headerOffset + LOCAL_BYTES + view.getUint16(headerOffset + 26, true) + view.getUint16(headerOffset + 28, true);
  if (start + packedBytes > bytes.length || view.getUint16(headerOffset + 8, true) !== method) throw broken();
  return bytes.subarray(start, start + packedBytes);
}

function unpack(
  { name, method, statedBytes, crc32: wanted }: ZipEntry,
  packed: Uint8Array,
  source: string,
): Uint8Array {
  const unpacked = method === 0 ? packed : inflate(packed, statedBytes, name, source);
  if (unpacked.length !== statedBytes) {
    const got = unpacked.length.toLocaleString('en');
    throw fault(`is damaged: "${shown(name)}" states ${statedBytes.toLocaleString('en')} bytes and has ${got}`, source);
  }
  if (crc32(unpacked) !== wanted) {
    throw fault(`is damaged: "${shown(name)}" does not match its checksum. Send it again`, source);
  }
  return unpacked;
}

function inflate(packed: Uint8Array, statedBytes: number, name: string, source: string): Uint8Array {
  try {
    // zlib counts what comes out, whatever was stated, and stops at the first byte too many.
    const options = { maxOutputLength: statedBytes + 1, chunkSize: Math.max(64, statedBytes + 1) };
    return inflateRawSync(packed, options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const stated = statedBytes.toLocaleString('en');
      throw fault(`is no honest zip: "${shown(name)}" states ${stated} bytes and unpacks to more`, source);
    }
    throw inputError(
      'E_ZIP',
      `${source} is damaged: "${shown(name)}" cannot be unpacked. Send it again.`,
      source,
      cause,
    );
  }
}

function isNested({ name }: ZipEntry, unpacked: Uint8Array): boolean {
  const isZip = unpacked[0] === 0x50 && unpacked[1] === 0x4b && unpacked[2] === 3 && unpacked[3] === 4;
  return isZip || /\.(zip|kmz|rar|7z|gz|tgz|tar|bz2|xz)$/i.test(name);
}

/** What operating systems put into a zip for themselves. */
function isClutter(name: string): boolean {
  return name.startsWith('__MACOSX/') || /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(name);
}

function megabytes(count: number): string {
  return (count / 1_048_576).toFixed(count % 1_048_576 === 0 ? 0 : 1);
}
