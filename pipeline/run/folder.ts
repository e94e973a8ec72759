import { join } from 'node:path';
import type { LayerKind } from '../../shared/result.ts';
import type { LayerPeriod } from '../layer-forms.ts';

/** Where the files of a run lie: results on top, what a run needs to resume under `.run`. */
export const runFolder = {
  work: (out: string) => join(out, '.run'),
  /** What an operator sees of the run while a coordinator works on it; see `shared/operations.ts`. */
  status: (out: string) => join(out, '.run', 'status.json'),
  /** Requests of a person, one file each, that the coordinator takes away when it has heard them. */
  requests: (out: string) => join(out, '.run', 'requests'),
  plan: (out: string, runId: string) => join(out, '.run', `plan-${runId}.json`),
  units: (out: string) => join(out, '.run', 'units'),
  unit: (out: string, key: string) => join(out, '.run', 'units', `${key}.tcu`),
  layers: (out: string) => join(out, 'layers'),
  layer: (out: string, kind: LayerKind, period: LayerPeriod, gridKey: string) =>
    join(out, 'layers', `${layerName(kind, period, gridKey)}.tif`),
  database: (out: string) => join(out, 'db'),
};

export function layerName(kind: LayerKind, period: LayerPeriod, gridKey: string): string {
  return `${kind}-${period}-${gridKey}`;
}

/** What a unit's result is called in a store; in the store of an output folder, `.run`, it is `runFolder.unit`. */
export function unitName(key: string): string {
  return `units/${key}.tcu`;
}

/** What a plan is called in a store: by its content, since a later run of the same id may find its scenes elsewhere. */
export function storedPlanName(runId: string, sha256: string): string {
  return `plan-${runId}-${sha256.slice(0, 16)}.json`;
}
