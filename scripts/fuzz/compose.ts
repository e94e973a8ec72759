import { makeTiff, type TiffSpec } from '../../tests/pipeline/cog/make-tiff.ts';
import {
  BLOCK_COUNT_TAGS,
  BLOCK_OFFSET_TAGS,
  fieldValues,
  formOf,
  type LayoutIfd,
  parseLayout,
  setNumber,
  type TiffLayout,
  TYPE_BYTES,
  viewOf,
} from './tiff-layout.ts';

export interface SeedImage {
  /** 0 full size, 1 overview, 4 mask, 5 mask of an overview (TIFF field 254). */
  readonly subfile: 0 | 1 | 4 | 5;
  /** Byte order and BigTIFF of the first image hold for all. */
  readonly spec: TiffSpec;
  /** Blocks that the file does not keep: offset and length 0. */
  readonly sparseBlocks?: readonly number[];
}

const FRAME_BYTES = 4;

/**
 * Several images of the tests' TIFF writer in one file: overviews and masks in a chain of directories. With `framed` in
 * GDAL's COG manner: structural metadata after the header, each block between its length and its last four bytes.
 */
export function composeTiff(images: readonly SeedImage[], framed: boolean): Buffer {
  const { littleEndian = true, big = false } = images[0]!.spec;
  const form = formOf(big);
  const ghost = framed ? Buffer.from(ghostText(), 'latin1') : Buffer.alloc(0);
  const made = images.map(({ spec, subfile }) => {
    const fields = { ...spec.fields, 254: { type: 4, values: [subfile] } };
    const encodedBlock = (encoded: Uint8Array, i: number) => {
      const bytes = spec.encodedBlock ? spec.encodedBlock(encoded, i) : encoded;
      return framed ? frame(bytes) : bytes;
    };
    return makeTiff({ ...spec, littleEndian, big, fields, encodedBlock }).bytes;
  });
  const bodies = made.map((bytes) => bytes.subarray(form.header));
  const file = Buffer.concat([made[0]!.subarray(0, form.header), ghost, ...bodies]);
  const view = viewOf(file);
  let bodyAt = form.header + ghost.length;
  let linkAt = form.header - form.offset;
  made.forEach((bytes, i) => {
    const layout = parseLayout(bytes);
    const shiftBytes = bodyAt - form.header;
    moveIfd(file, layout, { shiftBytes, framed, sparseBlocks: images[i]!.sparseBlocks ?? [] });
    const ifd = layout.ifds[0]!;
    setNumber(view, { at: linkAt, type: form.offsetType }, ifd.at + shiftBytes, littleEndian);
    linkAt = ifd.nextAt + shiftBytes;
    bodyAt += bodies[i]!.length;
  });
  return file;
}

interface Move {
  readonly shiftBytes: number;
  readonly framed: boolean;
  readonly sparseBlocks: readonly number[];
}

/** Corrects the offsets in a directory that now stands `shiftBytes` further on. */
function moveIfd(file: Buffer, layout: TiffLayout, { shiftBytes, framed, sparseBlocks }: Move): void {
  const view = viewOf(file);
  const form = formOf(layout.big);
  const ifd: LayoutIfd = layout.ifds[0]!;
  for (const field of ifd.fields) {
    if (!field.isInline) {
      const at = field.entryAt + shiftBytes + form.toValue;
      setNumber(view, { at, type: form.offsetType }, field.valuesAt + shiftBytes, layout.littleEndian);
    }
    const isOffset = BLOCK_OFFSET_TAGS.includes(field.tag);
    if (!isOffset && !BLOCK_COUNT_TAGS.includes(field.tag)) continue;
    const moved = { ...field, valuesAt: field.valuesAt + shiftBytes };
    fieldValues(file, moved, layout.littleEndian).forEach((value, i) => {
      const kept = isOffset ? value + shiftBytes + (framed ? FRAME_BYTES : 0) : value - (framed ? 2 * FRAME_BYTES : 0);
      const at = moved.valuesAt + i * TYPE_BYTES[field.type]!;
      setNumber(view, { at, type: field.type }, sparseBlocks.includes(i) ? 0 : kept, layout.littleEndian);
    });
  }
}

function frame(block: Uint8Array): Uint8Array {
  const out = Buffer.alloc(block.length + 2 * FRAME_BYTES);
  out.writeUInt32LE(block.length, 0);
  out.set(block, FRAME_BYTES);
  out.set(block.subarray(block.length - FRAME_BYTES), FRAME_BYTES + block.length);
  return out;
}

function ghostText(): string {
  const lines = [
    'LAYOUT=IFDS_BEFORE_DATA',
    'BLOCK_ORDER=ROW_MAJOR',
    'BLOCK_LEADER=SIZE_AS_UINT4',
    'BLOCK_TRAILER=LAST_4_BYTES_REPEATED',
    'KNOWN_INCOMPATIBLE_EDITION=NO',
  ];
  const text = `${lines.join('\n')}\n `;
  return `GDAL_STRUCTURAL_METADATA_SIZE=${String(text.length).padStart(6, '0')} bytes\n${text}`;
}
