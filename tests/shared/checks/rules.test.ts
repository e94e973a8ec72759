import { describe, expect, it } from 'vitest';
import { findingOf } from '../../../shared/checks/finding.ts';
import { reportOf } from '../../../shared/checks/report.ts';
import { CHECK_RULES, type CheckRule, MEND_KINDS } from '../../../shared/checks/rules.ts';
import { sortFindings, verdictOf } from '../../../shared/checks/verdict.ts';
import { sentenceOfProposal } from '../../../shared/checks/words.ts';
import { type CheckFinding, DEFAULT_CHECK_LIMITS } from '../../../shared/parcel-check.ts';

const rules = Object.keys(CHECK_RULES) as CheckRule[];
const proposal = {
  kind: 'make-valid',
  message: '',
  haBefore: null,
  haAfter: 1,
  geometry: { type: 'Polygon', coordinates: [] },
} as const;
const of = (severity: CheckFinding['severity'], isMendable = false): CheckFinding => ({
  rule: 'overlap',
  severity,
  message: '',
  values: {},
  place: null,
  proposal: isMendable ? proposal : null,
});

describe('rules', () => {
  it.each(rules)('%s has a sentence that uses every number it is given and ends', (rule) => {
    const values = Object.fromEntries(
      CHECK_RULES[rule].values.map((name) => [name, name.endsWith('region') ? 'Copargo' : 3]),
    );
    const { message, severity } = findingOf(rule, values as never);
    expect(message).toMatch(/^[A-Z0-9/].*[.?]$/s);
    expect(message).not.toMatch(/undefined|NaN|\[object/);
    expect(severity).toBe(CHECK_RULES[rule].severity);
  });

  it('have a sentence for every kind of proposal', () => {
    for (const kind of MEND_KINDS) expect(sentenceOfProposal(kind)).toMatch(/^[A-Z].*\.$/);
  });
});

describe('verdicts', () => {
  it.each([
    [[], 'accepted'],
    [[of('note')], 'accepted'],
    [[of('note'), of('warning')], 'warned'],
    [[of('warning', true)], 'warned'],
    [[of('error', true), of('warning')], 'mendable'],
    [[of('error', true), of('error')], 'refused'],
  ])('of findings %#: %s', (findings, verdict) => {
    expect(verdictOf(findings)).toBe(verdict);
  });

  it('rest on findings sorted by severity, then by rule, readers last', () => {
    const reader = { ...of('warning'), rule: 'line-as-outline' };
    const sorted = sortFindings([of('note'), reader, { ...of('warning'), rule: 'spike' }, of('error'), of('warning')]);
    expect(sorted.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'error overlap',
      'warning overlap',
      'warning spike',
      'warning line-as-outline',
      'note overlap',
    ]);
  });

  it('are counted in a report, with what more than one parcel has said once', () => {
    const narrow = findingOf('narrower-than-pixel', { widthM: 5, pixelM: 10 });
    const parcels = [0, 1, 2].map((index) => ({
      index,
      id: `P${index}`,
      verdict: index < 2 ? ('warned' as const) : ('accepted' as const),
      findings: index < 2 ? [narrow, narrow] : [],
      parcelHa: index === 0 ? null : 1.5,
    }));
    const file = { file: 'a.kml', format: 'kml', limits: DEFAULT_CHECK_LIMITS, notes: ['said before'] } as const;
    const { summary } = reportOf(parcels, file);
    expect(summary).toMatchObject({
      parcels: 3,
      totalHa: 3,
      unmeasuredParcels: 1,
      rules: { 'narrower-than-pixel': 2 },
    });
    expect(summary.verdicts).toEqual({ accepted: 1, warned: 2, mendable: 0, refused: 0 });
    expect(summary.notes).toEqual([
      'said before',
      expect.stringMatching(/^2 of 3 parcels are narrower than a pixel of 10 m/),
    ]);
    const one = reportOf(parcels.slice(0, 1), file).summary;
    expect(one).toMatchObject({ notes: ['said before'], totalHa: null, unmeasuredParcels: 1 });
    expect(reportOf([], file).summary).toMatchObject({ totalHa: 0, unmeasuredParcels: 0 });
  });
});
