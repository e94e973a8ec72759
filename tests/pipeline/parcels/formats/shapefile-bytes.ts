/** A shapefile made byte by byte, so that tests can say what stands where without a writer of ours. */

export interface HandmadeField {
  readonly name: string;
  readonly type: string;
  readonly length: number;
}

/** Content of a polygon record: rings of positions; `type` 5, 15 (Z) or 25 (M), the further ordinates all 7. */
export function polygonContent(rings: readonly (readonly (readonly [number, number])[])[], type = 5): Buffer {
  const corners = rings.flat();
  const flat = 44 + 4 * rings.length + 16 * corners.length;
  const extra = type === 5 ? 0 : 16 + 8 * corners.length;
  const content = Buffer.alloc(flat + extra + (type === 15 ? extra : 0));
  content.writeInt32LE(type, 0);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  if (corners.length > 0) {
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    for (const [i, v] of box.entries()) content.writeDoubleLE(v, 4 + 8 * i);
  }
  content.writeInt32LE(rings.length, 36);
  content.writeInt32LE(corners.length, 40);
  let start = 0;
  rings.forEach((ring, i) => {
    content.writeInt32LE(start, 44 + 4 * i);
    start += ring.length;
  });
  for (const [i, v] of corners.flat().entries()) content.writeDoubleLE(v, 44 + 4 * rings.length + 8 * i);
  for (let at = flat; at < content.length; at += 8) content.writeDoubleLE(7, at);
  return content;
}

export const nullContent = Buffer.alloc(4);

/** .shp and .shx of records with these contents. */
export function shapeFiles(contents: readonly Buffer[], type = 5): { shp: Buffer; shx: Buffer } {
  const header = (bytes: number) => {
    const head = Buffer.alloc(100);
    head.writeInt32BE(9994, 0);
    head.writeInt32BE(bytes / 2, 24);
    head.writeInt32LE(1000, 28);
    head.writeInt32LE(type, 32);
    return head;
  };
  const records: Buffer[] = [];
  const index: Buffer[] = [];
  let at = 100;
  contents.forEach((content, i) => {
    const head = Buffer.alloc(8);
    head.writeInt32BE(i + 1, 0);
    head.writeInt32BE(content.length / 2, 4);
    const entry = Buffer.alloc(8);
    entry.writeInt32BE(at / 2, 0);
    entry.writeInt32BE(content.length / 2, 4);
    records.push(head, content);
    index.push(entry);
    at += 8 + content.length;
  });
  return {
    shp: Buffer.concat([header(at), ...records]),
    shx: Buffer.concat([header(100 + 8 * contents.length), ...index]),
  };
}

/** A .dbf with cells as bytes, cut and filled with blanks to the lengths of their fields. */
export function dbfFile(
  fields: readonly HandmadeField[],
  rows: readonly (readonly (string | Buffer)[])[],
  languageDriver = 0,
): Buffer {
  const headerBytes = 33 + 32 * fields.length;
  const rowBytes = 1 + fields.reduce((sum, { length }) => sum + length, 0);
  const head = Buffer.alloc(headerBytes);
  head[0] = 3;
  head.writeUInt32LE(rows.length, 4);
  head.writeUInt16LE(headerBytes, 8);
  head.writeUInt16LE(rowBytes, 10);
  head[29] = languageDriver;
  fields.forEach(({ name, type, length }, i) => {
    head.write(name, 32 + 32 * i, 11, 'latin1');
    head.write(type, 43 + 32 * i, 1, 'latin1');
    head[48 + 32 * i] = length;
  });
  head[headerBytes - 1] = 0x0d;
  const body = rows.map((cells) => {
    const row = Buffer.alloc(rowBytes, 0x20);
    let at = 1;
    cells.forEach((cell, i) => {
      Buffer.from(cell as string).copy(row, at, 0, fields[i]!.length);
      at += fields[i]!.length;
    });
    return row;
  });
  return Buffer.concat([head, ...body, Buffer.from([0x1a])]);
}

export const WGS84_PRJ =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';
