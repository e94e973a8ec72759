import type { Language } from '../state.ts';
import type { ReasonWords } from './reasons.ts';

/** A fixed English form of the pipeline, and what it says in each language; `$1`, `$2` are its numbers and words. */
interface Form {
  readonly pattern: RegExp;
  readonly words: Readonly<Record<Language, string>>;
}

/** Why a series was not judged, by the outcome of the break monitor. */
const OUTCOMES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'too few observations': {
    en: 'too few observations',
    fr: 'trop peu d’observations',
    de: 'zu wenige Beobachtungen',
  },
  'window too short': {
    en: 'the baseline is too short for the monitor’s window',
    fr: 'la période de référence est trop courte pour la fenêtre de surveillance',
    de: 'der Referenzzeitraum ist zu kurz für das Fenster der Überwachung',
  },
  'no monitoring': {
    en: 'no observation in the monitored period',
    fr: 'aucune observation dans la période suivie',
    de: 'keine Beobachtung im überwachten Zeitraum',
  },
  constant: {
    en: 'the series never changes its value',
    fr: 'la série ne change jamais de valeur',
    de: 'die Reihe ändert nie ihren Wert',
  },
  gap: { en: 'a gap of more than a year', fr: 'une lacune de plus d’un an', de: 'eine Lücke von mehr als einem Jahr' },
  'not finite': {
    en: 'values that are no numbers',
    fr: 'des valeurs non numériques',
    de: 'Werte, die keine Zahlen sind',
  },
  'duplicate dates': { en: 'dates that repeat', fr: 'des dates répétées', de: 'doppelte Tage' },
  'unsorted dates': { en: 'dates out of order', fr: 'des dates en désordre', de: 'ungeordnete Tage' },
};

const COUNTS: Readonly<Record<Language, string>> = {
  en: '$2 clear observations in the baseline, $3 in the monitored period',
  fr: '$2 observations claires dans la période de référence, $3 dans la période suivie',
  de: '$2 klare Beobachtungen im Referenzzeitraum, $3 im überwachten Zeitraum',
};

const none = (pattern: RegExp, en: string, fr: string, de: string): Form => ({
  pattern,
  words: { en: `no control areas: ${en}`, fr: `pas de zones témoins : ${fr}`, de: `keine Kontrollflächen: ${de}` },
});

const FORMS: readonly Form[] = [
  ...Object.entries(OUTCOMES).map(([outcome, words]): Form => {
    const full = (language: Language) => `${words[language]} (${COUNTS[language]})`;
    return {
      pattern: new RegExp(
        `^not judged: (${outcome}) \\((\\d+) clear observations in the baseline, (\\d+) in the monitored period\\)$`,
      ),
      words: { en: full('en'), fr: full('fr'), de: full('de') },
    };
  }),
  {
    pattern: /^change over time was not asked for$/,
    words: { en: 'it was not asked for', fr: 'ce n’était pas demandé', de: 'es war nicht verlangt' },
  },
  {
    pattern: /^no acquisition in the (monitoring period|baseline)$/,
    words: { en: 'no acquisition in the $1', fr: 'aucune prise de vue dans la $1', de: 'keine Aufnahme im $1' },
  },
  {
    pattern: /^the baseline's acquisitions span (\d+) days, (\d+) needed to know the season$/,
    words: {
      en: 'the baseline’s acquisitions span $1 days; $2 are needed to know the season',
      fr: 'les prises de vue de la période de référence couvrent $1 jours ; il en faut $2 pour connaître la saison',
      de: 'die Aufnahmen des Referenzzeitraums umfassen $1 Tage; nötig sind $2, um die Jahreszeit zu kennen',
    },
  },
  {
    pattern: /^(\d+) dates before and (\d+) after are shared with its control areas, (\d+) and (\d+) needed$/,
    words: {
      en: '$1 dates before and $2 after are shared with its control areas, $3 and $4 needed',
      fr: '$1 dates avant et $2 après sont communes avec ses zones témoins, il en faut $3 et $4',
      de: '$1 Tage davor und $2 danach sind mit den Kontrollflächen gemeinsam, nötig sind $3 und $4',
    },
  },
  {
    pattern: /^no interval: fewer than (\d+) untreated areas to learn it from$/,
    words: {
      en: 'no interval: fewer than $1 untreated areas to learn it from',
      fr: 'pas d’intervalle : moins de $1 zones non traitées pour l’apprendre',
      de: 'kein Intervall: weniger als $1 unbehandelte Flächen, um es zu lernen',
    },
  },
  none(
    /^no control areas: no ground outside the parcels was left for them$/,
    'no ground outside the parcels was left for them',
    'il ne restait pas de sol hors des parcelles',
    'außerhalb der Parzellen blieb kein Boden für sie',
  ),
  none(
    /^no control areas: no clear observations in the baseline$/,
    'no clear observations in the baseline',
    'aucune observation claire dans la période de référence',
    'keine klare Beobachtung im Referenzzeitraum',
  ),
  none(
    /^no control areas: (\d+) clear observations in the monitored period, (\d+) needed$/,
    '$1 clear observations in the monitored period, $2 needed',
    '$1 observations claires dans la période suivie, il en faut $2',
    '$1 klare Beobachtungen im überwachten Zeitraum, nötig sind $2',
  ),
  none(
    /^no control areas: the baseline spans less than a year$/,
    'the baseline spans less than a year',
    'la période de référence dure moins d’un an',
    'der Referenzzeitraum umfasst weniger als ein Jahr',
  ),
  none(
    /^no control areas: (\d+) of them share enough clear dates with it, (\d+) needed$/,
    '$1 share enough clear dates with it, $2 needed',
    '$1 ont assez de dates claires en commun avec elle, il en faut $2',
    '$1 haben genug klare Tage mit ihr gemeinsam, nötig sind $2',
  ),
  none(
    /^no control areas: (\d+) resemble it in the baseline \(distance at most (\d+(?:\.\d+)?)\), (\d+) needed$/,
    '$1 resemble it in the baseline (distance at most $2), $3 needed',
    '$1 lui ressemblent dans la période de référence (distance $2 au plus), il en faut $3',
    '$1 gleichen ihr im Referenzzeitraum (Abstand höchstens $2), nötig sind $3',
  ),
];

/** The two periods where they stand within a sentence. */
const PERIODS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'monitoring period': { en: 'monitoring period', fr: 'période de suivi', de: 'Beobachtungszeitraum' },
  baseline: { en: 'baseline', fr: 'période de référence', de: 'Referenzzeitraum' },
};

/**
 * Why change over time was not judged or is less sure: parts with semicolons between, each in words of the language.
 * Parts that are no fixed form come back as they are in `rest`.
 */
export function translateChangeReason(language: Language, reason: string): ReasonWords {
  const parts = reason.split('; ').filter((part) => part !== '');
  const said = parts.map((part) => sayPart(language, part));
  const rest = parts.filter((_, i) => said[i] === null).join('; ');
  return { text: said.filter((words) => words !== null).join('; '), rest: rest === '' ? null : rest };
}

function sayPart(language: Language, part: string): string | null {
  for (const { pattern, words } of FORMS) {
    const found = pattern.exec(part);
    if (found) return words[language].replaceAll(/\$(\d)/g, (_, n: string) => sayWord(language, found[Number(n)]!));
  }
  return null;
}

function sayWord(language: Language, text: string): string {
  if (PERIODS[text]) return PERIODS[text][language];
  const digits = text.split('.')[1]?.length ?? 0;
  return Number(text).toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
