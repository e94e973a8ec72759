import { isClear } from './classification.ts';
import { coverageMean } from './coverage.ts';
import { ndviOf } from './spectra.ts';
import type { Landscape, Surface } from './surface.ts';

/** What is true of one parcel on the day of one scene. */
export interface TruthRow {
  readonly parcelId: string;
  /** NDVI of each pixel from the ground state, then weighted by coverage; before air, noise and counting steps. */
  readonly ndvi: number;
  /** Crown cover, 0..1, weighted by coverage. */
  readonly treeCover: number;
  /** Share of the parcel that the scene classification calls clear. */
  readonly sclClearShare: number;
  /** The whole parcel is clear, and no cloud, shadow, dust or haze that was missed moves its NDVI by more than 0.001. */
  readonly trulyClear: boolean;
}

const CLEAR_SHARE = 0.9999;
const AIR_LIMIT = 0.001;

export interface Sight {
  readonly sizePx: number;
  readonly surface: Surface;
  /** Reflectances through the air, in the order of `BANDS`. */
  readonly seen: readonly Float32Array[];
  /** On the 20 m grid. */
  readonly scl: Uint8Array;
}

/** One row per parcel, in the order of the parcels. */
export function truthOfScene(landscape: Landscape, sight: Sight): TruthRow[] {
  const { surface, seen, scl, sizePx } = sight;
  const sclAt = (i: number) => scl[(Math.floor(i / sizePx) >> 1) * (sizePx >> 1) + ((i % sizePx) >> 1)]!;
  return landscape.stories.map(({ parcel }) => {
    const { coverage } = parcel;
    const ndvi = coverageMean(coverage, (i) => ndviOf(surface.bands[2]![i]!, surface.bands[3]![i]!));
    const seenNdvi = coverageMean(coverage, (i) => ndviOf(seen[2]![i]!, seen[3]![i]!));
    const sclClearShare = coverageMean(coverage, (i) => (isClear(sclAt(i)) ? 1 : 0));
    return {
      parcelId: parcel.id,
      ndvi: round(ndvi, 6),
      treeCover: round(
        coverageMean(coverage, (i) => surface.tree[i]!),
        5,
      ),
      sclClearShare: round(sclClearShare, 5),
      trulyClear: sclClearShare >= CLEAR_SHARE && Math.abs(seenNdvi - ndvi) <= AIR_LIMIT,
    };
  });
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
