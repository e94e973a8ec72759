import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../shared/errors.ts';
import { checkHost, type Environment, flagError, readWhole } from './config.ts';
import type { VerifySettings } from './run/verify/verify.ts';

const OPTIONS = {
  database: { type: 'string' },
  sample: { type: 'string' },
  seed: { type: 'string' },
  workers: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

const DEFAULTS = { sample: 3, seed: 1 };

/** Everything `canopy verify` was asked for; frozen. */
export interface VerifyConfig extends VerifySettings {
  readonly json: boolean;
}

export function readVerifyConfig(argv: readonly string[], env: Environment): VerifyConfig {
  const { flags, places } = parseFlags(argv);
  const [dir, second] = places;
  if (dir === undefined) throw usageError('No folder: canopy verify DIR wants the output folder of a run.');
  if (second !== undefined) throw usageError(`One folder is verified at a time; got "${dir}" and "${second}".`);
  return Object.freeze({
    dir: resolve(dir),
    databaseUrl: flags.database ?? env.CANOPY_DATABASE_URL ?? null,
    sample: flags.sample === 'all' ? 'all' : (readWhole('--sample', flags.sample, 0, 1e6) ?? DEFAULTS.sample),
    seed: readWhole('--seed', flags.seed, 0, 2 ** 32 - 1) ?? DEFAULTS.seed,
    workers: readWhole('--workers', flags.workers, 1, 64) ?? availableParallelism(),
    allowHosts: (flags['allow-host'] ?? []).map(checkHost),
    json: flags.json === true,
  });
}

function parseFlags(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    return { flags: values, places: positionals };
  } catch (error) {
    throw flagError('verify', error as Error);
  }
}
