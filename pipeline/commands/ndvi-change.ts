import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { displayHref } from '../cog/source.ts';
import { checkHost, flagError, joinNegativeNumbers, readMask } from '../config.ts';
import type { DateFiles } from '../run/change-inputs.ts';
import { type ChangeLayer, type ChangeRequest, runNdviChange } from '../run/ndvi-change.ts';
import { isHttp } from '../stac/href.ts';
import type { Command } from './command.ts';
import { readDnOffsets } from './dn-offset.ts';

const USAGE = `canopy ndvi-change --before red=F,nir=F,scl=F --after red=F,nir=F,scl=F --dn-offset N --out F.tif

Computes NDVI after - NDVI before, pixel by pixel, of two dates of one tile: a COG of int16 × 0.0001 (nodata -32768) with
overviews and statistics. A pixel holds a value where all four DN are above 0, both scene classes count as clear and the
change is within ±3.2767, which int16 × 0.0001 can hold.
Two dates are a screening: season, rain and fire move NDVI too. canopy monitor judges change against a season.

  --before, --after      files or URLs: red and nir as stored (uint16, 0 = no data), scl of the same or twice the pixel size,
                         over all of red
  --dn-offset N          is added to the stored numbers: -1000 from Sentinel-2 baseline 04.00 on, 0 before it;
                         two numbers, such as 0,-1000, where the dates differ
  --out F.tif            the file to write
  --keep-scl 4,5,6,7     scene classes that count as clear
  --allow-host HOST:PORT lets the command reach this host, plain http and loopback included; may be repeated

Exit codes: 0 finished, also where no pixel is clear · 1 failed · 2 wrong use.`;

const OPTIONS = {
  before: { type: 'string' },
  after: { type: 'string' },
  'dn-offset': { type: 'string' },
  out: { type: 'string' },
  'keep-scl': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
} as const;

export const ndviChangeCommand: Command = {
  name: 'ndvi-change',
  usage: USAGE,
  async run(argv, { stderr, isTty, signal }) {
    const startMs = performance.now();
    const request = readRequest(argv);
    const say = (line: string) => stderr(`${line}\n`);
    const layer = await runNdviChange(request, { say, write: stderr, isTty, signal });
    say(summaryOf(request, layer, (performance.now() - startMs) / 1000));
    return 0;
  },
};

function readRequest(argv: readonly string[]): ChangeRequest {
  const { values, positionals } = parseFlags(argv);
  if (positionals.length > 0)
    throw usageError(
      `canopy ndvi-change takes its files from --before and --after; got "${positionals[0]}" by itself.`,
    );
  if (values.out === undefined || !/[^/\\]\.tif$/.test(values.out))
    throw usageError(`--out wants the name of a file that ends in .tif; got ${values.out ?? 'nothing'}.`);
  const offsets = readDnOffsets(values['dn-offset'], 2);
  return {
    ...readDates(values),
    dnOffset: { before: offsets[0], after: offsets.at(-1)! },
    keepScl: readMask(values).keepScl,
    out: resolve(values.out),
    allowHosts: (values['allow-host'] ?? []).map(checkHost),
    threads: Math.min(availableParallelism(), MAX_THREADS),
  };
}

/** Each takes some 70 MB, and more of them only wait for the disk. */
const MAX_THREADS = 8;

const BANDS = ['red', 'nir', 'scl'] as const;

function readDates({ before, after }: { before?: string; after?: string }): Pick<ChangeRequest, 'before' | 'after'> {
  const dates = { before: readDate('--before', before), after: readDate('--after', after) };
  const named = new Map<string, string>();
  for (const [date, files] of Object.entries(dates)) {
    for (const band of BANDS) {
      const earlier = named.get(files[band]);
      const name = `${band} ${date}`;
      if (earlier !== undefined)
        throw usageError(`${displayHref(files[band])} is named for ${earlier} and for ${name}: six files are wanted.`);
      named.set(files[band], name);
    }
  }
  return dates;
}

function readDate(flag: string, text: string | undefined): DateFiles {
  if (text === undefined) throw usageError(`${flag} wants the files of a date: red=F,nir=F,scl=F; got nothing.`);
  const files = new Map<string, string>();
  // A path may hold a comma: only one before the next band's name parts two files.
  for (const part of text.split(/,(?=\s*\w+=)/)) {
    const [, name = '', file = ''] = /^\s*(\w+)=(.*)$/s.exec(part) ?? [];
    if (!BANDS.some((band) => band === name) || file === '')
      throw usageError(`${flag} wants red=F,nir=F,scl=F, each with a file; got "${part}".`);
    if (files.has(name)) throw usageError(`${flag} names two files for ${name}: one is wanted.`);
    files.set(name, isHttp(file) ? file : resolve(file));
  }
  const missing = BANDS.filter((band) => !files.has(band));
  if (missing.length > 0)
    throw usageError(
      `${flag} lacks ${missing.join(' and ')}: red=F,nir=F,scl=F are wanted, got ${[...files.keys()].join(', ')}.`,
    );
  return { red: files.get('red')!, nir: files.get('nir')!, scl: files.get('scl')! };
}

function summaryOf({ out }: ChangeRequest, { grid, valuePx, beyondPx, bytes }: ChangeLayer, seconds: number): string {
  const { widthPx, heightPx, transform } = grid;
  const pct = ((100 * valuePx) / (widthPx * heightPx)).toFixed(1);
  // The one geographic CRS that the writer takes.
  const cell = `${transform[0]} ${grid.crs === 'EPSG:4326' ? 'degrees' : 'm'}`;
  const beyond =
    beyondPx === 0
      ? ''
      : ` ${beyondPx === 1 ? '1 pixel lies' : `${beyondPx} pixels lie`} beyond what int16 × 0.0001 holds, ±3.2767, and ${beyondPx === 1 ? 'is' : 'are'} nodata. Check --dn-offset if they are many.`;
  return `Finished: NDVI change of ${widthPx} × ${heightPx} pixels of ${cell}, of which ${valuePx} (${pct} %) are clear and hold a value on both dates, in ${seconds.toFixed(1)} s.${beyond} Result: ${out} (${(bytes / 1e6).toFixed(1)} MB).`;
}

function parseFlags(argv: readonly string[]) {
  try {
    const args = joinNegativeNumbers(argv);
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('ndvi-change', error as Error);
  }
}
