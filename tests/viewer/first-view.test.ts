import { describe, expect, it } from 'vitest';
import type { AcquisitionInfo, LayerInfo, ParcelQuery, RunInfo, SceneStyle } from '../../shared/api.ts';
import { changeCompare } from '../../viewer/shell/compare.ts';
import { counterpartOf, fitView } from '../../viewer/shell/first-view.ts';
import { layersOf, nearestScene, picturesOf } from '../../viewer/shell/layer-options.ts';
import { firstKnown } from '../../viewer/shell/preferences.ts';
import { FIRST_VIEW, useStore } from '../../viewer/state.ts';

const layer = (id: string) =>
  ({ id, kind: id.replace(/-(baseline|period)$/, ''), period: /[^-]+$/.exec(id)![0] }) as unknown as LayerInfo;

const acquisition = (index: number, day: string, styles: SceneStyle[], counts = true) =>
  ({
    index,
    datetime: `${day}T10:25:00Z`,
    styles,
    inPeriod: counts,
    inSeason: counts,
    nOk: counts ? 1 : 0,
  }) as unknown as AcquisitionInfo;

const run = {
  layers: ['change-period', 'ndvi-period', 'ndvi-baseline', 'true-color-period'].map(layer),
  acquisitions: [
    acquisition(0, '2022-01-01', ['true-color', 'mask']),
    acquisition(1, '2022-01-10', []),
    acquisition(2, '2022-01-13', ['true-color', 'ndvi']),
    acquisition(3, '2022-06-01', ['true-color'], false),
  ],
} as unknown as RunInfo;

describe('the first view of a run', () => {
  it('keeps layers that are there, and puts the first usual one in place of 2 that are not', () => {
    const wanted = { ...FIRST_VIEW, left: 'ndvi-baseline', right: 'cover-period', acquisition: 4 };
    expect(fitView(wanted, run)).toMatchObject({
      left: 'ndvi-baseline',
      right: 'true-color-period',
      acquisition: null,
    });
    const scenes = { ...FIRST_VIEW, left: 'scene-ndvi-2', right: 'scene-ndvi-0', acquisition: 0 };
    expect(fitView(scenes, run)).toMatchObject({ left: 'scene-ndvi-2', right: 'true-color-period', acquisition: 0 });
    expect(fitView(FIRST_VIEW, { ...run, layers: [] }).left).toBe('none');
  });

  it('drops filter and order of change over time where the run did not look at it, and nothing else', () => {
    const query = {
      ...FIRST_VIEW.query,
      ...{ q: 'A', status: ['loss'], change: ['loss'], confidence: ['high'], sort: 'changeFinding', order: 'desc' },
    } as ParcelQuery;
    const asked = (wanted: ParcelQuery, change: unknown) =>
      fitView({ ...FIRST_VIEW, query: wanted }, { ...run, change } as RunInfo).query;
    expect(asked(query, null)).toEqual({ ...FIRST_VIEW.query, q: 'A', status: ['loss'] });
    expect(asked(query, {})).toBe(query);
    const plain = { ...FIRST_VIEW.query, sort: 'lossHa', order: 'desc' } as const;
    expect(asked(plain, null)).toBe(plain);
    expect(asked({ ...plain, change: ['gain'] }, null)).toEqual(plain);
  });

  it('compares a layer with the other period where that has one', () => {
    expect(counterpartOf(run, 'ndvi-period')).toBe('ndvi-baseline');
    expect(counterpartOf(run, 'ndvi-baseline')).toBe('ndvi-period');
    expect(counterpartOf(run, 'change-period')).toBe('change-period');
  });

  it('starts a comparison of NDVI with its own other period, the earlier on the left, unless another layer was chosen', () => {
    const compared = (left: string, right: string) => {
      useStore.setState({ left, right, compare: 'off' });
      changeCompare(run, 'swipe');
      const now = useStore.getState();
      return [now.compare, now.left, now.right];
    };
    expect(compared('ndvi-period', FIRST_VIEW.right)).toEqual(['swipe', 'ndvi-baseline', 'ndvi-period']);
    expect(compared('ndvi-baseline', 'ndvi-baseline')).toEqual(['swipe', 'ndvi-baseline', 'ndvi-period']);
    expect(compared('ndvi-period', 'change-period')).toEqual(['swipe', 'ndvi-period', 'change-period']);
    expect(compared('change-period', FIRST_VIEW.right)).toEqual(['swipe', 'change-period', FIRST_VIEW.right]);
  });

  it('takes the first of the browser languages that it speaks', () => {
    expect(firstKnown(['fon', 'fr-BJ', 'en'])).toBe('fr');
    expect(firstKnown(['DE-at'])).toBe('de');
    expect(firstKnown(['frr', 'dent'])).toBeUndefined();
  });
});

describe('the choice of layers', () => {
  it('lists true colour before NDVI before change', () => {
    expect(layersOf(run, 'period').map(({ id }) => id)).toEqual(['true-color-period', 'ndvi-period', 'change-period']);
  });

  it('offers the styles that some acquisition has, without the mask', () => {
    expect(picturesOf(run)).toEqual(['true-color', 'ndvi']);
  });

  it('shows the drawable acquisition nearest to the chosen date: 3 days on rather than 9 back', () => {
    expect(nearestScene(run, 'true-color', 1)).toBe('scene-true-color-2');
    expect(nearestScene(run, 'ndvi', 0)).toBe('scene-ndvi-2');
  });

  it('without a date shows the last acquisition that counts, and none where none can be drawn', () => {
    expect(nearestScene(run, 'true-color', null)).toBe('scene-true-color-2');
    expect(nearestScene(run, 'false-color', null)).toBeNull();
    expect(nearestScene(run, 'false-color', 2)).toBeNull();
  });
});
