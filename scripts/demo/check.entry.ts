// Compares a run on the demo twin with its written truth:
// node dist/scripts/demo/check.entry.js --demo data/demo --results data/out/demo
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeDemo, scoreDemoSuggestions } from '../accuracy/offer.ts';
import { checkResults, formatLines } from './check.ts';
import { checkChange } from './check-change.ts';
import { checkEligibility } from './check-eligibility.ts';
import { checkSuggest } from './check-suggest.ts';
import type { Truth } from './make.ts';

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { demo: { type: 'string' }, results: { type: 'string' } } });
  const demo = values.demo ?? 'data/demo';
  const results = values.results ?? 'data/out/demo';
  const truth = JSON.parse(readFileSync(join(demo, 'truth.json'), 'utf8')) as Truth;
  const read = (name: string) => readFileSync(join(results, name), 'utf8');
  const parcels = read('parcels.csv');
  const lines = [
    ...checkResults(truth, read('observations.csv'), parcels),
    ...checkChange(truth, parcels, read('series.csv'), read('changes.csv')),
    ...checkEligibility(truth, await judgeDemo(demo, results)),
    ...checkSuggest(await scoreDemoSuggestions(demo)),
  ];
  const broken = lines.filter((line) => line.holds === false);
  console.log(`Synthetic demo twin, seed ${truth.seed}: ${results} against the truth of ${demo}\n`);
  console.log(formatLines(lines));
  const sentence =
    broken.length === 0
      ? 'The results agree with the truth of the demo twin.'
      : `The results do not agree with the truth: ${broken.map((line) => line.what).join('; ')}.`;
  console.log(`\n${sentence}`);
  return broken.length === 0;
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(`The check could not be made: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
