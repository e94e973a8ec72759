import type { Observation, ObservationOutcome } from '../../shared/result.ts';
import { observationColumns } from '../store/tables.ts';
import { type IndexedRow, openParcelTable, textOf } from './parcel-table.ts';

/** What the observations say of one primary scene. */
export interface SceneTally {
  readonly sceneId: string;
  readonly datetime: string;
  readonly platform: string;
  /** All scenes that were used together with it. */
  readonly sceneIds: ReadonlySet<string>;
  readonly counts: Record<ObservationOutcome, number>;
}

/** observations.csv of a run, indexed by parcel: only places and tallies are kept in memory. */
export interface ObservationFile {
  readonly count: number;
  readonly tallies: readonly SceneTally[];
  /** In file order; none for a parcel without rows. */
  readParcel(position: number): Promise<Observation[]>;
  close(): Promise<void>;
}

const COLUMNS = observationColumns.map(({ name }) => name);
const [SCENE, SCENES, DATETIME, PLATFORM, OUTCOME] = ['scene_id', 'scene_ids', 'datetime', 'platform', 'outcome'].map(
  (name) => COLUMNS.indexOf(name),
) as [number, number, number, number, number];

/** Indexes observations.csv. Throws as `openParcelTable` does, and `E_RESULTS_FORMAT` at an unknown outcome. */
export async function openObservationFile(
  path: string,
  sha256: string,
  positionOf: ReadonlyMap<string, number>,
): Promise<ObservationFile> {
  const { tallies, onRow } = createTally();
  const table = await openParcelTable({ path, sha256, columns: COLUMNS, positionOf, onRow });
  return {
    count: table.count,
    tallies: [...tallies.values()],
    readParcel: async (position) => (await table.readRows(position)).map(toObservation),
    close: table.close,
  };
}

function createTally() {
  const tallies = new Map<string, SceneTally & { sceneIds: Set<string>; lastScenes: string }>();
  const onRow = ({ number, cellAt, refuse }: IndexedRow) => {
    const key = cellAt(SCENE);
    let tally = tallies.get(key);
    if (!tally) {
      const [sceneId, datetime, platform] = [textOf(key), textOf(cellAt(DATETIME)), textOf(cellAt(PLATFORM))];
      const counts = { ok: 0, low_coverage: 0, no_data: 0 };
      tally = { sceneId, datetime, platform, sceneIds: new Set(), lastScenes: '', counts };
      tallies.set(key, tally);
    }
    const scenes = cellAt(SCENES);
    if (scenes !== tally.lastScenes) {
      for (const id of textOf(scenes).split(';')) tally.sceneIds.add(id);
      tally.lastScenes = scenes;
    }
    const outcome = cellAt(OUTCOME) as ObservationOutcome;
    if (tally.counts[outcome] === undefined) throw refuse(`row ${number} has the unknown outcome "${outcome}"`);
    tally.counts[outcome] += 1;
  };
  return { tallies, onRow };
}

function toObservation(cells: readonly string[]): Observation {
  const figure = (column: number) => (cells[column] === '' ? null : Number(cells[column]));
  return {
    parcelId: cells[0]!,
    sceneId: cells[SCENE]!,
    sceneIds: cells[SCENES]!.split(';'),
    datetime: cells[DATETIME]!,
    platform: cells[PLATFORM]!,
    parcelHa: figure(5) ?? 0,
    observedHa: figure(6) ?? 0,
    clearHa: figure(7) ?? 0,
    clearFraction: figure(8) ?? 0,
    ndviMean: figure(9),
    ndviSd: figure(10),
    ndviP10: figure(11),
    ndviP50: figure(12),
    ndviP90: figure(13),
    outcome: cells[OUTCOME] as ObservationOutcome,
    reason: cells[15] ?? '',
  };
}
