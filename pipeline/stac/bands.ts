import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { Band, BandName, MaskRule, OffsetEvidence } from '../../shared/scene.ts';
import { type BandDefaults, type CollectionRule, collectionRule, KNOWN_COLLECTIONS } from './collections.ts';
import { parseGrid } from './grid.ts';
import { resolveHref } from './href.ts';
import { asArray, asNumber, asObject, asText, type JsonObject } from './json.ts';
import { decideOffset } from './offset.ts';

/** A band as the item states it; `grid` or `dataType` null where only the file knows. */
export interface RawBand extends Omit<Band, 'grid' | 'dataType'> {
  readonly grid: Grid | null;
  readonly dataType: Band['dataType'] | null;
}

export interface ItemFacts {
  readonly id: string;
  readonly itemHref: string;
  readonly collection: string;
  readonly baseline: string | null;
  readonly properties: JsonObject;
  readonly assets: JsonObject;
}

interface FoundBands {
  readonly bands: readonly RawBand[];
  readonly maskRule: MaskRule;
  readonly offsetEvidence: OffsetEvidence;
}

const DATA_TYPES: ReadonlySet<string> = new Set<Band['dataType']>([
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'float64',
]);

/**
 * The bands of an item. Known collections: by the table, with the mask band. Any collection: a ready index asset `ndvi`
 * that states scale and nodata, its nodata being the mask. Anything else is refused, for a guess would be a wrong value.
 */
export function parseBands(item: ItemFacts): FoundBands {
  const rule = collectionRule(item.collection);
  const keys = rule === null ? new Map<BandName, string>() : assetKeys(item, rule);
  if (rule !== null && keys.has('red') && keys.has('nir') && keys.has(rule.maskRule)) {
    return parseSpectralBands(item, rule, keys);
  }
  const index = asObject(item.assets.ndvi);
  if (index !== null) return parseIndexBand(item, index);
  if (rule === null) throw unknownCollection(item);
  const missing = (['red', 'nir', rule.maskRule] as const).filter((name) => !keys.has(name));
  const wanted = missing.map((name) =>
    Object.keys(rule.assets)
      .filter((key) => rule.assets[key] === name)
      .join(' or '),
  );
  throw inputError(
    'E_ITEM_ASSET',
    `Item ${item.id} has no asset for ${missing.join(', ')}: wanted ${wanted.join(', ')}, found ${Object.keys(item.assets).slice(0, 12).join(', ') || 'none'}.`,
    item.id,
  );
}

function unknownCollection(item: ItemFacts) {
  return inputError(
    'E_ITEM_COLLECTION',
    `Item ${item.id}: how collection ${item.collection} stores its numbers is not known. Wanted one of ` +
      `${KNOWN_COLLECTIONS.join(', ')}, or an asset ndvi whose raster:bands state scale and nodata.`,
    item.id,
  );
}

/** Band → asset key, by the table's keys and then by the common name of single-band assets. */
function assetKeys(item: ItemFacts, rule: CollectionRule): Map<BandName, string> {
  const keys = new Map<BandName, string>();
  for (const [key, name] of Object.entries(rule.assets)) {
    if (!keys.has(name) && asObject(item.assets[key]) !== null) keys.set(name, key);
  }
  for (const [key, value] of Object.entries(item.assets)) {
    const common = commonNameOf(asObject(value), item.properties);
    const name = common !== null && Object.hasOwn(rule.commonNames, common) ? rule.commonNames[common] : undefined;
    if (name !== undefined && !keys.has(name)) keys.set(name, key);
  }
  return keys;
}

/** Common name of an asset with exactly one band; old items give a number that points into the item's own band list. */
function commonNameOf(asset: JsonObject | null, properties: JsonObject): string | null {
  const entries = asArray(asset?.['eo:bands'] ?? asset?.bands);
  if (entries.length !== 1) return null;
  const entry = typeof entries[0] === 'number' ? asArray(properties['eo:bands'])[entries[0]] : entries[0];
  const band = asObject(entry);
  return asText(band?.common_name) ?? asText(band?.['eo:common_name']);
}

function parseSpectralBands(item: ItemFacts, rule: CollectionRule, keys: ReadonlyMap<BandName, string>): FoundBands {
  const decision = rule.offsetRule === 'fixed' ? null : offsetOf(item, rule, keys.get('red') ?? '');
  const bands: RawBand[] = [];
  for (const [name, key] of keys) {
    const isClass = name === rule.maskRule;
    const asset = asObject(item.assets[key]) ?? {};
    const band = parseBand(item, { name, key, asset }, isClass ? rule.classes : rule.reflectance);
    bands.push(isClass || decision === null ? band : { ...band, offset: decision.offset });
  }
  return {
    bands,
    maskRule: rule.maskRule,
    offsetEvidence: decision?.evidence ?? { rule: 'collection', applied: false },
  };
}

function offsetOf(item: ItemFacts, rule: CollectionRule, redKey: string) {
  const stated = item.properties['earthsearch:boa_offset_applied'] ?? item.properties['sentinel:boa_offset_applied'];
  const flag = typeof stated === 'boolean' ? stated : null;
  // `sentinel-2-l2a` is the name of two collections: the Planetary Computer's has no flag and calls its red B04.
  const planetary = item.collection === 'sentinel-2-l2a' && flag === null && redKey === 'B04';
  const harmonised = planetary || rule.offsetRule === 'sentinel-2-never-harmonised' ? 'never' : 'flagged';
  const decision = decideOffset({ harmonised, baseline: item.baseline, flag });
  if (decision !== null) return decision;
  throw inputError(
    'E_ITEM_BASELINE',
    `Item ${item.id} states no processing baseline (s2:processing_baseline), so whether its numbers carry the offset of 1000 cannot be known.`,
    item.id,
  );
}

function parseIndexBand(item: ItemFacts, asset: JsonObject): FoundBands {
  const stated = statedOf(asset);
  if (stated.scale === null || stated.nodata === undefined) {
    throw inputError(
      'E_ITEM_INDEX',
      `Item ${item.id}: the asset ndvi of collection ${item.collection} must state scale and nodata in raster:bands; it states ${stated.scale === null ? 'no scale' : 'no nodata'}.`,
      item.id,
    );
  }
  const defaults: BandDefaults = { dataType: 'int16', nodata: stated.nodata, scale: stated.scale, offset: 0 };
  const band = parseBand(item, { name: 'ndvi', key: 'ndvi', asset }, defaults);
  const dataType = stated.dataType === null ? null : band.dataType;
  return {
    bands: [{ ...band, dataType }],
    maskRule: 'nodata',
    offsetEvidence: { rule: 'none', applied: false },
  };
}

function parseBand(
  item: ItemFacts,
  source: { name: BandName; key: string; asset: JsonObject },
  defaults: BandDefaults,
): RawBand {
  const { name, key, asset } = source;
  const where = `${item.id} asset ${key}`;
  const href = asText(asset.href);
  if (href === null) throw inputError('E_ITEM_ASSET', `Item ${where} has no href.`, item.id);
  if (/\.jp2([?#]|$)/i.test(href) || asText(asset.type) === 'image/jp2') {
    throw inputError(
      'E_ITEM_ASSET',
      `Item ${where} is a JPEG 2000 file; only GeoTIFF is read. Take the COG collection.`,
      item.id,
    );
  }
  const stated = statedOf(asset);
  if (stated.dataType !== null && !DATA_TYPES.has(stated.dataType)) {
    throw inputError(
      'E_ITEM_DATA_TYPE',
      `Item ${where} holds ${stated.dataType} numbers, which are not read.`,
      item.id,
    );
  }
  if (stated.scale === 0) throw inputError('E_ITEM_SCALE', `Item ${where} states the scale 0.`, item.id);
  return {
    name,
    href: resolveHref(href, item.itemHref),
    grid: parseGrid(asset, item.properties, where),
    dataType: (stated.dataType as Band['dataType'] | null) ?? defaults.dataType,
    nodata: stated.nodata === undefined ? defaults.nodata : stated.nodata,
    scale: stated.scale ?? defaults.scale,
    offset: stated.offset ?? defaults.offset,
    ...statedChecksum(asset, where, item.id),
  };
}

/** SHA2-256 or SHA2-512 of the file (STAC file extension); other digests are not used for checks. */
function statedChecksum(asset: JsonObject, where: string, itemId: string): { checksum?: string } {
  const checksum = asText(asset['file:checksum'])?.toLowerCase() ?? '';
  if (/^(1220[0-9a-f]{64}|1340[0-9a-f]{128})$/.test(checksum)) return { checksum };
  if (!/^(1220|1340)/.test(checksum)) return {};
  const message = `Item ${where} states a checksum of ${checksum.length} digits that is no whole SHA2 multihash. Take the item anew from its source.`;
  throw inputError('E_ITEM_CHECKSUM', message, itemId);
}

/**
 * What an asset says of its numbers: `raster:bands` (raster extension 1), else STAC 1.1 `bands`, else the asset itself.
 * `nodata` undefined = says nothing.
 */
function statedOf(asset: JsonObject) {
  const raster = asObject(asArray(asset['raster:bands'])[0]) ?? {};
  const band = asObject(asArray(asset.bands)[0]) ?? {};
  const nodata = raster.nodata ?? band.nodata ?? asset.nodata;
  return {
    scale: asNumber(raster.scale ?? band['raster:scale'] ?? asset['raster:scale']),
    offset: asNumber(raster.offset ?? band['raster:offset'] ?? asset['raster:offset']),
    nodata: typeof nodata === 'string' && nodata.toLowerCase() === 'nan' ? Number.NaN : (asNumber(nodata) ?? undefined),
    dataType: asText(raster.data_type ?? band.data_type ?? asset.data_type),
  };
}
