import { CanopyError, inputError, isCanopyError } from '../../shared/errors.ts';
import type { Band } from '../../shared/scene.ts';
import type { CogHeader } from '../cog/header.ts';
import { checkBand } from '../cog/match.ts';
import { type Cog, openCog, readWindow } from '../cog/read.ts';
import { type ByteSource, displayHref, openFileSource, openHttpSource, type RangeReader } from '../cog/source.ts';
import type { PlannedScene } from '../plan.ts';
import type { ReadBand } from '../scene-pixels.ts';
import type { TaskNote } from '../workers/contract.ts';

/** Files kept open at once by one child: enough for every band of a date on several grids. */
const OPEN_FILES = 48;
/** A child that waits for a slow server says so this often, lest it be taken for hung. */
const NOTE_EVERY_MS = 1000;

export interface BandFiles {
  /** The header of a file about which its item says too little to check it. */
  readHeader(href: string, sceneId: string): Promise<CogHeader>;
  /** The file of a band, header read and checked against the item; opened once while it stays among the last used. */
  open(band: Band, sceneId: string): Promise<Cog>;
  readonly read: ReadBand;
  close(): Promise<void>;
}

/**
 * Opens the files of bands, from disk or through the egress client, and reads windows of their full resolution. A file
 * behind a URL that changes while it is read is read once more from its start; then it is `E_SOURCE_CHANGED` (input), as
 * is one that is no longer the version which the plan rests on.
 */
export function createBandFiles(egress: RangeReader, report: (note: TaskNote) => void): BandFiles {
  const cogs = new Map<string, Cog>();
  const sceneOf = new Map<string, string>();
  let notedMs = Number.NEGATIVE_INFINITY;

  egress.onTry?.((url) => {
    const scene = sceneOf.get(url);
    if (scene === undefined || performance.now() - notedMs < NOTE_EVERY_MS) return;
    notedMs = performance.now();
    report({ file: displayHref(url), scene });
  });

  function note(href: string, sceneId: string): void {
    if (isUrl(href)) sceneOf.set(href, sceneId);
    report({ file: displayHref(href), scene: sceneId });
  }

  async function open(band: Band, sceneId: string): Promise<Cog> {
    note(band.href, sceneId);
    const known = cogs.get(band.href);
    if (known) {
      cogs.delete(band.href);
      cogs.set(band.href, known);
      return known;
    }
    const source = await openSource(band.href);
    try {
      const cog = await openCog(source);
      checkBand(cog.header, band);
      cogs.set(band.href, cog);
      await closeOldest();
      return cog;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  function openSource(href: string): Promise<ByteSource> {
    return isUrl(href) ? openHttpSource(href, egress) : openFileSource(href);
  }

  async function closeOldest(): Promise<void> {
    for (const [href, cog] of cogs) {
      if (cogs.size <= OPEN_FILES) return;
      cogs.delete(href);
      await cog.source.close();
    }
  }

  async function restartOnce<T>(href: string, work: () => Promise<T>): Promise<T> {
    for (let restarts = 0; ; restarts++) {
      try {
        return await work();
      } catch (error) {
        if (!isSourceChanged(error)) throw error;
        const stale = cogs.get(href);
        cogs.delete(href);
        await stale?.source.close();
        if (restarts > 0) throw inputError(error.code, error.message, error.where, error);
      }
    }
  }

  return {
    open,
    readHeader: (href, sceneId) => {
      note(href, sceneId);
      return restartOnce(href, async () => {
        const source = await openSource(href);
        try {
          return (await openCog(source)).header;
        } finally {
          await source.close();
        }
      });
    },
    read: async (planned, band, window) => {
      const { cog, data, valid } = await restartOnce(band.href, async () => {
        const opened = await open(band, planned.scene.id);
        await checkVersion(opened, planned, band);
        return { cog: opened, ...(await readWindow(opened, { level: 0, window, sample: 0 })) };
      });
      // A file without a nodata tag of its own still has the one its item states.
      if (cog.header.nodata === null && band.nodata !== null)
        for (let i = 0; i < data.length; i += 1) if (data[i] === band.nodata) valid[i] = 0;
      return { data, valid };
    },
    close: async () => {
      for (const cog of cogs.values()) await cog.source.close();
      cogs.clear();
    },
  };
}

/** Units are computed at different times by different processes: all of them must see the file that was checked. */
async function checkVersion({ source }: Cog, { identities }: PlannedScene, band: Band): Promise<void> {
  const recorded = identities[band.name];
  if (!isUrl(band.href) || recorded === undefined) return;
  const found = await source.identity();
  if (found === recorded) return;
  const where = displayHref(band.href);
  const message = `${where} is not the file that the run has checked: it was ${recorded} and is now ${found}. Run the same command again.`;
  throw new CanopyError({ kind: 'transient', code: 'E_SOURCE_CHANGED', message, where });
}

/** Whether a file became another one while it was read. */
export function isSourceChanged(error: unknown): error is CanopyError {
  return isCanopyError(error) && error.code === 'E_SOURCE_CHANGED' && error.kind === 'transient';
}

function isUrl(href: string): boolean {
  return /^https?:\/\//.test(href);
}
