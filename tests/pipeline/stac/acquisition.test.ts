import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupAcquisitions } from '../../../pipeline/stac/acquisition.ts';
import { gridKeyOf } from '../../../pipeline/stac/grid.ts';
import { parseItem } from '../../../pipeline/stac/item.ts';
import type { Scene } from '../../../shared/scene.ts';
import { makeItem } from './make-item.ts';

const BASE = parseItem(makeItem(), '/x/item.json').scene!;
const scene = (id: string, parts: Partial<Scene> = {}): Scene => ({ ...BASE, id, ...parts });
const landsat = (id: string, datetime: string, parts: Partial<Scene> = {}): Scene =>
  scene(id, {
    platform: 'landsat-8',
    family: 'oli',
    datatake: null,
    baseline: null,
    sensingStart: null,
    datetime,
    ...parts,
  });

describe('acquisitions', () => {
  it('are one for two tiles of a datatake whose baselines differ, and keep both tiles', () => {
    const { acquisitions, superseded } = groupAcquisitions([
      scene('b', { gridKey: 'B', baseline: '05.10' }),
      scene('a', { gridKey: 'A' }),
    ]);
    expect(acquisitions).toEqual([
      { id: 'sentinel-2a_20230815T095757', platform: 'sentinel-2a', datetime: BASE.datetime, sceneIds: ['a', 'b'] },
    ]);
    expect(superseded).toEqual([]);
  });

  it('are two for two platforms at one moment', () => {
    const scenes = [scene('a'), scene('b', { platform: 'sentinel-2b', datatake: 'GS2B_20230815T095031_042547' })];
    expect(groupAcquisitions(scenes).acquisitions).toHaveLength(2);
  });

  it('join a datatake named with and without its orbit number', () => {
    const scenes = [scene('a', { gridKey: 'A' }), scene('b', { gridKey: 'B', datatake: 'GS2A_20230815T095031' })];
    expect(groupAcquisitions(scenes).acquisitions).toHaveLength(1);
  });

  it.each([
    ['00:05:00', 1],
    ['00:05:01', 2],
  ])('without datatake of 00:00:00 and %s are %i', (time, count) => {
    const scenes = [
      landsat('a', '2020-01-01T00:00:00.000Z', { gridKey: 'A' }),
      landsat('b', `2020-01-01T${time}.000Z`, { gridKey: 'B' }),
    ];
    expect(groupAcquisitions(scenes).acquisitions).toHaveLength(count);
  });
});

describe('copies of one granule', () => {
  const idsOf = (scenes: Scene[]) => {
    const { acquisitions, superseded } = groupAcquisitions(scenes);
    return { kept: acquisitions.flatMap((one) => one.sceneIds), dropped: superseded.map((one) => one.id) };
  };

  it('N0214 and N0500 leave N0500, and the reason names both baselines', () => {
    const scenes = [scene('old', { baseline: '02.14' }), scene('new', { baseline: '05.00' })];
    expect(idsOf(scenes)).toEqual({ kept: ['new'], dropped: ['old'] });
    expect(groupAcquisitions(scenes).superseded[0]!.reason).toContain('05.00 is newer than 02.14');
  });

  it('_0_ and _1_ of one baseline and one sensing start leave _1_', () => {
    expect(idsOf([scene('X_0_L2A'), scene('X_1_L2A')])).toEqual({ kept: ['X_1_L2A'], dropped: ['X_0_L2A'] });
  });

  it('of one baseline and start leave the product made last, whatever its id', () => {
    const scenes = [scene('a', { productTime: '2023-09-01T00:00:00.000Z' }), scene('b')];
    expect(idsOf(scenes)).toEqual({ kept: ['a'], dropped: ['b'] });
  });

  it('two parts of a split datatake, 12 s apart in sensing start, are both kept', () => {
    const scenes = [scene('part-1'), scene('part-2', { sensingStart: '2023-08-15T09:56:42.000Z' })];
    expect(idsOf(scenes)).toEqual({ kept: ['part-1', 'part-2'], dropped: [] });
  });

  it('two parts in each of two baselines leave the 2 of the newer one', () => {
    const later = { sensingStart: '2023-08-15T09:56:42.000Z' };
    const scenes = [
      scene('old-1', { baseline: '04.00' }),
      scene('old-2', { baseline: '04.00', ...later }),
      scene('new-1'),
      scene('new-2', later),
    ];
    expect(idsOf(scenes)).toEqual({ kept: ['new-1', 'new-2'], dropped: ['old-1', 'old-2'] });
  });

  it('of Landsat RT and T1 leave T1', () => {
    const scenes = [
      landsat('rt', '2020-01-01T00:00:00.000Z', { tier: 'RT', productTime: '2020-01-01T00:00:00.000Z' }),
      landsat('t1', '2020-01-01T00:00:00.900Z', { tier: 'T1', productTime: '2020-01-20T00:00:00.000Z' }),
    ];
    expect(idsOf(scenes)).toEqual({ kept: ['t1'], dropped: ['rt'] });
  });

  it('are sorted out alike in any order of 24 scenes', () => {
    const scenes = Array.from({ length: 24 }, (_, i) =>
      i % 3 === 2
        ? landsat(`l${i}`, `2020-01-0${(i % 4) + 1}T00:00:${10 + i}.000Z`, { gridKey: `G${i % 2}` })
        : scene(`s${i}`, {
            gridKey: `G${i % 4}`,
            baseline: i % 5 === 0 ? '04.00' : '05.09',
            datatake: `GS2A_2023081${i % 2}T095031_042547`,
          }),
    );
    const wanted = groupAcquisitions(scenes);
    expect(wanted.superseded.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.shuffledSubarray(scenes, { minLength: 24 }), (shuffled) => {
        expect(groupAcquisitions(shuffled)).toEqual(wanted);
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

describe('grid keys', () => {
  const key = (cell: number, x: number, y: number, tile: string | null = '31PDK', crs = 'EPSG:32631') =>
    gridKeyOf({ crs, transform: [cell, 0, x, 0, -cell, y], widthPx: 10, heightPx: 20 }, tile);

  it.each([
    ['31PDK-32631-10m', key(10, 399960, 1100040)],
    ['31PDK-32631-20m', key(20, 399960, 1100040)],
    ['31PDK-32631-10m-x5y0', key(10, 399965, 1100040)],
    ['31PDK-32631-30m-x15y15', key(30, -15, -15)],
    ['31PDK-4326-0p00025', key(0.00025, 1.55, 9.84, '31PDK', 'EPSG:4326')],
    ['32631-10m-x-30y40-10x20', key(10, -30, 40, null)],
  ])('%s is a file name that tells the lattice', (expected, got) => {
    expect(got).toBe(expected);
    expect(got).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('are equal for origins whole cells apart and differ otherwise', () => {
    const cells = fc.integer({ min: -40_000, max: 40_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(10, 20, 30, 120, 0.00025),
        cells,
        cells,
        fc.constantFrom(0, 0.25, 0.5),
        (cell, i, j, phase) => {
          const at = (steps: number, extra = 0) => (steps + extra) * cell;
          expect(key(cell, at(i, phase), at(j))).toBe(key(cell, at(7, phase), at(-3)));
          if (phase > 0) expect(key(cell, at(i, phase), at(j))).not.toBe(key(cell, at(i), at(j)));
        },
      ),
      { seed: 1 },
    );
  });
});
