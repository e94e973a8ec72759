import type { Seed } from './corpus.ts';
import { makeInput } from './mutate.ts';
import { type Reading, readEverything } from './reading.ts';
import { judgeStream } from './streams.ts';
import { judge, type Outcome, tryReading, type Verdict } from './verdict.ts';

/** Consecutive inputs of one fuzz run. */
export interface FuzzTask {
  readonly runSeed: number;
  readonly firstIndex: number;
  readonly count: number;
}

export interface FuzzFailure {
  readonly index: number;
  readonly what: 'crash' | 'misread' | 'hang' | 'memory';
  /** Seed file, mutations and message. */
  readonly story: string;
}

export interface FuzzResult {
  /** Inputs by family of mutation and outcome. */
  readonly counts: Readonly<Record<string, Partial<Record<Outcome, number>>>>;
  /** Refused inputs by error code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly failures: readonly FuzzFailure[];
  /** Processor time of the slowest input. */
  readonly slowestMs: number;
  /** The most that this process has ever held. */
  readonly peakRssBytes: number;
}

/** An input that takes more processor time is a hang. The clock on the wall would blame a busy machine on it. */
const HANG_MS = 1000;

/** What a process may hold at most, its runtime and the corpus included. */
export const MAX_RSS_BYTES = 512e6;

/**
 * Runs a batch of inputs one after the other. `truths` keeps what the unharmed files gave; `onInput` hears of each input
 * before it is read.
 */
export async function runBatch(
  corpus: readonly Seed[],
  truths: Map<Seed, Reading>,
  { runSeed, firstIndex, count }: FuzzTask,
  onInput: (index: number) => void = () => {},
): Promise<FuzzResult> {
  const counts: Record<string, Partial<Record<Outcome, number>>> = {};
  const codes: Record<string, number> = {};
  const failures: FuzzFailure[] = [];
  let slowestMs = 0;
  for (let index = firstIndex; index < firstIndex + count; index++) {
    const { family, story, of } = makeInput(corpus, runSeed, index);
    const truth = 'file' in of ? await truthOf(of.file.seed, truths) : null;
    onInput(index);
    const wasSmall = peakRssBytes() <= MAX_RSS_BYTES;
    const before = process.cpuUsage();
    const attempt = 'file' in of ? await tryReading(of.file.seed, of.file.bytes) : judgeStream(of.stream);
    const spent = process.cpuUsage(before);
    const tookMs = (spent.user + spent.system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    if (wasSmall && peakRssBytes() > MAX_RSS_BYTES) failures.push({ index, what: 'memory', story });
    const { outcome, detail } =
      'file' in of ? await judge(of.file.seed, truth!, of.file.bytes, attempt) : (attempt as Verdict);
    counts[family] ??= {};
    counts[family][outcome] = (counts[family][outcome] ?? 0) + 1;
    if (outcome === 'refused') codes[detail] = (codes[detail] ?? 0) + 1;
    if (outcome === 'crash' || outcome === 'misread')
      failures.push({ index, what: outcome, story: `${story}: ${detail}` });
    if (tookMs > HANG_MS) failures.push({ index, what: 'hang', story: `${story}: took ${Math.round(tookMs)} ms` });
  }
  return { counts, codes, failures, slowestMs, peakRssBytes: peakRssBytes() };
}

async function truthOf(seed: Seed, truths: Map<Seed, Reading>): Promise<Reading> {
  const truth = truths.get(seed) ?? (await readEverything(seed.bytes, seed.item.nodata));
  truths.set(seed, truth);
  return truth;
}

function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
