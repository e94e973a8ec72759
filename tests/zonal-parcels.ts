import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedData } from './real-data.ts';

/** The 1,000 parcels of the reference answers as closed rings [x, y, …] in EPSG:32631; the id is the place, from 1. */
export function referenceParcels(): Float64Array[] {
  const packed = readFileSync(join(import.meta.dirname, 'fixtures/zonal-parcels/parcels-1k.json.gz'));
  const lists = JSON.parse(gunzipSync(packed).toString()) as number[][];
  return lists.map((steps) => {
    const ring: number[] = [];
    let [x, y] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i]!;
      y += steps[i + 1]!;
      ring.push(x / 1000, y / 1000);
    }
    return Float64Array.from([...ring, ring[0]!, ring[1]!]);
  });
}

export type ReferenceRow = Readonly<Record<'count' | 'sum' | 'mean' | 'stdev' | 'min' | 'max', number>>;

/** What exactextract found for these parcels on one raster, by id. */
export function referenceRows(raster: 'ndvi_f32_20m' | 'nir_u16_20m_raw'): Map<string, ReferenceRow> {
  const text = readFileSync(join(sharedData, `reference/zonal/ee_1k_${raster}.csv`), 'utf8').replaceAll('"', '');
  const [head, ...lines] = text.trimEnd().split('\n');
  const names = head!.split(',');
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      return [cells[0]!, Object.fromEntries(names.map((name, i) => [name, Number(cells[i])])) as ReferenceRow];
    }),
  );
}
