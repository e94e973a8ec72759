import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CogSpec } from '../../pipeline/cog/assemble-plan.ts';
import type { Frame } from './frame.ts';
import { type Ground, LAND_COVER } from './ground.ts';
import { bboxOf, outlineOf, projection, SYNTHETIC_WORDS } from './items.ts';
import { writeGrid } from './scenes.ts';
import type { DemoSettings } from './settings.ts';

interface LabelledLayer {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly spec: Pick<CogSpec, 'dataType' | 'resampling' | 'nodata'>;
  readonly values: Uint8Array | Int16Array;
  /** Meaning of each value of a class layer. */
  readonly classes?: Readonly<Record<string, number>>;
  /** ISO date that the layer speaks of. */
  readonly date: string;
}

const SUITABILITY = {
  'not suitable': 0,
  'suitable for passive afforestation': 1,
  'suitable for active afforestation': 2,
  'tree cover already': 3,
} as const;

const CLASS_SPEC = { dataType: 'uint8', resampling: 'mode', nodata: 255 } as const;

/** Writes the labelled layers beside the scenes, each a COG with its STAC item under the same name. */
export async function writeLayers(
  dir: string,
  place: { frame: Frame; ground: Ground; settings: DemoSettings },
): Promise<void> {
  mkdirSync(dir, { recursive: true });
  for (const layer of describeLayers(place.ground, place.settings)) {
    await writeGrid(join(dir, `${layer.name}.tif`), { ...layer.spec, grid: place.frame.grid10 }, layer.values);
    writeFileSync(
      join(dir, `${layer.name}.json`),
      `${JSON.stringify(itemOf(layer, place.frame, place.settings), null, 1)}\n`,
    );
  }
}

function describeLayers(ground: Ground, settings: DemoSettings): LabelledLayer[] {
  const startYear = Number(settings.monitored.start.slice(0, 4));
  const before = `${startYear - 10}${settings.monitored.start.slice(4)}`;
  const start = settings.history.start;
  const percent = { dataType: 'uint8', resampling: 'average', nodata: 255 } as const;
  return [
    {
      name: `tree-cover-${startYear - 10}`,
      title: 'Tree cover ten years before the monitored period',
      unit: '%',
      spec: percent,
      values: Uint8Array.from(ground.treeBefore, (v) => Math.round(v * 100)),
      date: before,
    },
    {
      name: 'elevation',
      title: 'Elevation above sea level',
      unit: 'm',
      spec: { dataType: 'int16', resampling: 'average', nodata: -32768 },
      values: Int16Array.from(ground.relief.elevationM, Math.round),
      date: start,
    },
    {
      name: 'land-cover',
      title: 'Land cover',
      unit: 'class',
      spec: CLASS_SPEC,
      values: ground.landCover,
      classes: LAND_COVER,
      date: start,
    },
    {
      name: 'protected-areas',
      title: 'Protected areas',
      unit: 'class',
      spec: CLASS_SPEC,
      values: ground.protectedArea,
      classes: { 'not protected': 0, 'classified forest': 1 },
      date: start,
    },
    {
      name: 'suitability',
      title: 'Land suitable for afforestation',
      unit: 'class',
      spec: CLASS_SPEC,
      values: Uint8Array.from(ground.tree, (_, i) => suitabilityOf(ground, i)),
      classes: SUITABILITY,
      date: start,
    },
  ];
}

const WOODED = 0.3;

/**
 * Passive where trees stand near enough to seed the ground, active on open ground; never on built-up land, water, rock,
 * steep slopes, in the classified forest, or where woods were cleared within ten years (no reward for clearing).
 */
function suitabilityOf(ground: Ground, i: number): number {
  const cover = ground.landCover[i]!;
  const lost = ground.treeBefore[i]! > WOODED && ground.tree[i]! < WOODED;
  const barred: readonly number[] = [
    LAND_COVER['built-up and bare'],
    LAND_COVER.water,
    LAND_COVER.rock,
    LAND_COVER.cropland,
  ];
  if (ground.tree[i]! >= WOODED) return SUITABILITY['tree cover already'];
  if (barred.includes(cover) || lost || ground.protectedArea[i] === 1 || ground.relief.slope[i]! > 0.3) {
    return SUITABILITY['not suitable'];
  }
  return ground.tree[i]! >= 0.1
    ? SUITABILITY['suitable for passive afforestation']
    : SUITABILITY['suitable for active afforestation'];
}

function itemOf(layer: LabelledLayer, frame: Frame, settings: DemoSettings): object {
  const { dataType, nodata } = layer.spec;
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    stac_extensions: [
      'https://stac-extensions.github.io/raster/v1.1.0/schema.json',
      'https://stac-extensions.github.io/projection/v1.1.0/schema.json',
      ...(layer.classes ? ['https://stac-extensions.github.io/classification/v1.0.0/schema.json'] : []),
    ],
    id: `demo-${layer.name}`,
    properties: {
      datetime: `${layer.date}T00:00:00Z`,
      title: `${layer.title} (synthetic)`,
      description: `Not a survey: ${SYNTHETIC_WORDS}.`,
      attribution: SYNTHETIC_WORDS,
      'proj:epsg': settings.epsg,
      'twin_canopy:synthetic': true,
    },
    geometry: { type: 'Polygon', coordinates: [outlineOf(frame)] },
    bbox: bboxOf(frame),
    links: [],
    assets: {
      data: {
        href: `./${layer.name}.tif`,
        type: 'image/tiff; application=geotiff; profile=cloud-optimized',
        title: layer.title,
        ...projection(frame.grid10),
        'raster:bands': [{ nodata, data_type: dataType, unit: layer.unit, spatial_resolution: settings.pixelM }],
        ...(layer.classes ? { 'classification:classes': classList(layer.classes) } : {}),
        roles: ['data'],
      },
    },
  };
}

function classList(classes: Readonly<Record<string, number>>): { value: number; name: string; description: string }[] {
  return Object.entries(classes).map(([words, value]) => ({
    value,
    name: words.replaceAll(' ', '-'),
    description: words,
  }));
}
