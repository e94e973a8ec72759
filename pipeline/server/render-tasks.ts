import type { RunTask } from '../workers/contract.ts';
import { renderLayerTile, type TileTask } from './tile-render.ts';

/** One request to a child that draws. Plain data: addresses and paths, never pixels. */
export type RenderTask = TileTask;

/** What a child has drawn, ready to be sent. */
export interface Rendered {
  readonly bytes: Uint8Array;
  /** How `bytes` are packed, where they are. */
  readonly encoding: 'gzip' | null;
}

/** Draws one task. Errors are `CanopyError`s that name the file. */
export const runRenderTask: RunTask<RenderTask, Rendered> = async (task, report) => {
  switch (task.kind) {
    case 'tile':
      return renderLayerTile(task, report);
  }
};
