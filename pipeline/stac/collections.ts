import type { Band, BandName, MaskRule } from '../../shared/scene.ts';

/** How the numbers of a band are stored where the item does not say. */
export type BandDefaults = Pick<Band, 'dataType' | 'nodata' | 'scale' | 'offset'>;

export interface CollectionRule {
  /** Asset key → our band. The first key of a band that the item has wins. */
  readonly assets: Readonly<Record<string, BandName>>;
  /** `eo:bands` common name → our band, for items whose asset keys are file names. */
  readonly commonNames: Readonly<Record<string, BandName>>;
  readonly maskRule: Exclude<MaskRule, 'nodata'>;
  readonly reflectance: BandDefaults;
  /** Of the classification band that the mask rule reads; its name is that of the rule. */
  readonly classes: BandDefaults;
  /** `fixed`: as stated, else the default; the others: the rule in `offset.ts`, with who stores the DN how. */
  readonly offsetRule: 'fixed' | 'sentinel-2' | 'sentinel-2-never-harmonised';
}

const SENTINEL_2_ASSETS: Readonly<Record<string, BandName>> = {
  // Earth Search v1
  coastal: 'coastal',
  blue: 'blue',
  green: 'green',
  red: 'red',
  rededge1: 'rededge1',
  rededge2: 'rededge2',
  rededge3: 'rededge3',
  nir: 'nir',
  nir08: 'nir08',
  swir16: 'swir16',
  swir22: 'swir22',
  scl: 'scl',
  // Earth Search v0 and Planetary Computer
  B01: 'coastal',
  B02: 'blue',
  B03: 'green',
  B04: 'red',
  B05: 'rededge1',
  B06: 'rededge2',
  B07: 'rededge3',
  B08: 'nir',
  B8A: 'nir08',
  B11: 'swir16',
  B12: 'swir22',
  SCL: 'scl',
};

const SENTINEL_2: CollectionRule = {
  assets: SENTINEL_2_ASSETS,
  commonNames: {},
  maskRule: 'scl',
  reflectance: { dataType: 'uint16', nodata: 0, scale: 0.0001, offset: 0 },
  classes: { dataType: 'uint8', nodata: 0, scale: 1, offset: 0 },
  offsetRule: 'sentinel-2',
};

// Landsat has one near infrared band: what STAC calls nir08 there is our nir.
const LANDSAT_C2_L2: CollectionRule = {
  assets: {
    coastal: 'coastal',
    blue: 'blue',
    green: 'green',
    red: 'red',
    nir08: 'nir',
    swir16: 'swir16',
    swir22: 'swir22',
    qa_pixel: 'qa_pixel',
    'QA_PIXEL.TIF': 'qa_pixel',
  },
  commonNames: {
    coastal: 'coastal',
    blue: 'blue',
    green: 'green',
    red: 'red',
    nir08: 'nir',
    swir16: 'swir16',
    swir22: 'swir22',
  },
  maskRule: 'qa_pixel',
  reflectance: { dataType: 'uint16', nodata: 0, scale: 0.0000275, offset: -0.2 },
  // Fill is bit 0 of the flags, so the band needs no nodata number.
  classes: { dataType: 'uint16', nodata: null, scale: 1, offset: 0 },
  offsetRule: 'fixed',
};

const DEA_LANDSAT_ARD: CollectionRule = {
  assets: {
    nbart_coastal_aerosol: 'coastal',
    nbart_blue: 'blue',
    nbart_green: 'green',
    nbart_red: 'red',
    nbart_nir: 'nir',
    nbart_swir_1: 'swir16',
    nbart_swir_2: 'swir22',
    oa_fmask: 'fmask',
  },
  commonNames: {},
  maskRule: 'fmask',
  reflectance: { dataType: 'int16', nodata: -999, scale: 0.0001, offset: 0 },
  classes: { dataType: 'uint8', nodata: 0, scale: 1, offset: 0 },
  offsetRule: 'fixed',
};

const RULES: Readonly<Record<string, CollectionRule>> = {
  'sentinel-2-c1-l2a': { ...SENTINEL_2, offsetRule: 'sentinel-2-never-harmonised' },
  'sentinel-2-l2a': SENTINEL_2,
  'sentinel-s2-l2a-cogs': SENTINEL_2,
  'landsat-c2-l2': LANDSAT_C2_L2,
  'landsat-c2l2-sr': LANDSAT_C2_L2,
  ga_ls5t_ard_3: DEA_LANDSAT_ARD,
  ga_ls7e_ard_3: DEA_LANDSAT_ARD,
  ga_ls8c_ard_3: DEA_LANDSAT_ARD,
  ga_ls9c_ard_3: DEA_LANDSAT_ARD,
};

/** Collections we read, the one to prefer first: asked of an API when the user names none. */
export const KNOWN_COLLECTIONS: readonly string[] = Object.keys(RULES);

export function collectionRule(collection: string): CollectionRule | null {
  return Object.hasOwn(RULES, collection) ? (RULES[collection] ?? null) : null;
}
