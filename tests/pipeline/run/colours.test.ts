import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { createBandFiles } from '../../../pipeline/run/bands.ts';
import { runFolder } from '../../../pipeline/run/folder.ts';
import { type Inspection, inspectScene } from '../../../pipeline/run/inspect.ts';
import { createLazyEgress } from '../../../pipeline/run/lazy-egress.ts';
import { loadScenes } from '../../../pipeline/stac/catalog.ts';
import type { LayerKind } from '../../../shared/result.ts';
import { cellsOf, makeTinyCatalog, type TinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, observationOf, type TinyTables } from '../../tiny-run.ts';

const PERIODS = { baseline: '2022-01-01/2022-12-31', period: '2023-01-01/2023-12-31' };
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 64, heightPx: 64 };
/**
 * Both dates of the baseline have colours, and so has the last of 2023. Of the others the item names no blue, B02.tif is
 * deleted, its only block is broken, and it is deleted where the item states no grid.
 */
const DAYS = [
  '2022-05-05',
  '2022-06-05',
  '2023-05-05',
  '2023-06-05',
  '2023-07-05',
  '2023-08-05',
  '2023-09-05',
] as const;
const [, , WITHOUT_ASSET, WITHOUT_FILE, BROKEN_BLOCK, GRIDLESS, GOOD] = DAYS;
const idOn = (day: string) => `S2A_31PAA_${day.replaceAll('-', '')}_0_L2A`;

let folder: string;
let catalog: TinyCatalog;
let run: TinyTables;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-colours-'));
  const scenes = DAYS.map((day) => ({ ...ground, day, statesGrid: day !== GRIDLESS }));
  catalog = await makeTinyCatalog(join(folder, 'scenes'), scenes);
  const path = catalog.itemFile(idOn(WITHOUT_ASSET));
  const item = JSON.parse(readFileSync(path, 'utf8'));
  delete item.assets.blue;
  writeFileSync(path, JSON.stringify(item));
  for (const day of [WITHOUT_FILE, GRIDLESS]) unlinkSync(catalog.file(idOn(day), 'blue'));
  await spoilBlock(catalog.file(idOn(BROKEN_BLOCK), 'blue'));
  const parcel = { id: 'a', ...cellsOf(ground, { col: 5, row: 5, widthPx: 10, heightPx: 10 }) };
  run = await measureTiny({
    ...PERIODS,
    parcels: writeParcels(join(folder, 'a.geojson'), [parcel]),
    catalog: catalog.path,
    out: join(folder, 'out'),
    more: ['--min-clear', '1'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Turns bits of the first block over, which leaves the header as it was. */
async function spoilBlock(path: string): Promise<void> {
  const source = await openFileSource(path);
  const { blockOffsets, blockByteCounts } = (await openCog(source)).header.levels[0]!;
  await source.close();
  const bytes = readFileSync(path);
  const start = blockOffsets[0]!;
  for (let at = start; at < start + blockByteCounts[0]!; at += 1) bytes.writeUInt8(bytes.readUInt8(at) ^ 0x5a, at);
  writeFileSync(path, bytes);
}

async function pixelOf(layer: LayerKind, sample: number): Promise<number> {
  const folder = runFolder.layers(run.out);
  const name = readdirSync(folder).find((file) => file.startsWith(`${layer}-period-`) && file.endsWith('.tif'))!;
  const cog = await openCog(await openFileSource(join(folder, name)));
  const { data } = await readWindow(cog, { level: 0, window: { col: 9, row: 9, widthPx: 1, heightPx: 1 }, sample });
  await cog.source.close();
  return data[0]!;
}

describe('4 scenes of 7 whose blue is missing or broken', () => {
  it('are used: 7 scenes, none refused, NDVI 0.75 on all dates', () => {
    expect([run.record.scenes.used.length, run.record.scenes.refused]).toEqual([7, []]);
    for (const day of DAYS) expect(Number(observationOf(run, 'a', day).ndvi_mean)).toBeCloseTo(0.75, 6);
  });

  it('count in the NDVI of 5 dates, and the true colours of 2023 are those of the last', async () => {
    expect(await pixelOf('clear-count', 0)).toBe(5);
    // Default DN of red, green, blue over the 0.30 that is white: 1 + 254 · reflectance / 0.3.
    const expected = [0.05, 0.07, 0.04].map((value) => Math.floor(1 + (254 * value) / 0.3 + 0.5));
    const found = [await pixelOf('true-color', 0), await pixelOf('true-color', 1)];
    expect(found).toEqual(expected.slice(0, 2));
    expect(await pixelOf('true-color', 2)).toBe(expected[2]);
  });

  it('have no blue among the inputs where its file cannot be opened', () => {
    const blue = run.record.inputs.filter(({ name }) => name.endsWith(' blue')).map(({ name }) => name);
    expect(blue).toEqual([DAYS[0], DAYS[1], BROKEN_BLOCK, GOOD].map((day) => `${idOn(day)} blue`));
  });
});

describe('the scene whose blue has a broken block', () => {
  it('is named in the warnings of the run', () => {
    expect(run.record.warnings).toContainEqual(expect.stringMatching(/^Scene S2A_31PAA_20230705_0_L2A: .*B02\.tif/));
  });
});

describe('the inspection of a scene whose B02.tif is deleted', () => {
  it('drops green and blue and says so in 1 sentence', async () => {
    const egress = createLazyEgress([]);
    const files = createBandFiles(egress, () => {});
    const query = { bboxDeg: [-180, -90, 180, 90] as const, startDay: DAYS[0], endDay: GOOD };
    const { scenes } = await loadScenes(catalog.path, query, egress);
    const result = await inspectScene(scenes.find(({ id }) => id === idOn(WITHOUT_FILE))!, files);
    await files.close();
    const { scene, identities, warnings } = (result as { ok: Inspection }).ok;
    expect(Object.keys(identities)).toEqual(['red', 'nir', 'scl']);
    expect([scene.bands.green, scene.bands.blue]).toEqual([undefined, undefined]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^Scene S2A_31PAA_20230605_0_L2A is used without its colours: There is no file .*B02\.tif/,
    );
  });
});
