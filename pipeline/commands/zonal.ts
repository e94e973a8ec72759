import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { checkHost, flagError, readWhole } from '../config.ts';
import { runZonal, type ZonalReport, type ZonalRequest } from '../run/zonal.ts';
import { parseStats } from '../run/zonal-stats.ts';
import { isHttp } from '../stac/href.ts';
import type { Command } from './command.ts';

const USAGE = `canopy zonal RASTER.tif|URL PARCELS.geojson --stats count,sum,mean,stdev,min,max --out F.csv

Exact statistics of the values of a raster inside every parcel, each pixel weighted by the share of it that the parcel
covers. Values are taken as stored (scale and offset are not applied); nodata, masked pixels, NaN and infinities do not
count. Parcels may overlap, hold holes and parts, and reach beyond the raster. They are in lon/lat or, where the file's
crs member says so, in the raster's own CRS; edges are straight lines there. Units and sources stand in F.csv-metadata.json.

  --stats LIST           any of, in the order of the columns (default count,sum,mean,stdev,min,max):
                         count       sum of the coverage fractions of the valid pixels
                         sum mean stdev (population form) min max
                         area_ha     coverage × the true ground area of each cell (ellipsoid): exact for whole cells; inside
                                     one coarse geographic cell the area is taken as spread evenly
                         median pN   smallest value whose cumulated coverage reaches the share, such as p10
                         classes     the same for each value of a class raster (at most 256), as class_VALUE_ha
  --out F.csv            the file to write
  --band N               band of the raster, from 1 (default 1)
  --id-field NAME        property that names a parcel
  --workers N            threads (default: as many as processors)
  --allow-host HOST:PORT lets the command reach this host, plain http and loopback included; may be repeated

Exit codes: 0 finished, also where a parcel has no valid pixel (count 0, other cells empty) · 1 failed · 2 wrong use ·
3 finished, but parcels were refused (crossing themselves, for instance): they are named, and their cells are empty.`;

const OPTIONS = {
  stats: { type: 'string' },
  out: { type: 'string' },
  band: { type: 'string' },
  'id-field': { type: 'string' },
  workers: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
} as const;

export const zonalCommand: Command = {
  name: 'zonal',
  usage: USAGE,
  async run(argv, { stderr, isTty, signal }) {
    const request = readRequest(argv);
    const say = (line: string) => stderr(`${line}\n`);
    const report = await runZonal(request, { say, write: stderr, isTty, signal });
    say(summaryOf(request, report));
    return report.refused > 0 ? 3 : 0;
  },
};

function readRequest(argv: readonly string[]): ZonalRequest {
  const { values, positionals } = parseFlags(argv);
  const [raster, parcels] = positionals;
  if (raster === undefined || parcels === undefined || positionals.length > 2)
    throw usageError(`canopy zonal wants a raster and a parcel file, in this order; got ${positionals.length} names.`);
  if (isHttp(parcels)) throw usageError(`The parcels must be a file on this machine; got ${parcels}.`);
  if (values.out === undefined || !/[^/\\]\.csv$/.test(values.out))
    throw usageError(`--out wants the name of a file that ends in .csv; got ${values.out ?? 'nothing'}.`);
  const isRemote = isHttp(raster);
  return {
    raster: isRemote ? raster : resolve(raster),
    isRemote,
    parcels: resolve(parcels),
    idField: values['id-field'] ?? null,
    stats: parseStats(values.stats ?? 'count,sum,mean,stdev,min,max'),
    out: resolve(values.out),
    band: readWhole('--band', values.band, 1, 64) ?? 1,
    workers: readWhole('--workers', values.workers, 1, 64) ?? availableParallelism(),
    allowHosts: (values['allow-host'] ?? []).map(checkHost),
  };
}

function summaryOf({ out, isRemote }: ZonalRequest, report: ZonalReport): string {
  const { parcels, refused, withoutPixels, beyond, blocks, requests, bytes } = report;
  const asides = [
    refused > 0 ? `${refused} refused` : '',
    withoutPixels > 0 ? `${withoutPixels} of them without a valid pixel` : '',
    beyond > 0 ? `${beyond} of them reaching beyond the raster` : '',
  ].filter((aside) => aside !== '');
  const found = [`${counted(parcels, 'parcel')} measured`, ...asides].join(', ');
  const reads = `${counted(requests, isRemote ? 'range request' : 'read')}, ${(bytes / 1e6).toFixed(1)} MB`;
  return `Finished: ${found}; ${counted(blocks, 'block')} decoded (${reads}). Result: ${out}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('zonal', error as Error);
  }
}
