import type { Bbox, Grid, Window } from '../shared/grid.ts';
import { intersectWindows, windowOfBbox } from '../shared/grid.ts';
import { projectRings } from '../shared/transform.ts';
import { ringsBbox } from './raster/clip.ts';

const STACK_BYTES_PER_UNIT = 128 * 2 ** 20;
/** Of a child's 1.5 GiB. */
const MOST_STACK_BYTES = 640 * 2 ** 20;

/** An area as the layout of chunks sees it: the cells that it touches on each grid that sees it. */
export interface PlacedArea {
  /** Grids that see it, the primary first. */
  readonly gridOrder: readonly number[];
  /** Cells of each grid that its bounding box touches. */
  readonly windows: ReadonlyMap<number, Window>;
}

/** A rectangle of one grid that is computed at a time. */
export interface Chunk {
  readonly gridIndex: number;
  readonly window: Window;
  readonly parcelPositions: readonly number[];
}

/** Chunks of every grid that a parcel touches, row by row; `parcelPositions` only lists parcels whose primary grid it is. */
export function layOutChunks(
  placed: readonly PlacedArea[],
  grids: readonly { readonly grid: Grid }[],
  chunkPx: number,
): Chunk[] {
  const chunks = new Map<string, { gridIndex: number; col: number; row: number; parcels: number[] }>();
  let position = -1;
  for (const { gridOrder, windows } of placed) {
    if (gridOrder.length === 0) continue;
    position += 1;
    for (const gridIndex of gridOrder) {
      const window = windows.get(gridIndex)!;
      for (const { col, row } of chunksOf(window, chunkPx)) {
        const id = `${gridIndex}/${row}/${col}`;
        const chunk = chunks.get(id) ?? { gridIndex, col, row, parcels: [] };
        if (gridIndex === gridOrder[0]) chunk.parcels.push(position);
        chunks.set(id, chunk);
      }
    }
  }
  return [...chunks.values()]
    .sort((a, b) => a.gridIndex - b.gridIndex || a.row - b.row || a.col - b.col)
    .map(({ gridIndex, col, row, parcels }) => {
      const { widthPx, heightPx } = grids[gridIndex]!.grid;
      const window = intersectWindows(
        { col: col * chunkPx, row: row * chunkPx, widthPx: chunkPx, heightPx: chunkPx },
        { col: 0, row: 0, widthPx, heightPx },
      )!;
      return { gridIndex, window, parcelPositions: parcels };
    });
}

function chunksOf(window: Window, chunkPx: number): { col: number; row: number }[] {
  const found: { col: number; row: number }[] = [];
  const lastRow = Math.floor((window.row + window.heightPx - 1) / chunkPx);
  const lastCol = Math.floor((window.col + window.widthPx - 1) / chunkPx);
  for (let row = Math.floor(window.row / chunkPx); row <= lastRow; row += 1) {
    for (let col = Math.floor(window.col / chunkPx); col <= lastCol; col += 1) found.push({ col, row });
  }
  return found;
}

/**
 * A chunk is at least one source block up to 1,024 px where its stack is small, else the 512 px of an output block, and a
 * quarter of one where hundreds of dates would not fit a child's memory.
 * @param bytesPerPx of all dates that are kept at a time
 */
export function chooseChunkPx(blockPx: number, bytesPerPx: number): number {
  if (blockPx > 512 && 1024 * 1024 * bytesPerPx <= STACK_BYTES_PER_UNIT) return 1024;
  return 512 * 512 * bytesPerPx <= MOST_STACK_BYTES ? 512 : 256;
}

/** Every chunk of every grid that touches a box in lon/lat, for a run over all that the scenes show there. */
export function layOutAll(grids: readonly { readonly grid: Grid }[], chunkPx: number, bboxDeg: Bbox): Chunk[] {
  const isWorld = bboxDeg[2] - bboxDeg[0] >= 360;
  const whole = grids.flatMap(({ grid }, gridIndex): PlacedArea[] => {
    const { widthPx, heightPx } = grid;
    const window = isWorld ? { col: 0, row: 0, widthPx, heightPx } : windowOfBbox(grid, projectBbox(bboxDeg, grid.crs));
    return window ? [{ gridOrder: [gridIndex], windows: new Map([[gridIndex, window]]) }] : [];
  });
  return layOutChunks(whole, grids, chunkPx).map((chunk) => ({ ...chunk, parcelPositions: [] }));
}

function projectBbox([west, south, east, north]: Bbox, crs: string): Bbox {
  const ring = Float64Array.of(west, south, east, south, east, north, west, north, west, south);
  return ringsBbox(projectRings([ring], crs));
}
