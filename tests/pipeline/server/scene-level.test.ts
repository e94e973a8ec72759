import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlannedScene } from '../../../pipeline/plan.ts';
import type { SceneFiles } from '../../../pipeline/server/scene-files.ts';
import { isAffordable, openLevel } from '../../../pipeline/server/scene-level.ts';
import { openSceneFiles, planScenes } from '../../scene-plan.ts';
import { makeTinyCatalog } from '../../tiny-catalog.ts';

describe('levels of a scene of 1,001 × 701 cells of 10 m, overviews in blocks of 128, and classes of 20 m', () => {
  let folder: string;
  let files: SceneFiles;
  let planned: PlannedScene;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'canopy-scene-level-'));
    const size = { widthPx: 1001, heightPx: 701, blockPx: 128 };
    const scene = { ...size, mgrsTile: '31PAA', epsg: 32631, x: 499_980, y: 1_083_000, day: '2023-05-05' };
    const { path } = await makeTinyCatalog(folder, [scene]);
    planned = (await planScenes(path)).scenes[0]!;
    files = openSceneFiles();
  });
  afterAll(async () => {
    await files.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const widthsAt = async (unitsPerPx: number) => {
    const { planned: levelled } = await openLevel(planned, ['red', 'nir', 'scl'], unitsPerPx, files);
    const { red, nir, scl } = levelled.scene.bands;
    return [red!.grid.widthPx, nir!.grid.widthPx, scl!.grid.widthPx];
  };

  it('are the full size up to pixels of 19 m, then overviews of 501, 251 and 126 columns', async () => {
    expect(await widthsAt(3)).toEqual([1001, 1001, 501]);
    expect(await widthsAt(19)).toEqual([1001, 1001, 501]);
    expect(await widthsAt(21)).toEqual([501, 501, 501]);
    expect(await widthsAt(45)).toEqual([251, 251, 501]);
    expect(await widthsAt(100)).toEqual([126, 126, 501]);
  });

  it('use an overview of the classes only for pixels of 320 m and more: eight times finer is enough', async () => {
    expect((await widthsAt(310))[2]).toBe(501);
    expect((await widthsAt(330))[2]).toBe(251);
  });

  it('cover the same ground: the overviews end where the full size ends', async () => {
    const { grid } = await openLevel(planned, ['red', 'nir'], 45, files);
    expect(grid.transform[0] * grid.widthPx).toBeCloseTo(10_010, 6);
    expect(grid.transform[4] * grid.heightPx).toBeCloseTo(-7010, 6);
    expect([grid.transform[2], grid.transform[5]]).toEqual([499_980, 1_083_000]);
  });

  it('can be read up to 4096 × 4096 cells of the finest band', async () => {
    const level = await openLevel(planned, ['red', 'nir', 'scl'], 45, files);
    const window = (widthPx: number) => ({ col: 0, row: 0, widthPx, heightPx: 4096 });
    // The classes are twice as fine as the overview of 251 columns.
    expect([isAffordable(level, window(1000)), isAffordable(level, window(1040))]).toEqual([true, false]);
    const alone = await openLevel(planned, ['red', 'nir'], 3, files);
    expect([isAffordable(alone, window(4096)), isAffordable(alone, window(4097))]).toEqual([true, false]);
  });

  it('refuse a band that the run did not open, and say so', async () => {
    const { green: _, ...identities } = planned.identities;
    const unchecked = { ...planned, identities };
    await expect(openLevel(unchecked, ['red', 'green', 'blue'], 10, files)).rejects.toThrowError(/has no green band/);
  });
});
