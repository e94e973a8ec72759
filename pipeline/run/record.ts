import { basename } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import type { ErrorDetail } from '../../shared/errors.ts';
import type { BandName } from '../../shared/scene.ts';
import type { ChangeResults } from '../change-results.ts';
import type { MonitorConfig } from '../config.ts';
import type { UnitProblem } from '../observe.ts';
import { ALGORITHM, type MonitorParams } from '../plan.ts';
import type { OutputFile } from '../store/exports.ts';
import type { Provenance } from '../store/geojson.ts';
import {
  computeRunId,
  type Parameter,
  type RunInput,
  type RunProof,
  type RunRecordInput,
} from '../store/run-record.ts';
import { limitsAsParameter } from './limits.ts';
import type { PreparedRun } from './prepare.ts';

/** Refusals that follow a rule of the project rather than a fault: they leave nothing out that was wanted. */
const POLICY_CODES = new Set(['E_SCENE_TIER']);

/** Attribution lines and the synthetic flag that every export of a run repeats. */
export function provenanceOf({ plan, config }: PreparedRun): Provenance {
  const { coverModel, project } = config;
  const lines = [...plan.scenes.map(({ scene }) => scene.attribution), ...(coverModel?.attribution ?? [])];
  return {
    attribution: [...new Set(lines)].sort(),
    synthetic:
      project?.synthetic === true || coverModel?.synthetic === true || plan.scenes.some(({ scene }) => scene.synthetic),
  };
}

/** The run as data: what went in, what was decided, what came out, what is missing. No time of day. */
export function describeRun(
  prepared: PreparedRun,
  made: {
    readonly lost: ReadonlyMap<number, ErrorDetail>;
    readonly problems: readonly (readonly UnitProblem[])[];
    readonly outputs: readonly OutputFile[];
    readonly provenance: Provenance;
    readonly controls: ChangeResults['controlMethod'];
    readonly proof?: RunProof;
  },
): RunRecordInput {
  const { config, plan } = prepared;
  const inputs = inputsOf(prepared);
  const parameters = parametersOf(plan.params, config);
  const versions = { 'twin-canopy': packageFile.version, algorithm: ALGORITHM };
  return {
    id: computeRunId({ inputs, parameters, versions }),
    plan: plan.runId,
    project: config.project && { id: config.project.id, name: config.project.name },
    synthetic: made.provenance.synthetic,
    attribution: made.provenance.attribution,
    versions,
    parameters,
    inputs,
    scenes: {
      used: plan.scenes.map(({ scene }) => scene.id),
      superseded: prepared.superseded,
      refused: prepared.refused,
    },
    parcels: {
      measured: plan.parcels.length,
      refused: [
        ...prepared.refusedParcels,
        ...plan.uncovered.map(({ id, index }) => ({
          id,
          index,
          code: 'E_NO_COVERAGE',
          reason: `Parcel ${id} lies outside every scene of the two periods.`,
        })),
      ],
    },
    unitsLeftOut: [...made.lost].map(([unit, error]) => ({
      id: plan.units[unit]!.key,
      code: error.code,
      reason: error.message,
    })),
    warnings: [...prepared.notes, ...prepared.emptyPeriods, ...warningsOf(prepared, made.problems)],
    controls: made.controls && toParameter(made.controls),
    outputs: made.outputs,
    proof: made.proof ?? null,
  };
}

/** Plain JSON of a record: what the types of interfaces do not promise. */
function toParameter(record: object): Parameter {
  return JSON.parse(JSON.stringify(record)) as Parameter;
}

function inputsOf({ config, plan, parcelsSha256, itemDigests, twin }: PreparedRun): RunInput[] {
  const { project } = config;
  const inputs: RunInput[] = [
    ...(project
      ? [
          {
            role: 'project' as const,
            name: basename(project.path),
            href: project.path,
            identity: `sha256:${project.sha256}`,
          },
        ]
      : []),
    ...(twin?.inputs ?? []),
    ...(config.coverModel
      ? [
          {
            role: 'cover-model' as const,
            name: config.coverModel.name,
            href: config.coverModel.path,
            identity: `sha256:${config.coverModel.sha256}`,
          },
        ]
      : []),
    ...(config.parcels === null
      ? []
      : [
          {
            role: 'parcels' as const,
            name: basename(config.parcels),
            href: config.parcels,
            identity: `sha256:${parcelsSha256}`,
          },
        ]),
  ];
  for (const { scene, identities } of plan.scenes) {
    const digest = itemDigests.get(scene.id);
    if (digest) inputs.push({ role: 'item', name: scene.id, href: scene.itemHref, identity: `sha256:${digest}` });
    for (const [name, identity] of Object.entries(identities))
      inputs.push({ role: 'asset', name: `${scene.id} ${name}`, href: scene.bands[name as BandName]!.href, identity });
  }
  return inputs;
}

function parametersOf(params: MonitorParams, config: MonitorConfig): Record<string, Parameter> {
  const { baseline, period, composite, change, coverModel: _model, ...rest } = params;
  return {
    ...rest,
    ...(limitsAsParameter(config.only) !== null && { only: limitsAsParameter(config.only) }),
    coverModel: config.coverModel && { name: config.coverModel.name, sentence: config.coverModel.sentence },
    change: change && { ...change, breaks: { ...change.breaks } },
    collections: config.collections,
    idField: config.idField,
    baseline: `${baseline.start}/${baseline.end}`,
    period: `${period.start}/${period.end}`,
    composite: composite.kind === 'median' ? 'median' : `percentile:${composite.pct}`,
  };
}

/** What a scene lacks that was found when it was checked, and scenes that some unit could not read; once a scene. */
function warningsOf({ plan, inspections }: PreparedRun, problems: readonly (readonly UnitProblem[])[]): string[] {
  const sentences = problems.flat().map(({ scene, message }) => `Scene ${plan.scenes[scene]!.scene.id}: ${message}`);
  return [...new Set([...inspections.flatMap(({ warnings }) => warnings), ...sentences])].sort();
}

/** One sentence for each thing that was wanted and is missing from the results. */
export function leftOutSentences(record: RunRecordInput, { notes }: PreparedRun): string[] {
  return [
    ...record.scenes.refused
      .filter(({ code }) => !POLICY_CODES.has(code))
      .map(({ id, reason }) => `Scene ${id} refused: ${reason}`),
    // These sentences name their parcel themselves.
    ...record.parcels.refused.map(({ reason }) => reason),
    ...record.unitsLeftOut.map(({ id, reason }) => `Unit ${id} left out: ${reason}`),
    ...record.warnings.filter((warning) => !notes.includes(warning)),
  ];
}
