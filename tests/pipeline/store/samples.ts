import { buildRunRecord } from '../../../pipeline/store/run-record.ts';
import type { RunToSave } from '../../../pipeline/store/save-run.ts';
import type { Parcel } from '../../../shared/parcel.ts';
import type { Observation, ParcelResult } from '../../../shared/result.ts';
import type { Scene } from '../../../shared/scene.ts';

/** A square parcel of about 122 ha near 1° E 9° N; a hole makes it smaller. */
export function sampleParcel(index: number, id = `P-${index}`, withHole = false): Parcel {
  const w = 1 + index * 0.02;
  const outer = Float64Array.of(w, 9, w + 0.01, 9, w + 0.01, 9.01, w, 9.01, w, 9);
  const hole = Float64Array.of(
    w + 0.002,
    9.002,
    w + 0.002,
    9.004,
    w + 0.004,
    9.004,
    w + 0.004,
    9.002,
    w + 0.002,
    9.002,
  );
  const rings = withHole ? [outer, hole] : [outer];
  return { id, index, rings, parcelHa: 121.5, bboxDeg: [w, 9, w + 0.01, 9.01] };
}

export function sampleObservation(changes: Partial<Observation> = {}): Observation {
  return {
    parcelId: 'P-0',
    sceneId: 'S-0',
    sceneIds: ['S-0', 'S-1'],
    datetime: '2023-08-10T10:12:13.456Z',
    platform: 'sentinel-2b',
    parcelHa: 121.5,
    observedHa: 121.4999999,
    clearHa: 100.12345678,
    clearFraction: 0.8240613,
    ndviMean: 0.70977123456,
    ndviSd: 0.05,
    ndviP10: 0.6,
    ndviP50: 0.7,
    ndviP90: -0,
    outcome: 'ok',
    reason: '',
    ...changes,
  };
}

export function sampleResult(changes: Partial<ParcelResult> = {}): ParcelResult {
  return {
    parcelId: 'P-0',
    parcelHa: 121.5,
    nClearBaseline: 3,
    nClearPeriod: 4,
    ndviBaseline: 0.7,
    ndviPeriod: 0.5,
    ndviChange: -0.2,
    ndviChangeSe: 0.03,
    coverBaselinePct: 66.66666666,
    coverPeriodPct: 40,
    coverChangePct: -26.66666666,
    lossHa: 80,
    gainHa: 0,
    stableHa: 41.5,
    noDataHa: 0,
    outcome: 'ok',
    reason: '',
    finding: 'loss',
    classAreaSe: 'not estimated',
    coverSePct: null,
    change: null,
    ...changes,
  };
}

export const emptyResult: ParcelResult = sampleResult({
  parcelId: 'P-1',
  nClearBaseline: 2,
  ndviBaseline: null,
  ndviPeriod: null,
  ndviChange: null,
  ndviChangeSe: null,
  coverBaselinePct: null,
  coverPeriodPct: null,
  coverChangePct: null,
  lossHa: null,
  gainHa: null,
  stableHa: null,
  noDataHa: null,
  outcome: 'no_data',
  reason: '2 clear observations, 3 needed',
  finding: null,
});

export const sampleProvenance = {
  attribution: ['contains modified Copernicus Sentinel data 2023', 'Landsat courtesy of the U.S. Geological Survey'],
  synthetic: false,
};

function sampleScene(id: string): Scene {
  return {
    id,
    collection: 'sentinel-2-l2a',
    platform: 'sentinel-2b',
    family: 'msi',
    datetime: '2023-08-10T10:12:13.456Z',
    gridKey: '33TWL/EPSG:32633/120/0,60',
    datatake: 'GS2B_20230810T101559_033570',
    baseline: '05.09',
    maskRule: 'scl',
    bands: {},
    offsetEvidence: { rule: 'flag', applied: true },
    bboxDeg: [0.5, 8.5, 3, 10],
    attribution: 'proprietary',
    synthetic: false,
    itemHref: `/data/${id}.json`,
  };
}

/** A run of `parcelCount` parcels × `dateCount` acquisitions, with one superseded and one refused scene. */
export function sampleRun(id: string, parcelCount: number, dateCount: number): RunToSave {
  const parcels = Array.from({ length: parcelCount }, (_, index) => sampleParcel(index, `P-${index}`, index === 0));
  const usedScenes = Array.from({ length: dateCount }, (_, date) => sampleScene(`S-${date}`));
  const observations = parcels.flatMap((parcel) =>
    usedScenes.map((scene) => sampleObservation({ parcelId: parcel.id, sceneId: scene.id, sceneIds: [scene.id] })),
  );
  const results = parcels.map((parcel) => sampleResult({ parcelId: parcel.id }));
  const refusedScenes = [{ id: 'S-bad', code: 'E_TIFF_TRUNCATED', reason: 'The file ends early.' }];
  return {
    record: buildRunRecord({
      id,
      plan: '0'.repeat(40),
      project: { id: 'copargo', name: 'Copargo' },
      ...sampleProvenance,
      versions: { canopy: '0.1.0' },
      parameters: { minClear: 3 },
      inputs: [
        {
          role: 'parcels',
          name: 'parcels.geojson',
          href: '/data/parcels.geojson',
          identity: `sha256:${'0'.repeat(64)}`,
        },
      ],
      scenes: { used: usedScenes.map((s) => s.id), superseded: [], refused: refusedScenes },
      parcels: { measured: parcelCount, refused: [] },
      unitsLeftOut: [],
      warnings: [],
      outputs: [],
    }),
    parcels,
    usedScenes,
    supersededScenes: [{ scene: sampleScene('S-old'), reason: 'S-0 has the newer baseline' }],
    refusedScenes,
    acquisitions: usedScenes.map((s) => ({
      id: `A-${s.id}`,
      platform: s.platform,
      datetime: s.datetime,
      sceneIds: [s.id],
    })),
    observations,
    results,
    change: null,
    layers: [
      {
        name: 'layers/ndvi-baseline-33TWL.tif',
        kind: 'ndvi',
        sha256: 'a'.repeat(64),
        bytes: 5_000_000_000,
        bboxDeg: [0.5, 8.5, 3, 10],
        item: { type: 'Feature' },
      },
    ],
  };
}
