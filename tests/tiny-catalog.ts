import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import proj4 from 'proj4';
import { writeCog } from '../pipeline/cog/write.ts';
import { type Grid, gridBbox } from '../shared/grid.ts';
import { crsToLonLat } from '../shared/transform.ts';

/** One number everywhere, or one for each cell of the band's own grid. */
export type Pixels = number | ((col: number, row: number) => number);

type BandKey = 'red' | 'nir' | 'green' | 'blue' | 'mask';

/** What an item of a provider calls things and how its numbers are stored. */
interface SensorForm {
  readonly collection: string;
  readonly platform: string;
  readonly cellM: number;
  readonly maskCellM: number;
  readonly assets: Readonly<Record<BandKey, string>>;
  readonly dataType: 'uint16' | 'int16';
  readonly nodata: number;
  readonly scale: number;
  readonly offset: number;
  readonly maskType: 'uint8' | 'uint16';
  readonly maskNodata: number | null;
  readonly clearMask: number;
}

const FORMS = {
  'sentinel-2': {
    collection: 'sentinel-2-l2a',
    platform: 'sentinel-2a',
    cellM: 10,
    maskCellM: 20,
    assets: { red: 'red', nir: 'nir', green: 'green', blue: 'blue', mask: 'scl' },
    dataType: 'uint16',
    nodata: 0,
    scale: 0.0001,
    offset: -0.1,
    maskType: 'uint8',
    maskNodata: 0,
    clearMask: 4,
  },
  landsat: {
    collection: 'landsat-c2-l2',
    platform: 'landsat-8',
    cellM: 30,
    maskCellM: 30,
    assets: { red: 'red', nir: 'nir08', green: 'green', blue: 'blue', mask: 'qa_pixel' },
    dataType: 'uint16',
    nodata: 0,
    scale: 0.0000275,
    offset: -0.2,
    maskType: 'uint16',
    maskNodata: null,
    clearMask: 21824,
  },
  dea: {
    collection: 'ga_ls8c_ard_3',
    platform: 'landsat-8',
    cellM: 30,
    maskCellM: 30,
    assets: { red: 'nbart_red', nir: 'nbart_nir', green: 'nbart_green', blue: 'nbart_blue', mask: 'oa_fmask' },
    dataType: 'int16',
    nodata: -999,
    scale: 0.0001,
    offset: 0,
    maskType: 'uint8',
    maskNodata: 0,
    clearMask: 1,
  },
} as const satisfies Record<string, SensorForm>;

/** A scene with knobs. Without them: Sentinel-2A, wholly clear vegetation of NDVI 0.75, offset already taken off. */
export interface TinyScene {
  readonly day: string;
  /** UTC, `hh:mm:ss`. */
  readonly time?: string;
  readonly sensor?: keyof typeof FORMS;
  /** MGRS code, or path and row of Landsat. */
  readonly mgrsTile: string;
  readonly epsg: number;
  /** Upper left corner in CRS metres. */
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Default 512: one block, and no overview, up to 512 pixels. */
  readonly blockPx?: number;
  readonly red?: Pixels;
  readonly nir?: Pixels;
  /** SCL (20 m), QA_PIXEL or fmask. */
  readonly mask?: Pixels;
  /** False: nodata in every band, in cells of red. */
  readonly valid?: (col: number, row: number) => boolean;
  readonly baseline?: string;
  /** null: the item does not say. */
  readonly boaOffsetApplied?: boolean | null;
  /** The orbit number in the datatake id. */
  readonly orbit?: number;
  /** Seconds after `time` at which the datastrip's sensing starts, which sets the parts of a split datatake apart. */
  readonly stripSecond?: number;
  readonly sequence?: number;
  /** False: no proj:shape and proj:transform, as items of some providers. */
  readonly statesGrid?: boolean;
  /** EPSG code written into the files, where it is to differ from the item's. */
  readonly fileEpsg?: number;
}

export interface TinyCatalog {
  readonly folder: string;
  /** Path of catalog.json. */
  readonly path: string;
  readonly ids: readonly string[];
  /** Path of the file of a scene's band. */
  file(id: string, band: BandKey): string;
  itemFile(id: string): string;
}

const FILES: Readonly<Record<BandKey, string>> = {
  red: 'B04.tif',
  nir: 'B08.tif',
  green: 'B03.tif',
  blue: 'B02.tif',
  mask: 'MASK.tif',
};

/** Writes a static STAC catalogue of tiny scenes as Earth Search v1 lays one out. */
export async function makeTinyCatalog(folder: string, scenes: readonly TinyScene[]): Promise<TinyCatalog> {
  const ids = scenes.map(idOf);
  const collections = new Map<string, string[]>();
  for (const [i, scene] of scenes.entries()) {
    const { collection } = FORMS[scene.sensor ?? 'sentinel-2'];
    collections.set(collection, [...(collections.get(collection) ?? []), ids[i]!]);
    const home = join(folder, ids[i]!);
    mkdirSync(home, { recursive: true });
    writeJson(join(home, `${ids[i]}.json`), itemOf(scene, ids[i]!));
    for (const band of Object.keys(FILES) as BandKey[]) await writeBand(join(home, FILES[band]), scene, band);
  }
  for (const [id, items] of collections) writeJson(join(folder, `${id}.json`), collectionOf(id, items));
  const path = join(folder, 'catalog.json');
  writeJson(path, {
    type: 'Catalog',
    id: 'tiny',
    stac_version: '1.0.0',
    description: 'Scenes made by a test.',
    links: [...collections.keys()].map((id) => ({ rel: 'child', href: `./${id}.json` })),
  });
  return {
    folder,
    path,
    ids,
    file: (id, band) => join(folder, id, FILES[band]),
    itemFile: (id) => join(folder, id, `${id}.json`),
  };
}

function collectionOf(id: string, items: readonly string[]): object {
  return {
    type: 'Collection',
    id,
    stac_version: '1.0.0',
    description: 'Scenes made by a test.',
    license: 'CC0-1.0',
    extent: { spatial: { bbox: [[-180, -90, 180, 90]] }, temporal: { interval: [[null, null]] } },
    links: items.map((item) => ({ rel: 'item', href: `./${item}/${item}.json` })),
  };
}

/** Id of a scene as its provider would build it. */
function idOf(scene: TinyScene): string {
  const { day, mgrsTile, sensor = 'sentinel-2', sequence = 0 } = scene;
  const compact = day.replaceAll('-', '');
  if (sensor === 'sentinel-2') return `S2A_${mgrsTile}_${compact}_${sequence}_L2A`;
  if (sensor === 'landsat') return `LC08_L2SP_${mgrsTile}_${compact}_${compact}_02_T1_SR`;
  return `ga_ls8c_ard_3-2-1_${mgrsTile}_${day}_final`;
}

function gridOf(scene: TinyScene, band: BandKey): Grid {
  const form = FORMS[scene.sensor ?? 'sentinel-2'];
  const cellM = band === 'mask' ? form.maskCellM : form.cellM;
  const factor = cellM / form.cellM;
  return {
    crs: `EPSG:${scene.epsg}`,
    transform: [cellM, 0, scene.x, 0, -cellM, scene.y],
    widthPx: Math.ceil(scene.widthPx / factor),
    heightPx: Math.ceil(scene.heightPx / factor),
  };
}

function itemOf(scene: TinyScene, id: string): object {
  const form = FORMS[scene.sensor ?? 'sentinel-2'];
  const [xMin, yMin, xMax, yMax] = gridBbox(gridOf(scene, 'red'));
  const flat = crsToLonLat(`EPSG:${scene.epsg}`)(Float64Array.of(xMin, yMin, xMax, yMin, xMax, yMax, xMin, yMax));
  const corners = [0, 2, 4, 6, 0].map((i) => [flat[i]!, flat[i + 1]!]);
  const lons = corners.map((c) => c[0]!);
  const lats = corners.map((c) => c[1]!);
  const assets = (Object.keys(FILES) as BandKey[]).map((band) => [form.assets[band], assetOf(scene, band)]);
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    id,
    collection: form.collection,
    bbox: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
    geometry: { type: 'Polygon', coordinates: [corners] },
    properties: propertiesOf(scene),
    assets: Object.fromEntries(assets),
    links: [{ rel: 'collection', href: `../${form.collection}.json` }],
  };
}

function propertiesOf(scene: TinyScene): object {
  const { day, time = '10:15:30', sensor = 'sentinel-2', epsg, mgrsTile } = scene;
  const common = { datetime: `${day}T${time}.000Z`, platform: FORMS[sensor].platform, 'proj:epsg': epsg };
  if (sensor !== 'sentinel-2') {
    const tier = sensor === 'landsat' ? { 'landsat:collection_category': 'T1' } : {};
    return { ...common, ...tier, 'landsat:wrs_path': mgrsTile.slice(0, 3), 'landsat:wrs_row': mgrsTile.slice(3) };
  }
  const { baseline = '05.09', boaOffsetApplied = true, orbit = 40_000, stripSecond = 0, sequence = 0 } = scene;
  const compact = day.replaceAll('-', '');
  const strip = String(101530 + stripSecond);
  return {
    ...common,
    'grid:code': `MGRS-${mgrsTile}`,
    's2:processing_baseline': baseline,
    's2:generation_time': `${day}T15:50:5${sequence}.000000Z`,
    // One pass has one datatake time, whichever granule it is read from.
    's2:datatake_id': `GS2A_${compact}T101011_${String(orbit).padStart(6, '0')}_N${baseline}`,
    's2:datastrip_id': `S2A_OPER_MSI_L2A_DS_TEST_${compact}T155057_S${compact}T${strip}_N${baseline}`,
    's2:sequence': String(sequence),
    ...(boaOffsetApplied === null ? {} : { 'earthsearch:boa_offset_applied': boaOffsetApplied }),
  };
}

function assetOf(scene: TinyScene, band: BandKey): object {
  const form = FORMS[scene.sensor ?? 'sentinel-2'];
  const { transform, widthPx, heightPx } = gridOf(scene, band);
  const grid =
    scene.statesGrid === false ? {} : { 'proj:shape': [heightPx, widthPx], 'proj:transform': [...transform] };
  const stored =
    band === 'mask'
      ? { data_type: form.maskType, ...(form.maskNodata === null ? {} : { nodata: form.maskNodata }) }
      : { data_type: form.dataType, nodata: form.nodata, scale: form.scale, offset: form.offset };
  return { href: `./${FILES[band]}`, type: 'image/tiff', ...grid, 'raster:bands': [stored] };
}

async function writeBand(path: string, scene: TinyScene, band: BandKey): Promise<void> {
  const form = FORMS[scene.sensor ?? 'sentinel-2'];
  const grid = gridOf(scene, band);
  const isMask = band === 'mask';
  const nodata = isMask ? form.maskNodata : form.nodata;
  const dataType = isMask ? form.maskType : form.dataType;
  const blockSizePx = scene.blockPx ?? 512;
  const valueAt = cellValues(scene, band);
  await writeCog(
    path,
    {
      grid: { ...grid, crs: `EPSG:${scene.fileEpsg ?? scene.epsg}` },
      dataType,
      samples: 1,
      nodata,
      blockSizePx,
      resampling: isMask ? 'nearest' : 'average',
    },
    (blockCol, blockRow) => {
      const Kind = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array }[dataType];
      const block = new Kind(blockSizePx * blockSizePx).fill(nodata ?? 0);
      for (let i = 0; i < block.length; i += 1) {
        const col = blockCol * blockSizePx + (i % blockSizePx);
        const row = blockRow * blockSizePx + Math.floor(i / blockSizePx);
        if (col < grid.widthPx && row < grid.heightPx) block[i] = valueAt(col, row);
      }
      return block;
    },
  );
}

/** Red and near infrared of an NDVI of 0.75; green and blue only have to be there. */
const DEFAULT_DN = {
  'sentinel-2': { red: 500, nir: 3500, green: 700, blue: 400 },
  landsat: { red: 9000, nir: 20000, green: 9500, blue: 8800 },
  dea: { red: 500, nir: 3500, green: 700, blue: 400 },
};

function cellValues(scene: TinyScene, band: BandKey): (col: number, row: number) => number {
  const sensor = scene.sensor ?? 'sentinel-2';
  const { nodata, clearMask } = FORMS[sensor];
  if (band === 'mask') return asFunction(scene.mask ?? clearMask);
  const given = band === 'red' ? scene.red : band === 'nir' ? scene.nir : undefined;
  const dn = asFunction(given ?? DEFAULT_DN[sensor][band]);
  return (col, row) => (scene.valid?.(col, row) === false ? nodata : dn(col, row));
}

function asFunction(pixels: Pixels): (col: number, row: number) => number {
  return typeof pixels === 'number' ? () => pixels : pixels;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value, null, 1));
}

/** A parcel given by corners in CRS metres, straight between them there. */
export interface TinyParcel {
  readonly id: string;
  readonly epsg: number;
  readonly corners: readonly (readonly [x: number, y: number])[];
}

/** The corners of a rectangle of cells of a scene, in fractions of cells if need be. */
export function cellsOf(
  scene: Pick<TinyScene, 'x' | 'y' | 'epsg' | 'sensor'>,
  cells: { readonly col: number; readonly row: number; readonly widthPx: number; readonly heightPx: number },
): Omit<TinyParcel, 'id'> {
  const { cellM } = FORMS[scene.sensor ?? 'sentinel-2'];
  const [west, east] = [scene.x + cells.col * cellM, scene.x + (cells.col + cells.widthPx) * cellM];
  const [north, south] = [scene.y - cells.row * cellM, scene.y - (cells.row + cells.heightPx) * cellM];
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ] as const;
  return { epsg: scene.epsg, corners };
}

/** Writes parcels as GeoJSON in lon/lat, unrounded, so that they lie where they were meant to within a nanometre. */
export function writeParcels(path: string, parcels: readonly TinyParcel[]): string {
  const features = parcels.map(({ id, epsg, corners }) => {
    const zone = proj4(`+proj=utm +zone=${epsg % 100} ${epsg >= 32700 ? '+south ' : ''}+datum=WGS84 +units=m +no_defs`);
    const ring = [...corners, corners[0]!].map(([x, y]) => zone.inverse([x, y]));
    return { type: 'Feature', properties: { id }, geometry: { type: 'Polygon', coordinates: [ring] } };
  });
  writeJson(path, { type: 'FeatureCollection', features });
  return path;
}
