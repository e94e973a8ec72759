import { join } from 'node:path';
import type { CogSpec } from '../../../pipeline/cog/assemble-plan.ts';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import { LAYER_FORMS } from '../../../pipeline/layer-forms.ts';
import type { LayerFile, Results, ServedLayer } from '../../../pipeline/server/results.ts';
import type { TileTask } from '../../../pipeline/server/tile-render.ts';
import type { LayerInfo } from '../../../shared/api.ts';
import type { Affine, Grid } from '../../../shared/grid.ts';
import type { LayerKind } from '../../../shared/result.ts';

/** The stored number of a cell, by column, row and sample; the spec's nodata where there is none. */
export type CellValue = (col: number, row: number, sample: number) => number;

export const NODATA = -32_768;

export function makeGrid(crs: string, transform: Affine, widthPx: number, heightPx: number): Grid {
  return { crs, transform, widthPx, heightPx };
}

/** Writes a layer as a run does, in small blocks so that it has overviews. */
export async function writeLayer(
  folder: string,
  name: string,
  layer: { readonly kind: LayerKind; readonly grid: Grid; readonly value: CellValue },
): Promise<LayerFile> {
  const { kind, grid, value } = layer;
  const path = join(folder, `${name}.tif`);
  const { dataType, nodata, samples } = LAYER_FORMS[kind];
  const form = { dataType, nodata, samples };
  const size = 64;
  const spec: CogSpec = { ...form, grid, blockSizePx: size, resampling: 'average' };
  const written = await writeCog(path, spec, (blockCol, blockRow) => {
    const block = createPixels(form.dataType, size * size * form.samples).fill(nodata);
    for (let i = 0; i < size * size; i++) {
      const col = blockCol * size + (i % size);
      const row = blockRow * size + Math.floor(i / size);
      if (col >= grid.widthPx || row >= grid.heightPx) continue;
      for (let s = 0; s < form.samples; s++) block[i * form.samples + s] = value(col, row, s);
    }
    return block;
  });
  return { path, grid, ...written };
}

export function tileTask(kind: LayerKind, files: readonly LayerFile[], tile: TileTask['tile']): TileTask {
  return {
    kind: 'tile',
    layer: kind,
    scale: LAYER_FORMS[kind].scale,
    years: yearsOf(kind),
    files,
    tile,
    format: 'png',
  };
}

/** The calendar years that layers of days run over in these tests. */
function yearsOf(kind: LayerKind): LayerInfo['years'] {
  return LAYER_FORMS[kind].unit.startsWith('days') ? [2019, 2021] : null;
}

/** What a server shows of some layers, without a run behind them. */
export function resultsOf(
  layers: readonly { id: string; kind: LayerKind; files: readonly LayerFile[] }[],
  version = 'version-1',
): Results {
  const served = layers.map(({ id, kind, files }): [string, ServedLayer] => [id, { info: infoOf(id, kind), files }]);
  // Tile routes look at nothing else.
  return { version, layers: new Map(served), run: { acquisitions: [] }, plan: null } as unknown as Results;
}

function infoOf(id: string, kind: LayerKind): LayerInfo {
  return {
    id,
    kind,
    period: 'period',
    days: { start: '2024-01-01', end: '2024-12-31' },
    years: yearsOf(kind),
    form: kind === 'true-color' ? 'colour' : 'value',
    scale: LAYER_FORMS[kind].scale,
    unit: '1',
    bboxDeg: [1, 9, 2, 10],
    minZoom: 5,
    maxZoom: 14,
    sceneIds: [],
    attribution: ['contains <b>modified</b> Copernicus Sentinel data 2024', 'made & "checked"'],
  };
}
