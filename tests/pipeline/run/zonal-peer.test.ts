import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsv, runCanopy } from '../../canopy.ts';
import { referenceRows } from '../../zonal-parcels.ts';

/** The rasters that `peers/gen.py` makes are too large for a test run to make them; where they lie is said here. */
const folder = process.env.CANOPY_PEER_DATA;
const present = folder !== undefined && existsSync(join(folder, 'parcels_1k.geojson'));
const describeWithPeerData = present
  ? describe
  : (name: string, body: () => void) => describe.skip(`${name} [skipped: CANOPY_PEER_DATA names no peer data]`, body);

const root = mkdtempSync(join(tmpdir(), 'canopy-zonal-peer-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describeWithPeerData('canopy zonal beside exactextract on 1,000 parcels', () => {
  it.each(['ndvi_f32_20m', 'nir_u16_20m_raw'] as const)(
    '%s: mean within 1e-8, count, sum and stdev within 1e-7 (it stores float32 shares), min and max the same',
    async (raster) => {
      const out = join(root, `${raster}.csv`);
      const run = await runCanopy([
        'zonal',
        join(folder!, `${raster}.tif`),
        join(folder!, 'parcels_1k.geojson'),
        '--out',
        out,
      ]);
      expect(run.code).toBe(0);
      const expected = referenceRows(raster);
      const rows = readCsv(out);
      expect(rows).toHaveLength(1000);
      const within = { mean: 1e-8, count: 1e-7, sum: 1e-7, stdev: 1e-7, min: 1e-14, max: 1e-14 };
      for (const [name, limit] of Object.entries(within) as [keyof typeof within, number][]) {
        const worst = Math.max(...rows.map((row) => Math.abs(Number(row[name]) / expected.get(row.id!)![name] - 1)));
        expect(worst, name).toBeLessThan(limit);
      }
    },
  );
});
