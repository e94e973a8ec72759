import type { PixelArray } from '../../shared/raster.ts';
import type { EligibilitySettings } from './settings.ts';

/** What tree cover then and now say of a cell. */
export const COVER_BIN = { open: 0, wooded: 1, cleared: 2, openUnknownBefore: 3 } as const;

interface Cover {
  /** Percent. */
  readonly data: PixelArray;
  readonly valid: Uint8Array;
}

/**
 * Sorts cells by their tree cover now and, where known, before. Ground that is wooded now was not cleared, whatever it was
 * before; open ground of which nothing is known before may have been.
 */
export function binCover(
  now: Cover,
  before: Cover | null,
  settings: Pick<EligibilitySettings, 'woodedPct' | 'clearedDropPct'>,
): Uint8Array {
  const { woodedPct, clearedDropPct } = settings;
  return Uint8Array.from(now.data, (cover, i) => {
    if (cover >= woodedPct) return COVER_BIN.wooded;
    if (before === null || before.valid[i] !== 1) return COVER_BIN.openUnknownBefore;
    const was = before.data[i]!;
    return was >= woodedPct && was - cover >= clearedDropPct ? COVER_BIN.cleared : COVER_BIN.open;
  });
}
