import { describe, expect, it } from 'vitest';
import { keepOneFamily, type MonitorParams, type Plan, type PlanInput, planRun } from '../../pipeline/plan.ts';
import type { Grid } from '../../shared/grid.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { Acquisition, Band, BandName, Scene } from '../../shared/scene.ts';
import { crsToLonLat } from '../../shared/transform.ts';

const PARAMS: MonitorParams = {
  baseline: { start: '2023-01-01', end: '2023-01-31' },
  period: { start: '2023-02-01', end: '2023-02-28' },
  seasonMonths: null,
  minClear: 3,
  keepScl: [4, 5, 6, 7],
  dilateM: 0,
  lossThreshold: -0.15,
  gainThreshold: 0.15,
  ndviSoil: 0.1,
  ndviVegetation: 0.85,
  composite: { kind: 'median' },
  harmonise: false,
  coverModel: null,
  change: null,
};
const [X, Y] = [500_000, 1_083_000];

interface SceneKnobs {
  readonly tile?: string;
  readonly day?: string;
  readonly colOff?: number;
  readonly rowOff?: number;
  readonly sizePx?: number;
  readonly folder?: string;
  readonly identity?: string;
  readonly family?: Scene['family'];
  readonly bands?: readonly BandName[];
}

/** A scene of `sizePx` cells of 10 m whose corner lies `colOff`, `rowOff` cells from a common one. */
function makeScene(knobs: SceneKnobs = {}): { scene: Scene; identities: Record<string, string>; blockPx: number } {
  const { tile = '31PAA', day = '2023-01-05', colOff = 0, rowOff = 0, sizePx = 600, folder = '/data' } = knobs;
  const names = knobs.bands ?? ['red', 'nir', 'scl', 'green', 'blue'];
  const [x, y] = [X + 10 * colOff, Y - 10 * rowOff];
  const grid: Grid = { crs: 'EPSG:32631', transform: [10, 0, x, 0, -10, y], widthPx: sizePx, heightPx: sizePx };
  const id = `S2A_${tile}_${day}`;
  const band = (name: BandName): Band => ({
    name,
    href: `${folder}/${id}/${name}.tif`,
    grid,
    dataType: 'uint16',
    nodata: 0,
    scale: 0.0001,
    offset: 0,
  });
  const corners = crsToLonLat('EPSG:32631')(Float64Array.of(x, y - 10 * sizePx, x + 10 * sizePx, y));
  const scene: Scene = {
    id,
    collection: 'sentinel-2-l2a',
    platform: 'sentinel-2a',
    family: knobs.family ?? 'msi',
    datetime: `${day}T10:15:30.000Z`,
    gridKey: `${tile}-32631-10m`,
    datatake: `GS2A_${day}`,
    baseline: '05.09',
    maskRule: 'scl',
    bands: Object.fromEntries(names.map((name) => [name, band(name)])),
    offsetEvidence: { rule: 'flag', applied: true },
    bboxDeg: [corners[0]!, corners[1]!, corners[2]!, corners[3]!],
    attribution: 'made by a test',
    synthetic: true,
    itemHref: `${folder}/${id}.json`,
  };
  const identities = Object.fromEntries(names.map((name) => [name, `sha256:${knobs.identity ?? id}-${name}`]));
  return { scene, identities, blockPx: 512 };
}

/** A parcel that is a rectangle of cells, counted from the common corner. */
function makeParcel(id: string, [col, row, widthPx, heightPx]: [number, number, number, number], index = 0): Parcel {
  const [w, e] = [X + 10 * col, X + 10 * (col + widthPx)];
  const [n, s] = [Y - 10 * row, Y - 10 * (row + heightPx)];
  const ring = crsToLonLat('EPSG:32631')(Float64Array.of(w, s, e, s, e, n, w, n, w, s));
  const lons = ring.filter((_, i) => i % 2 === 0);
  const lats = ring.filter((_, i) => i % 2 === 1);
  const bboxDeg = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] as const;
  return { id, index, rings: [ring], parcelHa: (widthPx * heightPx) / 100, bboxDeg };
}

/** Scenes of one day are one acquisition. */
function plan(scenes: PlanInput['scenes'], parcels: readonly Parcel[], params: Partial<MonitorParams> = {}): Plan {
  const byDay = new Map<string, Acquisition>();
  for (const { scene } of scenes) {
    const known = byDay.get(scene.datetime);
    const sceneIds = [...(known?.sceneIds ?? []), scene.id].sort();
    const { platform, datetime } = scene;
    byDay.set(datetime, { id: `${platform}_${datetime}`, platform, datetime, sceneIds });
  }
  return planRun({ params: { ...PARAMS, ...params }, scenes, acquisitions: [...byDay.values()], parcels });
}

const gridNames = (made: Plan, parcel: number) =>
  made.parcels[parcel]!.gridOrder.map((g) => made.grids[g]!.key.slice(0, 5));

describe('which grid a parcel is measured on', () => {
  const west = makeScene({ tile: '31PAB' });
  const east = makeScene({ tile: '31PAA', colOff: 500 });

  it('is first the one that holds most of it: 60 of 100 columns', () => {
    // Columns 540 to 640: 60 in the western grid, which ends at 600, all 100 in the eastern.
    expect(gridNames(plan([west, east], [makeParcel('a', [540, 10, 100, 10])]), 0)).toEqual(['31PAA', '31PAB']);
    // Columns 430 to 530: all 100 in the western one, 30 in the eastern.
    expect(gridNames(plan([west, east], [makeParcel('a', [430, 10, 100, 10])]), 0)).toEqual(['31PAB', '31PAA']);
  });

  it('is the first by name where two hold all of it, whatever the order of the scenes', () => {
    const parcel = makeParcel('a', [520, 10, 50, 10]);
    for (const scenes of [
      [west, east],
      [east, west],
    ])
      expect(gridNames(plan(scenes, [parcel]), 0)).toEqual(['31PAA', '31PAB']);
  });

  it('leaves out grids that do not touch it, and lists a parcel that none touches as uncovered', () => {
    const made = plan([west, east], [makeParcel('in', [10, 10, 5, 5]), makeParcel('out', [3000, 10, 5, 5], 1)]);
    expect(gridNames(made, 0)).toEqual(['31PAB']);
    expect(made.parcels).toHaveLength(1);
    expect(made.uncovered.map(({ id, index }) => [id, index])).toEqual([['out', 1]]);
  });

  it('spans the scenes of one lattice: 700 columns for two of 600 that lie 100 apart', () => {
    const made = plan(
      [makeScene(), makeScene({ day: '2023-02-05', colOff: 100 })],
      [makeParcel('a', [650, 10, 20, 5])],
    );
    expect([made.grids.length, made.grids[0]!.grid.widthPx]).toEqual([1, 700]);
    expect(made.scenes.map(({ offset }) => offset.col)).toEqual([0, 100]);
  });
});

describe('units', () => {
  it('are the 512-pixel chunks that a parcel touches; the first one is its home', () => {
    const made = plan([makeScene()], [makeParcel('corner', [500, 500, 30, 30]), makeParcel('one', [10, 10, 5, 5], 1)]);
    expect(made.units.map(({ window }) => [window.col, window.row, window.widthPx, window.heightPx])).toEqual([
      [0, 0, 512, 512],
      [512, 0, 88, 512],
      [0, 512, 512, 88],
      [512, 512, 88, 88],
    ]);
    expect(made.parcels.map(({ unitIndexes }) => unitIndexes)).toEqual([[0, 1, 2, 3], [0]]);
    expect(made.units.map(({ parcelPositions }) => parcelPositions)).toEqual([[0, 1], [0], [0], [0]]);
  });

  it('of a second grid are there for its layers, without parcels of their own', () => {
    const made = plan([makeScene(), makeScene({ tile: '31PAB', colOff: 5 })], [makeParcel('a', [10, 10, 20, 20])]);
    expect(made.units.map(({ gridIndex, parcelPositions }) => [gridIndex, parcelPositions])).toEqual([
      [0, [0]],
      [1, []],
    ]);
  });

  it('have the same keys in whatever order scenes come, and wherever their files lie', () => {
    const days = ['2023-01-05', '2023-02-05'];
    const parcels = [makeParcel('a', [10, 10, 5, 5])];
    const here = days.map((day) => makeScene({ day }));
    const there = days.map((day) => makeScene({ day, folder: 'https://example.org/x' })).reverse();
    expect(plan(there, parcels).units.map(({ key }) => key)).toEqual(plan(here, parcels).units.map(({ key }) => key));
    expect(plan(there, parcels).runId).toBe(plan(here, parcels).runId);
    expect(plan(here, parcels).units[0]!.key).toMatch(/^u[0-9a-f]{40}$/);
  });

  const scenes = [makeScene(), makeScene({ day: '2023-02-05' })];
  const parcels = [makeParcel('a', [10, 10, 5, 5])];
  const key = (made: Plan) => made.units[0]!.key;

  it.each<[string, Plan]>([
    ['a scene has other content', plan([scenes[0]!, makeScene({ day: '2023-02-05', identity: 'x' })], parcels)],
    ['a scene more is there', plan([...scenes, makeScene({ day: '2023-02-10' })], parcels)],
    ['the parcel has another shape', plan(scenes, [makeParcel('a', [10, 10, 5, 6])])],
    ['the parcel has another id', plan(scenes, [makeParcel('b', [10, 10, 5, 5])])],
    ['a parcel more is there', plan(scenes, [...parcels, makeParcel('b', [20, 10, 5, 5], 1)])],
    ['the mask is another', plan(scenes, parcels, { keepScl: [4] })],
    ['the season is another', plan(scenes, parcels, { seasonMonths: [2] })],
  ])('change their keys when %s', (_why, made) => {
    expect(key(made)).not.toBe(key(plan(scenes, parcels)));
  });

  it('change their keys when a scene of another grid moves the positions by which results name theirs', () => {
    const elsewhere = (day: string) => makeScene({ tile: '31PZZ', day, colOff: 1000 });
    const there = makeParcel('there', [1010, 10, 5, 5], 1);
    const before = plan([...scenes, elsewhere('2023-02-05')], [...parcels, there]);
    const moved = plan([...scenes, elsewhere('2023-02-05'), elsewhere('2023-01-02')], [...parcels, there]);
    const appended = plan([...scenes, elsewhere('2023-02-05'), elsewhere('2023-02-20')], [...parcels, there]);
    expect(key(moved)).not.toBe(key(before));
    expect(key(appended)).toBe(key(before));
  });

  it('change their keys when the first colours come or the last go elsewhere', () => {
    const bare: readonly BandName[] = ['red', 'nir', 'scl'];
    const plain = scenes.map(({ scene }) => makeScene({ day: scene.datetime.slice(0, 10), bands: bare }));
    const far = (bands: readonly BandName[]) => makeScene({ tile: '31PZZ', colOff: 1000, bands });
    const there = makeParcel('there', [1010, 10, 5, 5], 1);
    const withColour = plan([...plain, far([...bare, 'green', 'blue'])], [...parcels, there]);
    const without = plan([...plain, far(bare)], [...parcels, there]);
    expect([withColour.hasColour, without.hasColour]).toEqual([true, false]);
    expect(key(without)).not.toBe(key(withColour));
  });

  it('keep their colours, under another key, when 1 scene of 2 has no blue', () => {
    const bands: readonly BandName[] = ['red', 'nir', 'scl', 'green'];
    const made = plan([scenes[0]!, makeScene({ day: scenes[1]!.scene.datetime.slice(0, 10), bands })], parcels);
    expect(made.hasColour).toBe(true);
    expect(key(made)).not.toBe(key(plan(scenes, parcels)));
  });
});

describe('acquisitions', () => {
  it('are in date order with their period and season; those of neither period are left out', () => {
    const days = ['2023-02-05', '2023-01-05', '2023-01-31', '2023-03-01'];
    const made = plan(
      days.map((day) => makeScene({ day })),
      [makeParcel('a', [10, 10, 5, 5])],
      { seasonMonths: [1] },
    );
    const told = made.acquisitions.map((a) => [a.datetime.slice(0, 10), a.inBaseline, a.inPeriod, a.inSeason]);
    expect(told).toEqual([
      ['2023-01-05', true, false, true],
      ['2023-01-31', true, false, true],
      ['2023-02-05', false, true, false],
    ]);
  });
});

describe('sensors', () => {
  it('are not mixed: of 2 + 1 scenes the family of the 2 is kept, and the other refused with the way to run it', () => {
    const scenes = [makeScene(), makeScene({ day: '2023-02-05' }), makeScene({ tile: '192053', family: 'oli' })];
    const { kept, refused } = keepOneFamily(scenes.map(({ scene }) => scene));
    expect(kept).toHaveLength(2);
    expect(refused).toMatchObject([{ id: 'S2A_192053_2023-01-05', code: 'E_SENSOR_MIX' }]);
    expect(refused[0]!.reason).toContain('oli is not mixed with msi');
  });
});
