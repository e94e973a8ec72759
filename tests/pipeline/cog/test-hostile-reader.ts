// Reads the files named in its arguments one after the other, the first to warm up; prints how each ended, and how far
// memory rose above what the first had needed.
import { readFileSync } from 'node:fs';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { toErrorDetail } from '../../../shared/errors.ts';

export interface HostileReport {
  readonly ends: readonly { readonly kind: string; readonly code: string; readonly message: string }[];
  readonly grownBytes: number;
}

/** The most memory that this process has ever held. */
function highWaterBytes(): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]) * 1024;
}

async function readFile(path: string) {
  const source = await openFileSource(path);
  try {
    const cog = await openCog(source);
    const { widthPx, heightPx } = cog.header.levels[0]!;
    await readWindow(cog, { level: 0, window: { col: 0, row: 0, widthPx, heightPx }, sample: 0 });
    return { kind: 'read', code: '', message: '' };
  } catch (error) {
    return toErrorDetail(error);
  } finally {
    await source.close();
  }
}

const [plain, ...paths] = process.argv.slice(2);
const first = await readFile(plain!);
const before = highWaterBytes();
const ends = [first];
for (const path of paths) ends.push(await readFile(path));
console.log(JSON.stringify({ ends, grownBytes: highWaterBytes() - before } satisfies HostileReport));
