// `npm run accuracy -- NAME`: experiments whose truth is known. Each prints one table; `-- season --seeds 101,102` draws
// other pixels; `-- suggest --demo data/cache/demo-7` takes another demo twin,
// `--results data/out/demo-7` its results. Without a name all are run.
import { parseArgs } from 'node:util';
import { tellCalibration } from './calibrate.ts';
import { tellDemo } from './demo.ts';
import { tellFires } from './fires.ts';
import { tellKafa } from './kafa.ts';
import { tellEligibility, tellSuggest } from './offer.ts';
import { tellSeason } from './season.ts';
import { tellSeries } from './series.ts';
import { tellTura } from './tura.ts';

interface Options {
  readonly seeds: readonly number[];
  /** Folder of a demo twin. */
  readonly demo: string;
  /** Folder of its results. */
  readonly results: string;
}

const EXPERIMENTS: Readonly<Record<string, (options: Options) => void | Promise<void>>> = {
  season: ({ seeds }) => tellSeason(seeds),
  fires: ({ seeds }) => tellFires(seeds),
  series: () => tellSeries(),
  tura: () => tellTura(),
  kafa: () => tellKafa(),
  calibrate: () => tellCalibration(),
  demo: ({ demo }) => tellDemo(demo),
  suggest: ({ demo }) => tellSuggest(demo),
  eligibility: ({ demo, results }) => tellEligibility(demo, results),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '101,102,103,104,105' },
      demo: { type: 'string', default: 'data/demo' },
      results: { type: 'string', default: 'data/out/demo' },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(EXPERIMENTS, name));
  if (unknown !== undefined) {
    throw new Error(`There is no experiment "${unknown}"; there are ${Object.keys(EXPERIMENTS).join(', ')}.`);
  }
  if (!/^\d{1,9}(,\d{1,9})*$/.test(values.seeds))
    throw new Error(`--seeds wants whole numbers, got "${values.seeds}".`);
  const seeds = values.seeds.split(',').map(Number);
  const names = positionals.length > 0 ? positionals : Object.keys(EXPERIMENTS);
  for (const name of names) await EXPERIMENTS[name]!({ seeds, demo: values.demo, results: values.results });
}

await main();
