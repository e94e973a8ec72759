import { readVerifyConfig } from '../config-verify.ts';
import { formatDifference } from '../run/verify/findings.ts';
import { runVerify, type VerifyReport } from '../run/verify/verify.ts';
import type { Command } from './command.ts';

const USAGE = `canopy verify DIR [--database postgres://…] [--sample N|all]

Proves that the results of a run are what the run made: the SHA-256 of every file, every value of every row in the
database, the record of work, and some units computed again from the scenes. Names every difference, one a line, with
what to do next. Reads only: nothing in DIR and in the database is changed.

  --database URL           the results are in PostgreSQL (or CANOPY_DATABASE_URL), not in the output folder
  --sample N|all           units that are computed again (default 3; 0 = none)     --seed N   of the choice (default 1)
  --workers N              child processes that compute them (default: the processors)
  --allow-host HOST:PORT   lets them read scenes from this host, plain http and loopback included; may be repeated
  --json                   one JSON document on standard output

Exit codes: 0 everything agrees · 1 differences were found, or it failed · 2 wrong use.`;

export const verifyCommand: Command = {
  name: 'verify',
  usage: USAGE,
  async run(argv, context) {
    const config = readVerifyConfig(argv, context.env);
    const say = (line: string) => context.stderr(`${line}\n`);
    const { isTty, signal } = context;
    const report = await runVerify(config, { say, write: context.stderr, isTty, signal });
    if (config.json) context.stdout(`${JSON.stringify({ kind: 'verify', ...report }, null, 2)}\n`);
    for (const remark of report.remarks) say(`Remark: ${remark}`);
    for (const difference of report.differences) say(`Difference: ${formatDifference(difference)}`);
    say(describeWork(report));
    say(conclude(report));
    return report.differences.length === 0 ? 0 : 1;
  },
};

function describeWork({ checked, seconds }: VerifyReport): string {
  const perSecond = (amount: number, taken: number) => Math.round(amount / Math.max(taken, 1e-3)).toLocaleString('en');
  const rows = `${checked.rows.toLocaleString('en')} rows in ${seconds.rows.toFixed(2)} s (${perSecond(checked.rows, seconds.rows)} rows/s)`;
  const megabytes = checked.bytes / 1e6;
  const files = `${count(checked.files, 'file')} and ${count(checked.units, 'unit')}, ${megabytes.toFixed(1)} MB in ${seconds.files.toFixed(2)} s (${perSecond(megabytes, seconds.files)} MB/s)`;
  return `Checked: ${files}; ${rows}; ${count(checked.recomputed, 'unit')} computed again in ${seconds.recomputing.toFixed(2)} s.`;
}

function conclude({ dir, differences, checked }: VerifyReport): string {
  if (differences.length === 0) {
    const all = [count(checked.files, 'file'), count(checked.rows, 'row'), count(checked.units, 'unit')];
    return `Everything agrees: ${all[0]}, ${all[1]} and ${all[2]} of ${dir} are as the run left them, and ${count(checked.recomputed, 'unit')} came out the same again.`;
  }
  const places = new Set(differences.map(({ place }) => place)).size;
  return `${count(differences.length, 'difference')} in ${count(places, 'place')}: ${dir} is not as the run left it. Each line above says what to do.`;
}

function count(amount: number, thing: string): string {
  return `${amount} ${thing}${amount === 1 ? '' : 's'}`;
}
