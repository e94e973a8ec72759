import { usageError } from '../../shared/errors.ts';
import { readBreaksSeriesConfig } from '../config-breaks.ts';
import { describeSeriesBreaks, findSeriesBreaks } from '../run/breaks-series.ts';
import type { Command } from './command.ts';

const USAGE = `canopy breaks SERIES.csv --start T --frequency F [--order 1|2|3] [--trend] [--history all|roc]

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
  --value-column NAME    name of the column of values (default value)
  --json                 one JSON document on standard output

Exit codes: 0 judged, or not judged for a reason that lies in the data · 1 the file cannot be read · 2 wrong use.`;

export const breaksCommand: Command = {
  name: 'breaks',
  usage: USAGE,
  async run(argv, { stdout }) {
    if (argv.some((word) => word === '--catalog' || word.startsWith('--catalog=')))
      throw usageError(
        'canopy breaks --catalog is not built yet: give one series, canopy breaks SERIES.csv --start T.',
      );
    const config = readBreaksSeriesConfig(argv);
    const result = await findSeriesBreaks(config);
    stdout(config.json ? `${JSON.stringify(result, null, 2)}\n` : `${describeSeriesBreaks(result)}\n`);
    return 0;
  },
};
