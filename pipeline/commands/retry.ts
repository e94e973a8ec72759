import type { RunStatus } from '../../shared/operations.ts';
import { readOperationsConfig } from '../config-operations.ts';
import { chooseRun, openOperations, readRuns } from '../run/choose-run.ts';
import type { Command } from './command.ts';

const USAGE = `canopy retry DIR [--unit KEY …]
canopy retry --database postgres://… [--run ID] [--unit KEY …]

Has units that were given up computed again by the run that is under way: one that still computes, or one that was
started with --hold and waits. A run that has ended is started again with its own command: it computes only what is
missing or was given up.

  --unit KEY       only this unit; may be repeated (canopy status lists the keys)
  --leave-out      tells a run that waits to go on without them; no other run takes that
  --database URL   the run is known to the PostgreSQL of a fleet (or CANOPY_DATABASE_URL)
  --run ID         which run, where several are under way
  --json           one JSON document on standard output

Exit codes: 0 asked · 1 failed · 2 wrong use, nobody would hear it, or there is nothing to try again.`;

export const retryCommand: Command = {
  name: 'retry',
  usage: USAGE,
  async run(argv, { stdout, stderr, env }) {
    const config = readOperationsConfig('retry', argv, env);
    const source = openOperations(config);
    try {
      const { run } = chooseRun(await readRuns(source, config), config);
      const { leaveOut, unitKeys } = config;
      const known = await source.ask(
        leaveOut ? { kind: 'merge', runId: run.id } : { kind: 'retry', runId: run.id, keys: unitKeys },
      );
      const units = unitKeys === null ? known : new Set(unitKeys).size;
      if (config.json) stdout(`${JSON.stringify({ kind: 'asked', runId: run.id, leaveOut, units, known })}\n`);
      stderr(`Asked: ${leaveOut ? describeLeaving(run) : describeRetry(run, units, known)}\n`);
    } finally {
      await source.close();
    }
    return 0;
  },
};

function describeLeaving({ label }: RunStatus): string {
  return `${label} goes on without the units that were given up.`;
}

/** `known`: how many of them are listed as given up; a list of very many is cut. */
function describeRetry({ label, units: { dead } }: RunStatus, units: number, known: number): string {
  const asked = `${units} unit${units === 1 ? '' : 's'} of ${label} will be tried again`;
  if (known === units) return `${asked}.`;
  return `${asked} if given up. Of them ${known} ${known === 1 ? 'is' : 'are'} in the list of those, which is cut: ${dead} are.`;
}
