import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBreaksSeriesConfig } from '../../../pipeline/config-breaks.ts';
import { describeSeriesBreaks, findSeriesBreaks, type SeriesBreaks } from '../../../pipeline/run/breaks-series.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import { runCanopy } from '../../canopy.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { readResults, referencePath } from '../change/reference-series.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-breaks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const judge = (...argv: string[]): Promise<SeriesBreaks> => findSeriesBreaks(readBreaksSeriesConfig(argv));

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** 16-day values from 2000 on: season and a ripple; what `change` answers stands in place of a value. */
function csv(count: number, change: (i: number, value: number) => number | string = (_, value) => value): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const t = 2000 + i / 23;
    const value = 0.5 + 0.2 * Math.sin(2 * Math.PI * t) + 0.01 * ((i * 7) % 5) - 0.02;
    return `${t.toFixed(8)},${change(i, value)}`;
  });
  return `time,value\n${rows.join('\n')}\n`;
}

const fall = (i: number, value: number) => (i >= 140 ? value - 0.3 : value);

describe('canopy breaks SERIES.csv', () => {
  const flags = ['--start', '2005', '--frequency', '23'];

  it('finds a fall of 0.3 at 2006.087, dates it between its two observations and says so', async () => {
    const result = await judge(write('fall.csv', csv(184, fall)), ...flags);
    expect(result).toMatchObject({ kind: 'breaks', outcome: 'break', historyStart: 2000, historyCount: 115 });
    expect(result).toMatchObject({ monitoredCount: 69, start: 2005, frequency: 23, order: 1, trend: false });
    expect(result.breakpoint).toBeGreaterThanOrEqual(2000 + 140 / 23);
    expect(result.breakpoint).toBeLessThan(2000 + 145 / 23);
    expect(result.changed).toEqual([expect.closeTo(2000 + 139 / 23, 9), expect.closeTo(2000 + 140 / 23, 9)]);
    expect(Object.keys(result.coefficients!)).toEqual(['intercept', 'cos1', 'sin1']);
    expect(result.coefficients!.sin1).toBeCloseTo(0.2, 2);
    expect(describeSeriesBreaks(result)).toMatch(
      /^break: .*first crossing.*\nHistory: 115 obs.*\nLoss of -0\.3.* between 2006\.0435 and 2006\.0870/,
    );
  });

  it('finds columns by name, trims cells, takes NA and empty for missing and ignores other columns and empty lines', async () => {
    const plain = await judge(
      write(
        'plain.csv',
        csv(184, (i, v) => (i % 9 === 0 ? 'NA' : fall(i, v))),
      ),
      ...flags,
    );
    const lines = csv(184, (i, v) => (i % 9 === 0 ? '' : fall(i, v)))
      .trimEnd()
      .split('\n')
      .slice(1);
    const rows = lines.map((line, i) => `"a, ""b""", ${line.split(',')[1]} ,${i},  "${line.split(',')[0]}"  `);
    const odd = await judge(
      write('odd.csv', `\uFEFFnote, value,i, "time"\r\n${rows.join('\r\n\r\n')}\r\n\r\n`),
      ...flags,
    );
    expect(odd).toEqual(plain);
    expect(plain.historyCount).toBe(102);
  });

  it('moves the start to the nearest place of the grid: 2004.98 and 2005.02 to 2005', async () => {
    const path = write('grid.csv', csv(184, fall));
    for (const start of ['2004.98', '2005.02']) {
      const result = await judge(path, '--start', start, '--frequency', '23');
      expect(result.start).toBe(2005);
      expect(result.historyCount).toBe(115);
    }
  });

  it('reads dates, averages two values of one day and names days beside decimal years', async () => {
    const day = (i: number) => new Date(Date.UTC(2000, 0, 1) + i * 16 * 86_400_000).toISOString().slice(0, 10);
    const value = (i: number) => 0.6 + 0.01 * ((i * 7) % 5) - (i >= 140 ? 0.3 : 0);
    const rows = Array.from({ length: 184 }, (_, i) =>
      i === 20 ? `${day(i)},${value(i) - 1}\n${day(i)},${value(i) + 1}` : `${day(i)},${value(i)}`,
    );
    const result = await judge(write('dates.csv', `date,value\n${rows.join('\n')}\n`), '--start', '2005-01-01');
    expect(result).toMatchObject({ outcome: 'break', frequency: 365, monitoredCount: 69 });
    expect(result.days).toMatchObject({ changed: [day(139), day(140)], historyStart: '2000-01-01' });
    expect(result.events[0]).toMatchObject({ kind: 'loss', after: day(139), before: day(140) });
    expect(result.historyCount).toBe(115);
  });

  it('leaves a break undated that no 3 observations beyond --min-magnitude confirm', async () => {
    const result = await judge(
      write(
        'small.csv',
        csv(184, (i, v) => (i >= 140 ? v - 0.05 : v)),
      ),
      ...flags,
    );
    expect(result).toMatchObject({ outcome: 'break', changed: null, events: [] });
    expect(describeSeriesBreaks(result)).toMatch(/No change is confirmed/);
    const dated = await judge(join(folder, 'small.csv'), ...flags, '--min-magnitude', '0.03');
    expect(dated.changed).not.toBeNull();
  });

  it.each<[string, string, string[], string, RegExp]>([
    [
      '3 observations for 3 parameters',
      csv(184, (i, v) => (i < 115 && i % 40 > 0 ? '' : fall(i, v))),
      [],
      'too_few_observations',
      /^3 observations in the history, more than 3 needed/,
    ],
    [
      '8 observations for 8 parameters',
      csv(184, (i, v) => (i < 107 ? '' : fall(i, v))),
      ['--order', '3', '--trend'],
      'too_few_observations',
      /more than 8 needed/,
    ],
    [
      'dates of 3 places of the year',
      csv(184, (i, v) => (i < 115 && i % 23 > 2 ? '' : fall(i, v))),
      ['--order', '3'],
      'too_few_observations',
      /do not tell the 7 parameters/,
    ],
    [
      '6 observations',
      csv(184, (i, v) => (i < 115 && i % 20 > 0 ? '' : fall(i, v))),
      [],
      'window_too_short',
      /takes 1; 2 needed/,
    ],
    [
      'a gap of 24 places',
      csv(184, (i, v) => (i > 40 && i < 64 ? '' : fall(i, v))),
      [],
      'gap',
      /No observation for 1.0 years, from 2001.7391 to 2002.7826/,
    ],
    [
      'a row twice',
      csv(184, fall).replace(/(\n2003.0[^\n]*)/, '$1$1'),
      [],
      'duplicate_dates',
      /2003.0\d+ on line \d+ falls on the same place/,
    ],
    [
      'two rows exchanged',
      csv(184, fall).replace(/(\n2003.00[^\n]*)(\n[^\n]*)/, '$2$1'),
      [],
      'unsorted_dates',
      /2003.00\d+ on line \d+ is earlier/,
    ],
    ['a constant series', csv(184, () => 0.7), [], 'constant', /do not vary/],
    ['a constant history and a fall', csv(184, (i) => (i < 140 ? 0.7 : 0.2)), [], 'constant', /do not vary/],
    ['NaN', csv(184, (i, v) => (i === 50 ? 'NaN' : fall(i, v))), [], 'not_finite', /line 52 is not a finite/],
    ['-Inf', csv(184, (i, v) => (i === 150 ? '-Inf' : fall(i, v))), [], 'not_finite', /line 152/],
    ['1e999', csv(184, (i, v) => (i === 150 ? '1e999' : fall(i, v))), [], 'not_finite', /line 152/],
    [
      'a time that is NaN',
      csv(184, fall).replace(/\n2003.00[^,]*/, '\nNaN'),
      [],
      'not_finite',
      /line \d+ is not a finite/,
    ],
    ['one row', 'time,value\n2000,0.5\n', [], 'too_few_observations', /^0 observations|^1 observation in/],
    ['rows without values', csv(184, () => 'NA'), [], 'too_few_observations', /^0 observations/],
    ['nothing after the start', csv(100), [], 'no_monitoring', /No observation in the monitoring/],
  ])('names a fault of the data, never a break: %s', async (name, text, more, outcome, reason) => {
    for (const history of ['all', 'roc']) {
      const result = await judge(write('fault.csv', text), ...flags, ...more, '--history', history);
      if (history === 'roc' && outcome === 'gap') continue;
      expect(result, name).toMatchObject({ breakpoint: null, changed: null, magnitude: null, events: [] });
      expect(result.outcome).not.toMatch(/break$/);
      if (history === 'roc') continue;
      expect(result.outcome).toBe(outcome);
      expect(result.reason).toMatch(reason);
      expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
    }
  });

  it.each<[string, string | Uint8Array, string[], string, RegExp]>([
    ['an empty file', '', flags, 'input', /is empty/],
    ['a header alone', 'time,value\n', flags, 'input', /no rows/],
    ['no column value', 'time,ndvi\n2000,1\n', flags, 'input', /no column "value"; its header is time, ndvi/],
    ['no column time', 'year,value\n2000,1\n', flags, 'input', /no column "time" \(decimal years\) or "date"/],
    ['a column twice', 'time,value,value\n2000,1,2\n', flags, 'input', /each there once/],
    [
      'a word for a value',
      'time,value\n2000,0.5\n2000.1,cloud\n',
      flags,
      'input',
      /value "cloud" on line 3 .* not a number/,
    ],
    ['a number in hexadecimal', 'time,value\n2000,0x10\n', flags, 'input', /"0x10" on line 2/],
    ['a decimal comma', 'time,value\n2000,0,5\n', flags, 'input', /Line 2 .* has 3 cells, but the header has 2/],
    ['a value without a time', 'time,value\n,0.5\n', flags, 'input', /Line 2 .* value without a time/],
    [
      'a day that does not exist',
      'date,value\n2001-02-29,0.5\n',
      ['--start', '2005'],
      'input',
      /date "2001-02-29" on line 2/,
    ],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x74, 0]), flags, 'input', /not UTF-8/],
    ['decimal years without a frequency', csv(9), ['--start', '2005'], 'usage', /give --frequency F/],
    ['dates on a grid of 23', 'date,value\n2001-02-28,0.5\n', flags, 'usage', /whose --frequency is 365; got 23/],
  ])('refuses a file with a sentence: %s', async (_, text, argv, kind, message) => {
    const error = toErrorDetail(await judge(write('bad.csv', text), ...argv).catch((caught: unknown) => caught));
    expect(error).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it.each<[string[], RegExp]>([
    [[], /No series/],
    [['a.csv', 'b.csv', ...flags], /One series is judged at a time/],
    [['a.csv', '--frequency', '23'], /--start T, a decimal year/],
    [['a.csv', '--start', 'May', '--frequency', '23'], /--start wants a decimal year/],
    [['a.csv', '--start', '2005', '--frequency', '0'], /--frequency wants/],
    [['a.csv', ...flags, '--order', '4'], /--order wants one of 1, 2, 3; got "4"/],
    [['a.csv', ...flags, '--history', 'some'], /--history wants one of all, roc/],
    [['a.csv', ...flags, '--h', '0.3'], /--h wants one of 0.25, 0.5, 1/],
    [['a.csv', ...flags, '--level', '0.1'], /--level wants a number from 0.001 to 0.05/],
    [['a.csv', ...flags, '--max-gap', 'long'], /--max-gap wants years/],
    [['a.csv', ...flags, '--speed'], /Unknown option '--speed'.*canopy breaks --help/],
  ])('says what it wants instead of %j', (argv, message) => {
    expect(() => readBreaksSeriesConfig(argv)).toThrow(message);
  });

  it('names a file that is not there and a folder', async () => {
    await expect(judge(join(folder, 'none.csv'), ...flags)).rejects.toThrow(/There is no file .*none.csv/);
    await expect(judge(folder, ...flags)).rejects.toThrow(/is a folder/);
  });

  it('ends with 0 for a fault of the data, 1 for a bad file, 2 for wrong use, and prints one JSON document', async () => {
    const gap = await runCanopy([
      'breaks',
      write(
        'gap.csv',
        csv(184, () => 0.7),
      ),
      ...flags,
      '--json',
    ]);
    expect([gap.code, JSON.parse(gap.stdout).outcome, gap.stderr]).toEqual([0, 'constant', '']);
    const bad = await runCanopy(['breaks', write('bad.csv', 'time,value\n'), ...flags, '--json']);
    expect([bad.code, JSON.parse(bad.stdout).error.code]).toEqual([1, 'E_SERIES']);
    expect((await runCanopy(['breaks', 'bad.csv', '--start', '2005', '--order', '9'])).code).toBe(2);
  });

  it('dates the first confirmed loss as `changed`, where R breaks earlier on a rise of two observations too', async () => {
    const spiky = csv(184, (i, value) => (i === 118 || i === 119 ? value + 0.6 : fall(i, value)));
    const result = await judge(write('spiky.csv', spiky), ...flags);
    expect(result.breakpoint).toBeLessThan(2005.3);
    expect(result.changed).toEqual([expect.closeTo(2000 + 139 / 23, 9), expect.closeTo(2000 + 140 / 23, 9)]);
    expect(result.events[0]).toMatchObject({ kind: 'loss', before: result.changed![1] });
  });

  it('confirms and dates a fall behind a gap of two years with --max-gap none, as the break is found', async () => {
    const gap = csv(230, (i, value) => (i >= 130 && i < 176 ? 'NA' : i >= 176 ? value - 0.3 : value));
    const result = await judge(write('gap.csv', gap), ...flags, '--max-gap', 'none');
    expect(result.outcome).toBe('break');
    expect(result.changed).toEqual([expect.closeTo(2000 + 129 / 23, 9), expect.closeTo(2000 + 176 / 23, 9)]);
  });
});

describeWithData('canopy breaks on the reference series', () => {
  it('answers all 80 results of R: start, n, sigma, break and magnitude to 1e-9, none refused', async () => {
    const results = readResults();
    expect(results).toHaveLength(80);
    for (const row of results) {
      const { order, trend, history, h } = row.settings;
      const argv = ['--start', `${row.start}`, '--frequency', `${row.frequency}`, '--order', `${order}`, '--h', `${h}`];
      const path = referencePath(`series_${row.series}.csv`);
      const found = await judge(path, ...argv, '--history', history, ...(trend ? ['--trend'] : []));
      expect(found.outcome, `result ${row.id}`).toBe(row.breakpoint === null ? 'no_break' : 'break');
      expect(found.historyCount).toBe(row.historyCount);
      expect(Math.abs(found.historyStart! - row.historyStart)).toBeLessThan(1e-9);
      expect(Math.abs(found.sigma! - row.sigma)).toBeLessThan(1e-9);
      expect(Math.abs(found.magnitude! - row.magnitude)).toBeLessThan(1e-9);
      expect(Math.abs((found.breakpoint ?? 0) - (row.breakpoint ?? 0))).toBeLessThan(1e-9);
      expect(found.criticalValue).toBeCloseTo(row.critical, 13);
    }
  });

  it('dates the loss in Bolivia between 2015-12-17 and 2016-01-18 and detects it by 2016-03-31', async () => {
    const path = join(sharedData, 'data/series/bolivia-landsat-ndvi-loss-2016-01.csv');
    const result = await judge(path, '--value-column', 'ndvi', '--start', '2015.5');
    expect(result.days!.changed).toEqual(['2015-12-17', '2016-01-18']);
    expect(result.days!.breakpoint! > '2016-01-18').toBe(true);
    expect(result.days!.breakpoint! <= '2016-03-31').toBe(true);
  });
});
