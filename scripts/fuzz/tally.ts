import type { FuzzFailure, FuzzResult } from './batch.ts';
import { OUTCOMES, type Outcome } from './verdict.ts';

/** The sum of many batches. */
export interface Tally {
  inputs: number;
  readonly counts: Map<string, Map<Outcome, number>>;
  readonly codes: Map<string, number>;
  readonly failures: FuzzFailure[];
  slowestMs: number;
  peakRssBytes: number;
}

export function emptyTally(): Tally {
  return { inputs: 0, counts: new Map(), codes: new Map(), failures: [], slowestMs: 0, peakRssBytes: 0 };
}

export function addResult(tally: Tally, result: FuzzResult): void {
  for (const [family, outcomes] of Object.entries(result.counts)) {
    const sums = tally.counts.get(family) ?? new Map<Outcome, number>();
    tally.counts.set(family, sums);
    for (const outcome of OUTCOMES) {
      const more = outcomes[outcome] ?? 0;
      sums.set(outcome, (sums.get(outcome) ?? 0) + more);
      tally.inputs += more;
    }
  }
  for (const [code, count] of Object.entries(result.codes)) tally.codes.set(code, (tally.codes.get(code) ?? 0) + count);
  tally.failures.push(...result.failures);
  tally.slowestMs = Math.max(tally.slowestMs, result.slowestMs);
  tally.peakRssBytes = Math.max(tally.peakRssBytes, result.peakRssBytes);
}

function totalOf(tally: Tally, outcome: Outcome): number {
  return [...tally.counts.values()].reduce((sum, counts) => sum + (counts.get(outcome) ?? 0), 0);
}

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
const count = (value: number) => value.toLocaleString('en');

/** A row for each family of mutation, a column for each outcome. */
export function formatTable(tally: Tally): string {
  const rows = [...tally.counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const cells = rows.map(([family, counts]) => [family, ...OUTCOMES.map((outcome) => count(counts.get(outcome) ?? 0))]);
  const sums = ['all', ...OUTCOMES.map((outcome) => count(totalOf(tally, outcome)))];
  const lines = [['first mutation', ...OUTCOMES], ...cells, sums];
  const widths = sums.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

/** What a run has shown, in plain sentences. */
export function formatSummary(tally: Tally, seconds: number): string {
  const isStream = (family: string) => family.endsWith(' alone');
  const fileCounts = [...tally.counts].flatMap(([family, counts]) => (isStream(family) ? [] : [counts]));
  const files = sum(fileCounts.map((counts) => sum(counts.values())));
  const [unchanged, sparse, item, checksum] = (['unchanged', 'sparse', 'item', 'checksum'] as const).map((outcome) =>
    sum(fileCounts.map((counts) => counts.get(outcome) ?? 0)),
  ) as [number, number, number, number];
  const share = (part: number) => `${((100 * part) / Math.max(1, files)).toFixed(2)} %`;
  const tell = (part: number) => `${count(part)} (${share(part)})`;
  const failed = (what: FuzzFailure['what']) => count(tally.failures.filter((failure) => failure.what === what).length);
  const codes = [...tally.codes].sort((a, b) => b[1] - a[1]).map(([code, times]) => `${code} ${count(times)}`);
  return [
    `Refusals: ${codes.join(', ')}.`,
    `${count(tally.inputs)} inputs in ${seconds.toFixed(0)} s (${count(Math.round(tally.inputs / seconds))} a second): ${failed('crash')} crashes, ${failed('hang')} hangs over 1 s (slowest ${Math.round(tally.slowestMs)} ms), ${failed('memory')} over 512 MB (peak ${Math.round(tally.peakRssBytes / 1e6)} MB a process).`,
    `Of ${count(files)} files the reader accepted ${tell(unchanged + sparse + item + checksum)} that the second opinion, by other code from the same header and bytes, reads alike cell by cell; ${failed('misread')} files and streams it refuses or reads otherwise.`,
    `Of the same files, ${tell(unchanged)} are as the unharmed file; ${tell(sparse)} lack blocks, which the reader counts; ${tell(item)} differ, and the item's grid, type or nodata show it; ${tell(checksum)} differ and are still well-formed, which only a checksum stated elsewhere can show (none is looked at here).`,
  ].join('\n');
}
