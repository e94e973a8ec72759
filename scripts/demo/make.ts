import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { planScenes, type ScenePlan } from './calendar.ts';
import { eligibilityTruth, lightOf, nowOf, type TrueLight, type TrueRule } from './eligibility.ts';
import type { Frame } from './frame.ts';
import { eventsOf } from './history.ts';
import { COLLECTION, describeCatalog, describeCollection, SYNTHETIC_WORDS } from './items.ts';
import { makeLandscape } from './landscape.ts';
import { writeLayers } from './layers.ts';
import { drawRegion } from './region.ts';
import { type SceneResult, writeScene } from './scenes.ts';
import type { DemoSettings } from './settings.ts';
import type { Landscape } from './surface.ts';

/** Raise it when the same settings give another landscape than before, so that old files are made anew. */
const GENERATOR_VERSION = 3;
const STAMP = 'scenes/made-from.json';

/** Which settings the files in `outDir` must have been made from to be kept. */
function stampOf(settings: DemoSettings): string {
  const hash = createHash('sha256')
    .update(JSON.stringify({ version: GENERATOR_VERSION, settings }))
    .digest('hex');
  return `${JSON.stringify({ seed: settings.seed, settingsSha256: hash })}\n`;
}

export function isMade(outDir: string, settings: DemoSettings): boolean {
  const path = join(outDir, STAMP);
  const files = [
    'truth.json',
    'parcels.geojson',
    'region.geojson',
    'project.json',
    'scenes/catalog.json',
    'layers/elevation.tif',
  ];
  const whole = files.every((file) => existsSync(join(outDir, file)));
  return whole && existsSync(path) && readFileSync(path, 'utf8') === stampOf(settings);
}

/** Clears what an earlier run left, and makes the folders. Another landscape's scenes must not stay in the catalogue. */
export function openFolder(outDir: string, projectFile: string): void {
  for (const name of ['scenes', 'layers']) rmSync(join(outDir, name), { recursive: true, force: true });
  mkdirSync(join(outDir, 'scenes', COLLECTION), { recursive: true });
  const project = join(outDir, 'project.json');
  if (resolve(project) !== resolve(projectFile)) copyFileSync(projectFile, project);
}

/**
 * Writes scenes number `part`, `part + of`, `part + 2·of`, … of the plan and hands each result on. Every process that
 * takes a part makes the landscape anew from the seed, so nothing but this message passes between them.
 */
export async function writePart(
  job: { settings: DemoSettings; outDir: string; part: number; of: number },
  report: (result: SceneResult) => void,
): Promise<void> {
  const place = makeLandscape(job.settings);
  const scenes = planScenes(job.settings);
  for (let k = job.part; k < scenes.length; k += job.of) {
    report(await writeScene(scenes[k]!, place, join(job.outDir, 'scenes')));
  }
}

/** Writes everything but the scenes' own folders: catalogue, layers, parcels, truth and, last of all, the stamp. */
export async function finishFolder(
  job: { frame: Frame; landscape: Landscape; outDir: string },
  results: readonly SceneResult[],
): Promise<void> {
  const { frame, landscape, outDir } = job;
  const { settings } = landscape;
  const scenes = planScenes(settings);
  const collectionDir = join(outDir, 'scenes', COLLECTION);
  const ids = scenes.map((scene) => scene.id);
  writeJson(join(outDir, 'scenes/catalog.json'), describeCatalog());
  writeJson(join(collectionDir, 'collection.json'), describeCollection(frame, settings, ids));
  await writeLayers(join(outDir, 'layers'), { frame, ground: landscape.ground, settings });
  writeJson(join(outDir, 'parcels.geojson'), parcelFeatures(landscape));
  writeJson(join(outDir, 'region.geojson'), regionFeature(frame, landscape));
  writeFileSync(join(outDir, 'truth.json'), `${JSON.stringify(truthOf(landscape, scenes, results))}\n`);
  writeFileSync(join(outDir, STAMP), stampOf(settings));
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
}

function parcelFeatures({ stories }: Landscape): object {
  return {
    type: 'FeatureCollection',
    name: 'demo-parcels',
    description: `Parcels of nobody: ${SYNTHETIC_WORDS}.`,
    features: stories.map(({ parcel }) => ({
      type: 'Feature',
      id: parcel.id,
      properties: { id: parcel.id, name: parcel.name, intervention: parcel.intervention, synthetic: true },
      geometry:
        parcel.polygons.length === 1
          ? { type: 'Polygon', coordinates: parcel.polygons[0] }
          : { type: 'MultiPolygon', coordinates: parcel.polygons },
    })),
  };
}

function regionFeature(frame: Frame, { settings, stories }: Landscape): object {
  const ring = drawRegion(
    settings,
    frame,
    stories.map(({ parcel }) => parcel),
  );
  return {
    type: 'FeatureCollection',
    name: 'demo-region',
    description: `Boundary of nobody's region, round the demo's parcels: ${SYNTHETIC_WORDS}.`,
    features: [
      {
        type: 'Feature',
        id: 'copargo',
        properties: { id: 'copargo', synthetic: true },
        geometry: { type: 'Polygon', coordinates: [ring] },
      },
    ],
  };
}

/** What `truth.json` holds; written by the generator, read by the check. */
export interface Truth {
  readonly about: string;
  readonly seed: number;
  readonly scenes: readonly {
    readonly id: string;
    readonly datetime: string;
    readonly baseline: string;
    readonly dnOffset: number;
    readonly superseded: boolean;
  }[];
  readonly parcels: readonly {
    readonly id: string;
    readonly kind: string;
    readonly ground: string;
    readonly areaPx: number;
    readonly events: readonly { readonly what: string; readonly date: string }[];
    readonly gainPerYear: number;
    /** One entry per scene, in the order of `scenes`. */
    readonly ndvi: readonly number[];
    readonly treeCover: readonly number[];
    readonly sclClearShare: readonly number[];
    readonly trulyClear: readonly boolean[];
    /** What eligibility should say, on the day `eligibilityDate`. */
    readonly eligibility: { readonly light: TrueLight; readonly rules: readonly TrueRule[] };
  }[];
  readonly eligibilityDate: string;
}

function truthOf(landscape: Landscape, scenes: readonly ScenePlan[], results: readonly SceneResult[]): Truth {
  const byScene = new Map(results.map((result) => [result.sceneId, result.truth]));
  const rows = scenes.map((scene) => {
    const truth = byScene.get(scene.id);
    if (truth === undefined) throw new Error(`Scene ${scene.id} was planned and not written: run the generator again.`);
    return truth;
  });
  const lights = eligibilityTruth(landscape);
  return {
    about: `Truth of the demo twin from the generator's ground state (${SYNTHETIC_WORDS}); arrays run in the order of scenes.`,
    seed: landscape.settings.seed,
    scenes: scenes.map(({ id, datetime, baseline, dnOffset, superseded }) => ({
      id,
      datetime,
      baseline,
      dnOffset,
      superseded,
    })),
    eligibilityDate: nowOf(landscape.settings),
    parcels: landscape.stories.map((story, p) => {
      const { id, kind, ground, coverage } = story.parcel;
      const of = rows.map((row) => row[p]!);
      return {
        id,
        kind,
        ground,
        areaPx: Number(coverage.areaPx.toFixed(2)),
        events: eventsOf(story),
        gainPerYear: Number(story.gainPerYear.toFixed(4)),
        ndvi: of.map((row) => row.ndvi),
        treeCover: of.map((row) => row.treeCover),
        sclClearShare: of.map((row) => row.sclClearShare),
        trulyClear: of.map((row) => row.trulyClear),
        eligibility: { light: lightOf(lights[p]!), rules: lights[p]! },
      };
    }),
  };
}
