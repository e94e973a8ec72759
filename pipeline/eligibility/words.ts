import type { EligibilityRule, EligibilityRuleName, Light } from '../../shared/eligibility.ts';

type Values = Readonly<Record<string, string | number>>;
type Evidence = EligibilityRule['evidence'];

/** What the sentences call the ground that a rule is about. */
const GROUND: Readonly<Record<EligibilityRuleName, string>> = {
  'no-clearing': 'cleared',
  'tree-cover-now': 'wooded already',
  water: 'under water',
  slope: 'steep',
  'built-up': 'built up',
  cropland: 'cropland',
  'protected-area': 'in a protected area',
  savanna: 'natural grassland or savanna',
};

/** What a rule needs and does not have. */
const WANTED: Readonly<Partial<Record<EligibilityRuleName, string>>> = {
  'tree-cover-now': 'a layer of tree cover now (results of canopy monitor, or a map)',
  water: 'a land-cover layer',
  savanna: 'a land-cover layer',
};

/**
 * Builds a rule: sentence, values for a viewer's own words, and evidence. `values.case` names the sentence, so that a
 * viewer can say it in another language.
 */
export function sayRule(rule: EligibilityRuleName, known: Values) {
  return (light: Light, name: string, evidence: Evidence, more: Values = {}): EligibilityRule => {
    const values = { ...known, ...more, case: name };
    return { rule, light, message: sentenceOf(rule, name, values), values, evidence };
  };
}

function sentenceOf(rule: EligibilityRuleName, name: string, values: Values): string {
  const ground = GROUND[rule];
  const share = `${haOf(values.ha)} of ${haOf(values.parcelHa)} ha are ${ground}`;
  const plan = values.intervention === undefined ? '' : ` for ${String(values.intervention).replaceAll('-', ' ')}`;
  switch (name) {
    case 'no-layer-before':
      return `Clearing cannot be ruled out: a layer of tree cover at least ${values.years} years before the start is wanted.`;
    case 'no-layer-now':
      return 'Clearing cannot be ruled out: a layer of tree cover now is wanted, to compare with the one from before.';
    case 'no-date':
      return 'Clearing cannot be judged: one of the two layers of tree cover states no date. Add it to its STAC item.';
    case 'too-young':
      return `Clearing cannot be ruled out: the layers are of ${values.before} and ${values.now}; at least ${values.years} years between them are wanted.`;
    case 'too-old':
      return `${share} since ${values.before}, which may have been before the last ${values.years} years: a layer of tree cover about ${values.years} years before the start is wanted.`;
    case 'stale':
      return `${share} (newest known state: ${values.now}), more than ${values.oldestYears} years before the start on ${values.start}: a newer layer of tree cover is wanted.`;
    case 'no-layer':
      return `Nothing is known of this ground: ${WANTED[rule] ?? 'a layer'} is wanted.`;
    case 'no-intervention':
      return `${share}; whether that is allowed depends on what is planned. Choose the intervention.`;
    case 'unknown':
      return `${share} as far as is known, but of ${haOf(values.unknownHa)} ha nothing is known; up to ${values.limitPct} % are allowed${plan}. A layer that covers the parcel is wanted.`;
    case 'note-wanted':
      return rule === 'savanna'
        ? `${share}, which must not become forest without a look: a reviewer has to write a note${plan}.`
        : `${share}: the word of its authority is wanted, as a reviewer's note${plan}.`;
    case 'noted':
      return `${share}; a reviewer wrote: ${values.note}`;
    case 'allowed':
      return `${share}, which is no obstacle${plan}.`;
    case 'fail':
      return `${share}${sinceOf(rule, values)}; at most ${values.limitPct} % are allowed${plan}.`;
    default:
      return `${share}${sinceOf(rule, values)}; up to ${values.limitPct} % are allowed${plan}.`;
  }
}

function sinceOf(rule: EligibilityRuleName, values: Values): string {
  return rule === 'no-clearing' ? ` since ${values.before}` : '';
}

function haOf(value: string | number | undefined): string {
  return typeof value === 'number' ? value.toFixed(2) : '?';
}
