import type { OffsetEvidence } from '../../shared/scene.ts';

/** What the metadata of a Sentinel-2 L2A item says about the offset. */
export interface OffsetFacts {
  /**
   * `flagged`: Earth Search subtracted the offset from the stored DN of some items and flags it. `never`: Collection 1
   * and the Planetary Computer store the DN as ESA delivers them, whatever a flag says.
   */
  readonly harmonised: 'flagged' | 'never';
  /** Processing baseline such as `05.09`. */
  readonly baseline: string | null;
  /** `earthsearch:boa_offset_applied`. */
  readonly flag: boolean | null;
}

export interface OffsetDecision {
  /** To add to DN·scale, reflectance: 0 or −0.1. */
  readonly offset: number;
  readonly evidence: OffsetEvidence;
}

/** BOA_ADD_OFFSET −1000 DN, in reflectance, from this processing baseline on. */
const BOA_OFFSET = -0.1;
const FIRST_OFFSET_BASELINE = 4;

/**
 * The Sentinel-2 offset rule. The baseline decides, never the date: old scenes made anew carry the offset too.
 * `raster:bands` is not asked: Earth Search states −0.1 there also where it subtracted the offset itself.
 *
 * | stored by | baseline | flag | offset | rule |
 * |---|---|---|---|---|
 * | anyone | below 04.00 | any | 0 | baseline |
 * | Earth Search (`flagged`) | from 04.00 or unknown | true | 0 | flag |
 * | Earth Search (`flagged`) | from 04.00 | false | −0.1 | flag |
 * | Earth Search (`flagged`) | from 04.00 | absent | −0.1 | baseline |
 * | `never` | from 04.00 | any | −0.1 | baseline |
 * | anyone | unknown | else | null: cannot be known | |
 *
 * The flag is wrong at times in both directions: `offset-check.ts` lets the pixels object.
 * Source: ESA, Sentinel-2 processing baseline 04.00; Element84/earth-search issues 66 and 71.
 */
export function decideOffset(facts: OffsetFacts): OffsetDecision | null {
  const flag = facts.harmonised === 'flagged' ? facts.flag : null;
  const baseline = facts.baseline === null ? null : Number(facts.baseline);
  if (baseline !== null && baseline < FIRST_OFFSET_BASELINE) {
    return { offset: 0, evidence: { rule: 'baseline', applied: false } };
  }
  if (flag === true) return { offset: 0, evidence: { rule: 'flag', applied: true } };
  if (baseline === null) return null;
  return { offset: BOA_OFFSET, evidence: { rule: flag === false ? 'flag' : 'baseline', applied: false } };
}
