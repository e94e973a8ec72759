import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import type { ParcelFormat } from '../../shared/parcel-check.ts';
import { flagError } from '../config.ts';
import { EXPORT_FORMATS } from '../parcels/export/export-parcels.ts';
import { type ExportOutcome, type ExportRequest, exportParcelsTo } from '../run/export-parcels.ts';
import { terminalText } from '../terminal-text.ts';
import { readAssumeCrs } from './assume-crs.ts';
import type { Command } from './command.ts';

/** Endings of each format, the first the usual one. */
const ENDINGS: Readonly<Partial<Record<ParcelFormat, readonly string[]>>> = {
  geojson: ['geojson', 'json'],
  kml: ['kml'],
  kmz: ['kmz'],
  shapefile: ['zip', 'shz'],
  geopackage: ['gpkg'],
  flatgeobuf: ['fgb'],
  csv: ['csv'],
};

const USAGE = `canopy parcels export --register FOLDER --out FILE [flags]
canopy parcels export FILE --out FILE [flags]

Writes the parcels of a register, or of a parcel file, in another format, with where they come from, and says what that
format could not carry over unchanged. The same parcels give the same bytes. Tenure, consent, author, reason and other
attributes about people (owners, phone numbers and the like, by their headings) are personal data and left out, with their
headings named, unless asked for. Boundaries of a file are written as they are, not mended.

  --register FOLDER        where the register lies: that of canopy serve DIR is DIR-register (DIR will do)
  --database postgres://…  or the database that it lies in (or CANOPY_DATABASE_URL)
  --state active|all       parcels of the register: those in force, or withdrawn ones too (default active)
  --out FILE               the file to write; a CSV gets FILE-metadata.json beside it
  --format F               ${EXPORT_FORMATS.join(', ')}; by default that of FILE's ending
  --with-personal          writes tenure, consent, author, reason and other attributes about people too
  --attribution TEXT       a sentence on source or licence that the file repeats; may be repeated
  --id-field NAME          of a file: property that names a parcel
  --assume-crs EPSG:n      of a file: CRS where it does not say
  --layer NAME             of a file that has several layers
  --json                   one JSON document on standard output

GPX is for import only: it knows lines, no areas.
Exit codes: 0 finished · 1 failed · 2 wrong use · 3 finished, but parcels of the file have no boundary that can be
written: they are named.`;

const OPTIONS = {
  register: { type: 'string' },
  database: { type: 'string' },
  state: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
  'with-personal': { type: 'boolean' },
  attribution: { type: 'string', multiple: true },
  'id-field': { type: 'string' },
  'assume-crs': { type: 'string' },
  layer: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const parcelsExportCommand: Command = {
  name: 'parcels export',
  usage: USAGE,
  async run(argv, { stdout, stderr, signal, env }) {
    const { request, json } = readRequest(argv, env.CANOPY_DATABASE_URL);
    const outcome = await exportParcelsTo(request, signal);
    const { report, written, leftOut, notes } = outcome;
    if (json) stdout(`${JSON.stringify({ ...report, written, leftOut, notes }, null, 2)}\n`);
    else stdout(terminalText(describeOutcome(outcome)));
    if (json && leftOut.length > 0) stderr(`${leftOut.length} parcels were left out; see leftOut.\n`);
    return leftOut.length > 0 ? 3 : 0;
  },
};

function describeOutcome({ report, written, leftOut, notes }: ExportOutcome): string {
  const lines = [
    ...notes,
    ...leftOut.map((sentence) => `Left out: ${sentence}`),
    ...report.limits.map((limit) => `Changed: ${limit}`),
    `${report.parcels} parcel${report.parcels === 1 ? '' : 's'} written to ${written.join(' and ')} (${report.bytes.toLocaleString('en')} bytes).`,
  ];
  return `${lines.join('\n')}\n`;
}

function readRequest(
  argv: readonly string[],
  databaseUrl: string | undefined,
): { request: ExportRequest; json: boolean } {
  const { values, positionals } = parseFlags(argv);
  if (values.out === undefined) throw usageError('canopy parcels export wants --out FILE.');
  const request = {
    source: readSource(values, positionals, databaseUrl),
    format: readFormat(values.format, values.out),
    out: resolve(values.out),
    withPersonal: values['with-personal'] ?? false,
    attribution: values.attribution ?? [],
  };
  return { request, json: values.json ?? false };
}

type Values = ReturnType<typeof parseFlags>['values'];

function readSource(
  values: Values,
  files: readonly string[],
  databaseUrl: string | undefined,
): ExportRequest['source'] {
  const isRegister = values.register !== undefined || values.database !== undefined;
  if (files.length > 1 || (files.length === 1 && isRegister))
    throw usageError('canopy parcels export wants one parcel file, or --register, or --database: one of them.');
  const [file] = files;
  if (file !== undefined) return readFileSource(file, values);
  if (values.register !== undefined && values.database !== undefined)
    throw usageError('--register and --database both say where the register lies; give one of them.');
  const url = values.database ?? (values.register === undefined ? databaseUrl : undefined);
  if (values.register === undefined && url === undefined)
    throw usageError('canopy parcels export wants a parcel file, or --register FOLDER, or --database.');
  if (url !== undefined && !/^postgres(?:ql)?:\/\/.+/.test(url))
    throw usageError('--database wants an address such as postgres://user@127.0.0.1/canopy.');
  const state = values.state ?? 'active';
  if (state !== 'active' && state !== 'all') throw usageError(`--state wants active or all; got ${state}.`);
  return { kind: 'register', place: { url: url ?? null, folder: resolve(values.register ?? '.') }, state };
}

function readFileSource(file: string, values: Values): ExportRequest['source'] {
  if (values.state !== undefined) throw usageError('--state is about a register; parcels of a file have no state.');
  const assumeCrs = readAssumeCrs(values['assume-crs']);
  const { layer = null } = values;
  return { kind: 'file', path: resolve(file), idField: values['id-field'] ?? null, assumeCrs, layer };
}

function readFormat(given: string | undefined, out: string): ParcelFormat {
  const ending = /\.([^./\\]+)$/.exec(out)?.[1]?.toLowerCase() ?? '';
  if (given === 'gpx' || (given === undefined && ending === 'gpx'))
    throw usageError(`GPX is for import only: it knows lines, no areas. Wanted: ${EXPORT_FORMATS.join(', ')}.`);
  const format = EXPORT_FORMATS.find((name) =>
    given === undefined ? ENDINGS[name]?.includes(ending) : name === given,
  );
  if (format === undefined) {
    const got = given ?? `an --out that ends in "${ending}"`;
    throw usageError(`--format wants ${EXPORT_FORMATS.join(', ')}; got ${got}.`);
  }
  if (!ENDINGS[format]!.includes(ending))
    throw usageError(`--out wants a name that ends in .${ENDINGS[format]![0]} for ${format}; got ${out}.`);
  return format;
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('parcels export', error as Error);
  }
}
