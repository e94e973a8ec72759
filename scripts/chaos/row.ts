import type { Played } from './stage.ts';

/** One line of the table: what was done, how much of it was asked, what came of it. */
export interface ChaosRow {
  readonly what: string;
  readonly asked: string;
  readonly reached: string;
  /** One sentence for each thing that went wrong; empty: nothing did. */
  readonly problems: readonly string[];
}

const MAX_TOLD = 5;

/** The line of one or more runs that were played; `happened` says what was done to them. */
export function rowOf(
  what: string,
  asked: string,
  played: readonly Played[],
  { happened, problems = [] }: { readonly happened: string; readonly problems?: readonly string[] },
): ChaosRow {
  const count = (pick: (one: Played) => number) => played.reduce((sum, one) => sum + pick(one), 0);
  const figures = [
    `${count(({ findings }) => findings.units)} units`,
    `${count(({ findings }) => findings.lost.length)} lost`,
    `${count(({ findings }) => findings.doubled.length)} doubled`,
    `${count(({ findings }) => findings.orphans.length)} orphans`,
    `${count(({ findings }) => findings.dead.length)} given up`,
  ];
  const recovery = recoveryOf(played.flatMap(({ recoveryMs }) => recoveryMs));
  const seconds = Math.round(count((one) => one.seconds));
  const reached = [happened, figures.join(', '), recovery, `${seconds} s`].filter(Boolean).join('; ');
  return { what, asked, reached, problems: [...problems, ...played.flatMap(problemsOf)] };
}

/** `recovery p50 1.9 s, p99 3.1 s (412 units)`; empty where no worker was killed over a unit. */
function recoveryOf(recoveryMs: readonly number[]): string {
  if (recoveryMs.length === 0) return '';
  const sorted = recoveryMs.toSorted((a, b) => a - b);
  // The nearest rank: the least value that so many are not above.
  const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1]! / 1000).toFixed(1);
  return `recovery p50 ${at(0.5)} s, p99 ${at(0.99)} s (${sorted.length} units)`;
}

/** What is wrong with a run that was played. */
function problemsOf({ findings, end }: Played): string[] {
  const { lost, doubled, orphans, dead } = findings;
  const told = (kind: string, found: readonly string[]) =>
    found.length <= MAX_TOLD
      ? found.map((one) => `${kind}: ${one}`)
      : [...found.slice(0, MAX_TOLD).map((one) => `${kind}: ${one}`), `${kind}: ${found.length - MAX_TOLD} more`];
  return [
    ...(end === '' ? [] : [`The run did not end well: ${end}`]),
    ...told('lost', lost),
    ...told('doubled', doubled),
    ...told('orphan', orphans),
    ...told('given up', dead),
  ];
}

const HEADER = ['what', 'asked', 'reached', ''] as const;

/** An aligned text table, problems below it. */
export function formatRows(rows: readonly ChaosRow[]): string {
  const cells = [
    HEADER,
    ...rows.map(({ what, asked, reached, problems }) => [what, asked, reached, verdictOf(problems)]),
  ];
  const widths = HEADER.map((_, col) => Math.max(...cells.map((line) => line[col]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, col) => cell.padEnd(widths[col]!))
      .join('  ')
      .trimEnd(),
  );
  const problems = rows.flatMap(({ what, problems: found }) => found.map((problem) => `${what}: ${problem}`));
  return [...lines, ...(problems.length > 0 ? ['', ...problems] : [])].join('\n');
}

function verdictOf(problems: readonly string[]): string {
  return problems.length === 0 ? 'reached' : 'FAILED';
}
