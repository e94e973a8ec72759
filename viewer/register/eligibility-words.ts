import type { EligibilityRule } from '../../shared/eligibility.ts';
import { MESSAGES, type MessageKey } from '../i18n/translate.ts';
import { formatDay } from '../panels/format.ts';
import type { Language } from '../state.ts';
import type { Said, Speaker } from './finding-words.ts';
import { sayHectares, sayPercent } from './quantities.ts';

/** What a rule of eligibility found, in plain words; `values.case` names the sentence. */
export function sayRule({ rule, values, message }: EligibilityRule, { t, language }: Speaker): Said {
  const found = candidatesOf(rule, String(values.case)).find((key) => Object.hasOwn(MESSAGES.en, key));
  if (found === undefined) return { text: message, isEnglish: true };
  const filled = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, sayValue(language, name, value)]),
  );
  const share = t(`eligible.ground.${rule}`, filled);
  const text = t(found as MessageKey, { ...filled, share });
  return { text: text.charAt(0).toLocaleUpperCase(language) + text.slice(1), isEnglish: false };
}

/** The keys a case may have, the most particular first. */
function candidatesOf(rule: EligibilityRule['rule'], name: string): string[] {
  const key = `eligible.case.${name}`;
  if (rule === 'no-clearing' && (name === 'pass' || name === 'fail')) return [`${key}.since`];
  if (name === 'no-layer') {
    const layer = rule === 'tree-cover-now' ? 'cover' : rule === 'water' || rule === 'savanna' ? 'land' : 'other';
    return [`${key}.${layer}`, key];
  }
  return [`${key}.${rule}`, key];
}

function sayValue(language: Language, name: string, value: string | number): string | number {
  if (typeof value === 'string') return sayDate(language, value);
  if (name === 'ha' || name.endsWith('Ha')) return sayHectares(language, value);
  return name.endsWith('Pct') ? sayPercent(language, value) : value;
}

/** A UTC day, or two days or years with a stroke between them, as people write them; a year, and what is no day, as it is. */
export function sayDate(language: Language, text: string): string {
  if (/^[\d-]{4,10}\/[\d-]{4,10}$/.test(text))
    return text
      .split('/')
      .map((day) => sayDate(language, day))
      .join(' – ');
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? formatDay(language, text) : text;
}
