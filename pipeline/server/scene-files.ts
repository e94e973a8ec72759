import { stat } from 'node:fs/promises';
import { type CanopyError, inputError } from '../../shared/errors.ts';
import type { BandName } from '../../shared/scene.ts';
import type { Cog } from '../cog/read.ts';
import { displayHref } from '../cog/source.ts';
import type { PlannedScene } from '../plan.ts';
import type { BandFiles } from '../run/bands.ts';
import { isHttp } from '../stac/href.ts';

/** Band files of scenes, held against what the run recorded of them: a picture never shows other pixels than were measured. */
export interface SceneFiles {
  /**
   * Errors (input): `E_ASSET_MISSING`, those of a header that no longer fits its item, `E_SCENE_CHANGED` for other
   * content; `E_SCENE_UNCHECKED` for a band that the run did not open.
   */
  open(planned: PlannedScene, name: BandName): Promise<Cog>;
  close(): Promise<void>;
}

/**
 * Files on disk up to this size are hashed when they are first opened and whenever their size or time of change is
 * another; of larger ones the header alone is checked, for a hash would take longer than the picture. Addresses are
 * held against their ETag.
 */
const MAX_HASHED_BYTES = 64 * 2 ** 20;

/** @param createFiles makes the opener anew when a file was replaced: open ones are kept by name */
export function createSceneFiles(createFiles: () => BandFiles): SceneFiles {
  let files = createFiles();
  /** Inode, size and times of each file at its check. */
  const stamps = new Map<string, string>();

  async function open(planned: PlannedScene, name: BandName): Promise<Cog> {
    const { scene, identities } = planned;
    const band = scene.bands[name];
    const recorded = identities[name];
    if (!band || recorded === undefined) throw uncheckedError(scene.id, name);
    const stamp = isHttp(band.href) ? 'remote' : await stampOf(band.href);
    if (stamps.has(band.href) && stamps.get(band.href) !== stamp) await forget();
    const cog = await files.open(band, scene.id);
    if (stamps.has(band.href)) return cog;
    const fault = await findChange(cog, recorded, scene.id);
    if (fault) {
      // The right file may come back under the same name.
      await forget();
      throw fault;
    }
    stamps.set(band.href, stamp);
    return cog;
  }

  async function forget(): Promise<void> {
    await files.close();
    files = createFiles();
    stamps.clear();
  }

  return { open, close: forget };
}

/** A missing file has no stamp of its own: opening it says what is wrong. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : 'missing';
}

async function findChange({ source }: Cog, recorded: string, sceneId: string): Promise<CanopyError | null> {
  if (recorded.startsWith('sha256:') && (source.sizeBytes ?? 0) > MAX_HASHED_BYTES) return null;
  const found = await source.identity();
  if (found === recorded) return null;
  const where = displayHref(source.href);
  return inputError(
    'E_SCENE_CHANGED',
    `${where} of scene ${sceneId} is not the file that was measured: the run recorded ${shorten(recorded)}, it is now ${shorten(found)}. Put the recorded file back, or run canopy monitor again.`,
    where,
  );
}

function shorten(identity: string): string {
  return identity.length > 24 ? `${identity.slice(0, 23)}…` : identity;
}

function uncheckedError(sceneId: string, name: BandName) {
  return inputError(
    'E_SCENE_UNCHECKED',
    `Scene ${sceneId} has no ${name} band that the run opened and checked, so it cannot be shown in this style. Choose another style.`,
    sceneId,
  );
}
