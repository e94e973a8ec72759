import type { Language } from '../state.ts';
import { translateRefusal } from './refusals.ts';

/**
 * The sentences that observations and parcels carry as their reason. The pipeline writes them in a few fixed English
 * forms; here each is said in the language that is chosen, its numbers as that language writes them.
 */
export interface ReasonWords {
  /** In the chosen language; empty when the sentence is none of the fixed forms. */
  readonly text: string;
  /** What stays English because it is not a fixed form: the cause behind a fixed beginning, or the whole sentence. */
  readonly rest: string | null;
}

type Say = (parts: readonly string[], words: Wording) => ReasonWords;

interface Wording {
  /** A whole number or a decimal of the sentence, in the language's own digits. */
  number(text: string): string;
  /** The form of a noun that goes with a number. */
  plural(text: string, one: string, many: string): string;
}

interface Form {
  readonly pattern: RegExp;
  readonly say: Readonly<Record<Language, Say>>;
}

const whole = (text: string): ReasonWords => ({ text, rest: null });

/** A form that says the same whatever its numbers. */
function fixed(english: string, french: string, german: string): Form {
  const pattern = new RegExp(`^${english}$`);
  return { pattern, say: { en: () => whole(english), fr: () => whole(french), de: () => whole(german) } };
}

/** A fixed beginning, and behind it a sentence of its own: a cause in English, or a refusal that has its own forms. */
function led(pattern: RegExp, words: Readonly<Record<Language, string>>): Form {
  const lead = (language: Language): Say => {
    return ([cause]) => {
      const refusal = translateRefusal(language, cause!);
      return refusal === null ? { text: words[language], rest: cause! } : whole(`${words[language]} ${refusal}`);
    };
  };
  return { pattern, say: { en: lead('en'), fr: lead('fr'), de: lead('de') } };
}

const FORMS: readonly Form[] = [
  fixed(
    'no clear pixels: cloud, shadow or snow',
    'aucun pixel clair : nuage, ombre ou neige',
    'keine klaren Pixel: Wolken, Schatten oder Schnee',
  ),
  fixed('no valid pixels in the scene', 'aucun pixel valide dans la scène', 'keine gültigen Pixel in der Szene'),
  fixed(
    'outside every scene of the two periods',
    'en dehors de toutes les scènes des deux périodes',
    'außerhalb aller Szenen der beiden Zeiträume',
  ),
  fixed(
    'left out: its unit has no result',
    'non traitée : son unité de calcul n’a pas de résultat',
    'ausgelassen: die Recheneinheit hat kein Ergebnis',
  ),
  {
    pattern: /^clear fraction (\d+(?:\.\d+)?), (\d+(?:\.\d+)?) needed$/,
    say: {
      en: ([got, wanted], { number }) => whole(`clear fraction ${number(got!)}, ${number(wanted!)} needed`),
      fr: ([got, wanted], { number }) => whole(`part claire ${number(got!)}, il faut ${number(wanted!)}`),
      de: ([got, wanted], { number }) => whole(`klarer Anteil ${number(got!)}, nötig sind ${number(wanted!)}`),
    },
  },
  {
    pattern: /^(\d+) clear observations, (\d+) needed$/,
    say: {
      en: ([got, wanted], { number, plural }) =>
        whole(`${number(got!)} clear ${plural(got!, 'observation', 'observations')}, ${number(wanted!)} needed`),
      fr: ([got, wanted], { number, plural }) =>
        whole(
          `${number(got!)} ${plural(got!, 'observation claire', 'observations claires')}, il en faut ${number(wanted!)}`,
        ),
      de: ([got, wanted], { number, plural }) =>
        whole(
          `${number(got!)} ${plural(got!, 'klare Beobachtung', 'klare Beobachtungen')}, nötig ${plural(wanted!, 'ist', 'sind')} ${number(wanted!)}`,
        ),
    },
  },
  {
    pattern: /^low confidence: (\d+) clear observations$/,
    say: {
      en: ([got], { number, plural }) =>
        whole(`low confidence: ${number(got!)} clear ${plural(got!, 'observation', 'observations')}`),
      fr: ([got], { number, plural }) =>
        whole(`confiance faible : ${number(got!)} ${plural(got!, 'observation claire', 'observations claires')}`),
      de: ([got], { number, plural }) =>
        whole(`geringe Verlässlichkeit: ${number(got!)} ${plural(got!, 'klare Beobachtung', 'klare Beobachtungen')}`),
    },
  },
  led(/^scene left out: ([\s\S]+)$/, { en: 'scene left out:', fr: 'scène écartée :', de: 'Szene ausgelassen:' }),
  led(/^left out: ([\s\S]+)$/, { en: 'left out:', fr: 'non traitée :', de: 'ausgelassen:' }),
  led(/^refused: ([\s\S]+)$/, { en: 'refused:', fr: 'refusée :', de: 'abgelehnt:' }),
];

/** A reason of the pipeline in words of the language; a sentence that is no fixed form comes back whole in `rest`. */
export function translateReason(language: Language, reason: string): ReasonWords {
  for (const { pattern, say } of FORMS) {
    const found = pattern.exec(reason);
    if (found) return say[language](found.slice(1), wordingOf(language));
  }
  return { text: '', rest: reason === '' ? null : reason };
}

function wordingOf(language: Language): Wording {
  return {
    number: (text) => {
      const digits = text.split('.')[1]?.length ?? 0;
      return Number(text).toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    },
    plural: (text, one, many) => (new Intl.PluralRules(language).select(Number(text)) === 'one' ? one : many),
  };
}
