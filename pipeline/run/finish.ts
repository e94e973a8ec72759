import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorDetail } from '../../shared/errors.ts';
import type { Observation, ParcelResult, Period } from '../../shared/result.ts';
import { LAYER_FORMS, layersOf } from '../composite-unit.ts';
import type { MonitorConfig } from '../config.ts';
import { emptyResult, mergeObservations, mergeParcel, type ParcelClasses } from '../merge.ts';
import type { ObservationPart, UnitProblem } from '../observe.ts';
import type { Plan } from '../plan.ts';
import { COLOUR_FULL_REFLECTANCE } from '../scene-pixels.ts';
import { type OutputFile, writeExports } from '../store/exports.ts';
import { sha256OfBytes, writeFileAtomic } from '../store/files.ts';
import { buildRunRecord, formatRunRecord, type RunRecord } from '../store/run-record.ts';
import type { RunToSave, SavedLayer } from '../store/save-run.ts';
import { buildLayerItem, formatItem } from '../store/stac-item.ts';
import type { Pool } from '../workers/pool.ts';
import type { RunDatabase } from './database.ts';
import { layerName, runFolder } from './folder.ts';
import { footprintOf } from './footprint.ts';
import { periodText } from './layers.ts';
import { removeLeftovers } from './leftovers.ts';
import type { PreparedRun, RunContext } from './prepare.ts';
import { describeRun, leftOutSentences, provenanceOf } from './record.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';
import { writeTwin } from './twin.ts';
import { decodeUnitFile } from './unit-file.ts';

/** How a run ended, for the person or script that started it. */
export interface RunSummary {
  readonly record: RunRecord;
  readonly out: string;
  readonly observations: number;
  readonly parcels: { readonly ok: number; readonly noData: number };
  /** One sentence for each thing that was wanted and is not in the results. */
  readonly leftOut: readonly string[];
  readonly stages: readonly { readonly stage: string; readonly seconds: number }[];
  readonly peakChildrenBytes: number;
}

/** The merge of a run: observations and results from the unit files, layers, tables, database, and run.json last. */
export async function finishRun(
  prepared: PreparedRun,
  lost: ReadonlyMap<number, ErrorDetail>,
  { pool, database }: { readonly pool: Pool<Task, TaskResult>; readonly database: RunDatabase },
  context: RunContext,
  watch: Stopwatch,
): Promise<RunSummary> {
  const { config, plan } = prepared;
  const units = await readUnits(config.out, plan);
  const { perParcel } = mergeObservations(plan, units.parts, units.problems);
  watch.lap('observations merged');
  context.say('Writing the layers …');
  const layers = await writeLayers(prepared, pool);
  watch.lap('layers written');
  const classes = await measureAll(plan, config, pool);
  watch.lap('class areas');
  const results = allResults(prepared, perParcel, classes, lost, units.parts);
  const observations = perParcel.flat();
  const provenance = provenanceOf(prepared);
  const tables = await writeExports(config.out, { observations, results, parcels: prepared.parcels, provenance });
  const twin = await writeTwin(config.out, prepared.twin);
  watch.lap('tables written');
  const record = buildRunRecord(
    describeRun(prepared, {
      lost,
      problems: units.problems,
      outputs: [...tables, ...twin, ...layers.flatMap((layer) => layer.files)],
      provenance,
    }),
  );
  await database.save(runToSave(prepared, record, observations, results, layers));
  watch.lap('database saved');
  await removeLeftovers(config.out, record, plan);
  await writeFileAtomic(join(config.out, 'run.json'), formatRunRecord(record));
  return {
    record,
    out: config.out,
    observations: observations.length,
    parcels: {
      ok: results.filter((result) => result.outcome === 'ok').length,
      noData: results.filter((result) => result.outcome !== 'ok').length,
    },
    leftOut: leftOutSentences(record, prepared),
    stages: watch.stages(),
    peakChildrenBytes: pool.peakRssBytes(),
  };
}

/** Unit by unit; null where a unit was left out. */
async function readUnits(out: string, plan: Plan) {
  const parts: (ObservationPart[] | null)[] = [];
  const problems: (readonly UnitProblem[])[] = [];
  for (const unit of plan.units) {
    const path = runFolder.unit(out, unit.key);
    try {
      const file = decodeUnitFile(await readFile(path), unit.key, path);
      parts.push(file.parts());
      problems.push(file.problems);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      parts.push(null);
      problems.push([]);
    }
  }
  return { parts, problems };
}

interface WrittenLayer extends SavedLayer {
  readonly files: readonly OutputFile[];
}

async function writeLayers(prepared: PreparedRun, pool: Pool<Task, TaskResult>): Promise<WrittenLayer[]> {
  const { config, plan } = prepared;
  const wanted = plan.grids.flatMap((_, gridIndex) => layersOf(plan).map((layer) => ({ gridIndex, ...layer })));
  return Promise.all(
    wanted.map(async ({ gridIndex, kind, period }) => {
      const answer = await pool.run({
        kind: 'layer',
        runId: plan.runId,
        out: config.out,
        gridIndex,
        layer: kind,
        period,
        provenance: provenanceOf(prepared),
      });
      if (answer.kind !== 'layer') throw new Error('Wrong answer to a layer task.');
      const { key, grid } = plan.grids[gridIndex]!;
      const name = layerName(kind, period, key);
      const form = LAYER_FORMS[kind];
      const item = buildLayerItem({
        fileName: `${name}.tif`,
        kind,
        period: periodOf(plan, kind, period),
        grid,
        ...footprintOf(grid),
        bands: bandNamesOf(kind).map((band) => ({ name: band, offset: 0, ...form })),
        method: methodOf(plan, kind, period),
        sources: plan.scenes
          .filter((s) => s.gridIndex === gridIndex)
          .map(({ scene }) => ({ id: scene.id, href: scene.itemHref })),
        ...answer.file,
        provenance: provenanceOf(prepared),
      });
      const text = formatItem(item);
      await writeFileAtomic(join(runFolder.layers(config.out), `${name}.json`), text);
      const files = [
        { name: `layers/${name}.tif`, sha256: answer.file.sha256, bytes: answer.file.bytes },
        { name: `layers/${name}.json`, sha256: sha256OfBytes(text), bytes: Buffer.byteLength(text) },
      ];
      return { ...files[0]!, kind, bboxDeg: footprintOf(grid).bboxDeg, item, files };
    }),
  );
}

function methodOf(plan: Plan, kind: WrittenLayer['kind'], period: 'baseline' | 'period'): string {
  const { params } = plan;
  const { composite, minClear } = params;
  const statistic = composite.kind === 'median' ? 'median' : `${composite.pct}th percentile`;
  const season = params.seasonMonths ? ` in the months ${params.seasonMonths.join(', ')}` : '';
  const ndvi = `${statistic} of the clear NDVI observations of ${periodText(plan, kind, period)}${season}, at least ${minClear} a pixel`;
  switch (kind) {
    case 'ndvi':
      return ndvi;
    case 'cover':
      return `green-cover fraction of the dimidiate pixel model, (N − ${params.ndviSoil})/(${params.ndviVegetation} − ${params.ndviSoil}) cut to 0..1, not calibrated; N: ${ndvi}`;
    case 'change':
      return `cover fraction of the monitoring period minus that of the baseline; ${periodText(plan, kind, period)}`;
    case 'clear-count':
      return `number of clear acquisitions of ${periodText(plan, kind, period)}${season}`;
    case 'true-color':
      return `median red, green and blue reflectance of the clear observations of ${periodText(plan, kind, period)}${season}, 0 to ${COLOUR_FULL_REFLECTANCE} shown as 1 to 255; for viewing only`;
  }
}

function bandNamesOf(kind: WrittenLayer['kind']): string[] {
  return kind === 'true-color' ? ['red', 'green', 'blue'] : [kind];
}

function periodOf({ params }: Plan, kind: WrittenLayer['kind'], period: 'baseline' | 'period'): Period {
  if (kind === 'change') return { start: params.baseline.start, end: params.period.end };
  return period === 'baseline' ? params.baseline : params.period;
}

async function measureAll(
  plan: Plan,
  config: MonitorConfig,
  pool: Pool<Task, TaskResult>,
): Promise<Map<number, ParcelClasses>> {
  const perTask = Math.max(1, Math.min(200, Math.ceil(plan.parcels.length / pool.size)));
  const positions = plan.parcels.map((_, position) => position);
  const batches: number[][] = [];
  for (let at = 0; at < positions.length; at += perTask) batches.push(positions.slice(at, at + perTask));
  const answers = await Promise.all(
    batches.map((parcels) => pool.run({ kind: 'classes', runId: plan.runId, out: config.out, parcels })),
  );
  const found = answers.flatMap((answer) => (answer.kind === 'classes' ? answer.parcels : []));
  return new Map(found.map((classes) => [classes.parcel, classes]));
}

/** One row for every parcel of the file, in its order; those without figures say why. */
function allResults(
  prepared: PreparedRun,
  perParcel: readonly (readonly Observation[])[],
  classes: ReadonlyMap<number, ParcelClasses>,
  lost: ReadonlyMap<number, ErrorDetail>,
  parts: readonly (readonly ObservationPart[] | null)[],
): ParcelResult[] {
  const { plan, refusedParcels } = prepared;
  const rows: { index: number; result: ParcelResult }[] = plan.parcels.map((parcel, position) => {
    const missing = parcel.unitIndexes.find((unit) => parts[unit] === null);
    const reason = missing === undefined ? null : (lost.get(missing)?.message ?? 'its unit has no result');
    const result = mergeParcel(plan, position, perParcel[position]!, classes.get(position) ?? null, reason);
    return { index: parcel.index, result };
  });
  const none = { nClearBaseline: 0, nClearPeriod: 0 };
  for (const parcel of plan.uncovered)
    rows.push({ index: parcel.index, result: emptyResult(parcel, none, 'outside every scene of the two periods') });
  for (const { id, index, reason } of refusedParcels)
    rows.push({ index, result: emptyResult({ id, parcelHa: null }, none, `refused: ${reason}`) });
  return rows.sort((a, b) => a.index - b.index).map((row) => row.result);
}

function runToSave(
  prepared: PreparedRun,
  record: RunRecord,
  observations: readonly Observation[],
  results: readonly ParcelResult[],
  layers: readonly WrittenLayer[],
): RunToSave {
  const { plan } = prepared;
  return {
    record,
    parcels: prepared.parcels,
    usedScenes: plan.scenes.map(({ scene }) => scene),
    supersededScenes: prepared.superseded.map(({ id, reason }) => ({
      scene: prepared.supersededScenes.find((scene) => scene.id === id)!,
      reason,
    })),
    refusedScenes: prepared.refused,
    acquisitions: plan.acquisitions,
    observations,
    results,
    layers,
  };
}
