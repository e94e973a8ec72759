import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { displayHref } from '../cog/source.ts';
import {
  checkHost,
  DEFAULT_ENDPOINTS,
  flagError,
  joinNegativeNumbers,
  placeOf,
  readMask,
  readMonths,
  readNumber,
  readPeriod,
  readWhole,
} from '../config.ts';
import { type CalibrateRequest, type CalibrateResult, runCalibrate } from '../run/calibrate.ts';
import { errorText } from '../run/calibrate-model.ts';
import { isHttp } from '../stac/href.ts';
import type { Command, CommandContext } from './command.ts';

const USAGE = `canopy calibrate --reference TREECOVER.tif --catalog C --years A/B --season 11,12,1,2 --out model.json

Fits tree cover of a reference raster to dry-season NDVI, so that a run may state tree cover with an error (canopy monitor
--cover-model model.json). Whole blocks of ground are held out in turn; the error is of pixels that the fit has not seen.

  --reference FILE         GeoTIFF of tree cover, one band, in any known CRS
  --reference-scale S      makes fractions of its numbers (default 0.01: percent)
  --reference-nodata N,M   numbers that are no cover, beside the file's own nodata
  --reference-attribution TEXT  whose data it is; results made with the model repeat it
  --catalog PLACE          STAC catalogue, collection, item, ItemCollection or folder; or the URL of one or of a STAC API
  --collections A,B        only these collections
  --years A/B              UTC days, both included: scenes of the years round the reference's own
  --season 11,12,1,2       months of the dry season (default: all, which tells trees from grass badly)
  --min-dry N              clear observations in season that a pixel needs (default 3)
  --keep-scl 4,5,6,7       scene classes that count as clear        --dilate-m M   widens what is not clear by M metres
  --harmonise              brings NDVI of all sensors to that of one, so that they may be mixed
  --block-m M              side of a block of ground (default 1000)
  --folds K                parts of the cross-validation, 3 to 20 (default 5)      --seed N   of the draw (default 1)
  --out model.json         the file to write
  --workers N              child processes (default: the processors)
  --allow-host HOST:PORT   lets the command reach this host, plain http and loopback included; may be repeated
  --json                   the model as one JSON document on standard output, too

Exit codes: 0 finished · 1 failed · 2 wrong use · 3 finished, some scenes left out (listed).`;

const OPTIONS = {
  reference: { type: 'string' },
  'reference-scale': { type: 'string' },
  'reference-nodata': { type: 'string' },
  'reference-attribution': { type: 'string' },
  catalog: { type: 'string' },
  collections: { type: 'string' },
  years: { type: 'string' },
  season: { type: 'string' },
  'min-dry': { type: 'string' },
  'keep-scl': { type: 'string' },
  'dilate-m': { type: 'string' },
  harmonise: { type: 'boolean' },
  'block-m': { type: 'string' },
  folds: { type: 'string' },
  seed: { type: 'string' },
  out: { type: 'string' },
  workers: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

const DEFAULTS = { scale: 0.01, minDry: 3, blockM: 1000, folds: 5, seed: 1 };

export const calibrateCommand: Command = {
  name: 'calibrate',
  usage: USAGE,
  async run(argv, context) {
    const { stderr, stdout, isTty, signal } = context;
    const { request, json } = readRequest(argv);
    const say = (line: string) => stderr(`${line}\n`);
    const result = await runCalibrate(request, { say, write: stderr, isTty, signal });
    if (json) stdout(`${JSON.stringify(result.file, null, 2)}\n`);
    return tell(request, result, context);
  },
};

function readRequest(argv: readonly string[]): { readonly request: CalibrateRequest; readonly json: boolean } {
  const flags = parseFlags(argv);
  if (flags.reference === undefined) throw usageError('No reference: give --reference TREECOVER.tif.');
  if (isHttp(flags.reference))
    throw usageError(
      `--reference names ${displayHref(flags.reference)}. URLs are not read here: fetch the file first.`,
    );
  if (flags.catalog === undefined) throw usageError('No scenes: give --catalog FOLDER, catalog.json or URL.');
  if (flags.years === undefined)
    throw usageError('No years: give --years A/B, two UTC days such as 1999-01-01/2002-12-31.');
  if (flags.out === undefined || !/[^/\\]\.json$/.test(flags.out))
    throw usageError(`--out wants the name of a file that ends in .json; got ${flags.out ?? 'nothing'}.`);
  const attribution = flags['reference-attribution']?.trim();
  const request = {
    reference: {
      path: resolve(flags.reference),
      scale: readNumber('--reference-scale', flags['reference-scale'], 1e-6, 1) ?? DEFAULTS.scale,
      nodata: readCodes(flags['reference-nodata']),
    },
    referenceAttribution: attribution ? attribution : null,
    catalog: placeOf(flags.catalog),
    collections: flags.collections?.split(',').map((name) => name.trim()) ?? null,
    years: readPeriod('--years', flags.years),
    seasonMonths: flags.season === undefined ? null : readMonths(flags.season),
    minDryCount: readWhole('--min-dry', flags['min-dry'], 1, 1000) ?? DEFAULTS.minDry,
    ...readMask(flags),
    harmonise: flags.harmonise === true,
    blockM: readNumber('--block-m', flags['block-m'], 1, 1e6) ?? DEFAULTS.blockM,
    folds: readWhole('--folds', flags.folds, 3, 20) ?? DEFAULTS.folds,
    seed: readWhole('--seed', flags.seed, 0, 2 ** 32 - 1) ?? DEFAULTS.seed,
    naiveEndpoints: DEFAULT_ENDPOINTS,
    out: resolve(flags.out),
    workers: readWhole('--workers', flags.workers, 1, 64) ?? availableParallelism(),
    allowHosts: (flags['allow-host'] ?? []).map(checkHost),
  };
  return { request, json: flags.json === true };
}

function readCodes(text: string | undefined): number[] {
  if (text === undefined) return [];
  const codes = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (codes.some((code) => !Number.isFinite(code)))
    throw usageError(`--reference-nodata wants numbers with commas between, such as 200,255; got "${text}".`);
  return codes;
}

function tell(request: CalibrateRequest, { file, refused, notes }: CalibrateResult, context: CommandContext): number {
  const say = (line: string) => context.stderr(`${line}\n`);
  const { validation, model, attribution, synthetic, scenes } = file;
  const { soilNdvi, vegetationNdvi } = request.naiveEndpoints;
  for (const line of attribution) say(line);
  if (synthetic) say('Synthetic: this model rests on data made by a generator.');
  for (const { id, reason } of refused) say(`Left out: scene ${id} refused: ${reason}`);
  for (const note of notes) say(`Left out: ${note}`);
  say(file.sentence);
  say(`  calibrated             RMSE ${errorText(validation.model)}`);
  say(`  naive, NDVI ${soilNdvi} to ${vegetationNdvi}  RMSE ${errorText(validation.naive)}`);
  say(`  naive, fitted ends     RMSE ${errorText(validation.dimidiate)}`);
  for (const { fromPct, toPct, n, ...errors } of validation.byClass)
    if (n > 0) say(`  reference ${`${fromPct}–${toPct} %`.padEnd(9)}    RMSE ${errorText({ n, ...errors })}, n = ${n}`);
  say(
    `Finished: ${model.terms.map(({ feature }) => feature).join(', ')} from ${scenes.length} scenes. Model: ${request.out}`,
  );
  // Scenes of a poorer tier are refused by rule: nothing that was wanted is missing.
  const missed = refused.filter(({ code }) => code !== 'E_SCENE_TIER');
  return missed.length + notes.length > 0 ? 3 : 0;
}

function parseFlags(argv: readonly string[]) {
  try {
    const args = joinNegativeNumbers(argv);
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('calibrate', error as Error);
  }
}
