import type { Band } from '../../shared/scene.ts';
import type { CogHeader } from '../cog/header.ts';
import { checkBand } from '../cog/match.ts';
import { type Cog, openCog, readWindow } from '../cog/read.ts';
import { type ByteSource, openFileSource, openHttpSource, type RangeReader } from '../cog/source.ts';
import type { ReadBand } from '../scene-pixels.ts';
import type { TaskNote } from '../workers/contract.ts';

/** Files kept open at once by one child: enough for every band of a date on several grids. */
const OPEN_FILES = 48;

export interface BandFiles {
  /** The header of a file about which its item says too little to check it. */
  readHeader(href: string, sceneId: string): Promise<CogHeader>;
  /** The file of a band, header read and checked against the item; opened once while it stays among the last used. */
  open(band: Band, sceneId: string): Promise<Cog>;
  readonly read: ReadBand;
  close(): Promise<void>;
}

/** Opens the files of bands, from disk or through the egress client, and reads windows of their full resolution. */
export function createBandFiles(egress: RangeReader, report: (note: TaskNote) => void): BandFiles {
  const cogs = new Map<string, Cog>();

  async function open(band: Band, sceneId: string): Promise<Cog> {
    report({ file: band.href, scene: sceneId });
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

  return {
    open,
    readHeader: async (href, sceneId) => {
      report({ file: href, scene: sceneId });
      const source = await openSource(href);
      try {
        return (await openCog(source)).header;
      } finally {
        await source.close();
      }
    },
    read: async (planned, band, window) => {
      const cog = await open(band, planned.scene.id);
      const { data, valid } = await readWindow(cog, { level: 0, window, sample: 0 });
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

function isUrl(href: string): boolean {
  return /^https?:\/\//.test(href);
}
