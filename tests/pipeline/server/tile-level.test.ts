import { describe, expect, it } from 'vitest';
import { gridOfLevel } from '../../../pipeline/server/tile-files.ts';

const gridOf = (sidePx: number) => ({
  crs: 'EPSG:32631',
  transform: [10, 0, 400_000, 0, -10, 1_200_000] as const,
  widthPx: sidePx,
  heightPx: sidePx,
});

describe('the grid of an overview', () => {
  it.each([
    ['our own half of 5,491 cells', 5491, 2746, 20],
    ['our own eighth of 10,980 cells', 10_980, 1373, 80],
    ['half of 5,491 cells that another writer rounded down', 5491, 2745, (5491 / 2745) * 10],
    ['a quarter without a half before it', 4096, 1024, 40],
    ['a third', 4095, 1365, 30],
  ])('has cells as wide as they are: %s', (_name, fullPx, sidePx, cellM) => {
    const { transform, widthPx, heightPx } = gridOfLevel(gridOf(fullPx), { widthPx: sidePx, heightPx: sidePx });
    expect([transform[0], -transform[4]]).toEqual([cellM, cellM]);
    expect([transform[2], transform[5], widthPx, heightPx]).toEqual([400_000, 1_200_000, sidePx, sidePx]);
  });
});
