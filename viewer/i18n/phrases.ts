import { typeset } from './translate.ts';

/** A sentence of the pipeline, as a pattern with named groups, and how it is said in the two other languages. */
export interface Phrase {
  readonly en: RegExp;
  /** `{name}` is filled with the group of that name, `{count|one|many}` chooses by its number. */
  readonly fr: string;
  readonly de: string;
}

/** Groups that hold a number as English writes it. */
const NUMBERS = new Set(['count', 'stated', 'limit', 'bytes']);

/** The sentence in French or German; null where no phrase has its form. */
export function translatePhrase(phrases: readonly Phrase[], language: 'fr' | 'de', text: string): string | null {
  for (const phrase of phrases) {
    const found = phrase.en.exec(text);
    if (found !== null) return fill(language, typeset(language, phrase[language]), found.groups ?? {});
  }
  return null;
}

function fill(language: 'fr' | 'de', text: string, groups: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (_, name: string, one, many) => {
    const value = groups[name] ?? '';
    if (name === 'list') return fillList(language, value);
    if (!NUMBERS.has(name)) return value;
    const number = Number(value.replaceAll(',', ''));
    if (one === undefined) return number.toLocaleString(language);
    return new Intl.PluralRules(language).select(number) === 'one' ? one : many;
  });
}

/** `A, placemark 2 and 4 more`, `A, B, … (20 parcels)`: what is not a name of the file in the language. */
function fillList(language: 'fr' | 'de', list: string): string {
  const words = {
    fr: { more: 'et $1 de plus', all: '… ($1 parcelles)', placemark: '$1repère $2' },
    de: { more: 'und $1 weitere', all: '… ($1 Parzellen)', placemark: '$1Ortsmarke $2' },
  }[language];
  return list
    .replace(/and (\d+) more$/, words.more)
    .replace(/… \((\d+) parcels\)$/, words.all)
    .replaceAll(/(^|, )placemark (\d+)(?=,| |$)/g, words.placemark);
}
