import { type MonitorParams, type Plan, planRun } from '../pipeline/plan.ts';
import { createBandFiles } from '../pipeline/run/bands.ts';
import { inspectScene } from '../pipeline/run/inspect.ts';
import { createLazyEgress } from '../pipeline/run/lazy-egress.ts';
import type { Results } from '../pipeline/server/results.ts';
import { createSceneFiles, type SceneFiles } from '../pipeline/server/scene-files.ts';
import { groupAcquisitions } from '../pipeline/stac/acquisition.ts';
import { loadScenes } from '../pipeline/stac/catalog.ts';
import type { GeoJsonGeometry, SceneStyle } from '../shared/api.ts';

const PARAMS: MonitorParams = {
  baseline: { start: '1990-01-01', end: '2022-12-31' },
  period: { start: '2023-01-01', end: '2039-12-31' },
  seasonMonths: null,
  minClear: 1,
  keepScl: [4, 5, 6, 7],
  dilateM: 0,
  lossThreshold: -0.15,
  gainThreshold: 0.15,
  ndviSoil: 0.1,
  ndviVegetation: 0.85,
  composite: { kind: 'median' },
  harmonise: false,
  coverModel: null,
  change: null,
};

/** The plan of a run over all scenes of a catalogue, their files opened and hashed; without parcels and units. */
export async function planScenes(catalog: string, params: Partial<MonitorParams> = {}): Promise<Plan> {
  const egress = createLazyEgress([]);
  const files = createBandFiles(egress, () => {});
  const query = { bboxDeg: [-180, -90, 180, 90] as const, startDay: '1990-01-01', endDay: '2039-12-31' };
  const { scenes } = await loadScenes(catalog, query, egress);
  const inspected = [];
  for (const scene of scenes) {
    const result = await inspectScene(scene, files);
    if (!('ok' in result)) throw new Error(result.refused.reason);
    inspected.push(result.ok);
  }
  await files.close();
  const good = inspected.map(({ scene }) => scene);
  const { acquisitions } = groupAcquisitions(good);
  return planRun({ params: { ...PARAMS, ...params }, scenes: inspected, acquisitions, parcels: [] });
}

/** Files of scenes as a child that draws opens them. */
export function openSceneFiles(): SceneFiles {
  return createSceneFiles(() => createBandFiles(createLazyEgress([]), () => {}));
}

/** Position of the acquisition of a day. */
export function acquisitionOn(plan: Plan, day: string): number {
  const position = plan.acquisitions.findIndex(({ datetime }) => datetime.startsWith(day));
  if (position < 0) throw new Error(`The plan has no acquisition on ${day}.`);
  return position;
}

/** As much of loaded results as pictures of single dates need. */
export function resultsOf(
  plan: Plan,
  parcels: readonly { readonly id: string; readonly geometry: GeoJsonGeometry }[],
  more: { readonly styles?: readonly SceneStyle[]; readonly imageryNote?: string | null } = {},
): Results {
  const { styles = ['true-color', 'false-color', 'ndvi', 'mask'], imageryNote = null } = more;
  const acquisitions = plan.acquisitions.map((acquisition, index) => {
    const { bboxDeg } = plan.scenes[acquisition.sceneIndexes[0]!]!.scene;
    return { ...acquisition, index, bboxDeg, styles, maxZoom: 14, nOk: 0, nLowCoverage: 0, nNoData: 0 };
  });
  const made: Partial<Results> = {
    version: 'v1',
    run: { acquisitions, imageryNote } as unknown as Results['run'],
    layers: new Map(),
    plan: { ...plan, changeNote: null },
    positionOf: new Map(parcels.map(({ id }, position) => [id, position])),
    readGeometry: async (position) => parcels[position]!.geometry,
  };
  return made as Results;
}
