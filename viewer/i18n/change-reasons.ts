import type { Language } from '../state.ts';
import type { ReasonWords } from './reasons.ts';
import { typeset } from './translate.ts';

/** A fixed English form of the pipeline, and what it says in each language; `$1`, `$2` are its numbers and words, `$Y2` is one that stays as it is, as years do. */
interface Form {
  readonly pattern: RegExp;
  readonly words: Readonly<Record<Language, string>>;
}

/** Why a series was not judged: what the pipeline calls it, and each language's words. */
const OUTCOMES: readonly (readonly [pattern: string, words: Readonly<Record<Language, string>>])[] = [
  [
    'too few observations in the history for a season',
    {
      en: 'too few observations in the history for a season',
      fr: 'trop peu d’observations dans l’historique pour connaître la saison',
      de: 'zu wenige Beobachtungen in der Vorgeschichte für eine Jahreszeit',
    },
  ],
  [
    'too few observations in the history for the moving window',
    {
      en: 'too few observations in the history for the moving window',
      fr: 'trop peu d’observations dans l’historique pour la fenêtre mobile',
      de: 'zu wenige Beobachtungen in der Vorgeschichte für das gleitende Fenster',
    },
  ],
  [
    'too few observations in the monitored period',
    {
      en: 'too few observations in the monitored period',
      fr: 'trop peu d’observations dans la période suivie',
      de: 'zu wenige Beobachtungen im überwachten Zeitraum',
    },
  ],
  [
    'a history of less than nine months',
    {
      en: 'a history of less than nine months',
      fr: 'un historique de moins de neuf mois',
      de: 'eine Vorgeschichte von weniger als neun Monaten',
    },
  ],
  [
    'no clear observation in the monitored period',
    {
      en: 'no clear observation in the monitored period',
      fr: 'aucune observation claire dans la période suivie',
      de: 'keine klare Beobachtung im überwachten Zeitraum',
    },
  ],
  [
    'the history does not vary at all, which no vegetation does',
    {
      en: 'the history does not vary at all, which no vegetation does',
      fr: 'l’historique ne varie pas du tout, ce qu’aucune végétation ne fait',
      de: 'die Vorgeschichte schwankt gar nicht, was keine Vegetation tut',
    },
  ],
  [
    'a gap of more than a year between two observations',
    {
      en: 'a gap of more than a year between two observations',
      fr: 'une lacune de plus d’un an entre deux observations',
      de: 'eine Lücke von mehr als einem Jahr zwischen zwei Beobachtungen',
    },
  ],
  [
    'values that are no finite numbers',
    {
      en: 'values that are no finite numbers',
      fr: 'des valeurs qui ne sont pas des nombres finis',
      de: 'Werte, die keine endlichen Zahlen sind',
    },
  ],
  [
    'several values for one date',
    { en: 'several values for one date', fr: 'plusieurs valeurs pour une date', de: 'mehrere Werte für einen Tag' },
  ],
  ['dates out of order', { en: 'dates out of order', fr: 'des dates en désordre', de: 'ungeordnete Tage' }],
];

const COUNTS: Readonly<Record<Language, string>> = {
  en: 'clear observations: $1 in the history, $2 monitored',
  fr: 'observations claires : $1 dans l’historique, $2 dans le suivi',
  de: 'klare Beobachtungen: $1 in der Vorgeschichte, $2 überwacht',
};

const none = (pattern: RegExp, en: string, fr: string, de: string): Form => ({
  pattern,
  words: { en: `no control areas: ${en}`, fr: `pas de zones témoins : ${fr}`, de: `keine Kontrollflächen: ${de}` },
});

const FORMS: readonly Form[] = [
  ...OUTCOMES.map(([outcome, words]): Form => {
    const full = (language: Language) => `${words[language]} (${COUNTS[language]})`;
    return {
      pattern: new RegExp(`^${outcome} \\((\\d+) clear observations in the history, (\\d+) monitored\\)$`),
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
    pattern: /^too small to monitor: ([\d.e-]+) of a cell$/,
    words: {
      en: 'too small to monitor: $1 of a cell',
      fr: 'trop petite pour être suivie : $1 d’une cellule',
      de: 'zu klein für die Überwachung: $1 einer Zelle',
    },
  },
  {
    pattern: /^judged to (\d{4}-\d\d-\d\d) only: no observation for (\d+) days behind it$/,
    words: {
      en: 'judged to $1 only: no observation for $2 days behind it',
      fr: 'jugé jusqu’au $1 seulement : aucune observation pendant les $2 jours suivants',
      de: 'nur bis zum $1 beurteilt: danach $2 Tage lang keine Beobachtung',
    },
  },
  {
    pattern:
      /^its pixels show (\d+\.\d+) ha lost and not back in (\d{4}), too little or too scattered for its own series$/,
    words: {
      en: 'its pixels show $1 ha lost and not back in $Y2, too little or too scattered for its own series',
      fr: 'ses pixels montrent $1 ha perdus et non revenus en $Y2, trop peu ou trop dispersés pour sa propre série',
      de: 'ihre Pixel zeigen $1 ha, die verloren und auch $Y2 nicht zurück sind, zu wenig oder zu verstreut für ihre eigene Reihe',
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
    'clear observations in the monitored period: $1, needed: $2',
    'observations claires dans la période suivie : $1, il en faut $2',
    'klare Beobachtungen im überwachten Zeitraum: $1, nötig sind $2',
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
  ...(
    [
      ['its past NDVI', 'past NDVI', 'NDVI ancien', 'früherer NDVI'],
      ['its recent NDVI', 'recent NDVI', 'NDVI récent', 'jüngster NDVI'],
      ['its past slope a year', 'past slope a year', 'pente ancienne par an', 'frühere Steigung im Jahr'],
    ] as const
  ).map(
    ([english, en, fr, de]): Form => ({
      pattern: new RegExp(`^from the closest it differs most in ${english} \\(([+−]\\d+\\.\\d+)\\)$`),
      words: {
        en: `from the closest it differs most in its ${en} ($1)`,
        fr: `ce qui la sépare le plus de la plus proche : ${fr} ($1)`,
        de: `von der nächsten unterscheidet sie am meisten: ${de} ($1)`,
      },
    }),
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
    if (found)
      return typeset(language, words[language]).replaceAll(/\$(Y?)(\d)/g, (_, year: string, n: string) =>
        year ? found[Number(n)]! : sayWord(language, found[Number(n)]!),
      );
  }
  return null;
}

function sayWord(language: Language, text: string): string {
  if (PERIODS[text]) return PERIODS[text][language];
  if (/^\d{4}-/.test(text))
    return new Date(text).toLocaleDateString(language === 'en' ? 'en-GB' : language, {
      ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
    });
  const digits = text.split('.')[1]?.length ?? 0;
  const isSigned = /^[+−]/.test(text);
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  const number = Number(text.replace('−', '-'));
  return number.toLocaleString(language, { ...format, signDisplay: isSigned ? 'always' : 'auto' }).replace('-', '−');
}
