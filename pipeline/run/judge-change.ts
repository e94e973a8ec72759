import type { ChangeTables } from '../../shared/change.ts';
import { assembleChange, type ChangeResults, type ParcelGround } from '../change-results.ts';
import type { mergeObservations } from '../merge.ts';
import type { Plan } from '../plan.ts';
import type { ControlShape } from '../store/geojson.ts';
import type { Pool } from '../workers/pool.ts';
import type { PreparedRun } from './prepare.ts';
import type { Task, TaskResult } from './tasks.ts';

/** Change over time of the run's parcels, once its layers are written; null where it is not judged. */
export async function judgeChange(
  { config, plan }: PreparedRun,
  { perParcel, extras }: ReturnType<typeof mergeObservations>,
  pool: Pool<Task, TaskResult>,
): Promise<ChangeResults | null> {
  const { change } = plan;
  if (!('slots' in change)) return null;
  const answers = await Promise.all(
    parcelBatches(plan, pool.size).map((parcels) =>
      pool.run({ kind: 'years', runId: plan.runId, out: config.out, parcels }),
    ),
  );
  const grounds = answers.flatMap((answer) => (answer.kind === 'years' ? answer.parcels : []));
  const series = perParcel.map((observations, position) =>
    observations.length === 0 ? null : { observations, extras: extras[position]! },
  );
  const byParcel = new Map(grounds.map((ground): [number, ParcelGround] => [ground.parcel, ground]));
  return assembleChange(plan, change, series, byParcel);
}

/** Positions of the plan's parcels, a few tasks a child. */
export function parcelBatches({ parcels }: Pick<Plan, 'parcels'>, poolSize: number): number[][] {
  const perTask = Math.max(1, Math.min(200, Math.ceil(parcels.length / poolSize)));
  const batches: number[][] = [];
  for (let at = 0; at < parcels.length; at += perTask)
    batches.push(Array.from({ length: Math.min(perTask, parcels.length - at) }, (_, i) => at + i));
  return batches;
}

/** The control areas that some parcel is compared with, in the order of the plan. */
export function matchedControls({ controls }: Plan, tables: ChangeTables): ControlShape[] {
  const used = new Set(tables.controls.map(({ controlId }) => controlId));
  return controls.filter(({ id }) => used.has(id));
}
