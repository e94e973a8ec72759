import type { LayerInfo } from '../../shared/api.ts';
import type { LayerKind } from '../../shared/result.ts';
import { type TileAddress, touchesGrid } from '../raster/warp.ts';
import { sha256OfBytes } from '../store/files.ts';
import type { RenderTask } from './render-tasks.ts';
import type { ServedLayer } from './results.ts';
import type { TileFormat } from './tile-format.ts';

/** What the tile routes need to know of a layer, be it of the results or of one acquisition. */
export interface TileLayer {
  readonly info: LayerInfo;
  /** Changes whenever the pixels can: goes into ETags. */
  readonly identity: string;
  /** What draws a tile; null where the layer has nothing there. Value tiles are asked only of layers of form `value`. */
  taskOf(tile: TileAddress, format: TileFormat): RenderTask | null;
}

/** A result layer as the tile routes see it; its files join in the order of their names. */
export function resultLayer({ info, files }: ServedLayer): TileLayer {
  const ordered = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    info,
    identity: sha256OfBytes(JSON.stringify([info.kind, info.scale, info.years, ...ordered.map((file) => file.sha256)])),
    taskOf(tile, format) {
      const touched = ordered.filter((file) => touchesGrid(tile, file.grid));
      if (touched.length === 0) return null;
      const layer = info.kind as LayerKind;
      const named = touched.map(({ path, sha256 }) => ({ path, sha256 }));
      return { kind: 'tile', layer, scale: info.scale, years: info.years, files: named, tile, format };
    },
  };
}
