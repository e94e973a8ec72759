import type { Random } from '../demo/random.ts';
import { below, pick } from './choose.ts';
import type { Mutator } from './mutate.ts';
import {
  BLOCK_COUNT_TAGS,
  BLOCK_OFFSET_TAGS,
  formOf,
  getNumber,
  type LayoutField,
  type LayoutIfd,
  setNumber,
  type TiffLayout,
  TYPE_BYTES,
  viewOf,
} from './tiff-layout.ts';

const KNOWN_TAGS = [
  ...[254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 330, 339],
  ...[33550, 33922, 34264, 34735, 42113, 65000],
];
const FIELD_TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 18, 19, 255, 65_535];
const GEO_TAGS = [33550, 33922, 34264, 34735];
const SIZES = [0, 1, 2, 3, 5, 7, 8, 12, 15, 16, 17, 24, 32, 33, 48, 64, 255, 256, 512, 40_000, 65_535, 2 ** 20];
const LIMITS = [2 ** 24, 2 ** 24 + 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63];
const ODD_FLOATS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, -1, 0.5, 5e-324, 1e308, 1e-300];
const NODATA_TEXTS = [
  'nan',
  'nan ',
  ' NaN',
  '',
  ' ',
  '0',
  '-0',
  '1e400',
  '-1e39',
  '99999999999',
  '0x10',
  '1,5',
  'none',
];
const MORE_NODATA = ['65536', '-1', '0.1', 'inf', '-inf', '٣', '12\0', '1 2', '9'.repeat(300), '\xff\xfe'];

/** A number that breaks things, or one beside the number that is there. */
function drawNumber(random: Random, now: number, bytes: Buffer): number {
  const near = [now, now + 1, now - 1, now * 2, Math.floor(now / 2), now + 16, now + 2 ** 16, now * 256, -now];
  const places = [bytes.length, bytes.length - 1, bytes.length + 1, below(random, bytes.length), 8, 16];
  return pick(random, pick(random, [near, near, SIZES, SIZES, LIMITS, places]));
}

function drawField(random: Random, layout: TiffLayout): { ifd: LayoutIfd; field: LayoutField } {
  const ifd = pick(random, layout.ifds);
  return { ifd, field: pick(random, ifd.fields) };
}

const flipHeaderBits: Mutator = (bytes, { random, seed }) => {
  const { ifds, big } = seed.layout;
  const ifd = pick(random, ifds);
  const places = ifd.fields.flatMap((field) => [
    field.entryAt + below(random, formOf(big).entry),
    field.valuesAt + below(random, field.count * (TYPE_BYTES[field.type] ?? 1)),
  ]);
  for (let i = 1 + below(random, 8); i > 0; i--) {
    const at = random() < 0.1 ? below(random, formOf(big).header) : pick(random, places);
    if (at < bytes.length) bytes[at]! ^= 1 << below(random, 8);
  }
  return bytes;
};

const editEntry: Mutator = (bytes, { random, seed }) => {
  const { littleEndian, big } = seed.layout;
  const form = formOf(big);
  const { field } = drawField(random, seed.layout);
  const view = viewOf(bytes);
  const edits = [
    () => setNumber(view, { at: field.entryAt, type: 3 }, pick(random, KNOWN_TAGS), littleEndian),
    () => setNumber(view, { at: field.entryAt + 2, type: 3 }, pick(random, FIELD_TYPES), littleEndian),
    () => {
      const at = { at: field.entryAt + 4, type: form.offsetType };
      setNumber(view, at, drawNumber(random, field.count, bytes), littleEndian);
    },
    () => {
      const at = { at: field.entryAt + form.toValue, type: form.offsetType };
      const places = [field.entryAt, field.entryAt + form.toValue, drawField(random, seed.layout).field.valuesAt];
      const value = random() < 0.5 ? pick(random, places) : drawNumber(random, field.valuesAt, bytes);
      setNumber(view, at, value, littleEndian);
    },
  ];
  pick(random, edits)();
  return bytes;
};

const editValues: Mutator = (bytes, { random, seed }) => {
  const { littleEndian } = seed.layout;
  const view = viewOf(bytes);
  const { field } = drawField(random, seed.layout);
  for (let i = 1 + below(random, 2); i > 0; i--) {
    const at = field.valuesAt + below(random, field.count) * (TYPE_BYTES[field.type] ?? 1);
    const now = getNumber(view, at, field.type, littleEndian);
    const value = field.type >= 11 && random() < 0.5 ? pick(random, ODD_FLOATS) : drawNumber(random, now, bytes);
    setNumber(view, { at, type: field.type }, value, littleEndian);
  }
  return bytes;
};

/** Makes a field of another type with values to match, so that floats stand where whole numbers are wanted. */
const retypeField: Mutator = (bytes, { random, seed }) => {
  const { littleEndian, big } = seed.layout;
  const { field } = drawField(random, seed.layout);
  const type = pick(random, [1, 3, 4, 11, 12, 16]);
  const size = TYPE_BYTES[type]! * field.count;
  const form = formOf(big);
  const inline = size <= form.offset;
  const out = inline ? bytes : Buffer.concat([bytes, Buffer.alloc(size)]);
  const view = viewOf(out);
  const to = inline ? field.entryAt + form.toValue : bytes.length;
  const values = Array.from({ length: Math.min(field.count, 4096) }, (_, i) =>
    getNumber(view, field.valuesAt + i * (TYPE_BYTES[field.type] ?? 1), field.type, littleEndian),
  );
  setNumber(view, { at: field.entryAt + 2, type: 3 }, type, littleEndian);
  if (!inline) setNumber(view, { at: field.entryAt + form.toValue, type: form.offsetType }, to, littleEndian);
  const odd = below(random, values.length);
  values.forEach((value, i) => {
    const isFloat = type === 11 || type === 12;
    const kept = isFloat && i === odd ? pick(random, [...ODD_FLOATS, value + 0.5, value]) : value;
    setNumber(view, { at: to + i * TYPE_BYTES[type]!, type }, kept, littleEndian);
  });
  return out;
};

const relinkIfds: Mutator = (bytes, { random, seed }) => {
  const { ifds, littleEndian, big } = seed.layout;
  const form = formOf(big);
  const view = viewOf(bytes);
  const from = pick(random, ifds);
  const data = from.fields.find((field) => BLOCK_OFFSET_TAGS.includes(field.tag))!;
  const dataAt = getNumber(view, data.valuesAt, data.type, littleEndian);
  const targets = [
    0,
    1,
    from.at,
    ifds[0]!.at,
    pick(random, ifds).at,
    dataAt,
    bytes.length,
    below(random, bytes.length),
  ];
  const at = random() < 0.2 ? form.header - form.offset : from.nextAt;
  setNumber(view, { at, type: form.offsetType }, pick(random, targets), littleEndian);
  return bytes;
};

/** Swaps or repeats entries, drops one, or hangs a copy of a directory behind the last. */
const rearrangeIfd: Mutator = (bytes, { random, seed }) => {
  const { ifds, littleEndian, big } = seed.layout;
  const form = formOf(big);
  const ifd = pick(random, ifds);
  const entryOf = (i: number) => ifd.fields[i]!.entryAt;
  const [a, b] = [below(random, ifd.fields.length), below(random, ifd.fields.length)];
  const [first, second] = [entryOf(a), entryOf(b)].map((at) => Buffer.from(bytes.subarray(at, at + form.entry)));
  switch (below(random, 4)) {
    case 0:
      bytes.set(second!.subarray(0, Math.max(0, bytes.length - entryOf(a))), Math.min(entryOf(a), bytes.length));
      if (random() < 0.5)
        bytes.set(first!.subarray(0, Math.max(0, bytes.length - entryOf(b))), Math.min(entryOf(b), bytes.length));
      return bytes;
    case 1: {
      // One field fewer: the rest moves up, the offset of the next directory with it.
      const rest = Buffer.from(bytes.subarray(entryOf(a) + form.entry, ifd.nextAt + form.offset));
      bytes.set(rest, Math.min(entryOf(a), bytes.length - rest.length));
      const type = big ? 16 : 3;
      setNumber(viewOf(bytes), { at: ifd.at, type }, ifd.fields.length - 1, littleEndian);
      return bytes;
    }
    case 2: {
      const copy = bytes.subarray(ifd.at, ifd.nextAt + form.offset);
      const out = Buffer.concat([bytes, copy]);
      const last = ifds.at(-1)!;
      setNumber(viewOf(out), { at: last.nextAt, type: form.offsetType }, bytes.length, littleEndian);
      return out;
    }
    default:
      setNumber(
        viewOf(bytes),
        { at: ifd.at, type: big ? 16 : 3 },
        drawNumber(random, ifd.fields.length, bytes),
        littleEndian,
      );
      return bytes;
  }
};

const moveBlocks: Mutator = (bytes, { random, seed }) => {
  const { ifds, littleEndian } = seed.layout;
  const ifd = pick(random, ifds);
  const view = viewOf(bytes);
  const [offsets, counts] = [BLOCK_OFFSET_TAGS, BLOCK_COUNT_TAGS].map(
    (tags) => ifd.fields.find((f) => tags.includes(f.tag))!,
  );
  const place = (field: LayoutField, i: number) => ({
    at: field.valuesAt + i * TYPE_BYTES[field.type]!,
    type: field.type,
  });
  const get = (field: LayoutField, i: number) => getNumber(view, place(field, i).at, field.type, littleEndian);
  const set = (field: LayoutField, i: number, value: number) => setNumber(view, place(field, i), value, littleEndian);
  const a = below(random, offsets!.count);
  const b = random() < 0.5 ? Math.min(a + 1, offsets!.count - 1) : below(random, offsets!.count);
  const [offsetA, offsetB, countA, countB] = [get(offsets!, a), get(offsets!, b), get(counts!, a), get(counts!, b)];
  const edits = [
    () => [set(offsets!, a, offsetB), set(offsets!, b, offsetA), set(counts!, a, countB), set(counts!, b, countA)],
    () => [set(offsets!, a, offsetB), set(counts!, a, countB)],
    () => set(offsets!, a, offsetB),
    () => set(offsets!, a, offsetA + pick(random, [-8, -4, -1, 1, 4, 8])),
    () => set(offsets!, a, bytes.length - below(random, 4)),
    () => set(counts!, a, pick(random, [0, 1, countA - 1, countA + 1, countA * 2, countA + 8, 2 ** 31, 2 ** 32 - 1])),
    () => set(offsets!, a, pick(random, [0, 1, ifd.at, 2 ** 31, 2 ** 32 - 1, 2 ** 53])),
    () => [set(offsets!, a, 0), set(counts!, a, 0)],
  ];
  pick(random, edits)();
  return bytes;
};

const editGeoreference: Mutator = (bytes, { random, seed }) => {
  const { ifds, littleEndian } = seed.layout;
  const fields = ifds[0]!.fields.filter((field) => GEO_TAGS.includes(field.tag));
  const field = pick(random, fields);
  const view = viewOf(bytes);
  const at = field.valuesAt + below(random, field.count) * (TYPE_BYTES[field.type] ?? 1);
  const now = getNumber(view, at, field.type, littleEndian);
  const keys = [0, 1, 2, 3, 1024, 1025, 2048, 3072, 4326, 32_630, 32_632, 32_731, 32_767, 65_535, now + 1];
  const floats = [...ODD_FLOATS, now + 5, now - 10, now * 1.0001, now * 2, now + 1e-9, -now, 0, now / 3];
  setNumber(view, { at, type: field.type }, pick(random, field.type === 3 ? keys : floats), littleEndian);
  return bytes;
};

const editNodata: Mutator = (bytes, { random, seed }) => {
  const { ifds, littleEndian, big } = seed.layout;
  const field = ifds[0]!.fields.find((f) => f.tag === 42_113);
  if (field === undefined) return editGeoreference(bytes, { random, seed, other: () => seed });
  const form = formOf(big);
  const text = Buffer.from(`${pick(random, [...NODATA_TEXTS, ...MORE_NODATA])}${random() < 0.9 ? '\0' : ''}`, 'latin1');
  const inline = text.length <= form.offset;
  const out = inline ? bytes : Buffer.concat([bytes, text]);
  const view = viewOf(out);
  setNumber(view, { at: field.entryAt + 4, type: form.offsetType }, text.length, littleEndian);
  if (inline) text.copy(out, Math.min(field.entryAt + form.toValue, out.length));
  else setNumber(view, { at: field.entryAt + form.toValue, type: form.offsetType }, bytes.length, littleEndian);
  return out;
};

const editMagic: Mutator = (bytes, { random, seed }) => {
  const { littleEndian, big } = seed.layout;
  const edits = [
    () => bytes.write(littleEndian ? 'MM' : 'II', 0, 'latin1'),
    () => bytes.write(pick(random, ['IM', 'PK', '\x89P', '<!', '\0\0']), 0, 'latin1'),
    () => setNumber(viewOf(bytes), { at: 2, type: 3 }, pick(random, [0, 41, big ? 42 : 43, 44, 42 << 8]), littleEndian),
    () => setNumber(viewOf(bytes), { at: 4, type: 3 }, pick(random, [0, 4, 8, 16]), littleEndian),
    // All of the file in the other byte order, but for its first two bytes.
    () => bytes.subarray(2, bytes.length - (bytes.length % 2)).swap16(),
  ];
  pick(random, edits)();
  return bytes;
};

/** Mutations of what describes the pixels. */
export const STRUCTURE_MUTATORS: Readonly<Record<string, Mutator>> = {
  'header bits': flipHeaderBits,
  'tag entry': editEntry,
  'tag values': editValues,
  'tag type': retypeField,
  'directory links': relinkIfds,
  'directory entries': rearrangeIfd,
  'block places': moveBlocks,
  georeference: editGeoreference,
  nodata: editNodata,
  magic: editMagic,
};
