import { readFileSync, writeFileSync } from 'node:fs';
import { type BenchRow, formatMarkdownTable } from './row.ts';

/** Everything below this line of the page is written anew. */
const MARK = '<!-- From here on written by `npm run bench -- --markdown`. -->';

/** Puts the table into a page of the documentation, below its mark. */
export function writeMarkdown(path: string, machine: string, rows: readonly BenchRow[]): void {
  const before = readFileSync(path, 'utf8').split(MARK)[0]!.trimEnd();
  writeFileSync(path, `${before}\n\n${MARK}\n\n${machine}\n\n${formatMarkdownTable(rows)}\n`);
}
