import type { RunTask } from '../workers/contract.ts';
import { type ChipTask, renderChip } from './chip-task.ts';
import { renderSceneTile, type SceneTileTask } from './scene-task.ts';
import { renderLayerTile, type TileTask } from './tile-render.ts';

/** One request to a child that draws. Plain data: addresses and paths, never pixels. */
export type RenderTask = TileTask | SceneTileTask | ChipTask;

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
    case 'scene-tile':
      return renderSceneTile(task, report);
    case 'chip':
      return renderChip(task, report);
  }
};
