import type { ChangeConfidence, ChangeFinding } from '../../shared/change.ts';
import type { ChangeEvent, SeriesOutcome, SeriesVerdict } from './judge-series.ts';

const Z95 = 1.959963984540054;

export interface ConfidenceFacts {
  /** Median departure after the change and its standard error, index units. */
  readonly magnitude: number;
  readonly magnitudeSe: number;
  /** Smallest |magnitude| that counts. */
  readonly minMagnitude: number;
  /** 95 % interval of the change against the control areas; null where there are none. */
  readonly controlDid: { readonly low: number; readonly high: number } | null;
  /** Whether it is a gain that went back. */
  readonly isReversed: boolean;
  /**
   * Share of the monitored dates that lie in the change, 0..1: the comparison with control areas is of whole periods, so a
   * change near their end leaves little in it.
   */
  readonly shareAfter: number;
}

/**
 * How sure a loss or gain is. `high`: its whole 95 % interval lies beyond the threshold, and the interval against the
 * control areas leaves out 0 on the same side. `low`: a gain went back, or the control areas speak against it: the interval
 * against them lies on the other side, or holds 0 and rules out what a change of this size would have left. `medium`:
 * everything else. Without control areas nothing is `high`, because rain alone could have done it. What has no interval of
 * its own that leaves out 0 is `low`; the judge confirms no such change.
 */
export function judgeConfidence({ magnitude, magnitudeSe, ...facts }: ConfidenceFacts): ChangeConfidence {
  const { controlDid, isReversed, minMagnitude, shareAfter } = facts;
  const least = Math.abs(magnitude) - Z95 * magnitudeSe;
  if (isReversed || !(least > 0)) return 'low';
  if (controlDid === null) return 'medium';
  const { low, high } = controlDid;
  if (magnitude < 0 ? high < 0 : low > 0) return least >= minMagnitude ? 'high' : 'medium';
  const expected = magnitude * shareAfter;
  return expected >= low && expected <= high ? 'medium' : 'low';
}

type Judged = Pick<SeriesVerdict, 'outcome' | 'eventCount'> & {
  readonly events: readonly Pick<ChangeEvent, 'kind' | 'recoveredSlot'>[];
};

/**
 * What a series amounts to: a loss that stands, a loss that was made good, a gain, a fire that left nothing, or no
 * lasting change. Of several the gravest, as they stand at the end: a second loss after regrowth is a loss. null where
 * it was not judged.
 */
export function findingOf(verdict: Judged): ChangeFinding | null {
  if (verdict.outcome !== 'judged') return null;
  let finding: ChangeFinding = 'no_change';
  for (let e = 0; e < verdict.eventCount; e++) {
    const { kind, recoveredSlot } = verdict.events[e]!;
    if (kind === 'loss') finding = recoveredSlot >= 0 ? 'loss_and_regrowth' : 'loss';
    else if (kind === 'gain' && finding !== 'loss' && finding !== 'loss_and_regrowth') finding = 'gain';
    else if (kind === 'burnt' && finding === 'no_change') finding = 'burnt_and_recovered';
  }
  return finding;
}

const REASONS: Readonly<Record<Exclude<SeriesOutcome, 'judged'>, string>> = {
  too_few_observations: 'too few observations in the history for a season',
  window_too_short: 'too few observations in the history for the moving window',
  too_few_monitored: 'too few observations in the monitored period',
  short_history: 'a history of less than nine months',
  no_monitoring: 'no clear observation in the monitored period',
  constant: 'the history does not vary at all, which no vegetation does',
  gap: 'a gap of more than a year between two observations',
  not_finite: 'values that are no finite numbers',
  duplicate_dates: 'several values for one date',
  unsorted_dates: 'dates out of order',
};

/** Why a series was not judged, as a part of a sentence. */
export function reasonNotJudged(outcome: Exclude<SeriesOutcome, 'judged'>): string {
  return REASONS[outcome];
}
