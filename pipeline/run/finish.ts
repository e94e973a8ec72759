import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import type { Observation, ParcelResult } from '../../shared/result.ts';
import { type ChangeResults, unjudgedChange } from '../change-results.ts';
import type { MonitorConfig } from '../config.ts';
import { LAYER_FORMS, layersOf } from '../layer-forms.ts';
import { emptyResult, mergeObservations, mergeParcel, type ParcelClasses } from '../merge.ts';
import type { ObservationPart, UnitProblem } from '../observe.ts';
import type { Plan } from '../plan.ts';
import { type OutputFile, writeExports } from '../store/exports.ts';
import { sha256OfBytes, writeFileAtomic } from '../store/files.ts';
import { digestRows } from '../store/row-digest.ts';
import { buildRunRecord, formatRunRecord, type RunRecord } from '../store/run-record.ts';
import type { RunFindings, SavedLayer } from '../store/run-rows.ts';
import { buildLayerItem, formatItem } from '../store/stac-item.ts';
import type { Pool } from '../workers/pool.ts';
import type { RunDatabase } from './database.ts';
import { layerName, runFolder } from './folder.ts';
import { footprintOf } from './footprint.ts';
import { judgeChange, matchedControls, parcelBatches } from './judge-change.ts';
import { bandNamesOf, methodOf, periodOf } from './layer-words.ts';
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
  { pool, database }: { readonly pool: Pool<Task, TaskResult>; readonly database: Pick<RunDatabase, 'save'> },
  context: RunContext,
  watch: Stopwatch,
): Promise<RunSummary> {
  const { config, plan } = prepared;
  const units = await readUnits(config.out, plan);
  for (const { index, key } of plan.units) if (units.parts[index] === null && !lost.has(index)) throw notEnded(key);
  const merged = mergeObservations(plan, units.parts, units.problems);
  const perParcel = merged.perParcel.slice(0, plan.parcels.length);
  watch.lap('observations merged');
  context.say('Writing the layers …');
  const layers = await writeLayers(prepared, pool);
  watch.lap('layers written');
  const classes = await measureAll(plan, config, pool);
  watch.lap('class areas');
  const change = await judgeChange(prepared, merged, pool);
  watch.lap('change judged');
  const results = allResults(prepared, { perParcel, classes, change }, lost, units.parts);
  const observations = perParcel.flat();
  const provenance = provenanceOf(prepared);
  const tables = await writeExports(config.out, {
    observations,
    results,
    parcels: prepared.parcels,
    provenance,
    change: change?.tables ?? null,
    controlAreas: change ? matchedControls(plan, change.tables) : [],
  });
  const twin = await writeTwin(config.out, prepared.twin);
  watch.lap('tables written');
  const findings = findingsOf(prepared, { observations, results, layers, change: change?.tables ?? null });
  const record = buildRunRecord(
    describeRun(prepared, {
      lost,
      problems: units.problems,
      controls: change?.controlMethod ?? null,
      outputs: [...tables, ...twin, ...layers.flatMap((layer) => layer.files)],
      provenance,
      proof: { planSha256: sha256OfBytes(JSON.stringify(plan)), rows: digestRows(findings) },
    }),
  );
  watch.lap('rows digested');
  await database.save({ record, ...findings });
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

/** A hectare without a figure and without a reason is worse than no results. */
function notEnded(key: string): CanopyError {
  const message = `Unit ${key} has neither a result nor a reason why it has none, so the run is not merged. Run the same command again.`;
  return new CanopyError({ kind: 'bug', code: 'E_UNIT_OPEN', message });
}

/** Unit by unit; null where a unit was left out. */
export async function readUnits(out: string, plan: Plan) {
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

export interface WrittenLayer extends SavedLayer {
  readonly files: readonly OutputFile[];
}

/** All layers of the plan, each with its STAC item. */
export async function writeLayers(prepared: PreparedRun, pool: Pool<Task, TaskResult>): Promise<WrittenLayer[]> {
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

async function measureAll(
  plan: Plan,
  config: MonitorConfig,
  pool: Pool<Task, TaskResult>,
): Promise<Map<number, ParcelClasses>> {
  const answers = await Promise.all(
    parcelBatches(plan, pool.size).map((parcels) =>
      pool.run({ kind: 'classes', runId: plan.runId, out: config.out, parcels }),
    ),
  );
  const found = answers.flatMap((answer) => (answer.kind === 'classes' ? answer.parcels : []));
  return new Map(found.map((classes) => [classes.parcel, classes]));
}

/** One row for every parcel of the file, in its order; those without figures say why. */
function allResults(
  prepared: PreparedRun,
  found: {
    readonly perParcel: readonly (readonly Observation[])[];
    readonly classes: ReadonlyMap<number, ParcelClasses>;
    readonly change: ChangeResults | null;
  },
  lost: ReadonlyMap<number, ErrorDetail>,
  parts: readonly (readonly ObservationPart[] | null)[],
): ParcelResult[] {
  const { plan, refusedParcels } = prepared;
  const unjudged = unjudgedChange(plan);
  const rows: { index: number; result: ParcelResult }[] = plan.parcels.map((parcel, position) => {
    const missing = parcel.unitIndexes.find((unit) => parts[unit] === null);
    const reason = missing === undefined ? null : (lost.get(missing)?.message ?? 'its unit has no result');
    const { perParcel, classes, change } = found;
    const result = mergeParcel(plan, position, perParcel[position]!, classes.get(position) ?? null, reason);
    return { index: parcel.index, result: { ...result, change: change?.parcels[position] ?? unjudged } };
  });
  const none = { nClearBaseline: 0, nClearPeriod: 0 };
  for (const parcel of plan.uncovered)
    rows.push({ index: parcel.index, result: emptyResult(parcel, none, 'outside every scene of the two periods') });
  for (const { id, index, reason } of refusedParcels)
    rows.push({ index, result: emptyResult({ id, parcelHa: null }, none, `refused: ${reason}`) });
  return rows.sort((a, b) => a.index - b.index).map((row) => row.result);
}

function findingsOf(
  { plan, parcels, superseded, supersededScenes, refused }: PreparedRun,
  made: Pick<RunFindings, 'observations' | 'results' | 'change'> & { readonly layers: readonly WrittenLayer[] },
): RunFindings {
  return {
    parcels,
    usedScenes: plan.scenes.map(({ scene }) => scene),
    supersededScenes: superseded.map(({ id, reason }) => ({
      scene: supersededScenes.find((scene) => scene.id === id)!,
      reason,
    })),
    refusedScenes: refused,
    acquisitions: plan.acquisitions,
    ...made,
  };
}
