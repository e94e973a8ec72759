import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grid } from '../../../shared/grid.ts';
import { type CanopyRun, readCsv, runCanopy } from '../../canopy.ts';
import { startFileServer } from '../../file-server.ts';
import { LONG, makeTiff } from '../cog/make-tiff.ts';
import { rectangle } from '../raster/polygons.ts';
import { makeParcels, ndviAt, writeParcels, writeRaster } from './zonal-world.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-zonal-doors-'));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  await writeRaster(at('ndvi.tif'), 'float32', ndviAt);
  writeParcels(at('parcels.geojson'), makeParcels());
});

let runs = 0;

async function zonal(raster: string, file: string, ...flags: string[]): Promise<CanopyRun & { out: string }> {
  const out = at(`out-${++runs}.csv`);
  return { ...(await runCanopy(['zonal', raster, file, '--out', out, ...flags])), out };
}

type Row = Record<string, string>;

function rowsById(path: string): Map<string, Row> {
  return new Map(readCsv(path).map((row) => [row.id!, row]));
}

describe('canopy zonal: what it takes and where it writes', () => {
  it('refuses degrees from 0 to 360 and from 170 to 190, and takes a grid that passes 180 by half a cell', async () => {
    const file = at('square.geojson');
    writeParcels(file, [{ id: 'square', rings: [rectangle(174, 4, 176, 6)] }], 'degrees');
    const cases: [number, number, number][] = [
      [0, 360, 1],
      [170, 20, 1],
      [-190, 20, 1],
      [170.5, 10, 0],
    ];
    for (const [west, widthPx, code] of cases) {
      const grid: Grid = { crs: 'EPSG:4326', transform: [1, 0, west, 0, -1, 20], widthPx, heightPx: 40 };
      await writeRaster(at('round.tif'), 'uint8', () => 1, grid);
      const run = await zonal(at('round.tif'), file);
      expect([west, run.code]).toEqual([west, code]);
      if (code === 0) expect(Number(rowsById(run.out).get('square')!.count)).toBeCloseTo(4, 9);
      else
        expect(run.stderr).toContain(
          `reaches from ${west}° to ${west + widthPx}° of longitude; -180° to 180° is wanted`,
        );
    }
  });

  it('counts 2 × 2,048 cells of 2 tiles that share their bytes in the file, from disk and over HTTP', async () => {
    const tile = [32, 64] as const;
    const spec = { widthPx: 64, heightPx: 64, values: Array<number>(4096).fill(7), tile, compression: 1 as const };
    const { dataAt } = makeTiff({ ...spec, tile: [32, 64] });
    const shared = makeTiff({ ...spec, fields: { 324: { type: LONG, values: [dataAt, dataAt] } } });
    // Only the first tile holds anything.
    shared.bytes.fill(0, dataAt + 4096, dataAt + 8192);
    mkdirSync(at('shared'));
    writeFileSync(at('shared/tiles.tif'), shared.bytes);
    const halves = [0, 320].map((x) => ({
      id: `at-${x}`,
      rings: [rectangle(300_000 + x, 1_099_360, 300_320 + x, 1_100_000)],
    }));
    writeParcels(at('halves.geojson'), halves);
    const server = await startFileServer(at('shared'));
    try {
      const remote = await zonal(`${server.url}/tiles.tif`, at('halves.geojson'), '--allow-host', server.pair);
      const local = await zonal(at('shared/tiles.tif'), at('halves.geojson'));
      for (const { out } of [remote, local])
        expect(readCsv(out).map(({ count, mean }) => [count, mean])).toEqual([
          ['2048', '7'],
          ['2048', '7'],
        ]);
    } finally {
      await server.close();
    }
  });

  it('refuses to write over the raster, the parcels or links to them, into a folder or where nothing can be, before it measures', async () => {
    symlinkSync(at('ndvi.tif'), at('linked.csv'));
    linkSync(at('parcels.geojson'), at('hard.csv'));
    copyFileSync(at('parcels.geojson'), at('table.csv-metadata.json'));
    mkdirSync(at('folder.csv'));
    const cases: [string, string, number, string][] = [
      ['linked.csv', 'parcels.geojson', 2, 'is one of the files to read or a link to it'],
      ['hard.csv', 'parcels.geojson', 2, 'is one of the files to read or a link to it'],
      ['table.csv', 'table.csv-metadata.json', 2, 'is one of the files to read.'],
      ['folder.csv', 'parcels.geojson', 2, 'is a folder'],
      ['/proc/o.csv', 'parcels.geojson', 1, 'The output folder /proc cannot be made or written'],
    ];
    for (const [out, file, code, words] of cases) {
      const run = await runCanopy(['zonal', at('ndvi.tif'), at(file), '--out', resolve(root, out)]);
      expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(words)]);
      expect(run.stderr).not.toContain(' of 4 blocks');
    }
    expect(readFileSync(at('hard.csv'), 'utf8')).toContain('FeatureCollection');
  });
});
