import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CanopyError, inputError, usageError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { BandName, Scene } from '../../shared/scene.ts';
import { writeCog } from '../cog/write.ts';
import { childEnvironment } from '../config.ts';
import type { MonitorParams } from '../plan.ts';
import { createLocalRunner } from '../queue/local.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, JobEnd } from '../queue/runner.ts';
import { readDocument } from '../stac/document.ts';
import { type GridlessItem, parseItem } from '../stac/item.ts';
import { ensureFolder, writeFileAtomic } from '../store/files.ts';
import { buildLayerItem, formatItem } from '../store/stac-item.ts';
import { createPool, type Pool } from '../workers/pool.ts';
import { footprintOf } from './footprint.ts';
import { BLOCK_PX, bandsOfIndex, INDEX_NODATA, INDEX_SCALE, type IndexName, indexGridOf } from './index-strip.ts';
import { createLazyEgress } from './lazy-egress.ts';
import type { RunContext } from './prepare.ts';
import { stopped } from './stopped.ts';
import type { LayerFile, Task, TaskResult } from './tasks.ts';

/** One index of one scene, as a file. */
export interface IndexRequest {
  /** Absolute path or URL of a STAC item. */
  readonly item: string;
  readonly index: IndexName;
  /** Absolute path that ends in `.tif`; the new item lies beside it as `.json`. */
  readonly out: string;
  /** null: every pixel that has data is kept, cloud included. */
  readonly mask: Pick<MonitorParams, 'keepScl' | 'dilateM'> | null;
  readonly allowHosts: readonly string[];
  readonly workers: number;
}

export interface IndexLayer {
  readonly scene: Scene;
  readonly grid: Grid;
  /** Pixels that hold a value. */
  readonly valuePx: number;
  readonly itemPath: string;
}

type Children = Pool<Task, TaskResult>;

/**
 * Computes an index of one scene as a COG of int16 × 0.0001 (nodata −32768) with a STAC item beside it. Rows of blocks
 * are computed in children that can be killed and put together here, so memory is bounded by a row of blocks.
 * Errors: `E_ITEM_BAND` names the bands that the item lacks; those of the item and its files; `E_CANCELLED`.
 */
export async function runIndexLayer(request: IndexRequest, context: RunContext): Promise<IndexLayer> {
  const { allowHosts, workers, out } = request;
  const itemPath = out.replace(/\.tif$/, '.json');
  if (itemPath === request.item)
    throw usageError(`--out ${out} would put its own item over ${itemPath}. Give another name or folder.`);
  const pool: Children = createPool({ size: workers, env: childEnvironment(allowHosts) });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  try {
    const scene = await inspect(request, await findScene(request, pool), pool);
    const grid = indexGridOf(scene, request.index);
    const { file, valuePx } = await computeLayer({ ...request, scene, grid }, pool, context);
    await writeFileAtomic(itemPath, describeLayer(request, scene, grid, file));
    return { scene, grid, valuePx, itemPath };
  } catch (error) {
    throw context.signal.aborted ? stopped() : error;
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

/** The item as a scene with the bands that are needed; what it does not state of them is read from their files. */
async function findScene({ item, index, allowHosts }: IndexRequest, pool: Children): Promise<Scene> {
  const egress = createLazyEgress(allowHosts);
  let parsed: ReturnType<typeof parseItem>;
  try {
    const { href, value } = await readDocument(item, egress);
    parsed = parseItem(value, href);
  } finally {
    await egress.close();
  }
  if (parsed.scene) {
    requireBands(parsed.scene.id, Object.keys(parsed.scene.bands) as BandName[], index);
    return parsed.scene;
  }
  const { draft, bands } = parsed.gridless;
  requireBands(
    draft.id,
    bands.map((band) => band.name),
    index,
  );
  const wanted: readonly BandName[] = ['red', draft.maskRule as BandName, ...bandsOfIndex(index)];
  return complete({ ...parsed.gridless, bands: bands.filter((band) => wanted.includes(band.name)) }, pool);
}

function requireBands(id: string, found: readonly BandName[], index: IndexName): void {
  const wanted = bandsOfIndex(index);
  const missing = wanted.filter((name) => !found.includes(name));
  if (missing.length === 0) return;
  const sentence = `Item ${id} has no ${missing.join(' and no ')} band, and ${index} is made of ${wanted.join(' and ')}; it has ${found.join(', ')}. Take another item or another index.`;
  throw inputError('E_ITEM_BAND', sentence, id);
}

async function complete(item: GridlessItem, pool: Children): Promise<Scene> {
  const answer = await pool.run({ kind: 'complete', items: [item] });
  if (answer.kind !== 'complete') throw new Error('Wrong answer to a complete task.');
  const [completed] = answer.items;
  if (completed && 'scene' in completed) return completed.scene;
  throw inputError(completed!.refused.code, completed!.refused.reason, item.draft.id);
}

async function inspect({ index, out }: IndexRequest, scene: Scene, pool: Children): Promise<Scene> {
  const bands = [...bandsOfIndex(index), ...(scene.maskRule === 'nodata' ? [] : [scene.maskRule as BandName])];
  if (bands.some((name) => scene.bands[name]!.href === out))
    throw usageError(`--out ${out} is a file of scene ${scene.id} itself. Give another name or folder.`);
  const answer = await pool.run({ kind: 'inspect', scenes: [scene], options: { only: bands } });
  if (answer.kind !== 'inspect') throw new Error('Wrong answer to an inspect task.');
  const [result] = answer.scenes;
  if (result && 'ok' in result) return result.ok.scene;
  throw inputError(result!.refused.code, result!.refused.reason, scene.id);
}

type LayerToMake = IndexRequest & { readonly scene: Scene; readonly grid: Grid };

/** Rows of blocks into a folder beside the result, which is removed whatever happens; then the COG out of them. */
async function computeLayer(layer: LayerToMake, pool: Children, context: RunContext) {
  const folder = await makeScratch(layer.out);
  try {
    const valuePx = await computeStrips(layer, folder, pool, context);
    return { valuePx, file: await writeLayer(layer, folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeScratch(out: string): Promise<string> {
  try {
    await ensureFolder(dirname(out));
    return await mkdtemp(join(dirname(out), `.${basename(out)}-`));
  } catch (cause) {
    const message = `${out} cannot be written: ${(cause as Error).message}. Free the disk, or choose a folder that may be written to.`;
    throw new CanopyError({ kind: 'resource', code: 'E_DISK', message, where: out }, { cause });
  }
}

async function computeStrips(layer: LayerToMake, folder: string, pool: Children, context: RunContext): Promise<number> {
  const { grid, scene, index, mask } = layer;
  const blockCols = Math.ceil(grid.widthPx / BLOCK_PX);
  const blockRows = Math.ceil(grid.heightPx / BLOCK_PX);
  const jobs = Array.from({ length: blockRows }, (_, blockRow): Job<Task> => {
    const task = { kind: 'index', scene, index, mask, blockRow, path: stripPath(folder, blockRow) } as const;
    return { key: `row-${blockRow}`, label: `row ${blockRow} of blocks`, task };
  });
  const { write, isTty } = context;
  const progress = createProgress({ total: blockRows * blockCols, unitName: 'blocks', write, isTty, now: Date.now });
  const stopper = new AbortController();
  let failure: CanopyError | null = null;
  let valuePx = 0;
  const signal = AbortSignal.any([context.signal, stopper.signal]);
  const on = {
    done: (_: Job<Task>, { result }: JobEnd<TaskResult>) => {
      if (result.kind === 'index') valuePx += result.valuePx;
      progress.advance(blockCols);
    },
    failed: (_: Job<Task>, error: ConstructorParameters<typeof CanopyError>[0]) => {
      failure ??= new CanopyError(error);
      stopper.abort();
    },
  };
  try {
    await createLocalRunner({ pool, signal }).run(jobs, on);
    progress.finish();
  } catch (error) {
    throw failure ?? error;
  }
  if (failure) throw failure;
  return valuePx;
}

function stripPath(folder: string, blockRow: number): string {
  return join(folder, `row-${blockRow}`);
}

function writeLayer(layer: LayerToMake, folder: string): Promise<LayerFile> {
  const { scene, grid, index, out } = layer;
  const blockBytes = BLOCK_PX * BLOCK_PX * Int16Array.BYTES_PER_ELEMENT;
  let strip: { row: number; bytes: Buffer } | null = null;
  return writeCog(
    out,
    {
      grid,
      dataType: 'int16',
      samples: 1,
      nodata: INDEX_NODATA,
      blockSizePx: BLOCK_PX,
      resampling: 'average',
      bands: [{ description: index, scale: INDEX_SCALE }],
      metadata: {
        kind: index,
        scene: scene.id,
        datetime: scene.datetime,
        attribution: scene.attribution,
        synthetic: scene.synthetic ? 'yes, made by a generator' : 'no',
      },
    },
    async (blockCol, blockRow) => {
      if (strip?.row !== blockRow) strip = { row: blockRow, bytes: await readFile(stripPath(folder, blockRow)) };
      const start = strip.bytes.byteOffset + blockCol * blockBytes;
      return new Int16Array(strip.bytes.buffer.slice(start, start + blockBytes));
    },
  );
}

const FORMULAS: Readonly<Record<IndexName, string>> = {
  ndvi: '(nir − red)/(nir + red)',
  evi2: '2.5 (nir − red)/(nir + 2.4 red + 1)',
  nbr: '(nir − swir22)/(nir + swir22)',
  ndmi: '(nir − swir16)/(nir + swir16)',
};

function describeLayer({ index, mask, out }: IndexRequest, scene: Scene, grid: Grid, file: LayerFile): string {
  return formatItem(
    buildLayerItem({
      fileName: basename(out),
      kind: index,
      period: { datetime: scene.datetime },
      grid,
      ...footprintOf(grid),
      bands: [{ name: index, dataType: 'int16', scale: INDEX_SCALE, offset: 0, nodata: INDEX_NODATA, unit: '1' }],
      method: `${FORMULAS[index]} of surface reflectance, reflectance below 0 taken as 0; ${maskText(scene, mask)}; a finer band enters as the mean of its valid pixels`,
      sources: [{ id: scene.id, href: scene.itemHref }],
      ...file,
      provenance: { attribution: [scene.attribution], synthetic: scene.synthetic },
    }),
  );
}

function maskText(scene: Scene, mask: IndexRequest['mask']): string {
  if (mask === null) return 'cloud, shadow and snow not masked';
  const rule = scene.maskRule === 'scl' ? `SCL ${mask.keepScl.join(', ')}` : `by ${scene.maskRule}`;
  return `clear pixels only (${rule}, what is not clear widened by ${mask.dilateM} m)`;
}
