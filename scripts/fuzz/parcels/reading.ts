import { type ParcelFile, readParcelFile } from '../../../pipeline/parcels/formats/read-file.ts';
import { isCanopyError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS, type ParcelFormat } from '../../../shared/parcel-check.ts';
import { makeParcelInput } from './input.ts';
import { networkAttempts } from './no-network.ts';
import type { ParcelSeed } from './seeds.ts';

/** Consecutive inputs of one format. */
export interface ParcelTask {
  readonly format: ParcelFormat;
  readonly runSeed: number;
  readonly firstIndex: number;
  readonly count: number;
}

export type ParcelFault = 'bug' | 'slow' | 'network' | 'memory' | 'pollution' | 'malformed' | 'crash';

export interface ParcelFailure {
  readonly format: ParcelFormat;
  readonly index: number;
  readonly what: ParcelFault;
  readonly story: string;
}

export interface ParcelResult {
  readonly read: number;
  readonly refused: number;
  /** Refused inputs by error code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly failures: readonly ParcelFailure[];
  /** Processor time of the slowest input. */
  readonly slowestMs: number;
  readonly peakRssBytes: number;
}

interface BatchHooks {
  readonly onInput?: (index: number) => void;
  readonly read?: typeof readParcelFile;
}

/** Processor time: the clock on the wall would blame a busy machine on an input. */
const SLOW_MS = 1000;
export const MAX_RSS_BYTES = 512 * 2 ** 20;

/**
 * Reads inputs one after the other and judges what came of each; `onInput` hears of each before it is read. Another
 * `read` stands in for the readers where the judging itself is tested.
 */
export async function runParcelBatch(
  seeds: readonly ParcelSeed[],
  task: ParcelTask,
  { onInput = () => {}, read: readFile = readParcelFile }: BatchHooks = {},
): Promise<ParcelResult> {
  const codes: Record<string, number> = {};
  const failures: ParcelFailure[] = [];
  let [read, refused, slowestMs, peakRssBytes] = [0, 0, 0, 0];
  for (let index = task.firstIndex; index < task.firstIndex + task.count; index++) {
    const input = await makeParcelInput(seeds, { ...task, index });
    onInput(index);
    const fail = (what: ParcelFault, why: string) =>
      failures.push({ format: task.format, index, what, story: `${input.story}. ${why}` });
    const sockets = networkAttempts();
    const start = process.cpuUsage();
    const code = await tryReading(
      () => readFile(input.bytes, { name: input.name, assumeCrs: null, layer: null }),
      fail,
    );
    const used = process.cpuUsage(start);
    const ms = (used.user + used.system) / 1000;
    if (code === null) read += 1;
    else {
      refused += 1;
      codes[code] = (codes[code] ?? 0) + 1;
    }
    slowestMs = Math.max(slowestMs, ms);
    const rssBytes = process.memoryUsage.rss();
    peakRssBytes = Math.max(peakRssBytes, rssBytes);
    if (ms > SLOW_MS) fail('slow', `It took ${ms.toFixed(0)} ms of processor time.`);
    if (networkAttempts() > sockets) fail('network', 'It tried to open a connection.');
    if (rssBytes > MAX_RSS_BYTES) fail('memory', `The process held ${(rssBytes / 2 ** 20).toFixed(0)} MiB.`);
    if ('polluted' in {}) {
      delete (Object.prototype as { polluted?: unknown }).polluted;
      fail('pollution', 'All objects got a member.');
    }
  }
  return { read, refused, codes, failures, slowestMs, peakRssBytes };
}

/** The code of a refusal, null where the file was read. */
async function tryReading(
  readFile: () => Promise<ParcelFile>,
  fail: (what: ParcelFault, why: string) => void,
): Promise<string | null> {
  try {
    const file = await readFile();
    const why = faultOfFile(file);
    if (why !== null) fail('malformed', why);
    return null;
  } catch (error) {
    if (isCanopyError(error) && error.kind === 'input' && error.message.length > 20) return error.code;
    fail('bug', error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error));
    return 'bug';
  }
}

/** What about a file that was read is not as its record promises; null where all is. */
function faultOfFile({ candidates }: ParcelFile): string | null {
  if (candidates.length === 0 || candidates.length > IMPORT_LIMITS.parcels)
    return `It has ${candidates.length} parcels.`;
  for (const { id, attributes, geometry } of candidates) {
    const { statedHa, startDate, more } = attributes;
    if (typeof id !== 'string' || id === '' || id.length > 256) return 'An id is no text of 1 to 256 characters.';
    if (statedHa !== null && !(Number.isFinite(statedHa) && statedHa > 0)) return `A stated area is ${statedHa} ha.`;
    if (startDate !== null && !/^\d{4}-\d{2}-\d{2}$/.test(startDate)) return `A start is "${startDate}".`;
    if (Object.getPrototypeOf(more) !== null) return 'Further properties have a prototype.';
    if (geometry === undefined) return 'A geometry is undefined.';
  }
  // On its way to the parent and the browser it has to be plain data.
  structuredClone(candidates);
  JSON.stringify(candidates);
  return null;
}
