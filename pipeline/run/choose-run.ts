import { inputError, usageError } from '../../shared/errors.ts';
import { isUnderWay, type OperationsView, type RunDetail } from '../../shared/operations.ts';
import type { OperationsConfig } from '../config-operations.ts';
import { databaseOperations, type OperationsSource } from '../store/operations-source.ts';
import { folderOperations } from './operations-folder.ts';

/** Where runs are known: the output folder's snapshot where one is named, else the database of a fleet. */
export function openOperations({ dir, databaseUrl }: OperationsConfig): OperationsSource {
  return dir === null ? databaseOperations(databaseUrl!) : folderOperations(dir);
}

/** The runs that are known, the newest first. Throws `E_NO_RUN` where there is none. */
export async function readRuns(source: OperationsSource, config: OperationsConfig): Promise<OperationsView> {
  const view = await source.read();
  const runs = (view?.runs ?? []).filter(({ run }) => config.runId === null || run.id === config.runId);
  if (view !== null && runs.length > 0) return { ...view, runs };
  const place = config.dir ?? 'the database';
  const which = config.runId === null ? 'No run' : `No run ${config.runId}`;
  throw inputError('E_NO_RUN', `${which} is known in ${place}. Start one with canopy monitor.`, place);
}

/** The one run that a request is for. Throws a usage error where it could be one of several. */
export function chooseRun({ runs }: OperationsView, config: OperationsConfig): RunDetail {
  if (config.runId !== null || runs.length === 1) return runs[0]!;
  const active = runs.filter(({ run }) => isUnderWay(run.state));
  if (active.length === 1) return active[0]!;
  const list = (active.length > 0 ? active : runs)
    .map(({ run }) => `${run.id} (${run.label}, ${run.state})`)
    .join(', ');
  throw usageError(`Which run? Name one with --run ID: ${list}.`);
}
