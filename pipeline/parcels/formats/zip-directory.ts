import { inputError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import { shownText } from './findings.ts';

/** What the central directory of a zip says about one entry. */
export interface ZipEntry {
  /** With `/` between folders. */
  readonly name: string;
  readonly isFolder: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly packedBytes: number;
  /** As stated; what is unpacked has to have exactly as many. */
  readonly statedBytes: number;
  readonly crc32: number;
  readonly headerOffset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LONGEST_COMMENT = 0xffff;
const IN_ZIP64 = 0xffffffff;
const METHODS: Record<number, string> = { 9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'XZ' };

/**
 * The entries that a zip states, judged before a single one is unpacked: their number, names, ways of packing and stated
 * sizes. Throws input errors, which name the zip and the entry.
 */
export function readZipDirectory(bytes: Uint8Array, source: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, source);
  const [disk, count, offset] = [
    view.getUint16(end + 4, true),
    view.getUint16(end + 10, true),
    view.getUint32(end + 16, true),
  ];
  if (disk !== 0 || count !== view.getUint16(end + 8, true)) {
    if (count !== 0xffff)
      throw fault('is one of several volumes; only a zip in one piece is read. Pack it again', source);
  }
  if (count > IMPORT_LIMITS.zipEntries) {
    const said = count === 0xffff ? 'at least 65,535' : count.toLocaleString('en');
    const text = `${source} holds ${said} files; limit ${IMPORT_LIMITS.zipEntries}. Pack only the files of the parcels and try again.`;
    throw inputError('E_ZIP_ENTRIES', text, source);
  }
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = offset;
  for (let index = 0; index < count; index++) {
    const fits = at + CENTRAL_BYTES <= end && view.getUint32(at, true) === CENTRAL;
    const next = fits ? at + CENTRAL_BYTES + restBytes(view, at) : Infinity;
    if (next > end)
      throw fault(`is damaged: its table of contents breaks off at file ${index + 1} of ${count}`, source);
    const entry = readEntry(view, at, source);
    if (names.has(entry.name))
      throw fault(`holds "${shown(entry.name)}" twice; pack it again with each file once`, source);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== end) throw fault('is damaged: its table of contents holds more than it states', source);
  return entries;
}

/** A name fit for a message. */
export function shown(name: string): string {
  return shownText(name, 60);
}

/** An error about the zip, of which `text` is the predicate. */
export function fault(text: string, source: string): Error {
  return inputError('E_ZIP', `${source} ${text}.`, source);
}

function findEnd(view: DataView, source: string): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  throw fault('is a zip that breaks off or has something behind its end; send it again whole', source);
}

function restBytes(view: DataView, at: number): number {
  return view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
}

function readEntry(view: DataView, at: number, source: string): ZipEntry {
  const nameBytes = view.getUint16(at + 28, true);
  const name = readName(new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL_BYTES, nameBytes), source);
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  // Bits 0, 6 and 13: encrypted, strongly encrypted, directory encrypted; method 99 is AES.
  if ((flags & 0x2041) !== 0 || method === 99) {
    throw fault(`is protected with a password ("${shown(name)}"); pack it again without one`, source);
  }
  if (method !== 0 && method !== 8) {
    const how = METHODS[method] ?? `method ${method}`;
    throw fault(`has "${shown(name)}" packed with ${how}; only plain zip (Deflate) is read. Pack it again`, source);
  }
  const packedBytes = view.getUint32(at + 20, true);
  const statedBytes = view.getUint32(at + 24, true);
  const headerOffset = view.getUint32(at + 42, true);
  if (packedBytes === IN_ZIP64 || statedBytes === IN_ZIP64 || headerOffset === IN_ZIP64) {
    throw fault(
      `is a ZIP64 file, which is meant for more than 4 GB ("${shown(name)}"); pack it again as a plain zip`,
      source,
    );
  }
  const isFolder = name.endsWith('/');
  if (isFolder && (packedBytes > 2 || statedBytes > 0)) {
    throw fault(`is no honest zip: its folder "${shown(name)}" holds data. Pack it again`, source);
  }
  return { name, isFolder, method, packedBytes, statedBytes, crc32: view.getUint32(at + 16, true), headerOffset };
}

/** Decodes a name; refuses one that would lead out of the folder into which it is unpacked. */
function readName(bytes: Uint8Array, source: string): string {
  // A text that is UTF-8 by chance only is as good as unheard of; what is not is of some DOS code page.
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    name = new TextDecoder('windows-1252').decode(bytes);
  }
  // Old programs of Windows write backslashes.
  name = name.replaceAll('\\', '/');
  const leadsOut = name.startsWith('/') || /^[a-z]:/i.test(name) || name.split('/').includes('..');
  if (leadsOut || name === '' || name.includes('\0')) {
    throw fault(
      `holds a file with a path that leads elsewhere ("${shown(name)}"); pack it again with plain names`,
      source,
    );
  }
  return name;
}
