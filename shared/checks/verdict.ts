import type { CheckFinding, CheckVerdict } from '../parcel-check.ts';
import { CHECK_SEVERITIES } from '../parcel-check.ts';
import { orderOfRule } from './rules.ts';

/** What findings amount to, see `CheckVerdict`. */
export function verdictOf(findings: readonly CheckFinding[]): CheckVerdict {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.some(({ proposal }) => proposal === null)) return 'refused';
  if (errors.length > 0) return 'mendable';
  return findings.some(({ severity }) => severity === 'warning') ? 'warned' : 'accepted';
}

/** Errors first, then warnings, then notes; within them in the order of the rules, then as found. */
export function sortFindings(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  const weight = (finding: CheckFinding) => CHECK_SEVERITIES.indexOf(finding.severity);
  return [...findings].sort((a, b) => weight(a) - weight(b) || orderOfRule(a.rule) - orderOfRule(b.rule));
}
