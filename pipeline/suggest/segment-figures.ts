import { COVER_MISSING, COVER_STEPS, type CoverYears } from './persistence.ts';
import { medianOf, trendPerYear } from './potential.ts';

/** Sums over the pixels of one segment. */
export interface SegmentFigures {
  readonly areaPx: number;
  /** Mean tree cover of each year, percent; NaN where no pixel has data. */
  readonly coverPct: readonly number[];
  readonly medianCoverPct: number;
  readonly regrowthPctPerYear: number;
  /** null where no trees are known. */
  readonly treesM: number | null;
  /** Mean rise over run, percent; null where no pixel has one. */
  readonly slopePct: number | null;
  /** Share of the pixels on natural grassland or savanna, 0..1; null without a land cover. */
  readonly savannaShare: number | null;
}

export interface SegmentPlanes {
  readonly cover: CoverYears;
  /** Metres; infinite where no trees are known. */
  readonly treesM: Float32Array;
  /** Percent, 255 = unknown or more; null without a layer of elevation. */
  readonly slopePct: Uint8Array | null;
  /** 1 on natural grassland or savanna; null without a land cover. */
  readonly savanna: Uint8Array | null;
}

/** Figures of the segments 1 … count, at k − 1. */
export function measureSegments(labels: Int32Array, count: number, planes: SegmentPlanes): SegmentFigures[] {
  const { years, cover, pixelCount } = planes.cover;
  const fields = 5 + 2 * years.length;
  const sums = new Float64Array((count + 1) * fields);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    const at = label * fields;
    sums[at]! += 1;
    sums[at + 1]! += planes.treesM[i]!;
    if (planes.slopePct && planes.slopePct[i] !== 255) {
      sums[at + 2]! += planes.slopePct[i]!;
      sums[at + 3]! += 1;
    }
    sums[at + 4]! += planes.savanna?.[i] ?? 0;
    for (let y = 0; y < years.length; y++) {
      const value = cover[y * pixelCount + i]!;
      if (value === COVER_MISSING) continue;
      sums[at + 5 + 2 * y]! += value / COVER_STEPS;
      sums[at + 6 + 2 * y]! += 1;
    }
  }
  return Array.from({ length: count }, (_, k) => figuresAt(sums.subarray((k + 1) * fields, (k + 2) * fields), planes));
}

function figuresAt(sums: Float64Array, planes: SegmentPlanes): SegmentFigures {
  const { years } = planes.cover;
  const areaPx = sums[0]!;
  const coverPct = years.map((_, y) => sums[5 + 2 * y]! / sums[6 + 2 * y]!);
  const treesM = sums[1]! / areaPx;
  return {
    areaPx,
    coverPct,
    medianCoverPct: medianOf(coverPct.filter(Number.isFinite)) ?? Number.NaN,
    regrowthPctPerYear: trendPerYear(years, coverPct),
    treesM: Number.isFinite(treesM) ? treesM : null,
    slopePct: sums[3]! > 0 ? sums[2]! / sums[3]! : null,
    savannaShare: planes.savanna === null ? null : sums[4]! / areaPx,
  };
}
