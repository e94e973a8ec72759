import type { CheckLine } from './check.ts';
import { coverShape } from './coverage.ts';
import type { Point } from './frame.ts';

/** Rings of one area in pixels from the upper left corner: parts and holes as they come. */
export type PixelArea = readonly (readonly Point[])[];

export interface SuggestTruth {
  readonly sizePx: number;
  readonly pixelM: number;
  /** Class of each pixel as the generator marked it. */
  readonly suitability: ArrayLike<number>;
  readonly region: PixelArea;
  readonly parcels: readonly PixelArea[];
}

export interface SuggestScore {
  /** Land marked as suitable, inside the region and outside parcels, hectares. */
  readonly suitableHa: number;
  readonly suggestedHa: number;
  readonly coveredHa: number;
  /** Suggested land that is not suitable, or lies in a parcel or outside the region. */
  readonly outsideHa: number;
}

/** Classes 1 and 2 of the layer: passive and active afforestation. */
const SUITABLE: readonly number[] = [1, 2];

/** How well suggestions meet the land marked as suitable; shares of pixels by the generator's own scan lines. */
export function scoreSuggestions(truth: SuggestTruth, suggestions: readonly PixelArea[]): SuggestScore {
  const { sizePx, pixelM, suitability } = truth;
  const share = (areas: readonly PixelArea[]) => {
    const sum = new Float64Array(sizePx * sizePx);
    for (const area of areas) {
      const { index, weight } = coverShape(area, sizePx);
      index.forEach((pixel, k) => {
        sum[pixel]! += weight[k]!;
      });
    }
    return sum;
  };
  const [inside, taken, found] = [share([truth.region]), share(truth.parcels), share(suggestions)] as const;
  const score = { suitableHa: 0, suggestedHa: 0, coveredHa: 0, outsideHa: 0 };
  const pixelHa = pixelM ** 2 / 10_000;
  for (let i = 0; i < found.length; i++) {
    const free = Math.max(0, Math.min(1, inside[i]!) - Math.min(1, taken[i]!));
    const suitable = SUITABLE.includes(suitability[i]!) ? free : 0;
    score.suitableHa += suitable * pixelHa;
    score.suggestedHa += found[i]! * pixelHa;
    score.coveredHa += Math.min(suitable, found[i]!) * pixelHa;
    score.outsideHa += Math.max(0, found[i]! - suitable) * pixelHa;
  }
  return score;
}

const COVERED_WANTED = 0.8;
const OUTSIDE_ALLOWED = 0.1;

export function checkSuggest({ suitableHa, suggestedHa, coveredHa, outsideHa }: SuggestScore): CheckLine[] {
  const covered = suitableHa === 0 ? 0 : coveredHa / suitableHa;
  const outside = suggestedHa === 0 ? 1 : outsideHa / suggestedHa;
  const told = (share: number, part: number, whole: number) =>
    `${(100 * share).toFixed(1)} % (${part.toFixed(0)} of ${whole.toFixed(0)} ha)`;
  return [
    {
      what: 'suggestions: suitable land that they cover',
      measured: told(covered, coveredHa, suitableHa),
      wanted: `>= ${COVERED_WANTED * 100} %`,
      holds: covered >= COVERED_WANTED,
    },
    {
      what: 'suggestions: land that is not suitable',
      measured: told(outside, outsideHa, suggestedHa),
      wanted: `<= ${OUTSIDE_ALLOWED * 100} %`,
      holds: outside <= OUTSIDE_ALLOWED,
    },
  ];
}
