import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkChange } from '../demo/check-change.ts';
import type { Truth } from '../demo/make.ts';
import { readText, runCanopy } from './canopy-run.ts';
import { formatTable } from './table.ts';

/** The run on the demo twin, and what each step of it is worth. Shadow edges and haze are in its scenes, rain differs by year. */
const RUNS: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: 'project defaults', flags: [] },
  { name: '– without burn removal', flags: ['--no-burn-removal'] },
  { name: '– without outlier rule', flags: ['--no-outlier-rule'] },
  { name: '– without both', flags: ['--no-burn-removal', '--no-outlier-rule'] },
  {
    name: 'textbook: trend, order 3, any magnitude, one observation, nothing taken out',
    flags: [
      ...['--trend', '--order', '3', '--min-magnitude', '0', '--consecutive', '1'],
      ...['--no-burn-removal', '--no-outlier-rule'],
    ],
  },
];

const COLUMNS = [
  'F1 of cleared',
  'burnt and recovered',
  'median error',
  'planted parcels',
  'mapped loss on cleared',
  'mapped loss on unchanged',
];

/** Whole runs on the demo twin against its truth, with parts of the judgement left out in turn. */
export async function tellDemo(demo: string): Promise<void> {
  if (!existsSync(join(demo, 'truth.json'))) {
    console.log(`\nDemo twin: skipped, there is no ${demo}/truth.json. Make it: npm run demo -- --no-serve.`);
    return;
  }
  const truth = JSON.parse(readText(join(demo, 'truth.json'))) as Truth;
  const folder = await mkdtemp(join(tmpdir(), 'canopy-accuracy-'));
  const rows: string[][] = [];
  try {
    for (const { name, flags } of RUNS) {
      const out = join(folder, `${rows.length}`);
      await runCanopy(['monitor', '--project', join(demo, 'project.json'), '--out', out, ...flags]);
      const [parcels, series, changes] = ['parcels.csv', 'series.csv', 'changes.csv'].map((file) =>
        readText(join(out, file)),
      ) as [string, string, string];
      const lines = checkChange(truth, parcels, series, changes);
      rows.push([name, ...COLUMNS.map((start) => lines.find(({ what }) => what.startsWith(start))!.measured)]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const header = ['run', ...COLUMNS.map((start) => HEADERS[start] ?? start)];
  console.log(`\nDemo twin, seed ${truth.seed}, whole runs against its truth.\n\n${formatTable(header, rows)}`);
}

const HEADERS: Readonly<Record<string, string>> = {
  'F1 of cleared': 'F1 of cleared parcels',
  'burnt and recovered': 'burnt parcels called loss',
  'median error': 'error of the dated interval, clear observations',
  'planted parcels': 'planted parcels with Z ≥ 1.96',
  'mapped loss on cleared': 'mapped loss, cleared parcels',
  'mapped loss on unchanged': 'mapped loss, unchanged and burnt parcels',
};
