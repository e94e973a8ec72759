/** What one program took, over the rounds that counted. */
export interface Figure {
  /** Wall clock, the median of the rounds, s. */
  readonly medianS: number;
  readonly minS: number;
  /** Processor time of all threads and children, user and system, the median of the rounds, s; null = not measured. */
  readonly cpuS: number | null;
  /** The highest resident memory of any round, bytes; null = not measured. */
  readonly peakRssBytes: number | null;
}

/** One piece of work, done by us and by its peers in turn. */
export interface BenchRow {
  /** Such as `W1 zonal, 10,000 parcels, float32 uncompressed`. */
  readonly work: string;
  /** What is timed and on which input, as a sentence. */
  readonly compared: string;
  /** How much work it is, so that rates can be printed: 225 tiles, 30.1 Mpx. */
  readonly amount?: { readonly count: number; readonly unit: string };
  readonly ours: Figure;
  readonly peers: readonly Peer[];
  /** What is to be reached; absent where the row only informs. */
  readonly target?: Target;
  /** What else there is to know: identical pixels, largest difference, peers that were skipped. */
  readonly note?: string;
}

interface Peer {
  readonly name: string;
  readonly figure: Figure;
  /** Shown for comparison only: the target does not count for it. */
  readonly onlyInforms?: boolean;
}

interface Target {
  /** The peer's time over ours, at least. */
  readonly ratio?: number;
  readonly peakRssBytes?: number;
}

/** The peer's wall clock over ours: 2 = ours takes half the time. */
function ratioTo(row: BenchRow, peer: Figure): number {
  return peer.medianS / row.ours.medianS;
}

/** Null where the processor time of either was not measured. */
function cpuRatioTo(row: BenchRow, peer: Figure): number | null {
  return peer.cpuS === null || row.ours.cpuS === null ? null : peer.cpuS / row.ours.cpuS;
}

const HEADER = ['work', 'ours', 'peer', 'its time', 'ratio', 'of CPU', 'wanted', 'peak memory, ours / peer'];

/** An aligned text table, one line a peer, the notes below it. */
export function formatTextTable(rows: readonly BenchRow[]): string {
  const lines = [HEADER, ...rows.flatMap(cellsOf)];
  const widths = HEADER.map((_, col) => Math.max(...lines.map((line) => line[col]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, col) => cell.padEnd(widths[col]!))
      .join('  ')
      .trimEnd(),
  );
  return [...text, '', ...notesOf(rows)].join('\n');
}

/** The same as a Markdown table, the notes as a list below it. */
export function formatMarkdownTable(rows: readonly BenchRow[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(HEADER), line(HEADER.map(() => '---')), ...rows.flatMap(cellsOf).map(line)];
  return [...table, '', ...notesOf(rows).map((note) => `- ${note}`)].join('\n');
}

/** One line for each text, after the works it holds for. */
function notesOf(rows: readonly BenchRow[]): string[] {
  const works = new Map<string, string[]>();
  for (const { work, compared, note } of rows) {
    const text = [compared, note].filter(Boolean).join(' ');
    works.set(text, [...(works.get(text) ?? []), work]);
  }
  return [...works].map(([text, of]) => `${of.join('; ')}: ${text}`);
}

function cellsOf(row: BenchRow): string[][] {
  const first = [row.work, formatTime(row, row.ours)];
  if (row.peers.length === 0) return [[...first, '', '', '', '', '', formatMemory(row.ours)]];
  return row.peers.map(({ name, figure, onlyInforms }, index) => {
    const cpu = cpuRatioTo(row, figure);
    return [
      ...(index === 0 ? first : ['', '']),
      ...[name, formatTime(row, figure), `${ratioTo(row, figure).toFixed(2)} ×`],
      cpu === null ? '' : `${cpu.toFixed(2)} ×`,
      onlyInforms ? '' : formatTarget(row.target),
      `${index === 0 ? formatMemory(row.ours) : ''} / ${formatMemory(figure)}`.replace(/^ \/ $|^ /, ''),
    ];
  });
}

function formatTime({ amount }: BenchRow, { medianS }: Figure): string {
  const time = `${medianS.toFixed(medianS < 0.995 ? 3 : 2)} s`;
  return amount ? `${time} (${formatRate(amount.count / medianS)} ${amount.unit}/s)` : time;
}

function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}

function formatMemory({ peakRssBytes }: Figure): string {
  return peakRssBytes === null ? '' : `${Math.round(peakRssBytes / 1e6)} MB`;
}

function formatTarget(target: Target | undefined): string {
  const ratio = target?.ratio === undefined ? [] : [`${target.ratio} ×`];
  const memory = target?.peakRssBytes === undefined ? [] : [`${Math.round(target.peakRssBytes / 1e6)} MB`];
  return [...ratio, ...memory].join(', ');
}
