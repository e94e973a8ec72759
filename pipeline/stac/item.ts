import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { Band, BandName, LandsatTier, Scene } from '../../shared/scene.ts';
import { parseBands, type RawBand } from './bands.ts';
import { gridKeyOf, tileCodeOf } from './grid.ts';
import { shownHref } from './href.ts';
import { asArray, asNumber, asObject, asText, firstText, type JsonObject } from './json.ts';
import { attributionOf, familyOf, normalisePlatform } from './platform.ts';
import { baselineOf, datatakeOf, productTimeOf, sensingStartOf } from './product.ts';

/** A scene some of whose bands state no grid or data type: their file headers have to be read before it can be used. */
export interface GridlessItem {
  readonly draft: Omit<Scene, 'gridKey' | 'bands'>;
  readonly tile: string | null;
  /** Bands whose `grid` or `dataType` is null are the ones to look up. */
  readonly bands: readonly RawBand[];
}

export type ParsedItem =
  | { readonly scene: Scene; readonly gridless: null }
  | { readonly scene: null; readonly gridless: GridlessItem };

/** What the header of a band's file says about it. */
export interface BandHeader {
  readonly grid: Grid;
  readonly dataType: Band['dataType'];
}

/**
 * A STAC item (1.0 or 1.1, or an earlier one of the collections we know) as a scene. Pure.
 * Throws an input error `E_ITEM_…` that names the item, what was wanted and what was found.
 * @param itemHref where the item was read: absolute path or http(s) URL; relative asset links start there
 */
export function parseItem(value: unknown, itemHref: string): ParsedItem {
  const { item, properties, assets } = parseForm(value, itemHref);
  const id = parseId(item.id, itemHref);
  const collection =
    asText(item.collection) ?? firstText(properties, ['collection', 'odc:product']) ?? 'without collection';
  const platform = parsePlatform(properties, id);
  const datetime = parseDatetime(properties, id);
  const baseline = baselineOf(properties);
  const found = parseBands({ id, itemHref, collection, baseline, properties, assets });
  const synthetic = isSynthetic(properties);
  const draft: GridlessItem['draft'] = {
    id,
    collection,
    platform,
    family: familyOf(platform) ?? 'msi',
    datetime,
    datatake: datatakeOf(properties, id),
    baseline,
    maskRule: found.maskRule,
    offsetEvidence: found.offsetEvidence,
    bboxDeg:
      parseBboxDeg(item) ?? throwItem('E_ITEM_BBOX', id, 'has no bbox and no geometry: where it lies is unknown'),
    attribution: attributionOf({ platform, collection, year: datetime.slice(0, 4), synthetic }),
    synthetic,
    tier: parseTier(properties),
    sensingStart: sensingStartOf(properties),
    productTime: productTimeOf(properties, id),
    itemHref,
  };
  const gridless: GridlessItem = { draft, tile: tileCodeOf(properties), bands: found.bands };
  const complete = found.bands.every((band) => band.grid !== null && band.dataType !== null);
  return complete ? { scene: withBandHeaders(gridless, new Map()), gridless: null } : { scene: null, gridless };
}

function parseForm(value: unknown, itemHref: string) {
  const item = asObject(value);
  const properties = asObject(item?.properties);
  const assets = asObject(item?.assets);
  if (item !== null && item.type === 'Feature' && properties !== null && assets !== null) {
    return { item, properties, assets };
  }
  const message = `${shownHref(itemHref)} is not a STAC item: it has no type Feature, properties or assets.`;
  throw inputError('E_ITEM_FORM', message, shownHref(itemHref));
}

/**
 * Completes a scene with what the file headers say of the bands that the item leaves open.
 * Throws `E_ITEM_GRID` when a header is still missing.
 */
export function withBandHeaders(item: GridlessItem, headers: ReadonlyMap<BandName, BandHeader>): Scene {
  const bands: Partial<Record<BandName, Band>> = {};
  for (const band of item.bands) {
    const grid = band.grid ?? headers.get(band.name)?.grid;
    const dataType = band.dataType ?? headers.get(band.name)?.dataType;
    if (grid === undefined || dataType === undefined) {
      throwItem('E_ITEM_GRID', item.draft.id, `states no grid for ${band.name}, and its file header was not read`);
    }
    bands[band.name] = { ...band, grid, dataType };
  }
  const lead = bands.red ?? bands.ndvi ?? throwItem('E_ITEM_ASSET', item.draft.id, 'has neither red nor ndvi');
  return { ...item.draft, gridKey: gridKeyOf(lead.grid, item.tile), bands };
}

/** [west, south, east, north] of an item's bbox (4 or 6 numbers), else of its geometry; null when it has neither. */
export function parseBboxDeg(item: JsonObject): Scene['bboxDeg'] | null {
  const bbox = asArray(item.bbox).map(asNumber);
  const corners = bbox.length === 6 ? [bbox[0], bbox[1], bbox[3], bbox[4]] : bbox;
  const [west, south, east, north] =
    corners.length === 4 ? corners : bboxOfPositions(asObject(item.geometry)?.coordinates);
  if (west == null || south == null || east == null || north == null) return null;
  return south >= -90 && north <= 90 && south <= north ? [west, south, east, north] : null;
}

function bboxOfPositions(coordinates: unknown): (number | null)[] {
  const lons: number[] = [];
  const lats: number[] = [];
  for (const value of asArray(coordinates).flat(4)) {
    const number = asNumber(value);
    if (number !== null) (lons.length === lats.length ? lons : lats).push(number);
  }
  if (lats.length === 0) return [];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

// Ids go into files that people open and into lists separated by `;`; none may climb out of a folder.
function parseId(value: unknown, itemHref: string): string {
  const id = typeof value === 'number' ? String(value) : (asText(value) ?? '');
  if (/^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,199}$/.test(id)) return id;
  const message = `${shownHref(itemHref)}: the item id "${id.slice(0, 60)}" is not made of letters, digits and ._:@+- (200 at most).`;
  throw inputError('E_ITEM_ID', message, shownHref(itemHref));
}

function parsePlatform(properties: JsonObject, id: string): string {
  const stated = firstText(properties, ['platform', 'eo:platform']);
  const platform = normalisePlatform(stated ?? '');
  if (platform !== null) return platform;
  return throwItem(
    'E_ITEM_PLATFORM',
    id,
    `names the platform ${stated ?? 'nowhere'}; wanted Sentinel-2 or Landsat 4, 5, 7, 8, 9`,
  );
}

/** The item's moment in UTC with milliseconds, so that texts sort as times do. */
function parseDatetime(properties: JsonObject, id: string): string {
  const stated = asText(properties.datetime);
  const parsed = stated === null ? null : parseMoment(stated);
  if (parsed !== null) return parsed;
  return throwItem(
    'E_ITEM_DATETIME',
    id,
    `has the datetime ${stated ?? 'null'}; an observation needs one moment such as 2023-08-15T09:57:57Z`,
  );
}

/** RFC 3339 text as ISO 8601 in UTC with milliseconds; null for anything else, such as 30 February. */
export function parseMoment(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/.exec(text);
  if (!match) return null;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const local = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${day}T${time}`)) return null;
  const moment = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone.toUpperCase()}`);
  return Number.isNaN(moment) ? null : new Date(moment).toISOString();
}

function parseTier(properties: JsonObject): LandsatTier | null {
  const stated = firstText(properties, ['landsat:collection_category', 'landsat:tier']);
  return stated === 'T1' || stated === 'T2' || stated === 'RT' ? stated : null;
}

function isSynthetic(properties: JsonObject): boolean {
  return Object.entries(properties).some(([key, value]) => /(^|:)synthetic$/.test(key) && value === true);
}

function throwItem(code: string, id: string, what: string): never {
  throw inputError(code, `Item ${id} ${what}.`, id);
}
