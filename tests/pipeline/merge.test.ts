import { describe, expect, it } from 'vitest';
import { emptyResult, mergeObservations, mergeParcel, type ParcelClasses } from '../../pipeline/merge.ts';
import type { ObservationPart } from '../../pipeline/observe.ts';
import type { Plan, PlannedAcquisition, PlannedParcel, PlannedScene } from '../../pipeline/plan.ts';

/** Two grids; scenes 0 to 3 on the first, 4 on the second; the second acquisition has scenes 1 and 4. */
const SCENES = ['a', 'b', 'c', 'd', 'e'].map(
  (id, i) =>
    ({
      scene: { id, platform: 'sentinel-2a', datetime: `2023-0${i === 4 ? 1 : 1 + (i >> 1)}-1${i}T10:00:00.000Z` },
      gridIndex: i === 4 ? 1 : 0,
    }) as unknown as PlannedScene,
);

function acquisition(sceneIndexes: number[], period: 'baseline' | 'period', inSeason = true): PlannedAcquisition {
  const sceneIds = sceneIndexes.map((i) => SCENES[i]!.scene.id);
  const { platform, datetime } = SCENES[sceneIndexes[0]!]!.scene;
  const inBaseline = period === 'baseline';
  return {
    id: sceneIds.join(),
    platform,
    datetime,
    sceneIds,
    sceneIndexes,
    inBaseline,
    inPeriod: !inBaseline,
    inSeason,
  };
}

function makePlan(change: { parcel?: Partial<PlannedParcel>; minClear?: number; outOfSeason?: number } = {}): Plan {
  const acquisitions = [
    acquisition([0], 'baseline'),
    acquisition([1, 4], 'baseline'),
    acquisition([2], 'period'),
    acquisition([3], 'period'),
  ].map((a, i) => ({ ...a, inSeason: i !== change.outOfSeason }));
  const parcel = { id: 'p', index: 0, parcelHa: 2, rings: [], gridOrder: [0, 1], unitIndexes: [0], ...change.parcel };
  const params = {
    minClear: change.minClear ?? 2,
    ndviSoil: 0.1,
    ndviVegetation: 0.85,
    lossThreshold: -0.15,
    gainThreshold: 0.15,
  };
  return { params, scenes: SCENES, acquisitions, parcels: [parcel], controls: [] } as unknown as Plan;
}

/** A part of a parcel of 2 ha whose clear cells all have one NDVI. */
function part(
  acquisition: number,
  ha: { valid: number; clear: number },
  ndvi = 0.5,
  scenes = [acquisition],
): ObservationPart {
  const stats = { sumCoverage: ha.clear * 100, mean: ndvi, m2: 0, min: ndvi, max: ndvi };
  const quantiles = ha.clear > 0 ? [ndvi, ndvi, ndvi] : null;
  return {
    parcel: 0,
    acquisition,
    scenes,
    validHa: ha.valid,
    clearHa: ha.clear,
    stats,
    quantiles,
    values: null,
    weights: null,
    nbr: null,
  };
}

const WHOLE = { valid: 2, clear: 2 };
const observe = (plan: Plan, parts: readonly ObservationPart[], problems: { scene: number; message: string }[] = []) =>
  mergeObservations(plan, [parts], [problems]).perParcel[0]!;

describe('the outcome of an observation', () => {
  const nothing = { valid: 0, clear: 0 };
  it.each([
    ['all clear', WHOLE, [], 'ok', ''],
    ['0.7 of it clear', { valid: 2, clear: 1.4 }, [], 'ok', ''],
    ['0.695 of it clear', { valid: 2, clear: 1.39 }, [], 'low_coverage', 'clear fraction 0.695, 0.70 needed'],
    ['cloud', { valid: 2, clear: 0 }, [], 'no_data', 'no clear pixels: cloud, shadow or snow'],
    ['no data', nothing, [], 'no_data', 'no valid pixels in the scene'],
    ['a broken file', nothing, [{ scene: 0, message: 'x.tif is cut.' }], 'no_data', 'scene left out: x.tif is cut.'],
    ['a broken file of another date', nothing, [{ scene: 2, message: 'x' }], 'no_data', 'no valid pixels in the scene'],
    ['a broken file, made up for by another scene', WHOLE, [{ scene: 0, message: 'x' }], 'ok', ''],
    ['a sliver of 0.004 m²', { valid: 4e-7, clear: 4e-7 }, [], 'no_data', 'no valid pixels in the scene'],
    ['a sliver of 0.006 m²', { valid: 2, clear: 6e-7 }, [], 'low_coverage', 'clear fraction 0.000, 0.70 needed'],
  ])('of a parcel with %s says so', (_name, ha, problems, outcome, reason) => {
    const [row] = observe(makePlan(), [part(0, ha)], problems);
    expect([row!.outcome, row!.reason]).toEqual([outcome, reason]);
    const isEmpty = row!.clearHa === 0;
    expect([row!.ndviMean, row!.ndviSd, row!.ndviP50].map((v) => v === null)).toEqual([isEmpty, isEmpty, isEmpty]);
  });

  it('has a row for each acquisition that covers the parcel, in their order, also without a part', () => {
    expect(observe(makePlan(), []).map(({ sceneId }) => sceneId)).toEqual(['a', 'b', 'c', 'd']);
    const onSecondGrid = observe(makePlan({ parcel: { gridOrder: [1] } }), []);
    expect(onSecondGrid.map(({ sceneId, outcome }) => [sceneId, outcome])).toEqual([['e', 'no_data']]);
  });

  it('names the scene on the first grid in front and every scene that gave ground', () => {
    const row = observe(makePlan(), [part(1, WHOLE, 0.5, [1, 4])])[1]!;
    expect([row.sceneId, row.sceneIds]).toEqual(['b', ['b', 'e']]);
    const turned = observe(makePlan({ parcel: { gridOrder: [1, 0] } }), [part(1, WHOLE, 0.5, [1, 4])])[1]!;
    expect([turned.sceneId, turned.sceneIds]).toEqual(['e', ['e', 'b']]);
  });

  it('has no rows at all when one of the parcel’s units was left out', () => {
    const plan = makePlan({ parcel: { unitIndexes: [0, 1] } });
    expect(mergeObservations(plan, [[part(0, WHOLE)], null], [[], []]).perParcel).toEqual([[]]);
  });
});

describe('parts of one observation', () => {
  const split = (ndvi: number, clearHa: number, values: number[]): ObservationPart => ({
    ...part(0, { valid: clearHa, clear: clearHa }, ndvi),
    stats: { sumCoverage: values.length, mean: ndvi, m2: 0, min: ndvi, max: ndvi },
    quantiles: null,
    values: Float32Array.from(values),
    weights: new Float64Array(values.length).fill(1),
  });

  it('add up: 0.5 ha of 0.25 and 1.5 ha of 0.75 make a mean of 0.625 and a median of 0.75', () => {
    const plan = makePlan({ parcel: { unitIndexes: [0, 1] } });
    const parts = [[split(0.25, 0.5, [0.25])], [split(0.75, 1.5, [0.75, 0.75, 0.75])]];
    const row = mergeObservations(plan, parts, [[], []]).perParcel[0]![0]!;
    expect(row).toMatchObject({ clearHa: 2, observedHa: 2, clearFraction: 1, ndviMean: 0.625, outcome: 'ok' });
    expect([row.ndviP10, row.ndviP50, row.ndviP90]).toEqual([0.25, 0.75, 0.75]);
    // Population form: sqrt((1 · 0.375² + 3 · 0.125²)/4).
    expect(row.ndviSd).toBeCloseTo(Math.sqrt((0.375 ** 2 + 3 * 0.125 ** 2) / 4), 12);
  });
});

describe('the result of a parcel', () => {
  const four = (ndvi: readonly number[], change: Parameters<typeof makePlan>[0] = {}) => {
    const plan = makePlan(change);
    const rows = observe(
      plan,
      ndvi.map((value, i) => part(i, WHOLE, value)),
    );
    return (classes: ParcelClasses | null, lost: string | null = null) => mergeParcel(plan, 0, rows, classes, lost);
  };
  const classes: ParcelClasses = {
    parcel: 0,
    coverBaselinePct: 80,
    coverPeriodPct: 40,
    lossHa: 1,
    gainHa: 0.25,
    stableHa: 0.5,
  };

  it('has the change of the means, its error with 2 degrees of freedom, and the ground without a class', () => {
    const result = four([0.7, 0.8, 0.4, 0.5])(classes);
    expect(result).toMatchObject({ outcome: 'ok', nClearBaseline: 2, nClearPeriod: 2, coverChangePct: -40, lossHa: 1 });
    expect(result.ndviChange).toBeCloseTo(-0.3, 12);
    // s² = (2 · 0.05² + 2 · 0.05²)/2 = 0.005; sqrt(0.005/2 + 0.005/2).
    expect(result.ndviChangeSe).toBeCloseTo(Math.sqrt(0.005), 12);
    expect(result.noDataHa).toBeCloseTo(0.25, 12);
    expect(result.reason).toBe('low confidence: 2 clear observations');
  });

  it('is a loss only where the interval leaves 0 out: t(2) = 4.303 times 0.0943 is more than the cover change of 0.4', () => {
    // The error of the cover change is sqrt(0.005)/0.75 = 0.0943.
    expect(four([0.7, 0.8, 0.4, 0.5])(classes).finding).toBe('not_distinguishable');
    expect(four([0.74, 0.76, 0.44, 0.46])(classes).finding).toBe('loss');
    expect(four([0.74, 0.76, 0.74, 0.76])({ ...classes, coverPeriodPct: 79 }).finding).toBe('stable');
  });

  it('has empty class areas where no composite holds a value, and all ground without data', () => {
    const none = { ...classes, coverBaselinePct: null, coverPeriodPct: null, lossHa: 0, gainHa: 0, stableHa: 0 };
    for (const given of [none, null])
      expect(four([0.7, 0.8, 0.4, 0.5])(given)).toMatchObject({
        outcome: 'ok',
        lossHa: null,
        gainHa: null,
        stableHa: null,
        coverChangePct: null,
        noDataHa: 2,
        finding: 'not_distinguishable',
      });
  });

  it.each([
    [{ minClear: 3 }, '2 clear observations, 3 needed', 2],
    [{ outOfSeason: 2 }, '1 clear observations, 2 needed', 1],
  ])('says with %j: %s', (change, reason, nClearPeriod) => {
    const result = four([0.7, 0.8, 0.4, 0.5], change)(classes);
    expect(result).toMatchObject({
      outcome: 'no_data',
      reason,
      nClearPeriod,
      ndviChange: null,
      lossHa: null,
      noDataHa: null,
    });
  });

  it('counts an acquisition across midnight on the day of its first scene', () => {
    const plan = makePlan({ minClear: 1 });
    const rows = observe(plan, [part(1, WHOLE, 0.8, [4]), part(2, WHOLE, 0.4)]);
    const late = rows.map((row) => (row.sceneId === 'e' ? { ...row, datetime: '2023-02-01T00:00:05.000Z' } : row));
    expect(mergeParcel(plan, 0, late, null, null)).toMatchObject({ nClearBaseline: 1, nClearPeriod: 1 });
  });

  it('is empty with the reason when its unit was left out', () => {
    expect(four([0.7, 0.8, 0.4, 0.5])(classes, 'x.tif is cut.')).toMatchObject({
      outcome: 'no_data',
      reason: 'left out: x.tif is cut.',
      ndviBaseline: null,
    });
  });

  it('keeps a row for a refused parcel without an area', () => {
    const row = emptyResult({ id: 'q', parcelHa: null }, { nClearBaseline: 0, nClearPeriod: 0 }, 'refused: why');
    expect(row).toMatchObject({
      parcelId: 'q',
      parcelHa: null,
      outcome: 'no_data',
      reason: 'refused: why',
      finding: null,
    });
  });
});
