import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createImporter } from '../../../pipeline/run/import-parcels.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
const importer = createImporter();
const square =
  '{"type":"Feature","properties":{"id":"A","__proto__":{"x":1},"a":1},"geometry":{"type":"Polygon","coordinates":[[[1,9],[1.1,9],[1.1,9.1],[1,9]]]}}';
const stuck = join(folder, 'stuck.mjs');

beforeAll(() => {
  writeFileSync(join(folder, 'a.geojson'), square);
  writeFileSync(
    join(folder, 'big.geojson'),
    `{"type":"Polygon","coordinates":[[${Array(100_100).fill('[1,2]').join(',')}]]}`,
  );
  writeFileSync(join(folder, 'huge.geojson'), Buffer.alloc(30 * 2 ** 20));
  // Stands for a reader that never comes back, and for one that ends.
  writeFileSync(
    stuck,
    "process.on('message', (m) => { if (m.task.path.endsWith('die')) process.exit(3); for (;;); });",
  );
});

afterAll(async () => {
  await importer.close();
  rmSync(folder, { recursive: true });
});

describe('a parcel file in a child process', () => {
  it('is read as it is beside it, further properties without a prototype', async () => {
    const { format, candidates, notes } = await importer.read(join(folder, 'a.geojson'));
    expect([format, candidates.length, notes]).toEqual(['geojson', 1, []]);
    expect(candidates[0]).toMatchObject({ id: 'A', place: 'feature 1', attributes: { more: { a: 1 } } });
    expect(Object.getPrototypeOf(candidates[0]!.attributes.more)).toBeNull();
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('is refused in the words of its reader, under its own name', async () => {
    await expect(importer.read(join(folder, 'big.geojson'))).rejects.toMatchObject({
      kind: 'input',
      code: 'E_PARCELS_VERTICES',
      message: 'Parcel 1 of big.geojson (feature 1) has 100,100 vertices; limit 10,000. Simplify and try again.',
    });
    await expect(importer.read(join(folder, 'huge.geojson'), { name: 'mine' })).rejects.toThrow(
      'mine has 30.0 MB; at most 10 MB are read, 20 MB of a zip.',
    );
    await expect(importer.read(join(folder, 'none.kml'))).rejects.toMatchObject({ code: 'E_PARCELS_FILE' });
    await expect(importer.read(folder)).rejects.toThrow(/is no file/);
  });

  it('that never ends or ends its process is given up with a sentence, and the next one is read', async () => {
    const other = createImporter({ script: stuck, timeoutMs: 300 });
    await expect(other.read(join(folder, 'a.kml'))).rejects.toMatchObject({
      kind: 'input',
      code: 'E_IMPORT_TIMEOUT',
      message: /a\.kml could not be read within 0\.3 s/,
    });
    await other.close();
    const ending = createImporter({ script: stuck });
    await expect(ending.read(join(folder, 'die'))).rejects.toMatchObject({ kind: 'input', code: 'E_IMPORT_CRASH' });
    await ending.close();
    await expect(importer.read(join(folder, 'a.geojson'))).resolves.toMatchObject({ format: 'geojson' });
  });
});
