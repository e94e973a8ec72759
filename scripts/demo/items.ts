import { type Bbox, type Grid, gridBbox } from '../../shared/grid.ts';
import type { Sun } from './atmosphere.ts';
import type { ScenePlan } from './calendar.ts';
import { dateOf } from './dates.ts';
import type { Frame, Point } from './frame.ts';
import type { DemoSettings } from './settings.ts';
import { COARSE_BANDS } from './spectra.ts';

export const COLLECTION = 'sentinel-2-l2a';
export const SYNTHETIC_WORDS = 'synthetic, made by a seeded generator';

interface AssetForm {
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly centreUm: number;
  readonly widthUm: number;
}

/** Reflectance assets under the names and with the words of Earth Search v1. */
export const ASSETS = {
  red: { file: 'B04.tif', title: 'Red (band 4) - 10m', description: 'Red (band 4)', centreUm: 0.665, widthUm: 0.038 },
  green: {
    file: 'B03.tif',
    title: 'Green (band 3) - 10m',
    description: 'Green (band 3)',
    centreUm: 0.56,
    widthUm: 0.045,
  },
  blue: { file: 'B02.tif', title: 'Blue (band 2) - 10m', description: 'Blue (band 2)', centreUm: 0.49, widthUm: 0.098 },
  nir: {
    file: 'B08.tif',
    title: 'NIR 1 (band 8) - 10m',
    description: 'NIR 1 (band 8)',
    centreUm: 0.842,
    widthUm: 0.145,
  },
  swir16: {
    file: 'B11.tif',
    title: 'SWIR 1 (band 11) - 20m',
    description: 'SWIR 1 (band 11)',
    centreUm: 1.61,
    widthUm: 0.143,
  },
  swir22: {
    file: 'B12.tif',
    title: 'SWIR 2 (band 12) - 20m',
    description: 'SWIR 2 (band 12)',
    centreUm: 2.19,
    widthUm: 0.242,
  },
} as const satisfies Record<string, AssetForm>;

export const SCL_FILE = 'SCL.tif';
const COG_TYPE = 'image/tiff; application=geotiff; profile=cloud-optimized';

export interface ItemFacts {
  readonly scene: ScenePlan;
  readonly frame: Frame;
  readonly settings: DemoSettings;
  readonly sun: Sun;
  /** Pixels of each scene class, by class number. */
  readonly sclCounts: readonly number[];
}

/** A STAC item as Earth Search v1 writes them, and marked as synthetic. */
export function describeItem(facts: ItemFacts): object {
  const { scene, frame } = facts;
  const assets: Record<string, object> = {};
  for (const [name, form] of Object.entries(ASSETS)) {
    assets[name] = bandAsset(name, form, COARSE_BANDS.has(name) ? frame.grid20 : frame.grid10, scene.rasterOffset);
  }
  assets.scl = sclAsset(frame.grid20);
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    id: scene.id,
    properties: propertiesOf(facts),
    geometry: { type: 'Polygon', coordinates: [outlineOf(frame)] },
    links: [
      { rel: 'root', href: '../../catalog.json', type: 'application/json' },
      { rel: 'collection', href: '../collection.json', type: 'application/json' },
      { rel: 'parent', href: '../collection.json', type: 'application/json' },
    ],
    assets,
    bbox: bboxOf(frame),
    stac_extensions: [
      'https://stac-extensions.github.io/raster/v1.1.0/schema.json',
      'https://stac-extensions.github.io/mgrs/v1.0.0/schema.json',
      'https://stac-extensions.github.io/grid/v1.0.0/schema.json',
      'https://stac-extensions.github.io/projection/v1.1.0/schema.json',
      'https://stac-extensions.github.io/eo/v1.1.0/schema.json',
      'https://stac-extensions.github.io/view/v1.0.0/schema.json',
      'https://stac-extensions.github.io/processing/v1.1.0/schema.json',
    ],
    collection: COLLECTION,
  };
}

function propertiesOf({ scene, settings, sun, sclCounts }: ItemFacts): object {
  const { mgrsTile } = settings;
  const total = sclCounts.reduce((sum, n) => sum + n, 0);
  const share = (...classes: number[]) =>
    Number(((classes.reduce((sum, c) => sum + (sclCounts[c] ?? 0), 0) / total) * 100).toFixed(6));
  const letter = scene.platform.slice(-1).toUpperCase();
  const stamp = `${dateOf(scene.day).replaceAll('-', '')}T${scene.datetime.slice(11, 19).replaceAll(':', '')}`;
  // Reprocessed years later, as Collection 1 was; else on the day itself.
  const made = scene.sequence === 0 ? `${scene.datetime.slice(0, 10)}T15:50:57` : '2023-04-24T02:11:40';
  const madeStamp = made.replaceAll(/[-:]/g, '');
  const short = scene.baseline.replace('.', '');
  const orbit = String(scene.orbit).padStart(6, '0');
  return {
    created: `${made}.000Z`,
    platform: scene.platform,
    constellation: 'sentinel-2',
    instruments: ['msi'],
    'eo:cloud_cover': share(8, 9, 10),
    'proj:epsg': settings.epsg,
    'mgrs:utm_zone': Number(mgrsTile.slice(0, 2)),
    'mgrs:latitude_band': mgrsTile.slice(2, 3),
    'mgrs:grid_square': mgrsTile.slice(3),
    'grid:code': `MGRS-${mgrsTile}`,
    'view:sun_azimuth': sun.azimuthDeg,
    'view:sun_elevation': sun.elevationDeg,
    's2:degraded_msi_data_percentage': 0,
    's2:nodata_pixel_percentage': share(0),
    's2:saturated_defective_pixel_percentage': 0,
    's2:dark_features_percentage': share(2),
    's2:cloud_shadow_percentage': share(3),
    's2:vegetation_percentage': share(4),
    's2:not_vegetated_percentage': share(5),
    's2:water_percentage': share(6),
    's2:unclassified_percentage': share(7),
    's2:medium_proba_clouds_percentage': share(8),
    's2:high_proba_clouds_percentage': share(9),
    's2:thin_cirrus_percentage': share(10),
    's2:snow_ice_percentage': 0,
    's2:product_type': 'S2MSI2A',
    's2:processing_baseline': scene.baseline,
    's2:product_uri': `S2${letter}_MSIL2A_${stamp}_N${short}_R022_T${mgrsTile}_${madeStamp}.SAFE`,
    's2:generation_time': `${made}.000000Z`,
    's2:datatake_id': `GS2${letter}_${stamp}_${orbit}_N${scene.baseline}`,
    's2:datatake_type': 'INS-NOBS',
    's2:datastrip_id': `S2${letter}_OPER_MSI_L2A_DS_DEMO_${madeStamp}_S${stamp}_N${scene.baseline}`,
    's2:granule_id': `S2${letter}_OPER_MSI_L2A_TL_DEMO_${madeStamp}_A${orbit}_T${mgrsTile}_N${scene.baseline}`,
    datetime: scene.datetime,
    's2:sequence': String(scene.sequence),
    'earthsearch:boa_offset_applied': scene.boaOffsetApplied,
    updated: `${made}.000Z`,
    'twin_canopy:synthetic': true,
    description: `Not a satellite image: ${SYNTHETIC_WORDS}.`,
    attribution: SYNTHETIC_WORDS,
  };
}

function bandAsset(name: string, form: AssetForm, grid: Grid, offset: number): object {
  const { file, title, description, centreUm, widthUm } = form;
  const band = { name, common_name: name, description, center_wavelength: centreUm, full_width_half_max: widthUm };
  return {
    href: `./${file}`,
    type: COG_TYPE,
    title,
    'eo:bands': [band],
    gsd: grid.transform[0],
    ...projection(grid),
    'raster:bands': [
      {
        nodata: 0,
        data_type: 'uint16',
        bits_per_sample: 15,
        spatial_resolution: grid.transform[0],
        scale: 0.0001,
        offset,
      },
    ],
    roles: ['data', 'reflectance'],
  };
}

function sclAsset(grid: Grid): object {
  return {
    href: `./${SCL_FILE}`,
    type: COG_TYPE,
    title: 'Scene classification map (SCL)',
    ...projection(grid),
    'raster:bands': [{ nodata: 0, data_type: 'uint8', spatial_resolution: grid.transform[0] }],
    roles: ['data', 'reflectance'],
    gsd: grid.transform[0],
  };
}

/** `proj:shape` (rows, columns) and `proj:transform` of a grid. */
export function projection(grid: Grid): { 'proj:shape': number[]; 'proj:transform': number[] } {
  return { 'proj:shape': [grid.heightPx, grid.widthPx], 'proj:transform': [...grid.transform] };
}

/** The frame's corners in lon/lat, counter-clockwise and closed. */
export function outlineOf(frame: Frame): Point[] {
  const n = frame.sizePx;
  const corners: Point[] = [
    [0, 0],
    [0, n],
    [n, n],
    [n, 0],
    [0, 0],
  ];
  return corners.map((corner) => frame.toLonLat(corner));
}

export function bboxOf(frame: Frame): Bbox {
  const points = outlineOf(frame);
  const lons = points.map((p) => p[0]);
  const lats = points.map((p) => p[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export function describeCatalog(): object {
  return {
    type: 'Catalog',
    id: 'twin-canopy-demo',
    stac_version: '1.0.0',
    description: `Demo twin of Twin Canopy: ${SYNTHETIC_WORDS}. In the form of Earth Search v1.`,
    links: [
      { rel: 'root', href: './catalog.json', type: 'application/json' },
      { rel: 'child', href: `./${COLLECTION}/collection.json`, type: 'application/json', title: 'Sentinel-2 Level 2A' },
    ],
  };
}

export function describeCollection(frame: Frame, settings: DemoSettings, itemIds: readonly string[]): object {
  const { history, monitored } = settings;
  return {
    type: 'Collection',
    id: COLLECTION,
    stac_version: '1.0.0',
    title: 'Sentinel-2 Level 2A (synthetic)',
    description: `No satellite data: ${SYNTHETIC_WORDS}, in the form of Sentinel-2 L2A.`,
    license: 'CC0-1.0',
    providers: [{ name: 'Twin Canopy demo generator', roles: ['producer'], description: SYNTHETIC_WORDS }],
    extent: {
      spatial: { bbox: [bboxOf(frame)] },
      temporal: { interval: [[`${history.start}T00:00:00Z`, `${monitored.end}T23:59:59Z`]] },
    },
    summaries: { 'proj:epsg': [settings.epsg], 'proj:bbox': [gridBbox(frame.grid10)] },
    'twin_canopy:synthetic': true,
    links: [
      { rel: 'root', href: '../catalog.json', type: 'application/json' },
      { rel: 'parent', href: '../catalog.json', type: 'application/json' },
      ...itemIds.map((id) => ({ rel: 'item', href: `./${id}/${id}.json`, type: 'application/geo+json' })),
    ],
  };
}
