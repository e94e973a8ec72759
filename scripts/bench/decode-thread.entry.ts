// A thread of `decode-run.entry.ts`: decodes one row of blocks of a local file into the image that all threads share.
import { decodeInPlace, prepareDecoder } from '../../pipeline/cog/block.ts';
import { openBlockFile } from '../../pipeline/cog/block-file.ts';
import { answerThread } from '../../pipeline/workers/thread-contract.ts';
import type { DecodeSetup } from './decode-run.entry.ts';

answerThread(async ({ path, header, pixels }: DecodeSetup) => {
  const level = header.levels[0]!;
  const { widthPx, heightPx, blockWidthPx, blockHeightPx } = level;
  const image = new Uint16Array(pixels);
  await prepareDecoder(level);
  const file = openBlockFile(path, header);
  return async (blockRow: number) => {
    const top = blockRow * blockHeightPx;
    const rows = Math.min(blockHeightPx, heightPx - top);
    for (let col = 0; col < level.blockCols; col++) {
      const address = { col, row: blockRow, sample: 0 };
      const block = decodeInPlace(level, address, file.readBlock(level, address)!, path).pixels;
      const cols = Math.min(blockWidthPx, widthPx - col * blockWidthPx);
      for (let row = 0; row < rows; row++) {
        const from = row * blockWidthPx;
        image.set(block.subarray(from, from + cols), (top + row) * widthPx + col * blockWidthPx);
      }
    }
    return { result: rows };
  };
});
