import { nameBlock } from '../cog/block.ts';
import { blockIndex } from '../cog/block-bytes.ts';
import { openBlockFile } from '../cog/block-file.ts';
import { readHeader } from '../cog/header.ts';
import { maskOf } from '../cog/match.ts';
import { openFileSource } from '../cog/source.ts';
import { answerThread } from '../workers/thread-contract.ts';
import { checkVersion } from './file-version.ts';
import { type BlockStore, type CellReader, createCellReader } from './zonal-cells.ts';
import { createScratch, measureGroups, weighGroups } from './zonal-measure.ts';
import type { FetchedBlocks, ZonalResult, ZonalSetup, ZonalTask } from './zonal-task.ts';

/** A thread of `canopy zonal`: decodes groups of blocks and measures the parcels in them. */
answerThread<ZonalSetup, ZonalTask, ZonalResult>(async ({ path }) => {
  const local = path === null ? null : await openLocal(path);
  const scratch = createScratch();
  let reader: CellReader | null = null;
  return async (task) => {
    if (local !== null && task.version !== null) checkVersion(local.store.where, task.version);
    if (local === null || reader === null) {
      const store = local === null ? storeOfFetched(task.fetched!) : local.store;
      reader = await createCellReader(store, task.sample, task.sentinel);
    }
    const before = { blocks: reader.blocksRead(), ...(local?.stats() ?? { requests: 0, bytes: 0 }) };
    const result =
      task.kind === 'measure' ? await measureGroups(task, reader, scratch) : weighGroups(task, reader, scratch);
    const after = { blocks: reader.blocksRead(), ...(local?.stats() ?? { requests: 0, bytes: 0 }) };
    const read = {
      blocks: after.blocks - before.blocks,
      requests: after.requests - before.requests,
      bytes: after.bytes - before.bytes,
    };
    return { result: { ...result, read } };
  };
});

async function openLocal(
  path: string,
): Promise<{ store: BlockStore; stats: () => { requests: number; bytes: number } }> {
  const source = await openFileSource(path);
  const header = await readHeader(source);
  await source.close();
  const file = openBlockFile(path, header);
  const store = { level: header.levels[0]!, mask: maskOf(header), where: header.where, readBlock: file.readBlock };
  return { store, stats: file.stats };
}

function storeOfFetched({ level, mask, where, image, masks }: FetchedBlocks): BlockStore {
  return {
    ...{ level, mask, where },
    readBlock: (from, address) => {
      const block = (from === level ? image : masks).get(blockIndex(from, address));
      // Null is a block that the file does not keep; one that nobody fetched must not pass for it.
      if (block === undefined) throw new Error(`${nameBlock(from, address)} of ${where} was not fetched.`);
      return block;
    },
  };
}
