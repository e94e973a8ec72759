import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeGrid } from '../scripts/demo/scenes.ts';
import type { Grid } from '../shared/grid.ts';

const NOTHING = 255;

export interface SampleLayer {
  readonly values: (col: number, row: number) => number;
  readonly date?: string | null;
  readonly unit?: string;
  /** What the stored numbers mean. */
  readonly classes?: Readonly<Record<number, string>>;
}

/** Writes a layer as eligibility reads it, a GeoTIFF of bytes with its STAC item beside it. */
export async function writeEligibilityLayer(
  { dir, name, grid }: { readonly dir: string; readonly name: string; readonly grid: Grid },
  { values, date = '2022-01-01', unit, classes }: SampleLayer,
): Promise<void> {
  const { widthPx, heightPx } = grid;
  mkdirSync(dir, { recursive: true });
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => values(i % widthPx, Math.floor(i / widthPx)));
  await writeGrid(join(dir, `${name}.tif`), { grid, dataType: 'uint8', resampling: 'nearest', nodata: NOTHING }, data);
  const item = {
    type: 'Feature',
    id: name,
    properties: {
      ...(date === null ? {} : { datetime: `${date}T00:00:00Z` }),
      title: name,
      attribution: `${name}, drawn`,
    },
    assets: {
      data: {
        href: `./${name}.tif`,
        type: 'image/tiff',
        'raster:bands': [{ ...(unit ? { unit } : {}) }],
        ...(classes
          ? { 'classification:classes': Object.entries(classes).map(([value, name]) => ({ value: +value, name })) }
          : {}),
      },
    },
  };
  writeFileSync(join(dir, `${name}.json`), JSON.stringify(item));
}
