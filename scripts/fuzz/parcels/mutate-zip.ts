import { crc32, deflateRawSync } from 'node:zlib';
import { readZip } from '../../../pipeline/parcels/formats/zip.ts';
import type { Random } from '../../demo/random.ts';
import { below, pick } from '../choose.ts';

interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly packed?: Uint8Array;
  readonly statedBytes?: number;
  readonly flags?: number;
  readonly method?: number;
}

/**
 * Harms what a zip holds and packs it again with sizes and checksums that are right, so that the harm reaches the reader
 * within; sometimes harms names, sizes and the list of files instead.
 */
export async function mutateZip(
  zip: Uint8Array,
  random: Random,
  harm: (name: string, data: Buffer) => Buffer,
): Promise<Buffer> {
  const files = [...(await readZip(zip, 'seed'))].map(([name, data]): Entry => ({ name, data }));
  const index = below(random, files.length);
  const chosen = files[index]!;
  if (random() < 0.8) {
    files[index] = { name: chosen.name, data: harm(chosen.name, Buffer.from(chosen.data)) };
    return packZip(files);
  }
  return packZip(pick(random, ENTRY_MUTATIONS)(files, index, random));
}

const ENTRY_MUTATIONS: readonly ((files: Entry[], index: number, random: Random) => Entry[])[] = [
  (files, index) => files.filter((_, i) => i !== index),
  (files, index) => [...files, files[index]!],
  (files, index, random) => files.map((each, i) => (i === index ? { ...each, name: pick(random, NAMES) } : each)),
  (files, index, random) =>
    files.map((each, i) =>
      i === index ? { ...each, statedBytes: pick(random, [0, 1, 1000, 5e7, 0xffffffff]) } : each,
    ),
  (files, index) => files.map((each, i) => (i === index ? { ...each, data: new Uint8Array(5e6) } : each)),
  (files, index, random) =>
    files.map((each, i) =>
      i === index
        ? { ...each, flags: pick(random, [1, 8, 0x40, 0x2000]), method: pick(random, [0, 8, 9, 14, 99]) }
        : each,
    ),
  (files, index, random) => [
    ...files,
    ...Array.from({ length: pick(random, [3, 190, 300]) }, (_, i) => ({
      ...files[index]!,
      name: `${i}-${files[index]!.name}`,
    })),
  ],
  (files, index) => [...files, { name: 'inner.zip', data: packZip([files[index]!]) }],
  (files, index) => [{ name: 'folder/', data: files[index]!.data }, ...files],
];

const NAMES = [
  '../../x.shp',
  '/x.kml',
  'C:\\x.shp',
  'x',
  '',
  'a/b/c.SHP',
  '__MACOSX/doc.kml',
  'doc.kml',
  'x.shp',
  'x\0.shp',
  '__proto__',
  'é.dbf',
  `${'n'.repeat(5000)}.kml`,
];

/** A zip of these entries, honest unless an entry says otherwise. */
function packZip(entries: readonly Entry[]): Buffer {
  const [parts, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const method = entry.method ?? 8;
    const packed = method === 0 ? entry.data : deflateRawSync(entry.data, { level: 1 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(entry.data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.statedBytes ?? entry.data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, Buffer.from(packed));
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name);
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  for (const at of [8, 10]) end.writeUInt16LE(entries.length, at);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}
