import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../shared/errors.ts';
import { checkHost, type Environment, flagError, readWhole } from './config.ts';

/** Everything `canopy serve` was asked for; frozen. */
export interface ServeConfig {
  readonly dir: string;
  /** 0: any free port. */
  readonly port: number;
  readonly basemap: { readonly tiles: string; readonly attribution: string } | null;
  readonly remoteScenes: boolean;
  readonly allowHosts: readonly string[];
  /** Redis of the fleet, whose queue is shown. */
  readonly redisUrl: string | null;
  /** Database of the fleet, which knows of all its runs; null: the folder knows of its own. */
  readonly databaseUrl: string | null;
  /** Folder of the register of parcels; null: beside the results. */
  readonly registerDir: string | null;
  /** Folder of layers that eligibility rests on; null: it is not judged. */
  readonly layersDir: string | null;
  /** Output of canopy suggest; null: that beside the results. */
  readonly suggestionsFile: string | null;
  readonly open: boolean;
  readonly json: boolean;
}

const SERVE_OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  basemap: { type: 'string' },
  'basemap-attribution': { type: 'string' },
  'remote-scenes': { type: 'boolean' },
  'allow-host': { type: 'string', multiple: true },
  redis: { type: 'string' },
  database: { type: 'string' },
  register: { type: 'string' },
  layers: { type: 'string' },
  suggestions: { type: 'string' },
  open: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const DEFAULT_PORT = 4600;

export function readServeConfig(argv: readonly string[], env: Environment): ServeConfig {
  const { flags, places } = parseServeFlags(argv);
  const [dir, second] = places;
  if (dir === undefined) throw usageError('No results folder: canopy serve DIR wants the --out folder of a run.');
  if (second !== undefined) throw usageError(`One folder is served at a time; got "${dir}" and "${second}".`);
  if (flags.host !== undefined && flags.host !== '127.0.0.1' && flags.host !== 'localhost')
    throw usageError(
      `Only 127.0.0.1 is served, not "${flags.host}": there is no access control yet, and everybody who reaches another address could read the results. Leave --host away.`,
    );
  return Object.freeze({
    dir: resolve(dir),
    port: readWhole('--port', flags.port, 0, 65_535) ?? DEFAULT_PORT,
    basemap: readBasemap(flags.basemap, flags['basemap-attribution']),
    remoteScenes: flags['remote-scenes'] === true,
    allowHosts: (flags['allow-host'] ?? []).map(checkHost),
    redisUrl: flags.redis === undefined ? null : checkRedis(flags.redis),
    databaseUrl: readDatabase(flags.database ?? env.CANOPY_DATABASE_URL),
    layersDir: flags.layers === undefined ? null : resolve(flags.layers),
    suggestionsFile: flags.suggestions === undefined ? null : resolve(flags.suggestions),
    registerDir: readRegister(flags.register, flags.database ?? env.CANOPY_DATABASE_URL),
    open: flags.open === true,
    json: flags.json === true,
  });
}

function parseServeFlags(argv: readonly string[]) {
  try {
    const parsed = parseArgs({ args: [...argv], options: SERVE_OPTIONS, strict: true, allowPositionals: true });
    return { flags: parsed.values, places: parsed.positionals };
  } catch (error) {
    throw flagError('serve', error as Error);
  }
}

function readBasemap(tiles: string | undefined, attribution: string | undefined): ServeConfig['basemap'] {
  if (tiles === undefined) {
    if (attribution !== undefined) throw usageError('--basemap-attribution goes with --basemap, which is missing.');
    return null;
  }
  const host = /^https?:\/\/([a-z0-9.-]+(?::\d{1,5})?)\//i.exec(tiles)?.[1];
  const hasPlaces = ['{z}', '{x}', '{y}'].every((place) => tiles.includes(place));
  const isAddress = URL.canParse(tiles.replaceAll(/[{}]/g, ''));
  if (host === undefined || !hasPlaces || !isAddress || /[\s"'<>;]/.test(tiles))
    throw usageError(
      `--basemap wants an address with {z}, {x} and {y} such as https://tiles.example.org/{z}/{x}/{y}.png; got "${tiles}".`,
    );
  if (attribution === undefined || attribution.trim() === '')
    throw usageError('--basemap wants --basemap-attribution TEXT beside it: whose map it is has to be shown.');
  return { tiles, attribution };
}

function checkRedis(text: string): string {
  if (/^rediss?:\/\/[^/]+/.test(text) && URL.canParse(text)) return text;
  throw usageError('--redis wants an address such as redis://127.0.0.1:6379 (or rediss:// for TLS).');
}

function readRegister(folder: string | undefined, database: string | undefined): string | null {
  if (folder === undefined) return null;
  if (folder.trim() === '')
    throw usageError('--register wants a folder; leave it away for the one beside the results.');
  if (database === undefined) return resolve(folder);
  throw usageError(
    'The register lies in the database of --database (or CANOPY_DATABASE_URL): leave --register away, or the database.',
  );
}

/** Never says the address again, which may hold a password. */
function readDatabase(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^postgres(?:ql)?:\/\/.+/.test(text)) return text;
  throw usageError('--database wants an address such as postgres://user@127.0.0.1/canopy.');
}
