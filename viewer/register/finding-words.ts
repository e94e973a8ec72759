import type { CheckFinding, MendProposal } from '../../shared/parcel-check.ts';
import { MESSAGES, type MessageKey, type Translate, type Values } from '../i18n/translate.ts';
import { formatDay, formatNumber } from '../panels/format.ts';
import type { Language } from '../state.ts';
import { sayPlace, sayRowFault } from './file-words.ts';
import { sayHectares, sayMetres, sayPercent } from './quantities.ts';

/** A sentence in the chosen language, or the checker's own English one where this page does not know its rule. */
export interface Said {
  readonly text: string;
  readonly isEnglish: boolean;
}

export interface Speaker {
  readonly t: Translate;
  readonly language: Language;
}

/** What was found, in plain words. */
export function sayFinding(
  { rule, values, message }: Pick<CheckFinding, 'rule' | 'values' | 'message'>,
  speaker: Speaker,
): Said {
  const key = [variantOf(rule, values, speaker), rule].map((name) => `finding.${name}`).find(isKey);
  if (key === undefined) return { text: message, isEnglish: true };
  const text = speaker.t(key, {
    ...formatValues(values, speaker),
    ...namesOf(values, speaker),
    ...kindOf(values),
    ...inFile(values, speaker),
  });
  return { text: text.charAt(0).toLocaleUpperCase(speaker.language) + text.slice(1), isEnglish: false };
}

/** What a proposal would do. */
export function sayProposal({ kind, message }: Pick<MendProposal, 'kind' | 'message'>, { t }: Speaker): Said {
  const key = `mend.${kind}`;
  return isKey(key) ? { text: t(key), isEnglish: false } : { text: message, isEnglish: true };
}

function isKey(key: string): key is MessageKey & string {
  return Object.hasOwn(MESSAGES.en, key);
}

/** The sentence of a rule that depends on its values, where there is more than one. */
function variantOf(rule: string, values: CheckFinding['values'], speaker: Speaker): string {
  if (rule === 'swapped-axes' && values.region === '') return 'swapped-axes.earth';
  if (rule === 'outside-region' && values.insidePct === 0) return 'outside-region.wholly';
  if (rule === 'missing-attribute') return `missing-attribute.${values.attribute}`;
  if ((rule === 'self-crossing' || rule === 'spike') && Number(values.count) > 1) return `${rule}.many`;
  if (rule === 'unreadable-row' && sayRowFault(String(values.what), speaker) !== null) return 'unreadable-row.known';
  if (isOfRegister(rule, values)) return `${rule}.register`;
  return typeof values.why === 'string' ? `${rule}.${values.why}` : rule;
}

/** Two rules are found by the register as well, which says less about them. */
function isOfRegister(rule: string, values: CheckFinding['values']): boolean {
  return (rule === 'id' && values.given === undefined) || (rule === 'duplicate' && values.sharedPct === undefined);
}

/** What a sentence says of a file: where a row stands, why it cannot be read, the id that it gives. */
function inFile({ where, firstPlace, what, given }: CheckFinding['values'], speaker: Speaker): Values {
  return {
    ...(where === undefined ? {} : { where: sayPlace(String(where), speaker) }),
    ...(firstPlace === undefined ? {} : { firstPlace: sayPlace(String(firstPlace), speaker) }),
    ...(what === undefined ? {} : { fault: sayRowFault(String(what), speaker) ?? '' }),
    ...(given === undefined ? {} : { given: String(given).replaceAll(/^"|"$/g, '') }),
  };
}

/** Names of the parts that a sentence speaks of; `part` is 0 where there is only one. */
function namesOf({ part, ring, other, region }: CheckFinding['values'], { t }: Speaker): Values {
  const ofPart = part !== undefined && Number(part) !== 0 ? '-part' : '';
  const known = { part: String(part), ring: String(ring) };
  const kind = ring === undefined ? (ofPart ? 'part' : 'outline') : `${ring === 'outer' ? 'outline' : 'hole'}${ofPart}`;
  const otherKey = region === undefined || region === '' ? 'finding.other' : 'finding.other.region';
  return {
    name: t(`finding.name.${kind}` as MessageKey, known),
    of: t(ofPart ? 'finding.of.part' : 'finding.of.parcel', known),
    ...(other === undefined ? {} : { otherName: t(otherKey, { other, region: region ?? '' }) }),
  };
}

/** The check says `called Point`, or more; the name of the kind is what is the same in every language. */
function kindOf({ kind }: CheckFinding['values']): Values {
  const [, name] = /^called (\S+)/.exec(String(kind)) ?? [];
  return name === undefined ? {} : { kind: name };
}

/** Numbers with their units, by the endings of their names; counts stay numbers, by which the plural is chosen. */
function formatValues(values: CheckFinding['values'], { language }: Speaker): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, formatValue(language, name, value)]));
}

function formatValue(language: Language, name: string, value: string | number): string | number {
  // What a cell says stays as it stands there.
  const isDay = typeof value === 'string' && name !== 'said' && /^\d{4}-\d{2}-\d{2}$/.test(value);
  if (typeof value === 'string') return isDay ? sayDay(language, value) : value;
  if (name.startsWith('limit') && !name.endsWith('M')) return sayLimit(language, name, value);
  if (name.endsWith('Ha')) return sayHectares(language, value);
  if (name.endsWith('Pct')) return sayPercent(language, value);
  if (name.endsWith('M')) return sayMetres(language, value);
  if (name.endsWith('Deg')) return `${formatNumber(language, value, 1)}°`;
  return Number.isInteger(value) ? value : value.toLocaleString(language, { maximumFractionDigits: 6 });
}

/** A limit as it was set, with no digit more. */
function sayLimit(language: Language, name: string, value: number): string | number {
  const text = value.toLocaleString(language, { maximumFractionDigits: 6 });
  return name.endsWith('Ha') ? `${text} ha` : name.endsWith('Pct') ? `${text} %` : value;
}

function sayDay(language: Language, day: string): string {
  return Number.isNaN(Date.parse(day)) ? day : formatDay(language, day);
}
