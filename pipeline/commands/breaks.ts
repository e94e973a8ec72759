import { readBreaksSeriesConfig } from '../config-breaks.ts';
import { describeSeriesBreaks, findSeriesBreaks } from '../run/breaks-series.ts';
import type { Command, CommandContext } from './command.ts';

const USAGE = `canopy breaks SERIES.csv --start T --frequency F [--order 1|2|3] [--trend] [--history all|roc]
canopy breaks --catalog PLACE --start DAY --out DIR

Whether, and when, a series leaves its own season: BFAST Monitor as the R package bfast computes it. A season of 1 to 3
harmonics (and a trend) is fitted to the history, the observations before --start, and moving sums of what is left over
are watched from then on. A series that cannot be judged says why, and is never a break.

SERIES.csv has a header. Columns are found by name, others are ignored; an empty cell or NA is missing.
  time, value            decimal years on a regular grid of --frequency places a year that begins at the first time; with
                         --frequency 365 (irregular dates) values of one day are averaged
  date, value            days YYYY-MM-DD; --frequency is then 365

  --start T              first moment of the monitoring period, decimal year or day; it is moved to the nearest place of
                         the grid
  --frequency F          places of the grid in a year: 23 for 16-day composites, 12 for months, 365 for dates
  --order N              harmonics of the year, 1, 2 or 3 (default 1)
  --trend                fit a linear trend as well
  --history all|roc      the whole history (default), or its stable end (reverse-ordered CUSUM)
  --h H                  window of the moving sums as a share of the history: 0.25 (default), 0.5 or 1
  --level L              chance of a false alarm, 0.001 to 0.05 (default 0.05)
  --max-gap YEARS        observations further apart make the outcome "gap" (default a year; none: any distance, as in R)
  --min-magnitude M      a break counts as a change from this median departure on, in the units of the series (default 0.1),
  --consecutive N        in so many observations in a row (default 3); only then it is dated
  --no-outlier-rule      do not leave out single bad observations when dating
  --value-column NAME    name of the column of values (default value)
  --json                 one JSON document on standard output

With --catalog every pixel of the scenes is judged, by the same monitor between two further steps: bad observations and
fires are taken out before it, and what it finds is confirmed and dated after it. Layers (Cloud Optimized GeoTIFFs with
STAC items) and run.json go to --out; a run that was interrupted resumes when it is started again.
  --catalog PLACE        STAC catalogue, collection, item, ItemCollection or folder; or the URL of one or of a STAC API
  --start DAY            first day of the monitoring period    --from DAY, --to DAY   leave out what lies before and behind
  --bbox W,S,E,N         only there, degrees; wanted with a URL   --collections A,B   --season 11,12,1
  --keep-scl 4,5,6,7     --dilate-m M    --harmonise           as in canopy monitor
  --min-magnitude M      --consecutive N   --no-burn-removal   --no-outlier-rule       as in canopy monitor
  --runner local | redis://HOST:PORT       --workers N         --allow-host HOST:PORT

Exit codes: 0 judged, or not judged for a reason that lies in the data · 1 the file cannot be read · 2 wrong use · 3 some
scenes or units were left out (listed).`;

export const breaksCommand: Command = {
  name: 'breaks',
  usage: USAGE,
  async run(argv, context) {
    if (argv.some((word) => word === '--catalog' || word.startsWith('--catalog='))) return judgeCatalog(argv, context);
    const { stdout } = context;
    const config = readBreaksSeriesConfig(argv);
    const result = await findSeriesBreaks(config);
    stdout(config.json ? `${JSON.stringify(result, null, 2)}\n` : `${describeSeriesBreaks(result)}\n`);
    return 0;
  },
};

async function judgeCatalog(argv: readonly string[], context: CommandContext): Promise<number> {
  // Scenes need far more of the program than one series does.
  const { readBreaksCatalogConfig } = await import('../config-breaks-catalog.ts');
  const { runCatalogBreaks } = await import('../run/breaks-catalog.ts');
  const config = readBreaksCatalogConfig(argv, context.env);
  const summary = await runCatalogBreaks(config, {
    say: (line) => context.stderr(`${line}\n`),
    write: context.stderr,
    isTty: context.isTty,
    signal: context.signal,
  });
  const { record, out, units, layers, leftOut, stages } = summary;
  if (config.json) {
    const document = { kind: 'breaks', out, id: record.id, units, layers, scenes: record.scenes, leftOut, stages };
    context.stdout(`${JSON.stringify({ ...document, attribution: record.attribution }, null, 2)}\n`);
  }
  context.stderr(`Time: ${stages.map(({ stage, seconds }) => `${stage} ${seconds.toFixed(2)} s`).join(', ')}.\n`);
  for (const line of record.attribution) context.stderr(`${line}\n`);
  if (record.synthetic) context.stderr('Synthetic: this run rests on data made by a generator.\n');
  for (const sentence of leftOut) context.stderr(`Left out: ${sentence}\n`);
  context.stderr(`Finished: ${layers.length} layers from ${record.scenes.used.length} scenes. Results: ${out}\n`);
  return leftOut.length > 0 ? 3 : 0;
}
