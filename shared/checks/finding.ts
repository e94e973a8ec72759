import type { GeoJsonGeometry } from '../api.ts';
import type { CheckFinding, CheckSeverity, MendProposal } from '../parcel-check.ts';
import { CHECK_RULES, type CheckRule, type MendKind, type RuleValues } from './rules.ts';
import { sentenceOf, sentenceOfProposal } from './words.ts';

export type Place = readonly [lon: number, lat: number];

/** A finding of a rule of the check; the severity is the rule's own unless another is given. */
export function findingOf<R extends CheckRule>(
  rule: R,
  values: RuleValues<R>,
  about: {
    readonly place?: Place | null | undefined;
    readonly proposal?: MendProposal | null | undefined;
    readonly severity?: CheckSeverity;
  } = {},
): CheckFinding {
  return {
    rule,
    severity: about.severity ?? CHECK_RULES[rule].severity,
    message: sentenceOf(rule, values),
    values,
    place: about.place ?? null,
    proposal: about.proposal ?? null,
  };
}

export function proposalOf(
  kind: MendKind,
  outcome: { readonly haBefore: number | null; readonly haAfter: number; readonly geometry: GeoJsonGeometry },
): MendProposal {
  return { kind, message: sentenceOfProposal(kind), ...outcome };
}
