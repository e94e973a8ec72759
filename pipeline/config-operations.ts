import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../shared/errors.ts';
import { type Environment, flagError } from './config.ts';

/** What `canopy status`, `canopy retry` and `canopy cancel` were asked for. */
export interface OperationsConfig {
  /** The output folder of the run; null: the database knows the runs. */
  readonly dir: string | null;
  readonly databaseUrl: string | null;
  /** null: the one run that is under way. */
  readonly runId: string | null;
  /** Units that are meant; null: all dead letters. */
  readonly unitKeys: readonly string[] | null;
  readonly leaveOut: boolean;
  readonly json: boolean;
}

const OPTIONS = {
  database: { type: 'string' },
  run: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const RETRY_OPTIONS = {
  ...OPTIONS,
  unit: { type: 'string', multiple: true },
  'leave-out': { type: 'boolean' },
} as const;

type Flags = {
  readonly database?: string;
  readonly run?: string;
  readonly json?: boolean;
  readonly unit?: string[];
  readonly 'leave-out'?: boolean;
};

export function readOperationsConfig(
  command: 'status' | 'retry' | 'cancel',
  argv: readonly string[],
  env: Environment,
): OperationsConfig {
  const { flags, places } = parseFlags(command, argv);
  const [dir, second] = places;
  if (second !== undefined) throw usageError(`One run at a time; got "${dir}" and "${second}".`);
  const databaseUrl = flags.database ?? env.CANOPY_DATABASE_URL ?? null;
  if (dir === undefined && databaseUrl === null)
    throw usageError(`Which run? Give its output folder, canopy ${command} DIR, or --database URL.`);
  if (flags.unit && flags['leave-out'])
    throw usageError('--unit tries units again, --leave-out goes on without them: give one of both.');
  return {
    dir: dir === undefined ? null : resolve(dir),
    databaseUrl,
    runId: flags.run ?? null,
    unitKeys: flags.unit ?? null,
    leaveOut: flags['leave-out'] === true,
    json: flags.json === true,
  };
}

function parseFlags(command: string, argv: readonly string[]): { flags: Flags; places: string[] } {
  try {
    const options = command === 'retry' ? RETRY_OPTIONS : OPTIONS;
    const { values, positionals } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
    return { flags: values as Flags, places: positionals };
  } catch (error) {
    throw flagError(command, error as Error);
  }
}
