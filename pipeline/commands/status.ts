import { type RunDetail, type RunStatus, SILENT_MS } from '../../shared/operations.ts';
import { readOperationsConfig } from '../config-operations.ts';
import { openOperations, readRuns } from '../run/choose-run.ts';
import type { Command } from './command.ts';

const USAGE = `canopy status DIR
canopy status --database postgres://… [--run ID]

Says how a run is: units by state, throughput, time left, workers, and the units that were given up, with their causes;
and whether its coordinator has given no sign of life for ${SILENT_MS / 1000} s.

  --database URL   all runs of a fleet, out of their PostgreSQL (or CANOPY_DATABASE_URL)
  --run ID         only this run
  --json           one JSON document on standard output

Exit codes: 0 told · 1 failed (no run is known there) · 2 wrong use.`;

export const statusCommand: Command = {
  name: 'status',
  usage: USAGE,
  async run(argv, { stdout, env }) {
    const config = readOperationsConfig('status', argv, env);
    const source = openOperations(config);
    try {
      const { at, runs } = await readRuns(source, config);
      const json = () => JSON.stringify({ kind: 'status', at, runs }, null, 2);
      stdout(`${config.json ? json() : runs.map(describe).join('\n\n')}\n`);
    } finally {
      await source.close();
    }
    return 0;
  },
};

function describe({ run, silent, deadLetters, workers }: RunDetail): string {
  const { units } = run;
  // What was measured last is no pace of a run that nobody works on.
  const pace = silent || run.unitsPerMinute === null ? '' : `, ${run.unitsPerMinute} units a minute`;
  const left = silent || run.secondsLeft === null ? '' : `, about ${formatSeconds(run.secondsLeft)} left`;
  return [
    `${run.label} (${run.id}): ${run.state}${run.endedAt === null ? '' : ` at ${run.endedAt}`}`,
    ...(silent ? [describeSilence(run)] : []),
    `  ${units.done} of ${units.total} units done, ${units.running} running, ${units.due} waiting, ${units.dead} given up${pace}${left}`,
    `  started ${run.startedAt}, attempts that failed: ${run.failedAttempts}, in ${run.place}`,
    ...(run.error === null ? [] : [`  ended with ${run.error.code}: ${run.error.message}`]),
    ...workers.map(
      ({ name, running, done, failed }) => `  worker ${name}: ${done} done, ${running} running, ${failed} failed`,
    ),
    ...deadLetters.map(
      ({ key, label, error, starts }) =>
        `  given up: ${label} (${key}) after ${starts} starts, ${error.code}: ${error.message}`,
    ),
  ].join('\n');
}

function describeSilence({ changedAt }: RunStatus): string {
  return `  no sign of life from its coordinator since ${changedAt}: it has probably ended. Start the same canopy command again on its machine: it goes on from there and computes only what is missing or was given up.`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
