import { createHash } from 'node:crypto';
import type { Bbox, Grid, Window } from '../shared/grid.ts';
import { gridBbox } from '../shared/grid.ts';
import type { Parcel } from '../shared/parcel.ts';
import type { Period } from '../shared/result.ts';
import type { Acquisition, BandName, RefusedScene, Scene } from '../shared/scene.ts';
import type { CoverModel } from './change/cover-model.ts';
import { harmonisationOf, hlsBandLines } from './change/harmonise.ts';
import { type ChangeParams, type ChangePlan, planChange } from './change-plan.ts';
import { type Chunk, chooseChunkPx, layOutAll, layOutChunks } from './plan-chunks.ts';
import { placeDonors } from './plan-controls.ts';
import { type PlacedParcel, placeParcel } from './plan-place.ts';
import type { CompositeMethod } from './raster/composite.ts';
import { dayOf, inSeason, isInPeriod } from './season.ts';

/** Raised when the same inputs would give other figures; old results keep their own. */
export const ALGORITHM = 'monitor-3';

/** Everything that decides a figure beside the imagery and the parcels. Recorded in run.json. */
export interface MonitorParams {
  readonly baseline: Period;
  readonly period: Period;
  /** Months 1..12 whose acquisitions enter composites and change; null = all. */
  readonly seasonMonths: readonly number[] | null;
  readonly minClear: number;
  readonly keepScl: readonly number[];
  readonly dilateM: number;
  /** Tree-cover fraction, negative: change at or below it is loss. */
  readonly lossThreshold: number;
  /** Tree-cover fraction, positive: change at or above it is gain. */
  readonly gainThreshold: number;
  readonly ndviSoil: number;
  readonly ndviVegetation: number;
  readonly composite: CompositeMethod;
  /** Whether NDVI of all sensors is brought to that of one, so that they may be mixed. */
  readonly harmonise: boolean;
  /** Calibrated tree cover; null: the dimidiate model. */
  readonly coverModel: CoverModel | null;
  /** null: change over time is not asked for. */
  readonly change: ChangeParams | null;
}

/** A lattice that the scenes of one tile or path/row share; its extent is the union of theirs. */
export interface SourceGrid {
  readonly key: string;
  readonly grid: Grid;
  /** Where its items say they lie, in lon/lat: only for preselection. */
  readonly bboxDeg: Bbox;
}

export interface PlannedScene {
  readonly scene: Scene;
  readonly gridIndex: number;
  /** Cell of the source grid at which the scene's own upper-left cell lies. */
  readonly offset: { readonly col: number; readonly row: number };
  /** Content identity (SHA-256 or ETag) of each band that is read. */
  readonly identities: Readonly<Partial<Record<BandName, string>>>;
}

export interface PlannedAcquisition extends Acquisition {
  readonly sceneIndexes: readonly number[];
  readonly inBaseline: boolean;
  readonly inPeriod: boolean;
  /** In season: enters composites and change. */
  readonly inSeason: boolean;
}

export interface PlannedParcel {
  readonly id: string;
  readonly index: number;
  readonly parcelHa: number;
  /** Rings in lon/lat as plain numbers, so that the plan is JSON. */
  readonly rings: readonly (readonly number[])[];
  /** Grids that see it, the primary first. */
  readonly gridOrder: readonly number[];
  /** Units of the primary grid that hold a part of it, in order; the first also measures ground outside that grid. */
  readonly unitIndexes: readonly number[];
}

/** What one worker computes at a time: a chunk of one source grid, all dates. */
export interface Unit {
  readonly index: number;
  readonly key: string;
  readonly gridIndex: number;
  readonly window: Window;
  readonly parcelPositions: readonly number[];
}

export interface Plan {
  readonly algorithm: string;
  readonly runId: string;
  readonly params: MonitorParams;
  readonly grids: readonly SourceGrid[];
  readonly scenes: readonly PlannedScene[];
  readonly acquisitions: readonly PlannedAcquisition[];
  readonly parcels: readonly PlannedParcel[];
  /** Control areas, measured as parcels are: their positions follow those of the parcels. */
  readonly controls: readonly PlannedParcel[];
  /** The time axis of change, or why there is none. */
  readonly change: ChangePlan | { readonly reason: string };
  /** Parcels that no scene covers. */
  readonly uncovered: readonly { readonly id: string; readonly index: number; readonly parcelHa: number }[];
  readonly units: readonly Unit[];
  /** Some scene has its colours: dates without them are left out of the true-colour composites only. */
  readonly hasColour: boolean;
  /** Nothing but change over time is computed, for the whole of every grid. */
  readonly isChangeOnly: boolean;
}

/** A scene after its files were opened: what it is made of and whether it may be used. */
export interface InspectedScene {
  readonly scene: Scene;
  readonly identities: Readonly<Partial<Record<BandName, string>>>;
  /** Block size in pixels of the band that sets the grid. */
  readonly blockPx: number;
}

export interface PlanInput {
  readonly params: MonitorParams;
  readonly scenes: readonly InspectedScene[];
  readonly acquisitions: readonly Acquisition[];
  readonly parcels: readonly Parcel[];
  /** Parcels of the file that the run is not asked for: their ground is nobody's control area. */
  readonly otherParcels?: readonly Pick<Parcel, 'rings'>[];
  /** Ground of refused parcels (lon/lat), which is nobody's control area. */
  readonly refusedBboxes?: readonly Bbox[];
  /** Every pixel in this box (lon/lat) is judged, and nothing but change over time is computed. */
  readonly changeBboxDeg?: Bbox | null;
}

/** Lays out a run as plain data: which chunk of which grid is computed for whom. Deterministic in its inputs. */
export function planRun(input: PlanInput): Plan {
  const { params, changeBboxDeg = null } = input;
  const isChangeOnly = changeBboxDeg !== null;
  const { grids, scenes } = layOutGrids(input.scenes);
  const acquisitions = planAcquisitions(input.acquisitions, scenes, params);
  const hasColour = !isChangeOnly && scenes.some(({ scene }) => hasColours(scene));
  const change = changeOf(acquisitions, params);
  const seasonCount = acquisitions.filter((a) => a.inSeason).length;
  const changeBytes = 'slots' in change ? 4 * change.slots.length : 0;
  const chunkPx = chooseChunkPx(
    Math.max(...input.scenes.map((scene) => scene.blockPx)),
    Math.max(1, seasonCount) * (hasColour ? 6 : 3) + changeBytes,
  );
  const placed = input.parcels.map((parcel) => placeParcel(parcel, grids));
  const laidOut = changeBboxDeg ? layOutAll(grids, chunkPx, changeBboxDeg) : layOutChunks(placed, grids, chunkPx);
  const covered = placed.filter((p) => p.gridOrder.length > 0);
  const donors = 'slots' in change ? placeDonors({ ...input, parcels: covered }, laidOut, grids, params.change!) : [];
  const chunks = laidOut.map((chunk, index) => {
    const controls = donors.flatMap(({ chunkIndex }, i) => (chunkIndex === index ? [covered.length + i] : []));
    return { ...chunk, parcelPositions: [...chunk.parcelPositions, ...controls] };
  });
  const unitsOf: number[][] = [...covered, ...donors].map(() => []);
  chunks.forEach((chunk, index) => {
    for (const position of chunk.parcelPositions) unitsOf[position]!.push(index);
  });
  const parcels = covered.map((p, position) => toPlanned(p, unitsOf[position]!));
  const controls = donors.map((p, i) => toPlanned(p, unitsOf[covered.length + i]!));
  const prints = scenes.map(fingerprintScene);
  const kind = { hasColour, isChangeOnly, change };
  const made = { params, grids, areas: [...parcels, ...controls], scenes, acquisitions, prints, kind };
  const units = chunks.map((chunk, index) => ({ index, ...chunk, key: unitKey(chunk, index, made) }));
  const uncovered = placed
    .filter((p) => p.gridOrder.length === 0)
    .map(({ parcel }) => ({ id: parcel.id, index: parcel.index, parcelHa: parcel.parcelHa }));
  const plan = {
    algorithm: ALGORITHM,
    params,
    grids,
    acquisitions,
    parcels,
    controls,
    change,
    uncovered,
    units,
    hasColour,
    isChangeOnly,
    scenes,
  };
  return { ...plan, runId: planId(plan) };
}

/** A parcel or, behind them, a control area. */
export function areaAt({ parcels, controls }: Pick<Plan, 'parcels' | 'controls'>, position: number): PlannedParcel {
  return position < parcels.length ? parcels[position]! : controls[position - parcels.length]!;
}

function changeOf(acquisitions: readonly PlannedAcquisition[], params: MonitorParams): Plan['change'] {
  if (params.change === null) return { reason: 'change over time was not asked for' };
  const planned = planChange(acquisitions, params);
  return typeof planned === 'string' ? { reason: planned } : planned;
}

function toPlanned({ parcel, gridOrder }: PlacedParcel, unitIndexes: readonly number[]): PlannedParcel {
  const { id, index, parcelHa, rings } = parcel;
  return { id, index, parcelHa, rings: rings.map((ring) => Array.from(ring)), gridOrder, unitIndexes };
}

/** Content key of a plan, with which a stored one is proven: all of it but where its files lie. */
export function planId({ scenes, ...plan }: Omit<Plan, 'runId'>): string {
  const { algorithm, params, grids, acquisitions, parcels, controls, change, uncovered, units } = plan;
  const { hasColour, isChangeOnly } = plan;
  const body = { algorithm, params, grids, acquisitions, parcels, controls, change, uncovered, units };
  return digest([body, { hasColour, isChangeOnly }, scenes.map(fingerprintScene)]);
}

/** Sensors are not mixed before they are harmonised: the family with most scenes is kept, the others are refused. */
export function keepOneFamily(scenes: readonly Scene[]): { kept: Scene[]; refused: RefusedScene[] } {
  const counts = new Map<string, number>();
  for (const scene of scenes) counts.set(scene.family, (counts.get(scene.family) ?? 0) + 1);
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (!first) return { kept: [], refused: [] };
  const kept = scenes.filter((scene) => scene.family === first[0]);
  const refused = scenes
    .filter((scene) => scene.family !== first[0])
    .map((scene) => ({
      id: scene.id,
      code: 'E_SENSOR_MIX',
      reason: `Sensor family ${scene.family} is not mixed with ${first[0]} before it is harmonised; run it on its own with --collections ${scene.collection}.`,
    }));
  return { kept, refused };
}

/** Where NDVI is harmonised, every scene that there are published lines for; the others are refused with the reason. */
export function keepHarmonised(scenes: readonly Scene[]): { kept: Scene[]; refused: RefusedScene[] } {
  const refused = scenes.flatMap((scene) => {
    const reason = harmonyProblem(scene);
    return reason === null ? [] : [{ id: scene.id, code: 'E_SENSOR_MIX', reason }];
  });
  return { kept: scenes.filter((scene) => harmonyProblem(scene) === null), refused };
}

function harmonyProblem({ family, bands, platform }: Scene): string | null {
  const rule = harmonisationOf(family);
  if (rule.kind !== 'refused') return null;
  if (family !== 'msi' || !bands.red || !bands.nir08) return rule.reason;
  return hlsBandLines(platform)
    ? null
    : `No line that brings NDVI of ${platform} to Landsat 8 is published; run it apart.`;
}

function layOutGrids(inspected: readonly InspectedScene[]): { grids: SourceGrid[]; scenes: PlannedScene[] } {
  const keys = [...new Set(inspected.map(({ scene }) => scene.gridKey))].sort();
  const grids = keys.map((key) => {
    const members = inspected.flatMap(({ scene }) => (scene.gridKey === key ? [scene] : []));
    return {
      key,
      grid: unionGrid(members.map(primaryGrid)),
      bboxDeg: unionBbox(members.map((scene) => scene.bboxDeg)),
    };
  });
  const scenes = inspected
    .map(({ scene, identities }) => {
      const gridIndex = keys.indexOf(scene.gridKey);
      return { scene, identities, gridIndex, offset: offsetIn(grids[gridIndex]!.grid, primaryGrid(scene)) };
    })
    .sort((a, b) => (a.scene.id < b.scene.id ? -1 : 1));
  return { grids, scenes };
}

/** The grid on which a scene's NDVI is computed: that of red, or of a ready-made index. */
export function primaryGrid(scene: Scene): Grid {
  const band = scene.bands.red ?? scene.bands.ndvi;
  if (!band) throw new Error(`Scene ${scene.id} has neither a red nor an ndvi band; parsing should have refused it.`);
  return band.grid;
}

/** Whether a scene can be shown in true colour. */
export function hasColours({ bands }: Scene): boolean {
  return [bands.red, bands.green, bands.blue].every((band) => band !== undefined);
}

function unionBbox(boxes: readonly Bbox[]): Bbox {
  return [
    Math.min(...boxes.map((b) => b[0])),
    Math.min(...boxes.map((b) => b[1])),
    Math.max(...boxes.map((b) => b[2])),
    Math.max(...boxes.map((b) => b[3])),
  ];
}

function unionGrid(grids: readonly Grid[]): Grid {
  const first = grids[0]!;
  const [a, , , , e] = first.transform;
  const boxes = grids.map(gridBbox);
  const xMin = Math.min(...boxes.map((b) => b[0]));
  const yMax = Math.max(...boxes.map((b) => b[3]));
  return {
    crs: first.crs,
    transform: [a, 0, xMin, 0, e, yMax],
    widthPx: Math.round((Math.max(...boxes.map((b) => b[2])) - xMin) / a),
    heightPx: Math.round((Math.min(...boxes.map((b) => b[1])) - yMax) / e),
  };
}

function offsetIn(grid: Grid, own: Grid): { col: number; row: number } {
  return {
    col: Math.round((own.transform[2] - grid.transform[2]) / grid.transform[0]),
    row: Math.round((own.transform[5] - grid.transform[5]) / grid.transform[4]),
  };
}

function planAcquisitions(
  acquisitions: readonly Acquisition[],
  scenes: readonly PlannedScene[],
  params: MonitorParams,
): PlannedAcquisition[] {
  const indexOf = new Map(scenes.map(({ scene }, index) => [scene.id, index]));
  return acquisitions
    .map((acquisition) => {
      const sceneIndexes = acquisition.sceneIds.flatMap((id) => indexOf.get(id) ?? []).sort((a, b) => a - b);
      const day = dayOf(acquisition.datetime);
      const inBaseline = isInPeriod(day, params.baseline);
      const inPeriod = isInPeriod(day, params.period);
      const enters = inBaseline || inPeriod;
      return {
        ...acquisition,
        sceneIndexes,
        inBaseline,
        inPeriod,
        inSeason: enters && inSeason(day, params.seasonMonths),
      };
    })
    .filter((acquisition) => acquisition.sceneIndexes.length > 0 && (acquisition.inBaseline || acquisition.inPeriod))
    .sort((a, b) => compareText(a.datetime, b.datetime) || compareText(a.id, b.id));
}

/** What decides the pixels of a scene: its content and how it is read, not where its files lie. */
function fingerprintScene({ scene, identities, gridIndex, offset }: PlannedScene): unknown {
  const bands = Object.entries(scene.bands)
    .filter(([name]) => identities[name as BandName] !== undefined)
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, { href: _href, ...reading }]) => [name, reading, identities[name as BandName]]);
  return [scene.id, scene.platform, scene.datetime, scene.maskRule, gridIndex, offset, bands];
}

/** Content key: what decides the unit's bytes. A unit reads other grids too where its parcels reach beyond its own. */
function unitKey(
  chunk: Chunk,
  index: number,
  made: {
    params: MonitorParams;
    grids: readonly SourceGrid[];
    areas: readonly PlannedParcel[];
    scenes: readonly PlannedScene[];
    acquisitions: readonly PlannedAcquisition[];
    prints: readonly unknown[];
    kind: Pick<Plan, 'hasColour' | 'isChangeOnly' | 'change'>;
  },
): string {
  const mine = chunk.parcelPositions.map((position) => made.areas[position]!);
  const gridIndexes = new Set([chunk.gridIndex, ...mine.flatMap((p) => p.gridOrder)]);
  const isRead = (scene: number) => gridIndexes.has(made.scenes[scene]!.gridIndex);
  // A unit's result names scenes and acquisitions by their positions: a scene that comes to another grid moves them.
  const acquisitions = made.acquisitions.flatMap(({ sceneIndexes, inBaseline, inSeason }, position) =>
    sceneIndexes.some(isRead) ? [{ position, sceneIndexes: sceneIndexes.filter(isRead), inBaseline, inSeason }] : [],
  );
  const print = digest({
    algorithm: ALGORITHM,
    params: made.params,
    ...made.kind,
    acquisitions,
    chunk,
    grids: [...gridIndexes].sort((a, b) => a - b).map((index) => made.grids[index]),
    scenes: made.prints.filter((_, scene) => isRead(scene)),
    parcels: mine.map(({ id, parcelHa, rings, gridOrder, unitIndexes }) => {
      return { id, parcelHa, rings, gridOrder, spans: unitIndexes.length > 1, home: unitIndexes[0] === index };
    }),
  });
  // Queues take an id of digits alone for a number of their own.
  return `u${print}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 40);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
