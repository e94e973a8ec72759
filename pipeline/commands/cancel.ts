import { readOperationsConfig } from '../config-operations.ts';
import { chooseRun, openOperations, readRuns } from '../run/choose-run.ts';
import type { Command } from './command.ts';

const USAGE = `canopy cancel DIR
canopy cancel --database postgres://… [--run ID]

Stops a run that is under way. What is finished is kept: the same canopy monitor command goes on where it stopped.

  --database URL   the run is known to the PostgreSQL of a fleet (or CANOPY_DATABASE_URL)
  --run ID         which run, where several are under way
  --json           one JSON document on standard output

Exit codes: 0 asked · 1 failed · 2 wrong use, or nobody would hear it.`;

export const cancelCommand: Command = {
  name: 'cancel',
  usage: USAGE,
  async run(argv, { stdout, stderr, env }) {
    const config = readOperationsConfig('cancel', argv, env);
    const source = openOperations(config);
    try {
      const { run } = chooseRun(await readRuns(source, config), config);
      await source.ask({ kind: 'cancel', runId: run.id });
      if (config.json) stdout(`${JSON.stringify({ kind: 'asked', runId: run.id })}\n`);
      stderr(`Asked: ${run.label} stops; ${run.units.done} of ${run.units.total} units are finished and kept.\n`);
    } finally {
      await source.close();
    }
    return 0;
  },
};
