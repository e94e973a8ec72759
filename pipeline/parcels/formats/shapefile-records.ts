import { inputError } from '../../../shared/errors.ts';

/** One record of a .shp file: its content without the header, or why it cannot be had. */
export type ShpRecord =
  | { readonly content: DataView; readonly fault: null }
  | { readonly content: null; readonly fault: string };

/** Content of a record: where it starts and its length, bytes. */
interface Span {
  readonly start: number;
  readonly length: number;
}

interface ShpFiles {
  readonly shp: Uint8Array;
  readonly shx: Uint8Array | undefined;
  /** Name of the layer and of the file it came in, for messages. */
  readonly stem: string;
  readonly name: string;
}

const HEADER_BYTES = 100;
const FILE_CODE = 9994;

/**
 * The records of a .shp file, each inside its bytes. The index (.shx) says where they are; without one, or where it does
 * not fit, the file is walked from record to record. Throws E_SHAPEFILE where the file is none.
 */
export function findRecords({ shp, shx, stem, name }: ShpFiles): { list: ShpRecord[]; notes: string[] } {
  const view = viewOf(shp);
  if (shp.length < HEADER_BYTES || view.getInt32(0) !== FILE_CODE) {
    throw inputError(
      'E_SHAPEFILE',
      `${stem}.shp in ${name} is no shapefile, or is cut off in its first 100 bytes. Write it again.`,
      name,
    );
  }
  const notes: string[] = [];
  const statedBytes = view.getInt32(24) * 2;
  if (statedBytes !== shp.length) {
    notes.push(
      `${stem}.shp says it has ${statedBytes.toLocaleString('en')} bytes and has ${shp.length.toLocaleString('en')}; what is there was read.`,
    );
  }
  const walked = walk(view);
  const indexed = shx === undefined ? null : readIndex(viewOf(shx), view);
  if (shx === undefined) notes.push(`There is no ${stem}.shx; ${stem}.shp was read from record to record.`);
  else if (indexed === null) {
    notes.push(`${stem}.shx does not fit ${stem}.shp, which was read from record to record.`);
  } else if (walked.fault === null && walked.spans.length > indexed.length) {
    const more = walked.spans.length - indexed.length;
    notes.push(`${stem}.shp has ${more} more records than ${stem}.shx lists; they were left out.`);
  }
  if (indexed !== null) return { list: indexed.map((span) => recordAt(span, shp)), notes };
  const list = walked.spans.map((span) => recordAt(span, shp));
  if (walked.fault !== null) list.push({ content: null, fault: walked.fault });
  return { list, notes };
}

function recordAt({ start, length }: Span, shp: Uint8Array): ShpRecord {
  return { content: new DataView(shp.buffer, shp.byteOffset + start, length), fault: null };
}

/** Record after record until the file ends; a record that reaches beyond the end is the last, and a fault. */
function walk(view: DataView): { spans: Span[]; fault: string | null } {
  const spans: Span[] = [];
  let at = HEADER_BYTES;
  while (at + 8 <= view.byteLength) {
    const length = view.getInt32(at + 4) * 2;
    const start = at + 8;
    if (length < 4 || start + length > view.byteLength) {
      const left = view.byteLength - start;
      const fault = `it says it has ${length.toLocaleString('en')} bytes, and ${left.toLocaleString('en')} are left in the file. It and what follows were not read.`;
      return { spans, fault };
    }
    spans.push({ start, length });
    at = start + length;
  }
  const rest = view.byteLength - at;
  return { spans, fault: rest > 0 ? `the file is cut off: ${rest} bytes are left, which is no record.` : null };
}

/** The spans that an index lists; null unless every one lies in the .shp file and says the same there. */
function readIndex(shx: DataView, shp: DataView): Span[] | null {
  if (shx.byteLength < HEADER_BYTES || shx.getInt32(0) !== FILE_CODE || (shx.byteLength - HEADER_BYTES) % 8 !== 0)
    return null;
  const spans: Span[] = [];
  let end = 0;
  for (let at = HEADER_BYTES; at < shx.byteLength; at += 8) {
    const start = shx.getInt32(at) * 2 + 8;
    const length = shx.getInt32(at + 4) * 2;
    if (start < HEADER_BYTES + 8 || length < 4 || start + length > shp.byteLength) return null;
    if (shp.getInt32(start - 4) * 2 !== length || start < end) return null;
    end = start + length;
    spans.push({ start, length });
  }
  return spans;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
