import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { asArray, asNumber, asObject, asText, firstText, type JsonObject } from '../stac/json.ts';

/** What a layer's STAC item says about its numbers; everything has a value for a file without an item. */
export interface LayerStatement {
  readonly title: string;
  readonly date: string | null;
  readonly attribution: string;
  /** value = stored · scale + offset, in `unit`; null where nothing is said. */
  readonly unit: string | null;
  readonly scale: number;
  readonly offset: number;
  readonly nodata: number | null;
  /** Class names by stored number; empty where there are none. */
  readonly classes: ReadonlyMap<number, string>;
}

/** Reads the item beside a raster, `<same name>.json`; null where there is none. */
export async function readItemBeside(rasterPath: string): Promise<JsonObject | null> {
  const path = rasterPath.replace(/\.tiff?$/i, '.json');
  if (path === rasterPath) return null;
  try {
    const item = asObject(JSON.parse(await readFile(path, 'utf8')));
    return item?.type === 'Feature' ? item : null;
  } catch {
    return null;
  }
}

/** What is said of a raster by its item or, without one, by its name. */
export function statementOf(item: JsonObject | null, rasterPath: string): LayerStatement {
  const properties = asObject(item?.properties) ?? {};
  const asset = dataAssetOf(item) ?? {};
  const band = asObject(asArray(asset['raster:bands'])[0]) ?? asObject(asArray(asset.bands)[0]) ?? {};
  return {
    title: firstText(properties, ['title', 'twin_canopy:kind']) ?? basename(rasterPath),
    date: dateOf(properties) ?? yearInName(rasterPath),
    attribution: firstText(properties, ['attribution', 'license']) ?? 'no source stated',
    unit: asText(band.unit),
    scale: asNumber(band.scale) ?? asNumber(band['raster:scale']) ?? 1,
    offset: asNumber(band.offset) ?? asNumber(band['raster:offset']) ?? 0,
    nodata: asNumber(band.nodata),
    classes: classesOf(asset, band),
  };
}

/** The asset that holds the raster: `data`, else the only GeoTIFF. */
export function dataAssetOf(item: JsonObject | null): JsonObject | null {
  const assets = Object.entries(asObject(item?.assets) ?? {}).flatMap(([name, value]) => {
    const asset = asObject(value);
    return asset && /tiff/i.test(`${asText(asset.type)} ${asText(asset.href)}`) ? [{ name, asset }] : [];
  });
  const data = assets.find(({ name }) => name === 'data') ?? (assets.length === 1 ? assets[0] : undefined);
  return data?.asset ?? null;
}

function dateOf(properties: JsonObject): string | null {
  const day = (name: string) => asText(properties[name])?.slice(0, 10) ?? null;
  const [start, end] = [day('start_datetime'), day('end_datetime')];
  return start !== null && end !== null ? `${start}/${end}` : day('datetime');
}

/** A year in the name of a file without a date: `treecover2000.tif`. */
function yearInName(path: string): string | null {
  return /(?<!\d)(19|20)\d{2}(?!\d)/.exec(basename(path))?.[0] ?? null;
}

function classesOf(...places: readonly JsonObject[]): Map<number, string> {
  const found = new Map<number, string>();
  for (const value of places.flatMap((place) => asArray(place['classification:classes']))) {
    const entry = asObject(value);
    const number = asNumber(entry?.value);
    const name = firstText(entry ?? {}, ['title', 'description', 'name']);
    if (number !== null && name !== null) found.set(number, name);
  }
  return found;
}
