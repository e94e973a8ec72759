import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { isGeographic } from '../../shared/transform.ts';
import { checkHost, flagError, readMask } from '../config.ts';
import { type IndexLayer, type IndexRequest, runIndexLayer } from '../run/index-layer.ts';
import { INDEX_NAMES, type IndexName } from '../run/index-strip.ts';
import { isHttp } from '../stac/href.ts';
import type { Command } from './command.ts';

const USAGE = `canopy index ITEM.json|URL --index ndvi|evi2|nbr|ndmi --out F.tif

Computes a vegetation index of one scene: a COG of int16 × 0.0001 (nodata -32768), and its STAC item beside it as F.json.
Indices with short-wave infrared (nbr, ndmi) come on the grid of that band, nir as the mean of its valid pixels.

  --index NAME           ndvi, evi2, nbr (burn ratio) or ndmi (moisture)
  --out F.tif            the file to write
  --keep-scl 4,5,6,7     scene classes that count as clear        --dilate-m M   widens what is not clear by M metres
  --unmasked             keeps cloud, shadow and snow
  --allow-host HOST:PORT lets the command reach this host, plain http and loopback included; may be repeated

Exit codes: 0 finished, also where no pixel is clear · 1 failed · 2 wrong use.`;

const OPTIONS = {
  index: { type: 'string' },
  out: { type: 'string' },
  'keep-scl': { type: 'string' },
  'dilate-m': { type: 'string' },
  unmasked: { type: 'boolean' },
  'allow-host': { type: 'string', multiple: true },
} as const;

export const indexCommand: Command = {
  name: 'index',
  usage: USAGE,
  async run(argv, { stderr, isTty, signal }) {
    const request = readRequest(argv);
    const say = (line: string) => stderr(`${line}\n`);
    const layer = await runIndexLayer(request, { say, write: stderr, isTty, signal });
    say(layer.scene.attribution);
    if (layer.scene.synthetic) say('Synthetic: this scene was made by a generator.');
    say(summaryOf(request, layer));
    return 0;
  },
};

function readRequest(argv: readonly string[]): IndexRequest {
  const { values, positionals } = parseFlags(argv);
  const [item] = positionals;
  if (item === undefined || positionals.length > 1)
    throw usageError(`canopy index wants one STAC item, a file or a URL; got ${positionals.length}.`);
  if (!isIndexName(values.index))
    throw usageError(`--index wants one of ${INDEX_NAMES.join(', ')}; got ${values.index ?? 'nothing'}.`);
  if (values.out === undefined || !/[^/\\]\.tif$/.test(values.out))
    throw usageError(`--out wants the name of a file that ends in .tif; got ${values.out ?? 'nothing'}.`);
  const mask = readMask(values);
  if (values.unmasked && (values['keep-scl'] !== undefined || values['dilate-m'] !== undefined))
    throw usageError('--unmasked keeps every pixel, so --keep-scl and --dilate-m cannot be given with it.');
  return {
    item: isHttp(item) ? item : resolve(item),
    index: values.index,
    out: resolve(values.out),
    mask: values.unmasked ? null : mask,
    allowHosts: (values['allow-host'] ?? []).map(checkHost),
    workers: availableParallelism(),
  };
}

function isIndexName(name: string | undefined): name is IndexName {
  return INDEX_NAMES.some((known) => known === name);
}

function summaryOf({ index, out, mask }: IndexRequest, { scene, grid, valuePx, itemPath }: IndexLayer): string {
  const { widthPx, heightPx, transform } = grid;
  const pct = ((100 * valuePx) / (widthPx * heightPx)).toFixed(1);
  const kind = mask ? 'are clear and hold a value' : 'hold a value, cloud not masked';
  return `Finished: ${index.toUpperCase()} of ${scene.id}, ${widthPx} × ${heightPx} pixels of ${transform[0]} ${isGeographic(grid.crs) ? 'degrees' : 'm'}, of which ${valuePx} (${pct} %) ${kind}. Result: ${out}, described in ${itemPath}`;
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('index', error as Error);
  }
}
