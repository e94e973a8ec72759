import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hectares } from '../../shared/checks/numbers.ts';
import { usageError } from '../../shared/errors.ts';
import { DEFAULT_CHECK_LIMITS, IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import { flagError } from '../config.ts';
import { describeCheck } from '../run/check-parcels-text.ts';
import type { ImportRow } from '../run/register-import.ts';
import { type ImportedFile, type ImportFilesRequest, importParcelFiles } from '../run/register-import-files.ts';
import { readRegionsOfProject, readRegionsOfResults } from '../run/register-regions.ts';
import { terminalText } from '../terminal-text.ts';
import { readAssumeCrs } from './assume-crs.ts';
import type { Command } from './command.ts';

const MB = 1_048_576;
const { smallestHa, largestHa, insideRegionPct } = DEFAULT_CHECK_LIMITS;

const USAGE = `canopy parcels import FILE… --register FOLDER --region ID --author NAME --reason TEXT [flags]

Reads parcels of GeoJSON, KML, KMZ, zipped shapefile, GeoPackage, FlatGeobuf, CSV or GPX files, checks them as canopy
parcels check does and registers those that can be, with who, why, and the file they come from. The rest is listed with
what stands in the way. Each file goes in as a whole or not at all; importing a file again registers nothing twice.

Limits: ${IMPORT_LIMITS.fileBytes / MB} MB a file, ${IMPORT_LIMITS.zipBytes / MB} MB a zip (${IMPORT_LIMITS.unpackedBytes / MB} MB unpacked, ${IMPORT_LIMITS.zipEntries} entries), ${IMPORT_LIMITS.parcels.toLocaleString('en')} parcels and ${IMPORT_LIMITS.verticesPerImport.toLocaleString('en')} corners a file,
${IMPORT_LIMITS.verticesPerParcel.toLocaleString('en')} corners a parcel; parcels of ${smallestHa} to ${largestHa} ha, ${insideRegionPct} % of each inside its region.

  --register FOLDER        where the register lies: that of canopy serve DIR is DIR-register
  --database postgres://…  or the database that it lies in (or CANOPY_DATABASE_URL)
  --region ID              region of the twin that the parcels belong to
  --project P.json         the project with the regions and their boundaries, or
  --results DIR            results that show them; without either nobody asks whether parcels lie in the region
  --author NAME            who registers them       --reason TEXT   why; both are kept with every version
  --accept-mends           accepts the proposals that take errors away, such as closing a ring or cutting off shared
                           ground; each is listed with its hectares and kept with the parcel
  --id-field NAME          property that names a parcel
  --assume-crs EPSG:n      CRS of files that do not say theirs
  --layer NAME             layer of a file that has several
  --json                   one JSON document on standard output

A server that has the folder open keeps it to itself: import in its page, or end it meanwhile.
Exit codes: 0 all parcels are registered · 1 failed, or no file could be read · 2 wrong use · 3 some left out (listed).`;

const OPTIONS = {
  register: { type: 'string' },
  database: { type: 'string' },
  region: { type: 'string' },
  project: { type: 'string' },
  results: { type: 'string' },
  author: { type: 'string' },
  reason: { type: 'string' },
  'accept-mends': { type: 'boolean' },
  'id-field': { type: 'string' },
  'assume-crs': { type: 'string' },
  layer: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const parcelsImportCommand: Command = {
  name: 'parcels import',
  usage: USAGE,
  async run(argv, { stdout, stderr, isTty, signal, env }) {
    const { request, json } = await readRequest(argv, env.CANOPY_DATABASE_URL);
    const files = await importParcelFiles(request, {
      signal,
      onProgress: (file, done, total) => {
        if (isTty && total > 200) stderr(`\r${file}: ${done} of ${total} parcels checked${done === total ? '\n' : ''}`);
      },
      onFile: (file) => (json ? stderr : stdout)(terminalText(describeFile(file, json))),
    });
    if (json) stdout(`${JSON.stringify({ files: files.map(documentOf) }, null, 2)}\n`);
    if (files.every(({ kind }) => kind === 'refused')) return 1;
    return files.every(isWhole) ? 0 : 3;
  },
};

function isWhole(file: ImportedFile): boolean {
  return file.kind === 'read' && file.outcome.rows.every(isIn);
}

function isIn({ outcome }: ImportRow): boolean {
  return outcome === 'registered' || outcome === 'mended' || outcome === 'before';
}

/** What a person reads of one file. */
function describeFile(imported: ImportedFile, isShort: boolean): string {
  if (imported.kind === 'refused') return `${imported.file} was not read: ${imported.error.message}\n`;
  const { outcome, report, candidates, file } = imported;
  const { rows, refused } = outcome;
  const lines = isShort || report.parcels.length === 0 ? [] : [describeCheck(report, candidates)];
  if (refused) lines.push(`${file}: ${refused.message}`);
  for (const { place, id, mends, parcelHa } of rows.filter((row) => row.outcome === 'mended')) {
    const steps = mends.map(({ kind, haBefore, haAfter }) =>
      haBefore === null ? `${kind}, ${hectares(haAfter)}` : `${kind}, ${hectares(haBefore)} to ${hectares(haAfter)}`,
    );
    lines.push(`  Mended: ${id} (${place}): ${steps.join('; ')}. Registered with ${hectares(parcelHa ?? 0)}.`);
  }
  for (const { place, id, outcome: became, findings } of rows.filter((row) => !isIn(row))) {
    const why = findings.find(({ severity }) => severity === 'error')?.message ?? refused?.message ?? '';
    const offer = became === 'mendable' ? ' It can be mended: --accept-mends.' : '';
    lines.push(`  Left out: ${id} (${place}): ${why}${offer}`);
  }
  const count = (name: ImportRow['outcome']) => rows.filter((row) => row.outcome === name).length;
  const parts = [
    `${count('registered') + count('mended')} of ${rows.length} parcels registered`,
    ...(count('mended') > 0 ? [`${count('mended')} of them mended`] : []),
    ...(count('before') > 0 ? [`${count('before')} were registered by an earlier import of this file`] : []),
    ...(count('mendable') > 0 ? [`${count('mendable')} left out that can be mended`] : []),
    ...(count('refused') > 0 ? [`${count('refused')} refused`] : []),
  ];
  return `${[...lines, `${file}: ${parts.join(', ')}.`].join('\n')}\n`;
}

function documentOf(file: ImportedFile): unknown {
  if (file.kind === 'refused') return { file: file.file, error: file.error };
  const { outcome, report, sha256 } = file;
  const { rows, refused } = outcome;
  return {
    file: file.file,
    sha256,
    summary: report.summary,
    rows,
    refused: refused && { code: refused.code, message: refused.message },
  };
}

async function readRequest(
  argv: readonly string[],
  databaseUrl: string | undefined,
): Promise<{ request: ImportFilesRequest; json: boolean }> {
  const { values, positionals } = parseFlags(argv);
  if (positionals.length === 0) throw usageError('canopy parcels import wants at least one parcel file.');
  const url = values.database ?? (values.register === undefined ? databaseUrl : undefined);
  if (values.register !== undefined && values.database !== undefined)
    throw usageError('--register and --database both say where the register lies; give one of them.');
  if (values.register === undefined && url === undefined)
    throw usageError(
      'canopy parcels import wants --register FOLDER (of canopy serve DIR it is DIR-register) or --database.',
    );
  if (url !== undefined && !/^postgres(?:ql)?:\/\/.+/.test(url))
    throw usageError('--database wants an address such as postgres://user@127.0.0.1/canopy.');
  const regionId = said('region', values.region, 64);
  const regions = await readRegions(values);
  if (regions.length > 0 && !regions.some(({ id }) => id === regionId))
    throw usageError(`--region ${regionId} is not there; there are ${regions.map(({ id }) => id).join(', ')}.`);
  if (!/^[\w.-]+$/.test(regionId) && regions.length === 0)
    throw usageError(`--region wants letters, digits, -, _ and full stops; got ${regionId}.`);
  const request: ImportFilesRequest = {
    files: positionals.map((file) => resolve(file)),
    url: url ?? null,
    folder: resolve(values.register ?? '.'),
    regionId,
    regions,
    author: said('author', values.author, 200),
    reason: said('reason', values.reason, 2000),
    acceptMends: values['accept-mends'] ?? false,
    idField: values['id-field'] ?? null,
    assumeCrs: readAssumeCrs(values['assume-crs']),
    layer: values.layer ?? null,
  };
  return { request, json: values.json ?? false };
}

async function readRegions({ project, results }: ReturnType<typeof parseFlags>['values']) {
  if (project !== undefined && results !== undefined)
    throw usageError('--project and --results both say what the regions are; give one of them.');
  if (project !== undefined) return readRegionsOfProject(project);
  return results === undefined ? [] : readRegionsOfResults(resolve(results));
}

function said(flag: string, text: string | undefined, longest: number): string {
  const value = text?.trim() ?? '';
  if (value !== '' && value.length <= longest) return value;
  throw usageError(`canopy parcels import wants --${flag}, 1 to ${longest} characters; see --help.`);
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('parcels import', error as Error);
  }
}
