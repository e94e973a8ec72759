import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCog, readWindow } from '../../pipeline/cog/read.ts';
import { openFileSource } from '../../pipeline/cog/source.ts';
import { formatLines } from '../demo/check.ts';
import { checkEligibility, findExceptions, type JudgedParcels } from '../demo/check-eligibility.ts';
import {
  checkSuggest,
  type PixelArea,
  type SuggestScore,
  type SuggestTruth,
  scoreSuggestions,
} from '../demo/check-suggest.ts';
import { makeFrame, type Point } from '../demo/frame.ts';
import type { Truth } from '../demo/make.ts';
import { readSettings } from '../demo/settings.ts';
import { askCanopy, readText, runCanopy } from './canopy-run.ts';
import { formatTable } from './table.ts';

/** What a sink region offers: suggestions and eligibility, run as a user would and held against the demo's truth. */

/** Everything but the suitability layer, which is the truth: `suggest` says that it leaves it aside. */
const WITH_LAYERS = ['--layers', 'layers'];

/** `canopy suggest` on a demo twin, and its score. Folders among the flags are those of the twin. */
export async function scoreDemoSuggestions(
  demo: string,
  flags: readonly string[] = WITH_LAYERS,
): Promise<SuggestScore> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-suggest-'));
  try {
    const out = join(folder, 'candidates.geojson');
    const [project, parcels] = ['project.json', 'parcels.geojson'].map((name) => join(demo, name));
    const given = flags.map((flag, k) => (flags[k - 1] === '--layers' ? join(demo, flag) : flag));
    const place = ['--region', 'copargo', '--project', project!, '--parcels', parcels!, '--min-ha', '1'];
    await runCanopy(['suggest', ...place, ...given, '--out', out]);
    return await scoreFile(demo, out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The score of suggestions that are there already. */
export async function scoreFile(demo: string, path: string): Promise<SuggestScore> {
  return scoreSuggestions(await readSuggestTruth(demo), readAreas(path, frameOf()));
}

function frameOf() {
  return makeFrame(readSettings('data/demo/settings.json'));
}

async function readSuggestTruth(demo: string): Promise<SuggestTruth> {
  const frame = frameOf();
  const { sizePx } = frame;
  const source = await openFileSource(join(demo, 'layers/suitability.tif'));
  try {
    const window = { col: 0, row: 0, widthPx: sizePx, heightPx: sizePx };
    const { data } = await readWindow(await openCog(source), { level: 0, window, sample: 0 });
    return {
      sizePx,
      pixelM: frame.grid10.transform[0],
      suitability: data,
      region: readAreas(join(demo, 'region.geojson'), frame)[0]!,
      parcels: readAreas(join(demo, 'parcels.geojson'), frame),
    };
  } finally {
    await source.close();
  }
}

function readAreas(path: string, { toPixel }: { readonly toPixel: (lonLat: Point) => Point }): PixelArea[] {
  const { features } = JSON.parse(readText(path)) as {
    readonly features: readonly {
      readonly geometry: { readonly type: string; readonly coordinates: Point[][] | Point[][][] };
    }[];
  };
  return features.map(({ geometry }) => {
    const polygons =
      geometry.type === 'Polygon' ? [geometry.coordinates as Point[][]] : (geometry.coordinates as Point[][][]);
    return polygons.flat().map((ring) => ring.map(toPixel));
  });
}

/** The report of `canopy parcels eligibility` on a demo twin. */
export async function judgeDemo(demo: string, results: string): Promise<JudgedParcels> {
  const [parcels, layers] = [join(demo, 'parcels.geojson'), join(demo, 'layers')];
  const flags = ['--layers', layers, '--results', results, '--json'];
  return JSON.parse(await askCanopy(['parcels', 'eligibility', parcels, ...flags])) as JudgedParcels;
}

/** Suggestions of several settings against the land that the generator marked as suitable. */
export async function tellSuggest(demo: string): Promise<void> {
  if (!isMade(demo, 'Suggestions')) return;
  const runs: readonly (readonly [string, readonly string[]])[] = [
    ['defaults', WITH_LAYERS],
    ['parcels of 2 ha and more', [...WITH_LAYERS, '--min-ha', '2']],
    ['tree cover below 25 %', [...WITH_LAYERS, '--max-cover', '25']],
    ['tree cover below 35 %', [...WITH_LAYERS, '--max-cover', '35']],
    ['no layers: nothing kept out but parcels', []],
  ];
  const rows: string[][] = [];
  for (const [name, flags] of runs) {
    const lines = checkSuggest(await scoreDemoSuggestions(demo, flags));
    rows.push([name, ...lines.map(({ measured }) => measured)]);
  }
  const header = ['run', 'suitable land covered', 'suggested land that is not suitable'];
  console.log(`\nSuggestions on the demo twin ${demo}.\n\n${formatTable(header, rows)}`);
}

/** Eligibility of the 60 parcels against the ground, and every exception with its reason. */
export async function tellEligibility(demo: string, results: string): Promise<void> {
  if (!isMade(demo, 'Eligibility')) return;
  if (!existsSync(join(results, 'layers'))) {
    console.log(`\nEligibility: skipped, there are no results in ${results}. Make them: npm run demo -- --no-serve.`);
    return;
  }
  const truth = JSON.parse(readText(join(demo, 'truth.json'))) as Truth;
  const judged = await judgeDemo(demo, results);
  console.log(`\nEligibility on the demo twin ${demo}, results ${results}.\n`);
  console.log(formatLines(checkEligibility(truth, judged)));
  const rows = findExceptions(truth, judged).map(({ id, rule, got, wanted, why }) => [
    id,
    rule,
    got,
    wanted,
    why ?? 'NOT EXPLAINED',
  ]);
  if (rows.length > 0) console.log(`\n${formatTable(['parcel', 'rule', 'light', 'true light', 'why'], rows)}`);
}

function isMade(demo: string, what: string): boolean {
  const there = existsSync(join(demo, 'truth.json')) && existsSync(join(demo, 'region.geojson'));
  if (!there) console.log(`\n${what}: skipped, there is no demo twin in ${demo}. Make it: npm run demo -- --no-serve.`);
  return there;
}
