import type { BandName, RefusedScene, Scene } from '../../shared/scene.ts';
import { bandGridOf } from '../cog/match.ts';
import { type BandHeader, type GridlessItem, withBandHeaders } from '../stac/item.ts';
import type { BandFiles } from './bands.ts';
import { isFaultOfScene } from './inspect.ts';

export type CompletedItem = { readonly scene: Scene } | { readonly refused: RefusedScene };

/**
 * Reads from the file headers what an item does not state of its bands: grid and data type. A colour whose file cannot be
 * read stays in the scene as if it were like red: where files are checked, it costs the scene its colours only.
 */
export async function completeItem(item: GridlessItem, files: BandFiles): Promise<CompletedItem> {
  try {
    const headers = new Map<BandName, BandHeader>();
    for (const band of item.bands) {
      if (band.grid !== null && band.dataType !== null) continue;
      try {
        const header = await files.readHeader(band.href, item.draft.id);
        headers.set(band.name, { grid: bandGridOf(header), dataType: header.dataType });
      } catch (error) {
        if (!isFaultOfScene(error) || !isColour(band.name)) throw error;
      }
    }
    const red = headers.get('red');
    for (const { name } of item.bands) if (red && isColour(name) && !headers.has(name)) headers.set(name, red);
    return { scene: withBandHeaders(item, headers) };
  } catch (error) {
    if (!isFaultOfScene(error)) throw error;
    return { refused: { id: item.draft.id, code: error.code, reason: error.message } };
  }
}

function isColour(name: BandName): boolean {
  return name === 'green' || name === 'blue';
}
