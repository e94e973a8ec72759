import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import type { Eligibility, EligibilityRuleName } from '../../../shared/eligibility.ts';
import type { CheckAnswer, RegisterInfo } from '../../../shared/register.ts';
import { writeEligibilityLayer } from '../../eligibility-layers.ts';
import { rawRequest } from '../../raw-request.ts';
import { SAMPLE_ATTRIBUTES } from '../../register-sample.ts';
import { makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

/** 100 × 100 cells of 0.0001°, 1.23 ares each, over the south-west of the tiny results' sink. */
const GRID = {
  crs: 'EPSG:4326',
  transform: [0.0001, 0, 2, 0, -0.0001, 0.01],
  widthPx: 100,
  heightPx: 100,
} as const;

const root = mkdtempSync(join(tmpdir(), 'canopy-register-eligibility-'));
let server: TestServer;
beforeAll(async () => {
  const layersDir = join(root, 'layers');
  const layer = (name: string) => ({ dir: layersDir, name, grid: GRID });
  // The land west of column 60 was wooded in 2011; water lies in rows 0 to 49, the northern half.
  await writeEligibilityLayer(layer('tree-cover-2011'), {
    values: (col) => (col < 60 ? 70 : 2),
    date: '2011-01-01',
    unit: '%',
  });
  await writeEligibilityLayer(layer('tree-cover-2022'), { values: () => 2, unit: '%' });
  await writeEligibilityLayer(layer('land-cover'), {
    values: (_, row) => (row < 50 ? 1 : 2),
    classes: { 1: 'water', 2: 'fallow' },
  });
  server = await serveFolder(await makeTinyResults(root), { layersDir });
});
afterAll(async () => {
  await server?.close();
  rmSync(root, { recursive: true, force: true });
});

/** A rectangle of whole cells; `col1` and `row1` are left out. */
function cells(col0: number, row0: number, col1: number, row1: number): GeoJsonGeometry {
  const at = (col: number, row: number) => [2 + col * 0.0001, 0.01 - row * 0.0001];
  return {
    type: 'Polygon',
    coordinates: [[at(col0, row1), at(col1, row1), at(col1, row0), at(col0, row0), at(col0, row1)]],
  };
}

async function check(geometry: GeoJsonGeometry, more: Readonly<Record<string, string>> = {}): Promise<CheckAnswer> {
  const attributes = { ...SAMPLE_ATTRIBUTES, more };
  const body = JSON.stringify({ regionId: 'sink', id: null, geometry, attributes });
  const headers = {
    origin: `http://127.0.0.1:${server.port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  };
  const answer = await rawRequest(server.port, '/api/register/check', { method: 'POST', headers, body });
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return JSON.parse(answer.text) as CheckAnswer;
}

const ruleOf = (eligibility: Eligibility | null, name: EligibilityRuleName) =>
  eligibility!.rules.find(({ rule }) => rule === name)!;

describe('a drawn parcel, where the server was given layers', () => {
  it('is said to be judged: the register tells that it has eligibility', async () => {
    const { text } = await rawRequest(server.port, '/api/register', {});
    expect((JSON.parse(text) as RegisterInfo).hasEligibility).toBe(true);
  });

  it('of 10 × 10 cells, 4 columns of them wooded in 2011, fails for 40 % cleared, with dates and hectares', async () => {
    const { parcel, eligibility } = await check(cells(56, 60, 66, 70));
    expect(parcel.parcelHa).toBeCloseTo(1.23, 2);
    const cleared = ruleOf(eligibility, 'no-clearing');
    expect(cleared.light).toBe('fail');
    // The results know nothing of this ground; the map beside them does.
    expect(cleared.evidence.map(({ layer, date }) => `${layer} ${date}`)).toEqual([
      'tree-cover-2011 2011-01-01',
      'tree-cover-2022 2022-01-01',
    ]);
    expect(cleared.evidence[0]!.ha! / parcel.parcelHa!).toBeCloseTo(0.4, 5);
    expect(eligibility!.light).toBe('fail');
  });

  it('half in water fails for it with half its hectares, beside a check that finds no fault of its outline', async () => {
    const { parcel, eligibility } = await check(cells(70, 45, 80, 55));
    expect(parcel.verdict).toBe('accepted');
    const water = ruleOf(eligibility, 'water');
    expect(water.light).toBe('fail');
    expect(water.evidence[0]!.ha! / parcel.parcelHa!).toBeCloseTo(0.5, 5);
    expect(water.evidence[0]!.layer).toContain('land-cover');
  });

  it('beyond the layers asks for more information: 0 of 8 rules pass for want of data', async () => {
    const { eligibility } = await check(cells(150, 60, 160, 70));
    const lights = eligibility!.rules.map(({ light }) => light);
    expect(lights.filter((light) => light === 'pass')).toEqual([]);
    expect(eligibility!.light).toBe('more-information');
  });

  it('that crosses itself gets the place of the fault, and no lights', async () => {
    const at = (x: number, y: number) => [2.007 + x * 0.001, 0.003 + y * 0.001];
    const { parcel, eligibility } = await check({
      type: 'Polygon',
      coordinates: [[at(0, 0), at(1, 1), at(1, 0), at(0, 1), at(0, 0)]],
    });
    expect(eligibility).toBeNull();
    expect(parcel.findings[0]).toMatchObject({ rule: 'self-crossing', severity: 'error' });
    expect(parcel.findings[0]!.place![0]).toBeCloseTo(2.0075, 9);
  });
});
