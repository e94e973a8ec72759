import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { displayHref } from '../cog/source.ts';
import { flagError, joinNegativeNumbers, readMask, readWhole } from '../config.ts';
import type { StackMethod } from '../raster/composite-kernel.ts';
import { type CompositeFile, type CompositeRequest, runComposite } from '../run/composite.ts';
import type { Command } from './command.ts';
import { readDnOffsets } from './dn-offset.ts';

const USAGE = `canopy composite --red R1.tif,R2.tif,… --nir N1.tif,N2.tif,… --method median|medoid|percentile:P --out F.tif

Makes one image of several dates: a COG with overviews. Red and nir are local GeoTIFFs of uint16 digital numbers (DN) on
one grid, one file a date, in the same order; 0, nodata and masked pixels are missing.

  --red A,B,… --nir A,B,…  the dates; may be repeated instead of the commas
  --method median          NDVI = (nir − red)/(nir + red + 2 · offset), the median of the dates: int16 × 0.0001, nodata -32768
           percentile:P    the linear percentile of each pixel's values in float32, at rank (n − 1) · P/100 of the n:
                          numpy.percentile of one pixel
           medoid          red and nir of the date nearest to the medians of both bands: two bands of uint16, nodata 0
  --out F.tif              the file to write
  --dn-offset D            added to a DN to make it reflectance × 10,000, -10000 to 0 (default -1000: Sentinel-2 from
                           baseline 04.00 on; 0 before it); the medoid needs none
  --scl A,B,…              scene classes of each date; only clear pixels are used
  --keep-scl 4,5,6,7       the classes that count as clear
  --workers N              threads (default: the processors)

Exit codes: 0 finished, also where no pixel holds a value · 1 failed · 2 wrong use.`;

const OPTIONS = {
  red: { type: 'string', multiple: true },
  nir: { type: 'string', multiple: true },
  scl: { type: 'string', multiple: true },
  'keep-scl': { type: 'string' },
  method: { type: 'string' },
  'dn-offset': { type: 'string' },
  out: { type: 'string' },
  workers: { type: 'string' },
} as const;

const MAX_DATES = 1000;
/** Of Sentinel-2 from baseline 04.00 on. */
const DEFAULT_DN_OFFSET = -1000;

export const compositeCommand: Command = {
  name: 'composite',
  usage: USAGE,
  async run(argv, { stderr, isTty, signal }) {
    const request = readRequest(argv);
    const say = (line: string) => stderr(`${line}\n`);
    const file = await runComposite(request, { say, write: stderr, isTty, signal });
    if (file.refusedPx > 0)
      say(
        `${file.refusedPx} pixels have an NDVI beyond ±3.2767, which is none: they are nodata. Check --dn-offset ${request.dnOffset}.`,
      );
    say(summaryOf(request, file));
    return 0;
  },
};

function readRequest(argv: readonly string[]): CompositeRequest {
  const values = parseFlags(argv);
  const files = {
    red: readFiles('--red', values.red),
    nir: readFiles('--nir', values.nir),
    scl: readFiles('--scl', values.scl),
  };
  checkFiles(files);
  if (files.scl.length === 0 && values['keep-scl'] !== undefined)
    throw usageError('--keep-scl chooses among scene classes: give them with --scl, one file a date.');
  if (values.out === undefined || !/[^/\\]\.tif$/.test(values.out))
    throw usageError(`--out wants the name of a file that ends in .tif; got ${values.out ?? 'nothing'}.`);
  return {
    ...files,
    keepScl: readMask(values).keepScl,
    method: readMethod(values.method),
    dnOffset: values['dn-offset'] === undefined ? DEFAULT_DN_OFFSET : readDnOffsets(values['dn-offset'], 1)[0],
    out: resolve(values.out),
    workers: readWhole('--workers', values.workers, 1, 64) ?? availableParallelism(),
  };
}

function readFiles(flag: string, lists: readonly string[] = []): string[] {
  const names = lists.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const url = names.find((name) => /^[a-z][a-z0-9+.-]+:\/\//i.test(name));
  if (url !== undefined)
    throw usageError(`${flag} names ${displayHref(url)}. URLs are not read here: fetch the file first.`);
  return names.map((name) => resolve(name));
}

function checkFiles({ red, nir, scl }: Pick<CompositeRequest, 'red' | 'nir' | 'scl'>): void {
  if (red.length === 0 || red.length > MAX_DATES)
    throw usageError(`--red wants 1 to ${MAX_DATES} files, one a date, with commas between; got ${red.length}.`);
  if (nir.length !== red.length)
    throw usageError(`--red names ${red.length} files and --nir ${nir.length}: one of each is wanted for every date.`);
  if (scl.length !== 0 && scl.length !== red.length)
    throw usageError(`--red names ${red.length} files and --scl ${scl.length}: one is wanted for every date, or none.`);
  const all = [...red, ...nir, ...scl];
  const twice = all.find((path, i) => all.indexOf(path) !== i);
  if (twice !== undefined) throw usageError(`${twice} is named twice. Each file is one band of one date.`);
}

function readMethod(text: string | undefined): StackMethod {
  if (text === 'median' || text === 'medoid') return { kind: text };
  const pct = /^percentile:(\d+(?:\.\d+)?)$/.exec(text ?? '')?.[1];
  if (pct === undefined || Number(pct) > 100)
    throw usageError(`--method wants median, medoid or percentile:P with P from 0 to 100; got ${text ?? 'nothing'}.`);
  return { kind: 'percentile', pct: Number(pct) };
}

function summaryOf({ method, red, out, dnOffset }: CompositeRequest, { grid, valuePx }: CompositeFile): string {
  const { widthPx, heightPx, transform, crs } = grid;
  const pct = ((100 * valuePx) / (widthPx * heightPx)).toFixed(1);
  const what =
    method.kind === 'medoid'
      ? 'medoid of red and nir'
      : `${method.kind === 'median' ? 'median' : `percentile ${method.pct}`} of NDVI with --dn-offset ${dnOffset}`;
  // The only CRS in degrees that is written; to ask proj4 would cost a tenth of a short run.
  const cell = `${transform[0]} ${crs === 'EPSG:4326' ? 'degrees' : 'm'}`;
  return `Finished: ${what} of ${red.length === 1 ? '1 date' : `${red.length} dates`}, ${widthPx} × ${heightPx} pixels of ${cell}, of which ${valuePx} (${pct} %) hold a value. Result: ${out}`;
}

function parseFlags(argv: readonly string[]) {
  try {
    const args = joinNegativeNumbers(argv);
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('composite', error as Error);
  }
}
