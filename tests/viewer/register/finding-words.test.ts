import { describe, expect, it } from 'vitest';
import { CHECK_RULES, MEND_KINDS } from '../../../shared/checks/rules.ts';
import { ELIGIBILITY_RULES, type EligibilityRule } from '../../../shared/eligibility.ts';
import { MESSAGES, translate } from '../../../viewer/i18n/translate.ts';
import { sayRule } from '../../../viewer/register/eligibility-words.ts';
import { type Speaker, sayFinding, sayProposal } from '../../../viewer/register/finding-words.ts';
import type { Language } from '../../../viewer/state.ts';

const speaker = (language: Language): Speaker => ({
  language,
  t: (key, values) => translate(language, key, values),
});
const LANGUAGES = ['en', 'fr', 'de'] as const;
const finding = (rule: string, values: Readonly<Record<string, string | number>>) => ({
  rule,
  values,
  message: 'as sent',
});

/** A value of each kind that a rule can name. */
function sample(names: readonly string[]): Record<string, string | number> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      /Ha$|M$|Pct$|Deg$/.test(name) ? 12.5 : /count|corners|limit|vertices/.test(name) ? 3 : 'x1',
    ]),
  );
}

describe('what the check finds', () => {
  it(`is said in 3 languages for each of its ${Object.keys(CHECK_RULES).length} rules, every value filled in`, () => {
    for (const language of LANGUAGES) {
      for (const [rule, { values }] of Object.entries(CHECK_RULES)) {
        const said = sayFinding(finding(rule, sample(values)), speaker(language));
        expect([rule, said.isEnglish]).toEqual([rule, false]);
        expect(said.text).not.toMatch(/[{}]|undefined|NaN/);
      }
    }
  });

  it('names what a sentence needs: none asks for a value that its rule does not have', () => {
    const made = ['name', 'of', 'otherName', 'kind'];
    for (const [rule, { values }] of Object.entries(CHECK_RULES)) {
      const keys = Object.keys(MESSAGES.en).filter(
        (key) => key === `finding.${rule}` || key.startsWith(`finding.${rule}.`),
      );
      const asked = keys.flatMap((key) => [...MESSAGES.en[key as keyof typeof MESSAGES.en].matchAll(/\{(\w+)/g)]);
      for (const [, name] of asked)
        expect([rule, [...values, ...made]]).toEqual([rule, expect.arrayContaining([name])]);
    }
  });

  it.each([
    ['self-crossing', { part: 0, ring: 'outer', count: 1 }, 'Le contour se croise ici\u00a0: on ne sait pas'],
    ['self-crossing', { part: 2, ring: 1, count: 4 }, 'Le trou 1 de la partie 2 se croise à 4 endroits'],
    ['too-small', { parcelHa: 0.0121, limitHa: 0.05 }, 'La parcelle fait 121\u00a0m²\u00a0; il faut au moins 0,05 ha.'],
    ['outside-region', { region: 'Copargo', insidePct: 0, limitPct: 75 }, 'La parcelle est hors de Copargo.'],
    [
      'outside-region',
      { region: 'Copargo', insidePct: 61.6, limitPct: 75 },
      '62\u00a0% de la parcelle sont dans Copargo',
    ],
    [
      'overlap',
      { other: 'P-7', region: '', overlapHa: 1.25, sharedPct: 12 },
      '1,25\u00a0ha sont aussi revendiqués par la parcelle P-7 (12\u00a0%',
    ],
    ['geometry-kind', { kind: 'called Point' }, 'Le contour est de type Point\u00a0;'],
    ['missing-attribute', { attribute: 'startDate' }, 'La date de début manque'],
  ])('says %s with %o in French as people do', (rule, values, start) => {
    expect(sayFinding(finding(rule, values), speaker('fr')).text).toContain(start);
  });

  it('stays as it was sent where a rule is not known, marked as English', () => {
    expect(sayFinding(finding('rule-of-tomorrow', {}), speaker('de'))).toEqual({ text: 'as sent', isEnglish: true });
  });

  it(`has ${MEND_KINDS.length} kinds of proposals, each said in 3 languages`, () => {
    for (const language of LANGUAGES)
      for (const kind of MEND_KINDS)
        expect(sayProposal({ kind, message: '' }, speaker(language)).isEnglish).toBe(false);
  });
});

const CASES = [
  'pass',
  'fail',
  'allowed',
  'noted',
  'unknown',
  'note-wanted',
  'no-intervention',
  'no-layer',
  'no-layer-before',
  'no-layer-now',
  'no-date',
  'too-young',
  'too-old',
];

describe('eligibility', () => {
  const rule = (name: EligibilityRule['rule'], values: EligibilityRule['values']): EligibilityRule => ({
    rule: name,
    light: 'fail',
    message: 'as sent',
    values,
    evidence: [],
  });

  it(`is said in 3 languages for ${ELIGIBILITY_RULES.length} rules in ${CASES.length} cases`, () => {
    const values = {
      ha: 1.2,
      parcelHa: 4.5,
      unknownHa: 0.3,
      limitPct: 10,
      years: 10,
      before: '2013',
      now: '2024-01-31',
      note: 'n',
    };
    for (const language of LANGUAGES) {
      for (const name of ELIGIBILITY_RULES) {
        for (const one of CASES) {
          const said = sayRule(rule(name, { ...values, case: one }), speaker(language));
          expect([name, one, said.isEnglish]).toEqual([name, one, false]);
          expect(said.text).not.toMatch(/[{}]|undefined/);
        }
      }
    }
  });

  it('names ground, hectares and limit: 1.20 of 4.50 ha under water', () => {
    const said = sayRule(rule('water', { ha: 1.2, parcelHa: 4.5, limitPct: 10, case: 'fail' }), speaker('en'));
    expect(said.text).toBe('1.20\u00a0ha of 4.50\u00a0ha are under water; at most 10\u00a0% are allowed.');
  });
});
