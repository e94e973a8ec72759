import { CanopyError } from '../../shared/errors.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { assembleCog, type CogFile } from './assemble.ts';
import { encodeSuperBlock } from './assemble-block.ts';
import { type CogPlan, type CogSpec, planCog } from './assemble-plan.ts';
import { createPixels } from './block.ts';

/** A full block, rows × columns × samples, in the spec's data type; beyond the edge of the image it holds nodata. */
export type ReadBlock = (blockCol: number, blockRow: number) => PixelArray | Promise<PixelArray>;

/**
 * Writes a Cloud Optimized GeoTIFF from blocks that are asked for row by row, one at a time, and encoded here: see
 * `assembleCog`, which has threads do that. Memory is two block rows a level. The same pixels give the same bytes,
 * whatever the machine and its zlib. The file appears under `path` complete or not at all. Errors: `E_TOO_LARGE` (4 GB),
 * `E_CRS_UNSUPPORTED`, `E_DISK` and `E_DISK_FULL` (resource).
 */
export async function writeCog(path: string, spec: CogSpec, readBlock: ReadBlock): Promise<CogFile> {
  const plan = planCog(path, spec);
  const { sha256, bytes } = await assembleCog(path, plan, {
    inFlight: 1,
    compute: async (at) => {
      const block = await readBlock(at.col, at.row);
      checkBlock(plan, block, at);
      return encodeSuperBlock(plan, at, block, []);
    },
    encode: async ({ at, pixels }) => encodeSuperBlock(plan, at, pixels),
  });
  return { sha256, bytes };
}

function checkBlock({ spec, blockSizePx }: CogPlan, block: PixelArray, at: { col: number; row: number }): void {
  const wanted = blockSizePx ** 2 * spec.samples;
  const expected = createPixels(spec.dataType, 0);
  if (block.length === wanted && block.constructor === expected.constructor) return;
  const message = `Block ${at.col}, ${at.row} to be written has ${block.length} values of ${block.constructor.name}, ${wanted} of ${expected.constructor.name} are wanted.`;
  throw new CanopyError({ kind: 'bug', code: 'E_BLOCK_TO_WRITE', message });
}
