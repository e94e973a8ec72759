import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { type CheckLimits, DEFAULT_CHECK_LIMITS, IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import { flagError } from '../config.ts';
import { type CheckOutcome, type CheckRequest, checkParcelFiles } from '../run/check-parcels.ts';
import type { MendedFile } from '../run/check-parcels-mended.ts';
import { describeCheck } from '../run/check-parcels-text.ts';
import { terminalText } from '../terminal-text.ts';
import { readAssumeCrs } from './assume-crs.ts';
import type { Command } from './command.ts';

const { smallestHa, largestHa, pixelM, insideRegionPct, statedAreaPct, spikeAngleDeg, spikeRatio } =
  DEFAULT_CHECK_LIMITS;

const USAGE = `canopy parcels check FILE… [--json] [--project P | --region FILE] [--register FOLDER] [flags]

Looks at every parcel of GeoJSON, KML, KMZ, zipped shapefile, GeoPackage, FlatGeobuf, CSV or GPX files and says what would
stand in the way of registering it: where, how many hectares it is about, and what could be done. Nothing is changed.
At most ${IMPORT_LIMITS.parcels.toLocaleString('en')} parcels and ${IMPORT_LIMITS.verticesPerImport.toLocaleString('en')} corners a file, ${IMPORT_LIMITS.verticesPerParcel.toLocaleString('en')} corners a parcel, ${IMPORT_LIMITS.fileBytes / 1_048_576} MB a file, ${IMPORT_LIMITS.zipBytes / 1_048_576} MB a zip.

  --project P.json         parcels have to lie inside a region of this twin
  --region FILE.geojson    or inside one of these boundaries
  --register FOLDER        parcels that are registered there must not be overlapped
  --id-field NAME          property that names a parcel
  --assume-crs EPSG:n      CRS of files that do not say theirs
  --layer NAME             layer of a file that has several
  --smallest-ha H          (default ${smallestHa})          --largest-ha H      (default ${largestHa})
  --inside-pct P           share inside the region (default ${insideRegionPct})
  --stated-pct LOW,HIGH    stated area over measured (default ${statedAreaPct.join(',')})
  --spike-angle-deg A      sharpest corner (default ${spikeAngleDeg})   --spike-ratio R     length over width (default ${spikeRatio})
  --pixel-m M              side of the pixel that parcels are monitored with (default ${pixelM})
  --mended OUT.geojson     write the parcels with all proposals applied, and say what changed; those that still cannot be
                           registered are left out, and named
  --with-personal-data     tenure, consent and other attributes about people stand in OUT.geojson too
  --json                   one JSON document on standard output: of one file { summary, parcels }, of several { files }, where
                           one that cannot be read is { file, error }

Exit codes: 0 the report was made, whatever it says · 1 a file cannot be read or written; the reports of the others
are made · 2 wrong use.`;

const OPTIONS = {
  project: { type: 'string' },
  region: { type: 'string' },
  register: { type: 'string' },
  'id-field': { type: 'string' },
  'assume-crs': { type: 'string' },
  layer: { type: 'string' },
  'smallest-ha': { type: 'string' },
  'largest-ha': { type: 'string' },
  'inside-pct': { type: 'string' },
  'stated-pct': { type: 'string' },
  'spike-angle-deg': { type: 'string' },
  'spike-ratio': { type: 'string' },
  'pixel-m': { type: 'string' },
  mended: { type: 'string' },
  'with-personal-data': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const parcelsCheckCommand: Command = {
  name: 'parcels check',
  usage: USAGE,
  async run(argv, { stdout, stderr, isTty, signal }) {
    const { request, json } = readRequest(argv);
    const onProgress = (done: number, total: number) => {
      if (isTty && total > 200) stderr(`\r${done} of ${total} parcels checked${done === total ? '\n' : ''}`);
    };
    const outcome = await checkParcelFiles(request, { signal, onProgress });
    stdout(json ? `${JSON.stringify(documentOf(outcome), null, 2)}\n` : terminalText(describeOutcome(outcome)));
    if (json && outcome.mended) stderr(terminalText(describeMended(outcome.mended)));
    const errors = outcome.files.flatMap((file) => ('error' in file ? [file.error] : []));
    if (outcome.mendedError) errors.push(outcome.mendedError);
    for (const { message } of errors) stderr(terminalText(`canopy: ${message}\n`));
    return errors.length > 0 ? 1 : 0;
  },
};

function documentOf({ files, mendedError }: CheckOutcome): unknown {
  const reports = files.map((file) => ('error' in file ? file : file.report));
  if (reports.length > 1) return { files: reports };
  return mendedError === null ? reports[0] : { ...reports[0], error: mendedError };
}

function describeOutcome(outcome: CheckOutcome): string {
  const reports = outcome.files.flatMap((file) =>
    'error' in file ? [] : [describeCheck(file.report, file.candidates)],
  );
  return [...reports, ...(outcome.mended ? [describeMended(outcome.mended)] : [])].join('\n');
}

function describeMended({ path, parcels, mended: count, changes }: MendedFile): string {
  const lines = changes.map((change) => `  ${change}`);
  return `${path} holds ${parcels} parcel${parcels === 1 ? '' : 's'}, ${count} of them mended:\n${lines.join('\n')}\n`;
}

function readRequest(argv: readonly string[]): { request: CheckRequest; json: boolean } {
  const { values, positionals } = parseFlags(argv);
  if (positionals.length === 0) throw usageError('canopy parcels check wants at least one parcel file.');
  if (values.project !== undefined && values.region !== undefined)
    throw usageError('--project and --region both say where parcels have to lie; give one of them.');
  const path = (value: string | undefined) => (value === undefined ? null : resolve(value));
  if (values.mended !== undefined && !/\.(geo)?json$/i.test(values.mended))
    throw usageError(`--mended wants the name of a file that ends in .geojson; got ${values.mended}.`);
  const request = {
    files: positionals.map((file) => resolve(file)),
    project: path(values.project),
    region: path(values.region),
    register: path(values.register),
    idField: values['id-field'] ?? null,
    assumeCrs: readAssumeCrs(values['assume-crs']),
    layer: values.layer ?? null,
    limits: readLimits(values),
    mended: path(values.mended),
    withPersonal: values['with-personal-data'] ?? false,
  };
  return { request, json: values.json ?? false };
}

function readLimits(values: ReturnType<typeof parseFlags>['values']): CheckLimits {
  const number = (name: keyof typeof OPTIONS, fallback: number, [low, high]: readonly [number, number]) => {
    const given = values[name];
    if (typeof given !== 'string') return fallback;
    const value = given.trim() === '' ? Number.NaN : Number(given);
    if (!(value >= low && value <= high))
      throw usageError(`--${name} wants a number from ${low} to ${high}; got ${given}.`);
    return value;
  };
  const limits = {
    smallestHa: number('smallest-ha', smallestHa, [0, 1e7]),
    largestHa: number('largest-ha', largestHa, [0, 1e7]),
    insideRegionPct: number('inside-pct', insideRegionPct, [0, 100]),
    statedAreaPct: readRange(values['stated-pct']),
    spikeAngleDeg: number('spike-angle-deg', spikeAngleDeg, [0, 90]),
    spikeRatio: number('spike-ratio', spikeRatio, [0, 1e6]),
    pixelM: number('pixel-m', pixelM, [0.01, 10_000]),
  };
  if (limits.smallestHa > limits.largestHa)
    throw usageError(`--smallest-ha ${limits.smallestHa} is more than --largest-ha ${limits.largestHa}.`);
  return limits;
}

function readRange(given: string | undefined): readonly [number, number] {
  if (given === undefined) return statedAreaPct;
  const [low, high, ...rest] = given.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (rest.length > 0 || !(low! >= 0 && high! >= low!))
    throw usageError(`--stated-pct wants two percentages, such as 75,125; got ${given}.`);
  return [low!, high!];
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('parcels check', error as Error);
  }
}
