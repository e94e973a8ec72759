import { inputError } from '../../shared/errors.ts';
import type { Observation, ObservationOutcome } from '../../shared/result.ts';
import { observationColumns } from '../store/tables.ts';
import { splitCsvRow } from './csv-row.ts';
import { openTable, readChunks, readSlice } from './read-chunks.ts';

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

const [QUOTE, COMMA, NEWLINE] = [0x22, 0x2c, 0x0a];
const COLUMNS = observationColumns.map(({ name }) => name);
const [SCENE, SCENES, DATETIME, PLATFORM, OUTCOME] = ['scene_id', 'scene_ids', 'datetime', 'platform', 'outcome'].map(
  (name) => COLUMNS.indexOf(name),
) as [number, number, number, number, number];

/**
 * Indexes observations.csv by byte ranges: the rows of a parcel stand together. Throws `E_HASH`, `E_RESULTS_MISSING`, and
 * `E_RESULTS_FORMAT` where the columns are others, a parcel is unknown or its rows are scattered.
 */
export async function openObservationFile(
  path: string,
  sha256: string,
  positionOf: ReadonlyMap<string, number>,
): Promise<ObservationFile> {
  const file = await openTable(path);
  const index = createIndex(path, positionOf);
  try {
    await readChunks(file, { path, sha256 }, index.take);
  } catch (error) {
    await file.close();
    throw error;
  }
  const { ranges, tallies } = index;
  return {
    count: index.rows(),
    tallies: [...tallies.values()],
    async readParcel(position) {
      const range = ranges.get(position);
      return range ? parseObservations(await readSlice(file, range.start, range.end)) : [];
    },
    close: () => file.close(),
  };
}

function createIndex(path: string, positionOf: ReadonlyMap<string, number>) {
  const ranges = new Map<number, { readonly start: number; end: number }>();
  const tallies = new Map<string, SceneTally & { sceneIds: Set<string>; lastScenes: string }>();
  let rows = -1;
  let parcel: { readonly cell: string; readonly range: { end: number } } | null = null;

  const refuse = (what: string) =>
    inputError(
      'E_RESULTS_FORMAT',
      `${path}: ${what}. It is not as canopy monitor writes it; run it into this folder again.`,
      path,
    );
  const openParcel = (cell: string, start: number) => {
    const id = textOf(cell);
    const position = positionOf.get(id);
    if (position === undefined) throw refuse(`parcel ${id} of row ${rows + 1} is not in parcels.geojson`);
    if (ranges.has(position)) throw refuse(`the rows of parcel ${id} do not stand together`);
    const range = { start, end: start };
    ranges.set(position, range);
    return { cell, range };
  };
  const tallyRow = (cellAt: (column: number) => string) => {
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
    if (tally.counts[outcome] === undefined) throw refuse(`row ${rows + 1} has the unknown outcome "${outcome}"`);
    tally.counts[outcome] += 1;
  };
  const takeRow = (bytes: Buffer, start: number, end: number, commas: readonly number[], offset: number) => {
    if (rows === -1) {
      if (bytes.toString('utf8', start, end) !== COLUMNS.join(',')) throw refuse('the columns are others');
      rows = 0;
      return;
    }
    const cellAt = (column: number) =>
      bytes.toString('latin1', column === 0 ? start : commas[column - 1]! + 1, commas[column] ?? end);
    if (commas.length !== COLUMNS.length - 1) throw refuse(`row ${rows + 1} has ${commas.length + 1} cells`);
    const cell = cellAt(0);
    if (parcel === null || parcel.cell !== cell) parcel = openParcel(cell, offset + start);
    parcel.range.end = offset + end;
    tallyRow(cellAt);
    rows += 1;
  };
  const commas: number[] = [];
  const take = (bytes: Buffer, offset: number): number => {
    let start = 0;
    let isQuoted = false;
    commas.length = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (isQuoted) continue;
      else if (byte === COMMA) commas.push(at);
      else if (byte === NEWLINE) {
        takeRow(bytes, start, at, commas, offset);
        start = at + 1;
        commas.length = 0;
      }
    }
    return start;
  };
  return { take, ranges, tallies, rows: () => Math.max(0, rows) };
}

/** A cell's text, from its bytes as latin1: the index compares bytes and decodes only what is new. */
function textOf(latin1Cell: string): string {
  const cell = Buffer.from(latin1Cell, 'latin1').toString('utf8');
  return splitCsvRow(cell)[0] ?? '';
}

function parseObservations(text: string): Observation[] {
  const rows: Observation[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    if (at < text.length && (char !== '\n' || isQuoted)) continue;
    rows.push(toObservation(splitCsvRow(text.slice(start, at))));
    start = at + 1;
  }
  return rows;
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
