import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseItem } from '../../../pipeline/stac/item.ts';
import type { BandName, Scene } from '../../../shared/scene.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

const folder = join(sharedData, 'data/stac-items');

function parseAll(file: string): Scene[] {
  const path = join(folder, file);
  const document = JSON.parse(readFileSync(path, 'utf8'));
  const items: unknown[] = document.type === 'FeatureCollection' ? document.features : [document];
  return items.map((item) => parseItem(item, path).scene!);
}

interface Row {
  readonly file: string;
  readonly count: number;
  readonly platform: string;
  readonly family: string;
  readonly datatake: string | null;
  readonly baseline: string | null;
  readonly tier: string | null;
  readonly gridKey: string;
  readonly crs: string;
  readonly red: readonly [number, number, number, number];
  readonly shape: readonly [number, number];
  readonly redHref: RegExp;
  readonly nirHref: RegExp;
  readonly stored: readonly [type: string, nodata: number | null, scale: number, offset: number];
  readonly maskRule: string;
  readonly maskGrid: readonly [cell: number, width: number];
  readonly bands: readonly BandName[];
}

const S2_BANDS: BandName[] = 'coastal blue green red rededge1 rededge2 rededge3 nir nir08 swir16 swir22 scl'.split(
  ' ',
) as BandName[];
const OLI_BANDS: BandName[] = ['coastal', 'blue', 'green', 'red', 'nir', 'swir16', 'swir22', 'qa_pixel'];

// Read off the JSON files by eye and with gdalinfo's order: cell x, origin x, cell y, origin y.
const TABLE: readonly Row[] = [
  {
    file: 'S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531.json',
    count: 1,
    platform: 'sentinel-2b',
    family: 'msi',
    datatake: 'GS2B_20190629T212529_012081',
    baseline: '02.12',
    tier: null,
    gridKey: '06VVN-32606-10m',
    crs: 'EPSG:32606',
    red: [10, 399960, -10, 6800040],
    shape: [10980, 10980],
    redHref: /^https:\/\/sentinel2l2a01\.blob.*_B04_10m\.tif$/,
    nirHref: /_B08_10m\.tif$/,
    stored: ['uint16', 0, 0.0001, 0],
    maskRule: 'scl',
    maskGrid: [20, 5490],
    bands: S2_BANDS,
  },
  {
    file: 'S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531_raster_ext.json',
    count: 1,
    platform: 'sentinel-2b',
    family: 'msi',
    datatake: 'GS2B_20190629T212529_012081',
    baseline: '02.12',
    tier: null,
    gridKey: '06VVN-32606-10m',
    crs: 'EPSG:32606',
    red: [10, 399960, -10, 6800040],
    shape: [10980, 10980],
    redHref: /_B04_10m\.tif$/,
    nirHref: /_B08_10m\.tif$/,
    stored: ['uint16', 0, 0.0001, 0],
    maskRule: 'scl',
    maskGrid: [20, 5490],
    bands: S2_BANDS,
  },
  {
    file: 'S2A_28QCH_20200714_0_L2A.json',
    count: 1,
    platform: 'sentinel-2a',
    family: 'msi',
    datatake: 'GS2A_20200714T115221',
    baseline: '02.14',
    tier: null,
    gridKey: '28QCH-32628-10m',
    crs: 'EPSG:32628',
    red: [10, 300000, -10, 2300040],
    shape: [10980, 10980],
    redHref: /^https:\/\/sentinel-cogs\.s3\.us-west-2\.amazonaws\.com\/.*\/B04\.tif$/,
    nirHref: /\/B08\.tif$/,
    stored: ['uint16', 0, 0.0001, 0],
    maskRule: 'scl',
    maskGrid: [20, 5490],
    bands: S2_BANDS,
  },
  {
    file: 'LC08_L2SP_028030_20200114_20200824_02_T1_SR.json',
    count: 1,
    platform: 'landsat-8',
    family: 'oli',
    datatake: null,
    baseline: null,
    tier: 'T1',
    gridKey: '028030-32615-30m-x15y15',
    crs: 'EPSG:32615',
    red: [30, 173085, -30, 4904715],
    shape: [8041, 7931],
    redHref: /_SR_B4\.TIF$/,
    nirHref: /_SR_B5\.TIF$/,
    stored: ['uint16', 0, 0.0000275, -0.2],
    maskRule: 'qa_pixel',
    maskGrid: [30, 7931],
    bands: OLI_BANDS,
  },
  {
    file: 'LE07_L2SP_044033_20210329_20210424_02_T1_SR.json',
    count: 1,
    platform: 'landsat-7',
    family: 'tm-etm',
    datatake: null,
    baseline: null,
    tier: 'T1',
    gridKey: '044033-32610-30m-x15y15',
    crs: 'EPSG:32610',
    red: [30, 478485, -30, 4416615],
    shape: [7131, 8151],
    redHref: /_SR_B3\.TIF$/,
    nirHref: /_SR_B4\.TIF$/,
    stored: ['uint16', 0, 0.0000275, -0.2],
    maskRule: 'qa_pixel',
    maskGrid: [30, 8151],
    bands: ['blue', 'green', 'red', 'nir', 'swir16', 'swir22', 'qa_pixel'],
  },
  {
    // Antarctica, polar stereographic, asset keys that are file names and numbered eo:bands.
    file: 'LC08_L2SR_081119_20200101_20200823_02_T2.json',
    count: 1,
    platform: 'landsat-8',
    family: 'oli',
    datatake: null,
    baseline: null,
    tier: 'T2',
    gridKey: '081119-3031-1164p15x1150p65m-x270p6y237p15',
    crs: 'EPSG:3031',
    red: [1164.15, 857085, -1150.6499999999999, -127485],
    shape: [200, 200],
    redHref: /_T2_SR_B4\.TIF$/,
    nirHref: /_T2_SR_B5\.TIF$/,
    stored: ['uint16', 0, 0.0000275, -0.2],
    maskRule: 'qa_pixel',
    maskGrid: [1164.15, 200],
    bands: OLI_BANDS,
  },
  {
    // Australia in a northern zone: negative northing.
    file: 'ga_ls8c_ard_3-1-0_088080_2020-05-25_final.stac-item.json',
    count: 1,
    platform: 'landsat-8',
    family: 'oli',
    datatake: null,
    baseline: null,
    tier: 'T1',
    gridKey: '088080-32656-30m-x15y15',
    crs: 'EPSG:32656',
    red: [30, 526785, -30, -3077085],
    shape: [7841, 7781],
    redHref: /final_band04\.tif$/,
    nirHref: /final_band05\.tif$/,
    stored: ['int16', -999, 0.0001, 0],
    maskRule: 'fmask',
    maskGrid: [30, 7781],
    bands: ['coastal', 'blue', 'green', 'red', 'nir', 'swir16', 'swir22', 'fmask'],
  },
  {
    // Congo and Zambia, southern zones.
    file: 'site1-20200606-tall-strip-africa.geojson',
    count: 9,
    platform: 'sentinel-2b',
    family: 'msi',
    datatake: 'GS2B_20200606T080609_016978',
    baseline: '02.12',
    tier: null,
    gridKey: '35MNM-32735-10m',
    crs: 'EPSG:32735',
    red: [10, 499980, -10, 9200020],
    shape: [10980, 10980],
    redHref: /_B04_10m\.tif$/,
    nirHref: /_B08_10m\.tif$/,
    stored: ['uint16', 0, 0.0001, 0],
    maskRule: 'scl',
    maskGrid: [20, 5490],
    bands: S2_BANDS,
  },
  {
    file: 'site2-2020_jun_jul-35MNM.geojson',
    count: 13,
    platform: 'sentinel-2a',
    family: 'msi',
    datatake: 'GS2A_20200731T080611_026673',
    baseline: '02.12',
    tier: null,
    gridKey: '35MNM-32735-10m',
    crs: 'EPSG:32735',
    red: [10, 499980, -10, 9200020],
    shape: [10980, 10980],
    redHref: /_B04_10m\.tif$/,
    nirHref: /_B08_10m\.tif$/,
    stored: ['uint16', 0, 0.0001, 0],
    maskRule: 'scl',
    maskGrid: [20, 5490],
    bands: S2_BANDS,
  },
];

describeWithData('items as providers write them', () => {
  it('has a row for each of the 9 item files', () => {
    const files = readdirSync(folder).filter((name) => !name.includes('collection'));
    expect(TABLE.map((row) => row.file).sort()).toEqual(files.sort());
  });

  it.each(TABLE)('parses $file', (row) => {
    const scenes = parseAll(row.file);
    expect(scenes).toHaveLength(row.count);
    const scene = scenes[0]!;
    const { red, nir } = scene.bands;
    const mask = scene.bands[row.maskRule as BandName]!;
    expect(scene).toMatchObject({
      platform: row.platform,
      family: row.family,
      datatake: row.datatake,
      baseline: row.baseline,
      tier: row.tier,
      gridKey: row.gridKey,
      maskRule: row.maskRule,
      synthetic: false,
    });
    expect(red!.grid.crs).toBe(row.crs);
    const [a, b, c, d, e, f] = red!.grid.transform;
    expect([a, c, e, f]).toEqual(row.red);
    expect([b, d]).toEqual([0, 0]);
    expect([red!.grid.heightPx, red!.grid.widthPx]).toEqual(row.shape);
    for (const band of [red!, nir!]) expect([band.dataType, band.nodata, band.scale, band.offset]).toEqual(row.stored);
    expect(red!.href).toMatch(row.redHref);
    expect(nir!.href).toMatch(row.nirHref);
    expect([mask.grid.transform[0], mask.grid.widthPx]).toEqual(row.maskGrid);
    expect([mask.scale, mask.offset]).toEqual([1, 0]);
    expect(Object.keys(scene.bands).sort()).toEqual([...row.bands].sort());
  });

  it('takes the SHA2-512 multihash that the Landsat 8 item states for its red file', () => {
    const [scene] = parseAll('LC08_L2SP_028030_20200114_20200824_02_T1_SR.json');
    expect(scene!.bands.red!.checksum).toMatch(/^1340[0-9a-f]{128}$/);
  });

  it('makes one grid key of each of the 9 tiles of the strip and of the 13 dates of one tile', () => {
    expect(new Set(parseAll('site1-20200606-tall-strip-africa.geojson').map((s) => s.gridKey)).size).toBe(9);
    expect(new Set(parseAll('site2-2020_jun_jul-35MNM.geojson').map((s) => s.gridKey)).size).toBe(1);
  });

  it('credits Copernicus with the scene’s year, USGS and Geoscience Australia', () => {
    const words = (file: string) => parseAll(file)[0]!.attribution;
    expect(words(TABLE[0]!.file)).toBe('contains modified Copernicus Sentinel data 2019');
    expect(words(TABLE[3]!.file)).toBe('Landsat data courtesy of the U.S. Geological Survey');
    expect(words(TABLE[6]!.file)).toContain('Geoscience Australia');
  });
});
