import { join } from 'node:path';
import type { ErrorDetail } from '../../shared/errors.ts';
import { inputError } from '../../shared/errors.ts';
import { childEnvironment, type MonitorConfig } from '../config.ts';
import { shownHref } from '../stac/href.ts';
import { ensureFolder, writeFileAtomic } from '../store/files.ts';
import { buildRunRecord, formatRunRecord, type RunRecord } from '../store/run-record.ts';
import { createPool } from '../workers/pool.ts';
import { readUnits, writeLayers } from './finish.ts';
import { removeLeftovers } from './leftovers.ts';
import { type PreparedRun, prepareRun, type RunContext } from './prepare.ts';
import { describeRun, leftOutSentences, provenanceOf } from './record.ts';
import { runOnRecord } from './run-on-record.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';

/** How a run over every pixel ended. */
export interface BreaksSummary {
  readonly record: RunRecord;
  readonly out: string;
  readonly units: number;
  readonly layers: readonly string[];
  readonly leftOut: readonly string[];
  readonly stages: readonly { readonly stage: string; readonly seconds: number }[];
}

/**
 * Judges every pixel of a catalogue's scenes and writes the layers of change over time with run.json. Resumes from unit
 * files that are whole. Errors (input): `E_SHORT_HISTORY` where the days before the start cannot tell the season.
 */
export async function runCatalogBreaks(config: MonitorConfig, context: RunContext): Promise<BreaksSummary> {
  const watch = createStopwatch();
  await ensureFolder(config.out);
  const pool = createPool<Task, TaskResult>({
    size: config.workers,
    env: { ...childEnvironment(config.allowHosts), ...config.store?.env },
  });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  try {
    const prepared = await prepareRun(config, pool, context, watch);
    const { plan } = prepared;
    if (!('slots' in plan.change))
      throw inputError(
        'E_SHORT_HISTORY',
        `Breaks cannot be told in ${shownHref(config.catalog)}: ${plan.change.reason.replace('baseline', 'history')}. Give a later --start or a catalogue with more scenes before it.`,
        shownHref(config.catalog),
      );
    return await runOnRecord(prepared, pool, context, watch, async (lost) => {
      context.say('Writing the layers …');
      const layers = await writeLayers(prepared, pool);
      watch.lap('layers written');
      const files = layers.flatMap((layer) => layer.files);
      const record = await recordRun(prepared, lost, files);
      return {
        record,
        out: config.out,
        units: plan.units.length,
        layers: layers.map(({ name }) => name),
        leftOut: leftOutSentences(record, prepared),
        stages: watch.stages(),
      };
    });
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

async function recordRun(
  prepared: PreparedRun,
  lost: ReadonlyMap<number, ErrorDetail>,
  outputs: Parameters<typeof describeRun>[1]['outputs'],
): Promise<RunRecord> {
  const { config, plan } = prepared;
  const { problems } = await readUnits(config.out, plan);
  const record = buildRunRecord(
    describeRun(prepared, { lost, problems, outputs, controls: null, provenance: provenanceOf(prepared) }),
  );
  await removeLeftovers(config.out, record, plan);
  await writeFileAtomic(join(config.out, 'run.json'), formatRunRecord(record));
  return record;
}
