import { basename, dirname } from 'node:path';
import type { Grid } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { assembleCog, type OverviewTask } from '../cog/assemble.ts';
import type { EncodedSuperBlock } from '../cog/assemble-block.ts';
import { type CogPlan, type CogSpec, planCog, type SuperBlockAt } from '../cog/assemble-plan.ts';
import { displayHref } from '../cog/source.ts';
import { createProgress } from '../queue/progress.ts';
import { CHANGE_NODATA, CHANGE_SCALE } from '../raster/ndvi-change.ts';
import { isHttp } from '../stac/href.ts';
import { ensureFolder } from '../store/files.ts';
import { createThreadPool, type ThreadPool } from '../workers/threads.ts';
import {
  type ChangeInput,
  type ChangeInputs,
  checkChangeUnchanged,
  type DateFiles,
  openChangeInputs,
} from './change-inputs.ts';
import type { ChangedSuperBlock, ChangeSetup } from './change-super.ts';
import { createLazyEgress } from './lazy-egress.ts';
import { checkOut } from './out.ts';
import type { RunContext } from './prepare.ts';
import { stopped } from './stopped.ts';

/** The change of NDVI between two dates, as a file. */
export interface ChangeRequest {
  readonly before: DateFiles;
  readonly after: DateFiles;
  /** What is added to the stored numbers of each band of a date, 0 or less. */
  readonly dnOffset: { readonly before: number; readonly after: number };
  /** Scene classes that count as clear. */
  readonly keepScl: readonly number[];
  /** Absolute path that ends in `.tif`. */
  readonly out: string;
  readonly allowHosts: readonly string[];
  readonly threads: number;
}

export interface ChangeLayer {
  readonly grid: Grid;
  /** Pixels that hold a value. */
  readonly valuePx: number;
  /** Pixels whose change int16 cannot hold: see `computeNdviChange`. */
  readonly beyondPx: number;
  readonly bytes: number;
}

/** A super-block: of the full size, or one of overviews with its pixels. */
export type ChangeTask = { readonly at: SuperBlockAt; readonly pixels?: PixelArray };

type Threads = ThreadPool<ChangeTask, EncodedSuperBlock>;

const BLOCK_PX = 512;
/** Four blocks of 10 m lie over one of 20 m. */
const SUPER_BLOCK_PX = 1024;

/**
 * Computes the change of NDVI between two dates as a COG of int16 × 0.0001 (nodata −32768), overviews and statistics
 * included, in one pass: threads read, decode, compute and encode super-blocks, and memory does not grow with the image
 * but for a row of them. The rule is that of `computeNdviChange`. Errors: those of `openChangeInputs`, of the files and
 * of `assembleCog`; `E_SOURCE_CHANGED`, `E_CANCELLED`.
 */
export async function runNdviChange(request: ChangeRequest, context: RunContext): Promise<ChangeLayer> {
  const { out, threads: size } = request;
  await checkOut(
    [out],
    [request.before, request.after].flatMap(({ red, nir, scl }) => [red, nir, scl]),
  );
  const inputs = await openInputs(request);
  const plan = planCog(out, specOf(request, inputs), SUPER_BLOCK_PX);
  await ensureFolder(dirname(out));
  const { keepScl, dnOffset, allowHosts } = request;
  const offsetSums = { before: 2 * dnOffset.before, after: 2 * dnOffset.after };
  const setup: ChangeSetup = { plan, inputs, keepScl, offsetSums, allowHosts };
  const pool: Threads = createThreadPool({ program: 'pipeline/run/change-thread.js', setup, size });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  if (context.signal.aborted) stop();
  try {
    return { grid: inputs.grid, ...(await computeFile({ out, inputs, plan }, pool, context)) };
  } catch (error) {
    throw context.signal.aborted ? stopped() : error;
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

interface ChangeJob {
  readonly out: string;
  readonly inputs: ChangeInputs;
  readonly plan: CogPlan;
}

async function computeFile({ out, inputs, plan }: ChangeJob, pool: Threads, context: RunContext) {
  const { blockCols, blockRows } = plan.levels[0]!;
  const { write, isTty } = context;
  const progress = createProgress({ total: blockCols * blockRows, unitName: 'blocks', write, isTty, now: Date.now });
  let beyondPx = 0;
  const work = {
    inFlight: pool.size + 2,
    compute: (at: SuperBlockAt) => pool.run({ at }),
    encode: (task: OverviewTask) => pool.run(task),
    onDone: (encoded: EncodedSuperBlock) => {
      beyondPx += (encoded as ChangedSuperBlock).beyondPx;
      progress.advance(blocksIn(encoded, blockCols, blockRows));
    },
    beforeFinish: () => checkChangeUnchanged(inputs),
  };
  const { bytes, sums } = await assembleCog(out, plan, work, { statistics: true });
  progress.finish();
  return { valuePx: sums[0]!.count, beyondPx, bytes };
}

async function openInputs(request: ChangeRequest): Promise<ChangeInputs> {
  const egress = createLazyEgress(request.allowHosts);
  try {
    return await openChangeInputs(request, egress);
  } finally {
    await egress.close();
  }
}

function blocksIn({ col, row }: SuperBlockAt, blockCols: number, blockRows: number): number {
  const perSide = SUPER_BLOCK_PX / BLOCK_PX;
  return Math.min(perSide, blockCols - col * perSide) * Math.min(perSide, blockRows - row * perSide);
}

function specOf({ dnOffset, keepScl }: ChangeRequest, { grid, before, after }: ChangeInputs): CogSpec {
  const describe = (date: { red: ChangeInput; nir: ChangeInput; scl: ChangeInput }) =>
    [date.red, date.nir, date.scl].map(describeInput).join('; ');
  return {
    grid,
    dataType: 'int16',
    samples: 1,
    nodata: CHANGE_NODATA,
    blockSizePx: BLOCK_PX,
    resampling: 'average',
    bands: [{ description: 'ndvi-change', scale: CHANGE_SCALE }],
    metadata: {
      kind: 'ndvi-change',
      method:
        'NDVI after - NDVI before, NDVI = (nir - red) / max(nir + red + 2 dn_offset, 1), float32, where all four DN are above 0 and both classes are kept and the change is within +-3.2767, what int16 x 0.0001 holds; nodata elsewhere; overviews are means',
      before: describe(before),
      after: describe(after),
      dn_offset:
        dnOffset.before === dnOffset.after
          ? String(dnOffset.before)
          : `${dnOffset.before} before, ${dnOffset.after} after`,
      keep_scl: keepScl.join(','),
    },
  };
}

/** Name and version of an input; a folder's path says more of the machine than of the data. */
function describeInput({ role, href, identity }: ChangeInput): string {
  return `${role} ${isHttp(href) ? displayHref(href) : basename(href)} (${identity})`;
}
