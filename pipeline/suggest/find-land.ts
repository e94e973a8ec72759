import { distanceTo } from './distance.ts';
import { segmentLand } from './fit-sizes.ts';
import { type CoverYears, judgePersistence, PERSISTENCE } from './persistence.ts';
import { measureSegments, type SegmentFigures } from './segment-figures.ts';
import type { SuggestSettings } from './settings.ts';
import { joinRing, simplifyArcs } from './simplify.ts';
import { type Size, sieveMask, smoothMask } from './tidy-mask.ts';
import { traceSegments } from './trace.ts';

/** Why a pixel is not suggested, the first that holds; 0 = nothing stands against it. */
export const BARRED = {
  none: 0,
  outside: 1,
  parcel: 2,
  water: 3,
  'built-up': 4,
  cropland: 5,
  rock: 6,
  protected: 7,
  steep: 8,
} as const;
export type BarredReason = keyof typeof BARRED;

/** A piece of one grid, everything that suggestions are made from. Planes are as long as the grid has cells. */
export interface SuggestImage extends Size {
  readonly cell: { readonly widthM: number; readonly heightM: number };
  readonly cover: CoverYears;
  /** Image bands of 0..255 along whose edges land is cut. */
  readonly bands: readonly Uint8Array[];
  /** `BARRED` of each pixel. */
  readonly barred: Uint8Array;
  /** Half percents of tree cover ten years before, 255 = unknown; null without a layer. */
  readonly coverBefore: Uint8Array | null;
  readonly slopePct: Uint8Array | null;
  readonly savanna: Uint8Array | null;
}

export interface FoundLand {
  /** Rings [col, row, …] of each segment, exterior first, closed. */
  readonly rings: readonly (readonly Float64Array[])[];
  readonly figures: readonly SegmentFigures[];
  /** Pixels inside the region and outside parcels, by what became of them. */
  readonly tally: Readonly<Record<LandState, number>>;
}

export type LandState = 'suggested' | 'too-small' | 'wooded' | 'not-lasting' | 'unknown' | 'cleared' | BarredReason;

/** Points of cover that ground must have lost to count as cleared, as eligibility has it. */
const CLEARED_DROP_PCT = 15;

/** Finds, cuts, traces and measures the land of one image. Deterministic in its inputs. */
export function findLand(image: SuggestImage, settings: SuggestSettings): FoundLand {
  const { widthPx, heightPx, cell, barred } = image;
  const size = { widthPx, heightPx };
  const { state, median } = judgePersistence(image.cover, settings);
  const cleared = clearedPixels(image, median, settings);
  const allowed = barred.map((reason, i) => (reason === BARRED.none && cleared[i] === 0 ? 1 : 0));
  const low = allowed.map((isAllowed, i) => (isAllowed === 1 && state[i] === PERSISTENCE.low ? 1 : 0));
  const pixelHa = (cell.widthM * cell.heightM) / 10_000;
  const sievePx = Math.ceil(settings.sieveHa / pixelHa);
  const mask = sieveMask(smoothMask(low, allowed, size), allowed, size, sievePx);
  const { labels, count } = segmentLand(
    { ...size, bands: image.bands, mask },
    {
      leastPx: Math.ceil(settings.minHa / pixelHa),
      mostPx: Math.max(2 * Math.ceil(settings.minHa / pixelHa), Math.floor(settings.maxHa / pixelHa)),
      compactness: settings.compactness,
    },
  );
  const wooded = state.map((value) => (value === PERSISTENCE.wooded ? 1 : 0));
  // A single crown is not where seeds for a hectare come from.
  const stands = sieveMask(wooded, new Uint8Array(wooded.length), size, sievePx);
  const treesM = distanceTo(stands, size, cell);
  const traced = traceSegments(labels, size, count);
  const lines = simplifyArcs(traced);
  return {
    rings: traced.rings.map((rings) => rings.map((ring) => joinRing(ring, lines))),
    figures: measureSegments(labels, count, { ...image, treesM }),
    tally: tallyOf({ labels, state, cleared, barred, mask }),
  };
}

function clearedPixels(
  { coverBefore, barred }: SuggestImage,
  median: Uint8Array,
  { woodedPct }: SuggestSettings,
): Uint8Array {
  const cleared = new Uint8Array(barred.length);
  if (coverBefore === null) return cleared;
  for (let i = 0; i < cleared.length; i++) {
    const [was, is] = [coverBefore[i]!, median[i]!];
    if (was === 255 || is === 255) continue;
    if (was >= 2 * woodedPct && is < 2 * woodedPct && was - is >= 2 * CLEARED_DROP_PCT) cleared[i] = 1;
  }
  return cleared;
}

const REASONS = Object.keys(BARRED) as BarredReason[];

function tallyOf(planes: {
  readonly labels: Int32Array;
  readonly state: Uint8Array;
  readonly cleared: Uint8Array;
  readonly barred: Uint8Array;
  readonly mask: Uint8Array;
}): Record<LandState, number> {
  const states: LandState[] = ['suggested', 'too-small', 'wooded', 'not-lasting', 'unknown', 'cleared', ...REASONS];
  const tally = Object.fromEntries(states.map((name) => [name, 0])) as Record<LandState, number>;
  for (let i = 0; i < planes.labels.length; i++) {
    const reason = planes.barred[i]!;
    if (planes.labels[i] !== 0) tally.suggested += 1;
    else if (reason !== BARRED.none) tally[REASONS[reason]!] += 1;
    else if (planes.cleared[i] === 1) tally.cleared += 1;
    else if (planes.state[i] === PERSISTENCE.unknown) tally.unknown += 1;
    else if (planes.mask[i] === 1 || planes.state[i] === PERSISTENCE.low) tally['too-small'] += 1;
    else if (planes.state[i] === PERSISTENCE.wooded) tally.wooded += 1;
    else tally['not-lasting'] += 1;
  }
  return tally;
}
