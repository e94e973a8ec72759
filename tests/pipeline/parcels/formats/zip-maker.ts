import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip that may lie; every member is written as it stands. */
export interface MadeEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  /** Packed bytes in place of `data` deflated. */
  readonly packed?: Uint8Array;
  readonly statedBytes?: number;
  readonly crc32?: number;
  /** Points the table of contents at the entry of this position. */
  readonly sharesWith?: number;
}

/** Writes a zip by hand, honest unless an entry says otherwise. */
export function makeZip(entries: readonly MadeEntry[], statedCount = entries.length): Uint8Array {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const method = entry.method ?? 8;
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(entry.data) : entry.data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    writeCommon(local, 4, { entry, method, packedBytes: packed.length, nameBytes: name.length });
    offsets.push(offset);
    if (entry.sharesWith === undefined) {
      parts.push(local, name, Buffer.from(packed));
      offset += 30 + name.length + packed.length;
    }
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(20, 4);
    writeCommon(head, 6, { entry, method, packedBytes: packed.length, nameBytes: name.length });
    head.writeUInt32LE(offsets[entry.sharesWith ?? offsets.length - 1]!, 42);
    central.push(head, name);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(0xffff, statedCount), 8);
  end.writeUInt16LE(Math.min(0xffff, statedCount), 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** The 26 bytes that the header of an entry and the table of contents have in common, from the version on. */
function writeCommon(
  into: Buffer,
  at: number,
  {
    entry,
    method,
    packedBytes,
    nameBytes,
  }: { entry: MadeEntry; method: number; packedBytes: number; nameBytes: number },
): void {
  into.writeUInt16LE(20, at);
  into.writeUInt16LE(entry.flags ?? 0x800, at + 2);
  into.writeUInt16LE(method, at + 4);
  into.writeUInt32LE(entry.crc32 ?? crc32(entry.data), at + 10);
  into.writeUInt32LE(packedBytes, at + 14);
  into.writeUInt32LE(entry.statedBytes ?? entry.data.length, at + 18);
  into.writeUInt16LE(nameBytes, at + 22);
}
