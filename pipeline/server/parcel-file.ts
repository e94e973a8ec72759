import { type GeoJsonGeometry, type ParcelRow, statusOf } from '../../shared/api.ts';
import type { ChangeConfidence, ChangeFinding, ParcelChange } from '../../shared/change.ts';
import { inputError } from '../../shared/errors.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { Finding, ParcelResult } from '../../shared/result.ts';
import { openTable, readChunks, readSlice } from './read-chunks.ts';

/** parcels.geojson of a run: the figures in memory, the geometries on disk. */
export interface ParcelFile {
  /** In file order. */
  readonly rows: readonly ParcelRow[];
  /** Id → position; of a repeated id the first, the others are refused parcels. */
  readonly positionOf: ReadonlyMap<string, number>;
  readonly bboxDeg: Bbox;
  /** One line of JSON. */
  readFeature(position: number): Promise<string>;
  readGeometry(position: number): Promise<GeoJsonGeometry>;
  close(): Promise<void>;
}

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly geometry: GeoJsonGeometry | null;
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const WORLD: Bbox = [-180, -90, 180, 90];
const NOWHERE: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
const OPEN_FEATURE = '{"type":"Feature",';

/** Reads parcels.geojson, one feature a line; keeps where each stands. Throws `E_HASH`, `E_RESULTS_MISSING`, `E_RESULTS_FORMAT`. */
export async function openParcelFile(path: string, sha256: string): Promise<ParcelFile> {
  const file = await openTable(path);
  const rows: ParcelRow[] = [];
  const bboxless: number[] = [];
  const all: [number, number, number, number] = [...NOWHERE];
  const starts: number[] = [];
  const ends: number[] = [];
  const takeLine = (bytes: Buffer, start: number, end: number, offset: number) => {
    const last = bytes[end - 1] === COMMA ? end - 1 : end;
    if (bytes.toString('latin1', start, start + OPEN_FEATURE.length) !== OPEN_FEATURE) return;
    const { result, bboxDeg } = parseFeature(bytes.toString('utf8', start, last), path, rows.length);
    if (bboxDeg) growBbox(all, bboxDeg);
    else bboxless.push(rows.length);
    rows.push({ ...result, index: rows.length, status: statusOf(result), bboxDeg: bboxDeg ?? NOWHERE });
    starts.push(offset + start);
    ends.push(offset + last);
  };
  try {
    await readChunks(file, { path, sha256 }, (bytes, offset) => {
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        takeLine(bytes, start, end, offset);
        start = end + 1;
      }
      return start;
    });
  } catch (error) {
    await file.close();
    throw error;
  }
  const bboxDeg = bboxless.length === rows.length ? WORLD : all;
  for (const position of bboxless) rows[position] = { ...rows[position]!, bboxDeg };
  const positionOf = new Map<string, number>();
  for (const { parcelId, index } of rows) if (!positionOf.has(parcelId)) positionOf.set(parcelId, index);
  const readFeature = (position: number) => readSlice(file, starts[position]!, ends[position]!);
  return {
    rows,
    positionOf,
    bboxDeg,
    readFeature,
    readGeometry: async (position) =>
      (JSON.parse(await readFeature(position)) as Feature).geometry ?? { type: 'MultiPolygon', coordinates: [] },
    close: () => file.close(),
  };
}

/** Smallest box round all; the whole world when there is none. */
export function unionBbox(boxes: readonly Bbox[]): Bbox {
  if (boxes.length === 0) return WORLD;
  const union: [number, number, number, number] = [...NOWHERE];
  for (const box of boxes) growBbox(union, box);
  return union;
}

function growBbox(union: [number, number, number, number], box: Bbox): void {
  union[0] = Math.min(union[0], box[0]);
  union[1] = Math.min(union[1], box[1]);
  union[2] = Math.max(union[2], box[2]);
  union[3] = Math.max(union[3], box[3]);
}

function parseFeature(line: string, path: string, index: number) {
  let feature: Feature;
  try {
    feature = JSON.parse(line) as Feature;
    return { result: toResult(feature.properties), bboxDeg: feature.geometry && bboxOf(feature.geometry) };
  } catch (cause) {
    const message = `Feature ${index + 1} of ${path} cannot be read as a parcel result. Run canopy monitor into this folder again.`;
    throw inputError('E_RESULTS_FORMAT', message, path, cause);
  }
}

function toResult(cells: Readonly<Record<string, unknown>>): ParcelResult {
  const figure = (name: string) => (typeof cells[name] === 'number' ? (cells[name] as number) : null);
  const text = (name: string) => (typeof cells[name] === 'string' ? (cells[name] as string) : '');
  if (text('parcel_id') === '') throw new Error('no parcel_id');
  return {
    parcelId: text('parcel_id'),
    parcelHa: figure('parcel_ha'),
    nClearBaseline: figure('n_clear_baseline') ?? 0,
    nClearPeriod: figure('n_clear_period') ?? 0,
    ndviBaseline: figure('ndvi_baseline'),
    ndviPeriod: figure('ndvi_period'),
    ndviChange: figure('ndvi_change'),
    ndviChangeSe: figure('ndvi_change_se'),
    coverBaselinePct: figure('cover_baseline_pct'),
    coverPeriodPct: figure('cover_period_pct'),
    coverChangePct: figure('cover_change_pct'),
    lossHa: figure('loss_ha'),
    gainHa: figure('gain_ha'),
    stableHa: figure('stable_ha'),
    noDataHa: figure('no_data_ha'),
    outcome: text('outcome') === 'ok' ? 'ok' : 'no_data',
    reason: text('reason'),
    finding: (text('finding') || null) as Finding | null,
    classAreaSe: 'not estimated',
    coverSePct: figure('cover_se_pct'),
    change: toChange({ figure, text }),
  };
}

interface Cells {
  figure(name: string): number | null;
  /** Empty where there is none. */
  text(name: string): string;
}

/** Null for a run that did not look at change over time: it says nothing of it, not even why. */
function toChange({ figure, text }: Cells): ParcelChange | null {
  const [finding, reason, sentence] = [text('change_finding'), text('change_reason'), text('change_sentence')];
  if (finding === '' && reason === '' && sentence === '') return null;
  const orNull = (name: string) => text(name) || null;
  return {
    finding: (finding || null) as ChangeFinding | null,
    confidence: orNull('change_confidence') as ChangeConfidence | null,
    detected: orNull('change_detected'),
    after: orNull('change_after'),
    before: orNull('change_before'),
    recoveredOn: orNull('recovered_on'),
    magnitude: figure('change_magnitude'),
    magnitudeSe: figure('change_magnitude_se'),
    historyStart: orNull('history_start'),
    nHistory: figure('n_history'),
    nMonitored: figure('n_monitored'),
    nOutliers: figure('n_outliers'),
    nBurnt: figure('n_burnt'),
    passingAfter: orNull('passing_after'),
    passingBefore: orNull('passing_before'),
    passingBack: orNull('passing_back'),
    passingMagnitude: figure('passing_magnitude'),
    minDetectableChange: figure('min_detectable_change'),
    edgeFraction: figure('edge_fraction'),
    misregistrationNdvi: figure('misregistration_ndvi'),
    controlCount: figure('control_count'),
    controlDid: figure('control_did'),
    controlDidLow: figure('control_did_low'),
    controlDidHigh: figure('control_did_high'),
    controlSlope: figure('control_slope'),
    controlZ: figure('control_z'),
    reason,
    sentence,
  };
}

function bboxOf({ coordinates }: GeoJsonGeometry): Bbox {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    const [first, second] = part as readonly unknown[];
    if (typeof first !== 'number' || typeof second !== 'number') {
      for (const inner of part as readonly unknown[]) visit(inner);
      return;
    }
    box[0] = Math.min(box[0], first);
    box[1] = Math.min(box[1], second);
    box[2] = Math.max(box[2], first);
    box[3] = Math.max(box[3], second);
  };
  visit(coordinates);
  return box;
}
