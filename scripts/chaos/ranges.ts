import { createEgress, type Egress } from '../../pipeline/egress/client.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { byChance, type Fault, startFaultServer } from '../../tests/faultd.ts';
import { deriveSeed, mulberry32, type Random } from '../demo/random.ts';

interface RangeChaosRequest {
  readonly reads: number;
  /** Share of all requests that are answered with a fault, 0 to 1. */
  readonly faultShare: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface RangeChaos {
  /** Ranges that were read to their end and compared byte by byte. */
  readonly reads: number;
  readonly wrongBytes: number;
  readonly requests: number;
  /** Requests for one read. */
  readonly amplification: number;
  readonly seconds: number;
  /** Reads that were given up as transient and begun again, as the queue does with a unit. */
  readonly begunAgain: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
}

const FILE_BYTES = 4 * 2 ** 20;
const LONGEST_BYTES = 4096;
const SIDE_BY_SIDE = 16;
/** The client's clock goes this much faster than ours. */
const HASTE = 100;
/** As the queue starts a unit at most. */
const MAX_STARTS = 4;

const KINDS: readonly Fault[] = [
  'busy',
  'reset',
  'reset in body',
  'short body',
  'wrong content-range',
  "neighbour's bytes",
  'gzip as range',
  'whole file',
  'web page',
  'web page as range',
  'hang',
  'stall',
  'drip',
];

/**
 * Reads ranges of a file through the egress client from a server that answers a share of all requests wrongly, and
 * compares every byte. The client is as it is at work, but in haste: its waits, its rate and its time-outs are those of a
 * clock that goes a hundred times faster. Throws when a read is refused for good.
 */
export async function runRangeChaos(request: RangeChaosRequest): Promise<RangeChaos> {
  const { reads, faultShare, seed, say } = request;
  const random = mulberry32(deriveSeed(seed, 'ranges'));
  const file = new Uint8Array(FILE_BYTES).map(() => Math.floor(random() * 256));
  const server = await startFaultServer({ '/file.tif': file }, byChance(faultShare, KINDS, seed));
  const egress = createEgress({ allowHosts: [server.pair], ...shortClocks(mulberry32(deriveSeed(seed, 'waits'))) });
  const startMs = performance.now();
  const counts = { read: 0, wrongBytes: 0, begunAgain: 0 };
  let begun = 0;
  const lane = async () => {
    while (begun < reads) {
      begun++;
      const lengthBytes = 2 + Math.floor(random() * (LONGEST_BYTES - 2));
      const range = { offsetBytes: Math.floor(random() * (FILE_BYTES - lengthBytes)), lengthBytes };
      const bytes = await readStubbornly(egress, `${server.url}/file.tif`, range, () => counts.begunAgain++);
      counts.wrongBytes += countWrong(bytes, file.subarray(range.offsetBytes, range.offsetBytes + lengthBytes));
      if (++counts.read % 1000 === 0) say(`${counts.read} of ${reads} ranges read, ${counts.wrongBytes} wrong bytes.`);
    }
  };
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
  } finally {
    await egress.close();
    await server.close();
  }
  return {
    reads: counts.read,
    wrongBytes: counts.wrongBytes,
    requests: server.hits.length,
    amplification: server.hits.length / counts.read,
    seconds: (performance.now() - startMs) / 1000,
    begunAgain: counts.begunAgain,
    faults: Object.fromEntries(server.served),
  };
}

function shortClocks(random: Random) {
  const clock = {
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / HASTE)),
    now: () => performance.now() * HASTE,
  };
  return {
    fetchTimeouts: { connectMs: 2000, headersMs: 150, bodyIdleMs: 150, totalMs: 1100, paceAfterMs: 100 },
    retry: { ...clock, random },
    limits: clock,
  };
}

interface Range {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

async function readStubbornly(egress: Egress, url: string, range: Range, onAgain: () => void): Promise<Uint8Array> {
  for (let starts = 1; ; starts++) {
    try {
      return (await egress.readRange(url, range.offsetBytes, range.lengthBytes, '"v1"')).bytes;
    } catch (error) {
      if (!isCanopyError(error) || error.kind !== 'transient' || starts >= MAX_STARTS) throw error;
      onAgain();
    }
  }
}

function countWrong(got: Uint8Array, wanted: Uint8Array): number {
  let wrong = Math.abs(got.length - wanted.length);
  for (let i = 0; i < Math.min(got.length, wanted.length); i++) if (got[i] !== wanted[i]) wrong++;
  return wrong;
}
