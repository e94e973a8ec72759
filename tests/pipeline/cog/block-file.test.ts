import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blockLength, createPixels, decodeBlockInto } from '../../../pipeline/cog/block.ts';
import { openBlockFile } from '../../../pipeline/cog/block-file.ts';
import { openCog } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { LONG, makeTiff } from './make-tiff.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-blocks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = {
  widthPx: 40,
  heightPx: 30,
  values: Array.from({ length: 1200 }, (_, i) => i),
  rowsPerStrip: 16,
  predictor: 2,
} as const;

async function write(name: string, made = makeTiff(spec).bytes) {
  const path = join(folder, name);
  writeFileSync(path, made);
  const source = await openFileSource(path);
  const { header } = await openCog(source);
  await source.close();
  return { path, header, level: header.levels[0]! };
}

describe('the blocks of a local file', () => {
  it('are read and decoded into an array of the caller, shared memory too; the last strip has 14 rows', async () => {
    const { path, header, level } = await write('strips.tif');
    const file = openBlockFile(path, header);
    expect([0, 1].map((row) => blockLength(level, row))).toEqual([640, 560]);
    const out = new Uint16Array(new SharedArrayBuffer(640 * 2));
    for (const row of [0, 1]) {
      const address = { col: 0, row, sample: 0 };
      decodeBlockInto(level, address, file.readBlock(level, address)!, out, header.where);
      const length = blockLength(level, row);
      expect([...out.subarray(0, length)]).toEqual(spec.values.slice(row * 640, row * 640 + length));
    }
    const bytes = level.blockByteCounts.reduce((sum, count) => sum + count, 0);
    expect(file.stats()).toEqual({ requests: 2, bytes });
    file.close();
  });

  it('do not go into an array of another type or of 559 values', async () => {
    const { path, header, level } = await write('small.tif');
    const file = openBlockFile(path, header);
    const address = { col: 0, row: 1, sample: 0 };
    const bytes = file.readBlock(level, address)!;
    for (const out of [createPixels('uint16', 559), createPixels('int16', 560)]) {
      expect(() => decodeBlockInto(level, address, bytes, out, header.where)).toThrow(RangeError);
    }
    file.close();
  });

  it('are null where the file keeps none', async () => {
    const fields = { 279: { type: LONG, values: [0, 0] } };
    const { path, header, level } = await write('sparse.tif', makeTiff({ ...spec, fields }).bytes);
    const file = openBlockFile(path, header);
    expect(file.readBlock(level, { col: 0, row: 1, sample: 0 })).toBeNull();
    file.close();
  });

  it('of a file that was cut short since are E_TIFF_TRUNCATED, of one that is gone E_ASSET_MISSING', async () => {
    const { path, header, level } = await write('cut.tif');
    writeFileSync(path, makeTiff(spec).bytes.subarray(0, level.blockOffsets[1]! + 3));
    const file = openBlockFile(path, header);
    const read = () => file.readBlock(level, { col: 0, row: 1, sample: 0 });
    expect(read).toThrow(expect.objectContaining({ code: 'E_TIFF_TRUNCATED', kind: 'input' }));
    file.close();
    const open = () => openBlockFile(join(folder, 'none.tif'), header);
    expect(open).toThrow(expect.objectContaining({ code: 'E_ASSET_MISSING' }));
  });
});
