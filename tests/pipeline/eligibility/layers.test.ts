import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEligibility } from '../../../pipeline/run/eligibility.ts';
import { crsToLonLat } from '../../../shared/transform.ts';
import { type SampleLayer, writeEligibilityLayer } from '../../eligibility-layers.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-eligibility-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GRID = { crs: 'EPSG:32631', transform: [10, 0, 400_000, 0, -10, 1_100_000], widthPx: 40, heightPx: 40 } as const;

const write = (dir: string, name: string, layer: SampleLayer) =>
  writeEligibilityLayer({ dir, name, grid: GRID }, layer);

/** A rectangle in columns and rows of the grid, as lon/lat. */
function rectangle(col0: number, row0: number, col1: number, row1: number) {
  const pixels = [col0, row1, col1, row1, col1, row0, col0, row0, col0, row1];
  const flat = crsToLonLat(GRID.crs)(
    Float64Array.from(pixels, (v, i) => (i % 2 === 0 ? 400_000 + 10 * v : 1_100_000 - 10 * v)),
  );
  const ring = Array.from({ length: 5 }, (_, k) => [flat[2 * k]!, flat[2 * k + 1]!]);
  return { type: 'Polygon' as const, coordinates: [ring] };
}

async function assess(dir: string, geometry: ReturnType<typeof rectangle>, resultsDir: string | null = null) {
  const eligibility = await openEligibility({ layersDir: dir, resultsDir });
  try {
    return {
      ...(await eligibility.assess({ geometry, intervention: 'planting', note: null, startDate: null })),
      notes: eligibility.notes,
    };
  } finally {
    await eligibility.close();
  }
}

const ruleOf = (result: Awaited<ReturnType<typeof assess>>, name: string) =>
  result.rules.find(({ rule }) => rule === name)!;

describe('layers of a folder', () => {
  const dir = join(folder, 'whole');
  const made = Promise.all([
    write(dir, 'tree-cover-2011', { values: (col) => (col < 20 ? 60 : 5), date: '2011-01-01', unit: '%' }),
    write(dir, 'tree-cover-2022', { values: () => 5, unit: '%' }),
    write(dir, 'land-cover', { values: (col) => (col < 10 ? 1 : 2), classes: { 1: 'water', 2: 'fallow' } }),
    write(dir, 'protected-areas', { values: (_, row) => (row < 20 ? 1 : 0) }),
    write(dir, 'rainfall', { values: () => 1 }),
  ]);

  it('are measured to a tenth of a cell: 9.5 × 20 cells hold 2.5 × 20 of water, 0.5 ha to 0.1 %', async () => {
    await made;
    // UTM at 1° from the middle meridian: 1 ha on the grid is 0.99975 … 1.0008 ha on the ground.
    const result = await assess(dir, rectangle(7.5, 20, 17, 40));
    expect(result.parcelHa / 1.9).toBeCloseTo(1, 2);
    const water = ruleOf(result, 'water');
    expect(water.evidence[0]!.ha! / result.parcelHa).toBeCloseTo(2.5 / 9.5, 6);
    expect([water.light, water.evidence[0]!.unknownHa]).toEqual(['fail', 0]);
    expect(ruleOf(result, 'protected-area').evidence[0]!.ha).toBe(0);
  });

  it('of 2011 and 2022 tell of clearing: of columns 15 to 25 half was wooded', async () => {
    await made;
    const result = await assess(dir, rectangle(15, 25, 25, 35));
    const rule = ruleOf(result, 'no-clearing');
    expect(rule.light).toBe('fail');
    expect(rule.evidence.map(({ date }) => date)).toEqual(['2011-01-01', '2022-01-01']);
    expect(rule.evidence[0]!.ha! / result.parcelHa).toBeCloseTo(0.5, 6);
  });

  it('that do not cover the parcel leave its ground unknown: a third of 30 × 10 cells', async () => {
    await made;
    const result = await assess(dir, rectangle(20, 25, 50, 35));
    const water = ruleOf(result, 'water');
    expect(water.evidence[0]!.unknownHa / result.parcelHa).toBeCloseTo(1 / 3, 5);
    expect(water.light).toBe('more-information');
  });

  it('that are none of the five are named and left aside', async () => {
    await made;
    expect((await assess(dir, rectangle(20, 25, 21, 26))).notes).toEqual([
      `rainfall.tif in ${dir} is none of the layers that eligibility looks at; it is left aside.`,
    ]);
  });

  it('with a class of unknown meaning say so, and its ground is unknown', async () => {
    const strange = join(folder, 'strange');
    await write(strange, 'land-cover', { values: (col) => (col < 20 ? 1 : 2), classes: { 1: 'zork', 2: 'fallow' } });
    const result = await assess(strange, rectangle(10, 10, 30, 20));
    expect(result.notes[0]).toContain('The class "zork"');
    expect(ruleOf(result, 'water').evidence[0]!.unknownHa / result.parcelHa).toBeCloseTo(0.5, 6);
  });

  it('in a unit that is not stated, or without class names, are refused with a sentence', async () => {
    const mute = join(folder, 'mute');
    await write(mute, 'land-cover', { values: () => 1 });
    await expect(assess(mute, rectangle(1, 1, 2, 2))).rejects.toThrow('does not say what its classes mean');
    const feet = join(folder, 'feet');
    await write(feet, 'dem', { values: () => 1, unit: 'ft' });
    await expect(assess(feet, rectangle(1, 1, 2, 2))).rejects.toThrow('holds elevation in ft; metres are wanted');
  });

  it('are asked nothing about a parcel that crosses itself', async () => {
    await made;
    const eligibility = await openEligibility({ layersDir: dir, resultsDir: null });
    const bowTie = [
      [1, 1],
      [1.1, 1.1],
      [1.1, 1],
      [1, 1.1],
      [1, 1],
    ];
    const asked = eligibility.assess({
      geometry: { type: 'Polygon', coordinates: [bowTie] },
      intervention: null,
      note: null,
      startDate: null,
    });
    await expect(asked).rejects.toMatchObject({ code: 'E_PARCEL_SELF_CROSSING' });
    await eligibility.close();
  });
});

describe('a map of tree cover beside results of 2025, which know columns 0 to 15 and all of it cleared', () => {
  const results = join(folder, 'results');
  const made = Promise.all([
    write(join(results, 'layers'), 'cover-period-31n', {
      values: (col) => (col < 16 ? 0 : 255),
      date: '2025-06-01',
      unit: '%',
    }),
    ...['2022', '2019'].flatMap((year) => [
      write(join(folder, `map-${year}`), 'tree-cover-2011', { values: () => 70, date: '2011-01-01', unit: '%' }),
      write(join(folder, `map-${year}`), `tree-cover-${year}`, { values: () => 68, date: `${year}-01-01`, unit: '%' }),
    ]),
  ]);
  const clearing = async (map: string, geometry: ReturnType<typeof rectangle>) => {
    await made;
    const rule = ruleOf(await assess(join(folder, map), geometry, results), 'no-clearing');
    return [rule.light, rule.evidence.at(-1)!.date];
  };

  it('does not overrule what they know: 8 of 10 columns cleared fail, though the map of 2022 is wooded', async () => {
    expect(await clearing('map-2022', rectangle(8, 10, 18, 20))).toEqual(['fail', '2025-06-01']);
  });

  it('does not overrule 1.5 of 10 columns either', async () => {
    expect(await clearing('map-2022', rectangle(14.5, 10, 24.5, 20))).toEqual(['fail', '2025-06-01']);
  });

  it('answers for a parcel of which they know 1 of 10 columns, and for one of which they know none', async () => {
    expect(await clearing('map-2022', rectangle(15, 10, 25, 20))).toEqual(['pass', '2022-01-01']);
    expect(await clearing('map-2022', rectangle(25, 10, 35, 20))).toEqual(['pass', '2022-01-01']);
  });

  it('of 2019 is more than 5 years older, and answers for nothing', async () => {
    expect(await clearing('map-2019', rectangle(25, 10, 35, 20))).toEqual(['more-information', '2025-06-01']);
  });
});
