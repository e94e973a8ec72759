import { readFile, stat } from 'node:fs/promises';
import type { Window } from '../../shared/grid.ts';
import { intersectWindows } from '../../shared/grid.ts';
import type { LayerKind } from '../../shared/result.ts';
import { writeCog } from '../cog/write.ts';
import { coverTable, deriveLayer } from '../composite-unit.ts';
import { LAYER_FORMS, type LayerData, type LayerForm, type LayerPeriod } from '../layer-forms.ts';
import type { Plan, Unit } from '../plan.ts';
import type { Provenance } from '../store/geojson.ts';
import { runFolder } from './folder.ts';
import { periodText } from './layer-words.ts';
import type { LayerFile } from './tasks.ts';
import { decodeUnitFile, type UnitFile } from './unit-file.ts';

const BLOCK_PX = 512;

/** Puts the chunks of one layer of one grid together as a COG. Chunks that no unit computed are nodata. */
export async function assembleLayer(
  plan: Plan,
  wanted: { out: string; gridIndex: number; layer: LayerKind; period: LayerPeriod; provenance: Provenance },
): Promise<LayerFile> {
  const { grid, key } = plan.grids[wanted.gridIndex]!;
  const form = LAYER_FORMS[wanted.layer];
  const units = plan.units.filter((unit) => unit.gridIndex === wanted.gridIndex);
  const table = coverTable(plan.params);
  const chunks = new Map<number, LayerData | null>();
  const readChunk = async (unit: Unit): Promise<LayerData | null> => {
    if (!chunks.has(unit.index)) {
      // Blocks are asked for row by row: a row of chunks is all that is kept.
      for (const other of units) if (other.window.row !== unit.window.row) chunks.delete(other.index);
      chunks.set(unit.index, await readUnitLayer(table, wanted, unit));
    }
    return chunks.get(unit.index) ?? null;
  };
  const readBlock = async (blockCol: number, blockRow: number): Promise<LayerData> => {
    const window = { col: blockCol * BLOCK_PX, row: blockRow * BLOCK_PX, widthPx: BLOCK_PX, heightPx: BLOCK_PX };
    const block = emptyBlock(form, BLOCK_PX * BLOCK_PX * form.samples);
    for (const unit of units) {
      const shared = intersectWindows(unit.window, window);
      if (!shared) continue;
      const data = await readChunk(unit);
      if (data) copyWindow(data, unit.window, block, window, shared, form.samples);
    }
    return block;
  };
  return writeCog(
    runFolder.layer(wanted.out, wanted.layer, wanted.period, key),
    {
      grid,
      dataType: form.dataType,
      samples: form.samples,
      nodata: form.nodata,
      blockSizePx: BLOCK_PX,
      resampling: 'average',
      bands: Array.from({ length: form.samples }, () => ({ description: wanted.layer, scale: form.scale })),
      metadata: {
        kind: wanted.layer,
        period: periodText(plan, wanted.layer, wanted.period),
        scale: String(form.scale),
        unit: form.unit,
        attribution: wanted.provenance.attribution.join('; '),
        synthetic: wanted.provenance.synthetic ? 'yes, made by a generator' : 'no',
      },
    },
    readBlock,
  );
}

async function readUnitLayer(
  table: Int16Array,
  wanted: { out: string; layer: LayerKind; period: LayerPeriod },
  unit: Unit,
): Promise<LayerData | null> {
  const file = await readUnitFile(runFolder.unit(wanted.out, unit.key), unit.key);
  return file && deriveLayer(wanted.layer, wanted.period, table, file.layer);
}

/** Unit files this child has checked lately, the last used at the end: the layers of a grid all read the same ones. */
const lately = new Map<string, { readonly file: UnitFile; readonly bytes: number }>();
const LATELY_BYTES = 64 * 2 ** 20;

/** A checked unit file; null where there is none: a unit that was left out stays nodata and the summary names it. */
async function readUnitFile(path: string, key: string): Promise<UnitFile | null> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!found) return null;
  const version = `${path} ${found.ino} ${found.mtimeMs} ${found.size}`;
  const known = lately.get(version) ?? { file: decodeUnitFile(await readFile(path), key, path), bytes: found.size };
  lately.delete(version);
  lately.set(version, known);
  let bytes = [...lately.values()].reduce((total, entry) => total + entry.bytes, 0);
  for (const [oldest, entry] of lately) {
    if (bytes <= LATELY_BYTES || oldest === version) break;
    lately.delete(oldest);
    bytes -= entry.bytes;
  }
  return known.file;
}

function emptyBlock(form: LayerForm, length: number): LayerData {
  if (form.dataType === 'int16') return new Int16Array(length).fill(form.nodata);
  if (form.dataType === 'uint16') return new Uint16Array(length).fill(form.nodata);
  return new Uint8Array(length).fill(form.nodata);
}

function copyWindow(
  from: LayerData,
  fromWindow: Window,
  to: LayerData,
  toWindow: Window,
  shared: Window,
  samples: number,
): void {
  for (let row = shared.row; row < shared.row + shared.heightPx; row += 1) {
    const source = ((row - fromWindow.row) * fromWindow.widthPx + shared.col - fromWindow.col) * samples;
    const target = ((row - toWindow.row) * toWindow.widthPx + shared.col - toWindow.col) * samples;
    to.set(from.subarray(source, source + shared.widthPx * samples), target);
  }
}
