import { readOperationsConfig } from '../config-operations.ts';
import { chooseRun, openOperations, readRuns } from '../run/choose-run.ts';
import type { Command } from './command.ts';

const USAGE = `canopy retry DIR [--unit KEY …]
canopy retry --database postgres://… [--run ID] [--unit KEY …]

Has units that were given up computed again by the run that is under way: one that still computes, or one that was
started with --hold and waits. A run that has ended is started again with its own command: it computes only what is
missing or was given up.

  --unit KEY       only this unit; may be repeated (canopy status lists the keys)
  --leave-out      tells a run that waits to go on without them
  --database URL   the run is known to the PostgreSQL of a fleet (or CANOPY_DATABASE_URL)
  --run ID         which run, where several are under way
  --json           one JSON document on standard output

Exit codes: 0 asked · 1 failed · 2 wrong use, or nobody would hear it.`;

export const retryCommand: Command = {
  name: 'retry',
  usage: USAGE,
  async run(argv, { stdout, stderr, env }) {
    const config = readOperationsConfig('retry', argv, env);
    const source = openOperations(config);
    try {
      const { run } = chooseRun(await readRuns(source, config), config);
      await source.ask(
        config.leaveOut ? { kind: 'merge', runId: run.id } : { kind: 'retry', runId: run.id, keys: config.unitKeys },
      );
      const units = config.unitKeys?.length ?? run.units.dead;
      if (config.json)
        stdout(`${JSON.stringify({ kind: 'asked', runId: run.id, leaveOut: config.leaveOut, units })}\n`);
      stderr(
        config.leaveOut
          ? `Asked: ${run.label} goes on without the units that were given up.\n`
          : `Asked: ${units} unit${units === 1 ? '' : 's'} of ${run.label} will be tried again.\n`,
      );
    } finally {
      await source.close();
    }
    return 0;
  },
};
