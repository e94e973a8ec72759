import { basename } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import { type Grid, gridOfWindow } from '../../shared/grid.ts';
import type { BandName } from '../../shared/scene.ts';
import { type CoverSamples, calibrateCover } from '../change/calibrate-cover.ts';
import { type CoverFeatures, FEATURE_NAMES, featureColumn } from '../change/cover-features.ts';
import { COVER_MODEL_TYPE, COVER_MODEL_VERSION, type CoverModelFile } from '../change/cover-model-file.ts';
import type { CoverValidation, ErrorSummary } from '../change/cover-validation.ts';
import type { Plan } from '../plan.ts';
import { regriddingOf } from '../raster/regrid.ts';
import type { CalibrateRequest, UnitSamples } from './calibrate.ts';
import { SAMPLE_FIELDS } from './calibrate-unit.ts';

/** Raised when the same inputs would give another model. */
const ALGORITHM = 'calibrate-1';

interface Material {
  readonly plan: Plan;
  readonly sampled: readonly UnitSamples[];
  readonly referenceGrid: Grid;
  /** SHA-256 of the reference. */
  readonly identity: string;
  /** Scene id → SHA-256 of its item. */
  readonly itemDigests: ReadonlyMap<string, string>;
}

/** Fits the model to the samples and puts down all that it rests on. Errors: those of `calibrateCover`. */
export function describeModel(
  request: CalibrateRequest,
  material: Material,
): { readonly file: CoverModelFile; readonly notes: readonly string[] } {
  const { plan, sampled, referenceGrid, identity } = material;
  const { years, keepScl, dilateM, blockM, reference, referenceAttribution } = request;
  const { crs, units, note } = chooseCrs(plan, sampled);
  const { model, validation } = calibrateCover(toSamples(units), request);
  const scenes = plan.scenes.map(({ scene }) => scene);
  const { unit } = units[0]!;
  const chunk = plan.units[unit]!;
  const target = gridOfWindow(plan.grids[chunk.gridIndex]!.grid, chunk.window);
  const attribution = [...scenes.map((scene) => scene.attribution), referenceAttribution ?? []].flat();
  return {
    file: {
      type: COVER_MODEL_TYPE,
      version: COVER_MODEL_VERSION,
      model,
      sentence: sentenceOf(validation, blockM),
      validation: { ...validation, blockM },
      years,
      sensors: [...new Set(scenes.map(({ family }) => family))].sort(),
      harmonised: plan.params.harmonise,
      mask: { keepScl, dilateM },
      reference: {
        name: basename(reference.path),
        sha256: identity,
        scale: reference.scale,
        nodata: reference.nodata,
        method: regriddingOf(referenceGrid, target),
      },
      scenes: scenes.filter(({ gridKey }) => crsOfKey(plan, gridKey) === crs).map(({ id }) => id),
      inputs: inputsOf(request, material),
      attribution: [...new Set(attribution)].sort(),
      synthetic: scenes.some(({ synthetic }) => synthetic),
      versions: { 'twin-canopy': packageFile.version, algorithm: ALGORITHM },
    },
    notes: note === null ? [] : [note],
  };
}

function crsOfKey({ grids }: Plan, key: string): string | undefined {
  return grids.find((grid) => grid.key === key)?.grid.crs;
}

/** Blocks of two systems of coordinates could share ground, so that one is used: the one with most samples. */
function chooseCrs(plan: Plan, sampled: readonly UnitSamples[]) {
  const counts = new Map<string, number>();
  const crsOf = ({ unit }: UnitSamples) => plan.grids[plan.units[unit]!.gridIndex]!.grid.crs;
  for (const part of sampled) counts.set(crsOf(part), (counts.get(crsOf(part)) ?? 0) + part.samples.length);
  const [first, ...others] = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([crs]) => crs);
  const note =
    others.length === 0
      ? null
      : `Scenes in ${others.join(', ')} are left out: a calibration is made in one CRS, and ${first} has most of the reference.`;
  return { crs: first!, units: sampled.filter((part) => crsOf(part) === first), note };
}

/** Samples of all units as columns, and the number of each one's ground block. */
function toSamples(units: readonly UnitSamples[]): CoverSamples {
  const count = units.reduce((sum, { samples }) => sum + samples.length / SAMPLE_FIELDS, 0);
  const fields = Array.from({ length: SAMPLE_FIELDS }, () => new Float64Array(count));
  let at = 0;
  for (const { samples } of units)
    for (let i = 0; i < samples.length; i += SAMPLE_FIELDS, at += 1)
      for (let field = 0; field < SAMPLE_FIELDS; field += 1) fields[field]![at] = samples[i + field]!;
  const [blockCols, blockRows, cover, dryP10, dryP25, dryP50, wetP90, amplitude, phase] = fields;
  const stored = (column: Float64Array | undefined) => Int16Array.from(column!);
  const features: CoverFeatures = {
    pixelCount: count,
    ...{ dryP10: stored(dryP10), dryP25: stored(dryP25), dryP50: stored(dryP50), wetP90: stored(wetP90) },
    ...{ amplitude: stored(amplitude), phase: Uint16Array.from(phase!) },
  };
  const columns = Object.fromEntries(FEATURE_NAMES.map((name) => [name, featureColumn(features, name)]));
  const block = numberBlocks(blockCols!, blockRows!);
  return { count, columns: columns as CoverSamples['columns'], cover: cover!, block };
}

/** Blocks numbered from north to south, then west to east. */
function numberBlocks(cols: Float64Array, rows: Float64Array): Int32Array {
  const found = new Map<string, { col: number; row: number }>();
  cols.forEach((col, i) => {
    found.set(`${col},${rows[i]}`, { col, row: rows[i]! });
  });
  const ordered = [...found].sort(([, a], [, b]) => b.row - a.row || a.col - b.col);
  const numberOf = new Map(ordered.map(([key], number) => [key, number]));
  return Int32Array.from(cols, (col, i) => numberOf.get(`${col},${rows[i]}`)!);
}

/** Names without folders, so that the same inputs elsewhere give the same bytes. */
function inputsOf(
  { reference }: CalibrateRequest,
  { plan, identity, itemDigests }: Material,
): CoverModelFile['inputs'] {
  const inputs = [{ role: 'reference', name: basename(reference.path), identity: `sha256:${identity}` }];
  for (const { scene, identities } of plan.scenes) {
    const digest = itemDigests.get(scene.id);
    if (digest) inputs.push({ role: 'item', name: scene.id, identity: `sha256:${digest}` });
    for (const [band, of] of Object.entries(identities) as [BandName, string][])
      inputs.push({ role: 'asset', name: `${scene.id} ${band}`, identity: of });
  }
  return inputs;
}

/** How wrong the model is, and the naive one beside it. */
function sentenceOf({ model, naive, r2, folds, blocks, pixels }: CoverValidation, blockM: number): string {
  return `Tree cover has an RMSE of ${errorText(model)} and R² ${r2.toFixed(2)} by ${folds}-fold cross-validation over ${blocks} blocks of ${blockM} m, n = ${pixels} pixels; the uncalibrated dimidiate model has an RMSE of ${errorText(naive)} on the same pixels.`;
}

/** `12.3 ± 0.4 %, bias +0.1 %`: percent of ground, not of the value. */
export function errorText({ rmse, rmseSe, bias }: ErrorSummary): string {
  const spread = rmseSe === null ? '' : ` ± ${(100 * rmseSe).toFixed(1)}`;
  const sign = bias < 0 ? '−' : '+';
  return `${(100 * rmse).toFixed(1)}${spread} %, bias ${sign}${Math.abs(100 * bias).toFixed(1)} %`;
}
