import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreFile } from '../../../scripts/accuracy/offer.ts';
import { checkSuggest } from '../../../scripts/demo/check-suggest.ts';
import { measureAreaHa } from '../../../shared/geometry/area.ts';
import { overlapHa } from '../../../shared/geometry/overlap.ts';
import { readRings } from '../../../shared/geometry/rings.ts';
import { findGeometryFault } from '../../../shared/geometry/validity.ts';
import { type Bbox, bboxesTouch } from '../../../shared/grid.ts';
import { runCanopy, startCanopy } from '../../canopy.ts';
import { demoResults } from '../../demo-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-suggest-test-'));
let demo = '';
const flags = (out: string) => [
  ...['suggest', '--region', 'copargo', '--project', join(demo, 'project.json'), '--layers', join(demo, 'layers')],
  ...['--parcels', join(demo, 'parcels.geojson'), '--min-ha', '1', '--out', join(folder, out)],
];

interface Area {
  readonly rings: readonly Float64Array[];
  readonly bbox: Bbox;
  readonly properties: Readonly<Record<string, unknown>>;
}

function areasOf(path: string): Area[] {
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as {
    features: { geometry: unknown; properties: object }[];
  };
  return features.map(({ geometry, properties }) => {
    const rings = readRings(geometry).value!;
    const [lons, lats] = [0, 1].map((axis) => rings.flatMap((ring) => [...ring].filter((_, i) => i % 2 === axis)));
    const bbox = [Math.min(...lons!), Math.min(...lats!), Math.max(...lons!), Math.max(...lats!)] as const;
    return { rings, bbox, properties: properties as Area['properties'] };
  });
}

beforeAll(async () => {
  ({ demo } = await demoResults());
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('canopy suggest on the demo twin', () => {
  let found: Area[] = [];
  let said = '';

  beforeAll(async () => {
    const run = await runCanopy([...flags('a.geojson'), '--workers', '2']);
    said = run.stderr;
    expect(run.code).toBe(0);
    found = areasOf(join(folder, 'a.geojson'));
  }, 300_000);

  it('covers at least 80 % of the suitable land and has at most 10 % elsewhere', async () => {
    const lines = checkSuggest(await scoreFile(demo, join(folder, 'a.geojson')));
    expect(lines.map(({ holds }) => holds)).toEqual([true, true]);
  });

  it('writes valid parcels of 1 to 20 ha whose stated hectares are those of GeographicLib to 0.0001', async () => {
    expect(found.length).toBeGreaterThan(100);
    for (const { rings, properties } of found) {
      expect(await findGeometryFault(rings)).toBeNull();
      const ha = measureAreaHa(rings);
      expect(Math.abs(ha - Number(properties.ha))).toBeLessThanOrEqual(5.1e-5);
      expect(ha).toBeGreaterThanOrEqual(1);
      expect(ha).toBeLessThanOrEqual(20.5);
    }
  });

  it('lets none overlap another, a parcel, or the outside of the region', () => {
    const [region] = areasOf(join(demo, 'region.geojson'));
    const parcels = areasOf(join(demo, 'parcels.geojson'));
    found.forEach((one, k) => {
      for (const other of [...found.slice(k + 1), ...parcels])
        if (bboxesTouch(one.bbox, other.bbox)) expect(overlapHa(one.rings, other.rings)).toBe(0);
      // Straight in lon/lat on the one side, geodesics on the other: they differ by a millionth.
      expect(overlapHa(one.rings, region!.rings) / measureAreaHa(one.rings)).toBeCloseTo(1, 5);
    });
  });

  it('ranks them, the most promising first, with the parts of each figure, and says what they are', () => {
    const best = found.map(({ properties: p }) => Math.max(Number(p.potential_passive), Number(p.potential_planting)));
    expect(best).toEqual([...best].sort((a, b) => b - a));
    expect(found.map(({ properties }) => properties.rank)).toEqual(found.map((_, k) => k + 1));
    for (const { properties: p } of found) {
      expect(p).toMatchObject({
        label: 'screening, not a survey',
        synthetic: true,
        years: 6,
        exclusions_not_known: 'none',
      });
      const passive = 0.5 * Number(p.part_closeness) + 0.3 * Number(p.part_regrowth) + 0.2 * Number(p.part_cover);
      expect(Math.abs(passive - Number(p.potential_passive))).toBeLessThan(0.0015);
    }
    expect(said).toContain('parcels of');
    expect(said).toContain('screening, not a survey');
    expect(said).toContain('suitability.tif');
  });

  it('writes the same bytes again with 1 process instead of 2', { timeout: 300_000 }, async () => {
    const run = await runCanopy([...flags('b.geojson'), '--workers', '1']);
    expect(run.code).toBe(0);
    expect(readFileSync(join(folder, 'b.geojson'), 'utf8')).toBe(readFileSync(join(folder, 'a.geojson'), 'utf8'));
  });

  it('leaves nothing behind when it is stopped while it reads', { timeout: 120_000 }, async () => {
    const run = startCanopy(flags('c.geojson'));
    while (!run.said().includes('pieces read') && run.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('Stopped on request')]);
    expect(readdirSync(folder).filter((name) => name.includes('c.geojson'))).toEqual([]);
  });
});

describe('what canopy suggest is not given', () => {
  it.each([
    [
      'no region',
      ['--region', 'nowhere'],
      'neither a file nor a region of the project: copargo, alfter (without a boundary)',
    ],
    ['a region without a boundary', ['--region', 'alfter'], 'has no boundary in the project file'],
    ['a season of one year', ['--years', '2021-11-01/2022-10-31'], 'are of 1 dry seasons (2022); 3 are wanted'],
    ['days without scenes', ['--years', '1999-01-01/2000-01-01'], 'No usable scene'],
    ['a range of sizes that cannot be met', ['--min-ha', '5', '--max-ha', '9'], '--max-ha has to be at least twice'],
  ])('%s is told in one sentence', { timeout: 120_000 }, async (_, more, sentence) => {
    const { code, stderr } = await runCanopy([...flags('d.geojson'), ...more]);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(sentence);
  });
});
