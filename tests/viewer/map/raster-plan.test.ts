import { describe, expect, it } from 'vitest';
import type { AcquisitionInfo, LayerInfo, RunInfo } from '../../../shared/api.ts';
import { clipColumns, clipOf, layerOf, type RasterChoice, rastersOf } from '../../../viewer/map/raster-plan.ts';

const layer = (id: string) => ({ id, kind: 'ndvi', form: 'value', scale: 0.0001 }) as LayerInfo;
const acquisition = (index: number, styles: AcquisitionInfo['styles']) =>
  ({
    index,
    styles,
    datetime: '2023-08-12T10:10:00Z',
    bboxDeg: [1, 9, 2, 10],
    maxZoom: 14,
    sceneIds: ['a'],
  }) as unknown as AcquisitionInfo;
const run = {
  layers: [layer('ndvi-baseline'), layer('ndvi-period')],
  acquisitions: [acquisition(0, ['true-color', 'ndvi', 'mask']), acquisition(1, [])],
  attribution: [],
} as unknown as RunInfo;
const choice: RasterChoice = {
  left: 'ndvi-baseline',
  right: 'scene-true-color-0',
  compare: 'off',
  swipeFraction: 0.25,
  showMask: true,
  flickerSide: 'right',
  colouring: {},
  opacity: 1,
};

describe('raster plan', () => {
  it('draws only the left layer without comparison', () => {
    expect(rastersOf(run, choice, 'left').map(({ key }) => key)).toEqual(['left/ndvi-baseline']);
  });

  it('draws both in one map when swiped at 0.25, the mask over the acquisition it belongs to', () => {
    const specs = rastersOf(run, { ...choice, compare: 'swipe' }, 'left');
    expect(specs.map(({ key, clip }) => [key, clip])).toEqual([
      ['left/ndvi-baseline', [0, 0.25]],
      ['right/scene-true-color-0', [0.25, 1]],
      ['right/scene-mask-0', [0.25, 1]],
    ]);
  });

  it('gives each of two maps its own side', () => {
    const side = { ...choice, compare: 'side', showMask: false } as const;
    expect(rastersOf(run, side, 'left').map(({ key }) => key)).toEqual(['left/ndvi-baseline']);
    expect(rastersOf(run, side, 'right').map(({ key }) => key)).toEqual(['right/scene-true-color-0']);
  });

  it('keeps both loaded in flicker and shows one', () => {
    const specs = rastersOf(run, { ...choice, compare: 'flicker', showMask: false }, 'left');
    expect(specs.map(({ isShown }) => isShown)).toEqual([false, true]);
  });

  it('knows no layer for none, for an acquisition that is not there, and for a style it does not offer', () => {
    for (const id of ['none', 'scene-ndvi-9', 'scene-true-color-1', 'scene-infra-0'])
      expect(layerOf(run, id)).toBeNull();
    expect(layerOf(run, 'scene-ndvi-0')).toMatchObject({
      form: 'value',
      maxZoom: 14,
      days: { start: '2023-08-12', end: '2023-08-12' },
    });
  });

  it('shares every pixel column between the sides, each once, for 1,001 positions of the line on 1,337 pixels', () => {
    for (let i = 0; i <= 1000; i++) {
      const [leftFrom, leftTo] = clipColumns(clipOf('left', i / 1000), 1337);
      const [rightFrom, rightTo] = clipColumns(clipOf('right', i / 1000), 1337);
      expect([leftFrom, leftTo, rightTo]).toEqual([0, rightFrom, 1337]);
    }
    expect(clipOf('left', 1.5)).toEqual([0, 1]);
  });
});
