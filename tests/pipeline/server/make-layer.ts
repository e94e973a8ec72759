import { join } from 'node:path';
import type { CogSpec } from '../../../pipeline/cog/assemble-plan.ts';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
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

const FORMS: Readonly<Record<LayerKind, Pick<CogSpec, 'dataType' | 'nodata' | 'samples'>>> = {
  ndvi: { dataType: 'int16', nodata: NODATA, samples: 1 },
  cover: { dataType: 'int16', nodata: NODATA, samples: 1 },
  change: { dataType: 'int16', nodata: NODATA, samples: 1 },
  'clear-count': { dataType: 'uint16', nodata: 65_535, samples: 1 },
  'true-color': { dataType: 'uint8', nodata: 0, samples: 3 },
};

/** Writes a layer as a run does, in small blocks so that it has overviews. */
export async function writeLayer(
  folder: string,
  name: string,
  layer: { readonly kind: LayerKind; readonly grid: Grid; readonly value: CellValue },
): Promise<LayerFile> {
  const { kind, grid, value } = layer;
  const path = join(folder, `${name}.tif`);
  const form = FORMS[kind];
  const size = 64;
  const spec: CogSpec = { ...form, grid, blockSizePx: size, resampling: 'average' };
  const written = await writeCog(path, spec, (blockCol, blockRow) => {
    const block = createPixels(form.dataType, size * size * form.samples).fill(form.nodata!);
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
  return { kind: 'tile', layer: kind, scale: kind === 'clear-count' ? 1 : 1e-4, files, tile, format: 'png' };
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
    form: kind === 'true-color' ? 'colour' : 'value',
    scale: kind === 'clear-count' ? 1 : 1e-4,
    unit: '1',
    bboxDeg: [1, 9, 2, 10],
    minZoom: 5,
    maxZoom: 14,
    sceneIds: [],
    attribution: ['contains <b>modified</b> Copernicus Sentinel data 2024', 'made & "checked"'],
  };
}
