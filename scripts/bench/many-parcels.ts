import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatCsv } from '../../pipeline/store/csv.ts';
import { formatResultsGeojson } from '../../pipeline/store/geojson.ts';
import { observationColumns, resultColumns } from '../../pipeline/store/tables.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { Observation, ParcelResult } from '../../shared/result.ts';
import { mulberry32 } from '../demo/random.ts';

/**
 * A results folder with `count` generated parcels and one observation each, on the layers of `from`: what the server
 * and the viewer make of a whole country's parcels. Seeded: the same count gives the same bytes.
 */
export function makeManyParcels(from: string, out: string, count: number): void {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  cpSync(join(from, 'layers'), join(out, 'layers'), { recursive: true });
  const record = JSON.parse(readFileSync(join(from, 'run.json'), 'utf8'));
  const provenance = { attribution: record.attribution as string[], synthetic: true };
  const [lon, lat] = firstVertex(join(from, 'parcels.geojson'));
  const chance = mulberry32(7);
  const side = Math.ceil(Math.sqrt(count));
  const parcels: Parcel[] = [];
  const results: ParcelResult[] = [];
  const observations: Observation[] = [];
  for (let index = 0; index < count; index += 1) {
    const centre = {
      lon: lon + ((index % side) - side / 2) * 0.0012,
      lat: lat + (Math.floor(index / side) - side / 2) * 0.0012,
    };
    const parcel = starParcel(index, centre, chance);
    parcels.push(parcel);
    results.push(inventResult(parcel, chance));
    observations.push(inventObservation(parcel, chance));
  }
  const files: Record<string, string> = {
    'parcels.geojson': formatResultsGeojson(results, new Map(parcels.map((parcel) => [parcel.id, parcel])), provenance),
    'parcels.csv': formatCsv(resultColumns, results),
    'observations.csv': formatCsv(observationColumns, observations),
  };
  const layers = record.outputs.filter(({ name }: { name: string }) => name.startsWith('layers/'));
  const written = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(out, name), text);
    return { name, sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
  });
  record.outputs = [...layers, ...written];
  record.parcels = { measured: count, refused: [] };
  delete record.plan;
  writeFileSync(join(out, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
}

function firstVertex(path: string): readonly [number, number] {
  const { features } = JSON.parse(readFileSync(path, 'utf8'));
  return features[0].geometry.coordinates.flat(3).slice(0, 2);
}

/** A star-shaped parcel of about a hectare with 12 to 24 vertices. */
function starParcel(index: number, centre: { lon: number; lat: number }, chance: () => number): Parcel {
  const vertices = 12 + Math.floor(chance() * 13);
  const ring = new Float64Array(2 * vertices + 2);
  for (let i = 0; i <= vertices; i += 1) {
    const angle = (2 * Math.PI * (i % vertices)) / vertices;
    const radius = i === vertices ? 0 : 0.00035 + 0.0002 * chance();
    ring[2 * i] = i === vertices ? ring[0]! : centre.lon + radius * Math.cos(angle);
    ring[2 * i + 1] = i === vertices ? ring[1]! : centre.lat + radius * Math.sin(angle);
  }
  const at = (offset: number) => Array.from(ring).filter((_, i) => i % 2 === offset);
  return {
    id: `P-${String(index + 1).padStart(6, '0')}`,
    index,
    rings: [ring],
    parcelHa: 0.8 + 0.6 * chance(),
    bboxDeg: [Math.min(...at(0)), Math.min(...at(1)), Math.max(...at(0)), Math.max(...at(1))],
  };
}

const FINDINGS = ['loss', 'gain', 'stable', 'not_distinguishable'] as const;

function inventResult(parcel: Parcel, chance: () => number): ParcelResult {
  const change = chance() - 0.5;
  return {
    parcelId: parcel.id,
    parcelHa: parcel.parcelHa,
    nClearBaseline: Math.floor(chance() * 20),
    nClearPeriod: Math.floor(chance() * 20),
    ndviBaseline: 0.5,
    ndviPeriod: 0.5 + change,
    ndviChange: change,
    ndviChangeSe: 0.05 * chance(),
    coverBaselinePct: 50,
    coverPeriodPct: 50 + 50 * change,
    coverChangePct: 50 * change,
    lossHa: change < 0 ? -change * parcel.parcelHa : 0,
    gainHa: change > 0 ? change * parcel.parcelHa : 0,
    stableHa: (1 - Math.abs(change)) * parcel.parcelHa,
    noDataHa: 0,
    outcome: 'ok',
    reason: '',
    finding: FINDINGS[Math.floor(chance() * 4)]!,
    classAreaSe: 'not estimated',
    coverSePct: null,
    change: null,
  };
}

function inventObservation(parcel: Parcel, chance: () => number): Observation {
  return {
    parcelId: parcel.id,
    sceneId: 'GENERATED-1',
    sceneIds: ['GENERATED-1'],
    datetime: '2021-01-15T10:00:00.000Z',
    platform: 'sentinel-2a',
    parcelHa: parcel.parcelHa,
    observedHa: parcel.parcelHa,
    clearHa: parcel.parcelHa,
    clearFraction: 1,
    ndviMean: chance(),
    ndviSd: 0.1,
    ndviP10: 0.1,
    ndviP50: 0.5,
    ndviP90: 0.9,
    outcome: 'ok',
    reason: '',
  };
}
