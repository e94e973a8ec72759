import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import { bandGridOf } from '../cog/match.ts';
import { type Cog, openCog } from '../cog/read.ts';
import { openFileSource } from '../cog/source.ts';
import type { LayerFacts } from '../eligibility/figures.ts';
import { asText, type JsonObject } from '../stac/json.ts';
import { dataAssetOf, type LayerStatement, readItemBeside, statementOf } from './eligibility-item.ts';
import { runFolder } from './folder.ts';

/** What a layer is to eligibility. */
export const LAYER_ROLES = ['tree-cover-before', 'tree-cover-now', 'dem', 'land-cover', 'protected'] as const;
export type LayerRole = (typeof LAYER_ROLES)[number];

/** Where layers are looked for; whatever is named by itself takes the place of what folders hold. */
export interface LayerPlaces {
  /** Folder of COGs, each with its STAC item beside it; null: none. */
  readonly layersDir: string | null;
  /** Results of canopy monitor, whose tree cover of the period is the cover now; null: none. */
  readonly resultsDir: string | null;
  readonly files?: Readonly<Partial<Record<LayerRole, string>>>;
}

export interface OpenLayer {
  readonly role: LayerRole;
  readonly path: string;
  readonly cog: Cog;
  readonly grid: Grid;
  readonly statement: LayerStatement;
  readonly facts: LayerFacts;
}

export interface OpenLayers {
  /** By role; a role may have several, one for each tile or zone. */
  readonly layers: ReadonlyMap<LayerRole, readonly OpenLayer[]>;
  /** A map of tree cover now beside results: they know only ground near the parcels that were monitored. Often empty. */
  readonly spareCover: readonly OpenLayer[];
  /** What was taken for granted or left aside, one sentence each. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

interface FoundLayer {
  readonly role: LayerRole;
  readonly path: string;
  readonly item: JsonObject | null;
}

/** Finds and opens layers; pixels are read later. Errors: those of a file that was named or that an item points to. */
export async function openLayers(places: LayerPlaces): Promise<OpenLayers> {
  const notes: string[] = [];
  const named = await namedLayers(places.files ?? {});
  const results = places.resultsDir === null ? [] : await layersOfResults(places.resultsDir);
  const inFolder = places.layersDir === null ? [] : await layersOfFolder(places.layersDir, notes);
  const chosen = LAYER_ROLES.flatMap((role) => {
    // What a person names goes before results, and these before a folder.
    const sources = [named, results, inFolder].map((list) => list.filter((layer) => layer.role === role));
    return sources.find((list) => list.length > 0) ?? [];
  });
  const spare = chosen.some((layer) => results.includes(layer)) ? inFolder.filter(isCoverNow) : [];
  const opened: OpenLayer[] = [];
  const spareCover: OpenLayer[] = [];
  const close = async () => {
    for (const { cog } of [...opened, ...spareCover]) await cog.source.close();
  };
  try {
    for (const layer of chosen) opened.push(await openLayer(layer));
    for (const layer of spare) spareCover.push(await openLayer(layer));
  } catch (error) {
    await close();
    throw error;
  }
  const layers = new Map(LAYER_ROLES.map((role) => [role, opened.filter((layer) => layer.role === role)] as const));
  return { layers, spareCover, notes, close };
}

const isCoverNow = ({ role }: FoundLayer) => role === 'tree-cover-now';

async function namedLayers(files: Readonly<Partial<Record<LayerRole, string>>>): Promise<FoundLayer[]> {
  const found: FoundLayer[] = [];
  for (const role of LAYER_ROLES) {
    const file = files[role];
    if (file === undefined) continue;
    const path = resolve(file);
    found.push({ role, path, item: await readItemBeside(path) });
  }
  return found;
}

async function layersOfResults(dir: string): Promise<FoundLayer[]> {
  const folder = runFolder.layers(dir);
  const names = (await listFolder(folder)).filter((name) => /^cover-period-.+\.tif$/.test(name));
  if (names.length === 0)
    throw inputError(
      'E_LAYERS',
      `${dir} holds no tree cover of a monitored period (layers/cover-period-*.tif). Give a folder of finished results of canopy monitor.`,
      dir,
    );
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { role: 'tree-cover-now' as const, path, item: await readItemBeside(path) };
    }),
  );
}

/** Words of file, id or title that say what a layer is. */
const ROLE_WORDS: readonly (readonly [RegExp, LayerRole | 'tree-cover'])[] = [
  [/tree[-_ ]?cover|canopy[-_ ]?cover/i, 'tree-cover'],
  [/land[-_ ]?cover|land[-_ ]?use|lulc|worldcover/i, 'land-cover'],
  [/elevation|terrain|(?:^|[-_ ])(?:dem|dtm|srtm)(?:[-_ .]|$)/i, 'dem'],
  [/protected|wdpa|reserve/i, 'protected'],
];

async function layersOfFolder(dir: string, notes: string[]): Promise<FoundLayer[]> {
  const rasters = (await listFolder(dir)).filter((name) => /\.tiff?$/i.test(name));
  const found: { role: LayerRole | 'tree-cover'; path: string; item: JsonObject | null }[] = [];
  for (const name of rasters) {
    const path = join(dir, name);
    const item = await readItemBeside(path);
    const role = roleOf(name, item);
    if (role === null)
      notes.push(`${name} in ${dir} is none of the layers that eligibility looks at; it is left aside.`);
    else found.push({ role, path, item });
  }
  return placeCovers(found, notes);
}

function roleOf(name: string, item: JsonObject | null): LayerRole | 'tree-cover' | null {
  const texts = [name.replace(/\.tiff?$/i, ''), asText(item?.id) ?? ''];
  for (const text of texts) {
    const role = ROLE_WORDS.find(([pattern]) => pattern.test(text))?.[1];
    if (role !== undefined) return role;
  }
  return null;
}

/** Of layers of tree cover the oldest date is the one before, and the newest of several the one now. */
function placeCovers(
  found: readonly { role: LayerRole | 'tree-cover'; path: string; item: JsonObject | null }[],
  notes: string[],
): FoundLayer[] {
  const covers = found.filter(({ role }) => role === 'tree-cover');
  const dateOf = ({ item, path }: (typeof found)[number]) => statementOf(item, path).date;
  const dates = [...new Set(covers.map(dateOf))].filter((date) => date !== null).sort();
  const [oldest, newest] = [dates[0], dates.at(-1)];
  return found.flatMap((layer) => {
    if (layer.role !== 'tree-cover') return [layer as FoundLayer];
    const date = dateOf(layer);
    if (date !== null && date === oldest) return [{ ...layer, role: 'tree-cover-before' as const }];
    if (date !== null && date === newest) return [{ ...layer, role: 'tree-cover-now' as const }];
    notes.push(
      `${basename(layer.path)} is tree cover ${date === null ? 'without a date' : `of ${date}`}; the oldest and the newest are used.`,
    );
    return [];
  });
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw inputError(
      'E_LAYERS',
      `The folder of layers ${dir} cannot be read (${code}). Give a folder that is there.`,
      dir,
      cause,
    );
  }
}

async function openLayer({ role, path, item }: FoundLayer): Promise<OpenLayer> {
  const source = await openFileSource(path);
  try {
    const cog = await openCog(source);
    const statement = statementOf(item, path);
    const facts = { layer: statement.title, date: statement.date, attribution: statement.attribution };
    checkAsset(item, path);
    return { role, path, cog, grid: bandGridOf(cog.header), statement, facts };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** An item that describes another file would give this one wrong numbers and a wrong source. */
function checkAsset(item: JsonObject | null, path: string): void {
  if (item === null) return;
  const href = asText(dataAssetOf(item)?.href);
  if (href !== null && basename(href.split('?')[0]!) === basename(path)) return;
  const got = href ?? 'no GeoTIFF';
  throw inputError(
    'E_LAYERS',
    `The STAC item beside ${path} describes ${got}; it should describe ${basename(path)}. Correct the item, or take it away.`,
    path,
  );
}
