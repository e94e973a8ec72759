import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alps } from '../../alps.ts';
import { describeWithData } from '../../real-data.ts';
import { cellsOf, makeTinyCatalog, type TinyCatalog, type TinyScene, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, observationOf, runTiny, type TinyRun, type TinyTables } from '../../tiny-run.ts';

const PERIODS = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 64, heightPx: 64 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-copies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Copies of 5 January, oldest first, each with an NDVI of its own: 0.5, 0.6 and 0.75; and a scene in February. */
async function catalogOfCopies(name: string): Promise<TinyCatalog> {
  const nirs = [1500, 2000, 3500];
  const scenes = nirs.map(
    (nir, sequence): TinyScene => ({ ...ground, day: '2023-01-05', nir, sequence, baseline: `05.0${7 + sequence}` }),
  );
  return makeTinyCatalog(join(folder, name), [...scenes, { ...ground, day: '2023-02-05' }]);
}

const copy = (sequence: number) => `S2A_31PAA_20230105_${sequence}_L2A`;

describe('a run on three copies of one granule', () => {
  it.each([
    ['none', [], 2, 0.75, [0, 1]],
    ['the newest', [2], 1, 0.6, [0]],
    ['the two newest', [2, 1], 0, 0.5, []],
    ['one that is superseded anyway', [1], 2, 0.75, [0, 1]],
  ] as const)('uses, with %s broken (%j), copy %i', async (name, broken, used, ndvi, superseded) => {
    const catalog = await catalogOfCopies(name);
    for (const sequence of broken) truncateSync(catalog.file(copy(sequence), 'red'), 100);
    const parcels = writeParcels(join(folder, `${name}.geojson`), [
      { id: 'one', ...cellsOf(ground, { col: 5, row: 5, widthPx: 20, heightPx: 20 }) },
    ]);
    const run = await measureTiny({
      ...PERIODS,
      parcels,
      catalog: catalog.path,
      out: join(folder, `${name}-out`),
      more: ['--min-clear', '1'],
    });
    const row = observationOf(run, 'one', '2023-01-05');
    expect([row.scene_ids, Number(row.ndvi_mean)]).toEqual([copy(used), expect.closeTo(ndvi, 6)]);
    const { scenes } = run.record;
    expect(scenes.used).toEqual([copy(used), 'S2A_31PAA_20230205_0_L2A']);
    expect(scenes.superseded.map(({ id, supersededBy }) => [id, supersededBy])).toEqual(
      superseded.map((sequence) => [copy(sequence), copy(used)]),
    );
    expect(scenes.refused.map(({ id }) => id)).toEqual(
      broken
        .filter((sequence) => sequence > used)
        .map(copy)
        .sort(),
    );
  });
});

describeWithData('a broken reprocessing of one scene of the Alps', () => {
  const OLDER = 'S2B_33TWL_20230813_0_L2A';
  const NEWER = 'S2B_33TWL_20230813_1_L2A';
  const periods = { baseline: '2023-08-13/2023-08-13', period: '2023-08-15/2023-08-15' };
  const request = { ...periods, parcels: join(alps, 'parcels.geojson'), more: ['--min-clear', '1'] };
  let run: TinyRun;
  let clean: TinyTables;

  beforeAll(async () => {
    const copied = join(folder, 's2-alps');
    cpSync(alps, copied, { recursive: true });
    addCopy(copied);
    truncateSync(join(copied, 'sentinel-2-l2a', NEWER, 'B04.tif'), 3000);
    run = await runTiny({ ...request, catalog: join(copied, 'catalog.json'), out: join(folder, 'alps-out') });
    clean = await measureTiny({ ...request, catalog: join(alps, 'catalog.json'), out: join(folder, 'alps-clean') });
  });

  /** The older scene again under the newer one's name, linked from its collection. */
  function addCopy(copied: string): void {
    const home = join(copied, 'sentinel-2-l2a');
    cpSync(join(home, OLDER), join(home, NEWER), { recursive: true });
    renameSync(join(home, NEWER, `${OLDER}.json`), join(home, NEWER, `${NEWER}.json`));
    const item = join(home, NEWER, `${NEWER}.json`);
    writeFileSync(item, readFileSync(item, 'utf8').replaceAll(OLDER, NEWER));
    const collection = join(home, 'collection.json');
    const value = JSON.parse(readFileSync(collection, 'utf8'));
    value.links.push({ rel: 'item', href: `./${NEWER}/${NEWER}.json` });
    writeFileSync(collection, JSON.stringify(value));
  }

  it('is refused, and the older copy counts: the same 112 results as without it', () => {
    expect(run.code).toBe(3);
    expect(run.parcels.filter(({ outcome }) => outcome === 'ok')).toHaveLength(112);
    expect(run.parcels).toEqual(clean.parcels);
    expect(run.observations).toEqual(clean.observations);
    expect(run.record.scenes.refused.map(({ id, code }) => [id, code])).toEqual([[NEWER, 'E_TIFF_TRUNCATED']]);
    expect(run.record.scenes.used).toContain(OLDER);
    expect(run.record.scenes.superseded).toEqual([]);
  });
});
