import { type Outline, prepareRegion } from '../geometry/outline.ts';
import { type CheckLimits, DEFAULT_CHECK_LIMITS } from '../parcel-check.ts';
import { REQUIRED_ATTRIBUTES, type RequiredAttribute } from './attributes.ts';
import { findPairs } from './pairs.ts';

/** A region with its boundary as rings of `Parcel`. */
export interface CheckRegion {
  readonly id: string;
  readonly name: string;
  readonly boundary: Outline;
}

/** A parcel that is registered already. */
export interface OtherParcel {
  readonly id: string;
  readonly regionId: string;
  /** For messages: the region's name, with that of its twin where it is another one; empty for the own region. */
  readonly regionName: string;
  readonly version: number;
  /** Valid, as in `Parcel`. */
  readonly rings: readonly Float64Array[];
}

/** Two areas of a list that share ground, `first` before `second`. */
export interface SharedGround {
  readonly first: number;
  readonly second: number;
  readonly sharedHa: number;
}

/**
 * Finds the pairs of a list that share ground, those of two members from `othersFrom` on left out; sorted by `second`,
 * then `first`.
 */
export type FindPairs = (
  areas: readonly (readonly Float64Array[])[],
  othersFrom: number,
) => readonly SharedGround[] | Promise<readonly SharedGround[]>;

/** What parcels are checked against. */
export interface CheckContext {
  readonly limits: CheckLimits;
  /** A parcel has to lie in the one that covers most of it; empty: not asked. */
  readonly regions: readonly CheckRegion[];
  /** Every other parcel of every twin. One under edit is left out by the caller. */
  readonly others: readonly OtherParcel[];
  readonly required: readonly RequiredAttribute[];
  /** UTC day, for start dates; null: any day is believed. */
  readonly today: string | null;
  readonly findPairs: FindPairs;
  /** Told now and then; waited for, so that it can let others have a turn. */
  readonly onProgress: ((done: number, total: number) => void | Promise<void>) | null;
}

/** A context of defaults: limits of `DEFAULT_CHECK_LIMITS`, all attributes required, no regions, no other parcels. */
export function checkContext(given: Partial<CheckContext> = {}): CheckContext {
  return {
    limits: DEFAULT_CHECK_LIMITS,
    regions: [],
    others: [],
    required: REQUIRED_ATTRIBUTES,
    today: null,
    findPairs,
    onProgress: null,
    ...given,
  };
}

/** A region to check against, its boundary prepared once for all parcels. Rings as in `Parcel`. */
export function checkRegion(region: {
  readonly id: string;
  readonly name: string;
  readonly rings: readonly Float64Array[];
}): CheckRegion {
  return { id: region.id, name: region.name, boundary: prepareRegion(region.rings) };
}
