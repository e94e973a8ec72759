import { describe, expect, it } from 'vitest';
import { chooseChunkPx, layOutAll } from '../../pipeline/plan-chunks.ts';
import type { Grid } from '../../shared/grid.ts';

describe('the size of a chunk', () => {
  it.each([
    ['a few dates of large blocks', 1024, 60, 1024],
    ['many dates of large blocks', 1024, 400, 512],
    ['large stacks of small blocks', 256, 400, 512],
    ['420 dates with burn ratio and colours: 598 MB', 512, 2 * 420 * 2 + 600, 512],
    ['a thousand dates: 1 GB at 512', 512, 4000, 256],
  ])('of %s (blocks of %i px, %i bytes a pixel) is %i px', (_, blockPx, bytesPerPx, wanted) => {
    expect(chooseChunkPx(blockPx, bytesPerPx)).toBe(wanted);
  });
});

describe('the chunks of a run over all that scenes show', () => {
  const grid: Grid = {
    crs: 'EPSG:32631',
    transform: [10, 0, 500_000, 0, -10, 1_083_000],
    widthPx: 1100,
    heightPx: 600,
  };

  it('are 6 of up to 512 pixels for a grid of 1,100 × 600', () => {
    const chunks = layOutAll([{ grid }], 512, [-180, -90, 180, 90]);
    expect(chunks.map(({ window }) => [window.col, window.row, window.widthPx, window.heightPx])).toEqual([
      [0, 0, 512, 512],
      [512, 0, 512, 512],
      [1024, 0, 76, 512],
      [0, 512, 512, 88],
      [512, 512, 512, 88],
      [1024, 512, 76, 88],
    ]);
  });

  it('are those alone that a box in degrees touches: 1 of 6 for the north-western kilometre, none for another place', () => {
    // 500 km east in zone 31 is 3° E; the grid's upper edge lies near 9.797° N.
    expect(layOutAll([{ grid }], 512, [3, 9.79, 3.005, 9.796])).toHaveLength(1);
    expect(layOutAll([{ grid }], 512, [4, 9, 4.1, 9.1])).toEqual([]);
  });
});
