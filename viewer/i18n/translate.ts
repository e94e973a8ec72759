import { useCallback } from 'react';
import { type Language, useStore } from '../state.ts';
import { changeMessages } from './change.ts';
import { changeChartMessages } from './change-chart.ts';
import { changeLayerMessages } from './change-layers.ts';
import { delineateMessages } from './delineate.ts';
import { draftMessages } from './draft.ts';
import { eligibilityMessages } from './eligibility.ts';
import { exportMessages } from './export.ts';
import { findingMessages } from './findings.ts';
import { readerFindingMessages } from './findings-reader.ts';
import { importAnswerMessages } from './import-answers.ts';
import { importStepMessages } from './import-steps.ts';
import { layerMessages } from './layers.ts';
import { mapMessages } from './map.ts';
import { offlineMessages } from './offline.ts';
import { operationsMessages } from './operations.ts';
import { parcelMessages } from './parcel.ts';
import { registerMessages } from './register.ts';
import { registerFileMessages } from './register-files.ts';
import { shellMessages } from './shell.ts';
import { suggestionMessages } from './suggestions.ts';

/** Sentences of one part of the viewer. Plain text with {names}; `{n|one|many}` chooses by the language's plural rule. */
export type Messages<K extends string = string> = Readonly<Record<Language, Readonly<Record<K, string>>>>;

export const MESSAGES = { en: merged('en'), fr: merged('fr'), de: merged('de') };

export type MessageKey = keyof typeof MESSAGES.en;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, values?: Values) => string;

/** One type for three languages: spread as they are, their union would be too large to compile. */
function textsOf<K extends string>(messages: Messages<K>, language: Language): Readonly<Record<K, string>> {
  return messages[language];
}

function merged(language: Language) {
  return {
    ...textsOf(mapMessages, language),
    ...textsOf(parcelMessages, language),
    ...textsOf(shellMessages, language),
    ...textsOf(layerMessages, language),
    ...textsOf(changeMessages, language),
    ...textsOf(changeChartMessages, language),
    ...textsOf(changeLayerMessages, language),
    ...textsOf(delineateMessages, language),
    ...textsOf(draftMessages, language),
    ...textsOf(eligibilityMessages, language),
    ...textsOf(findingMessages, language),
    ...textsOf(readerFindingMessages, language),
    ...textsOf(offlineMessages, language),
    ...textsOf(registerMessages, language),
    ...textsOf(registerFileMessages, language),
    ...textsOf(importAnswerMessages, language),
    ...textsOf(importStepMessages, language),
    ...textsOf(exportMessages, language),
    ...textsOf(suggestionMessages, language),
    ...textsOf(operationsMessages, language),
  };
}

/** The text of a key, its names filled in; numbers are written as the language writes them. */
export function translate(language: Language, key: MessageKey, values: Values = {}): string {
  return typeset(language, MESSAGES[language][key]).replaceAll(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (_, name: string, one, many) => {
      const value = values[name];
      if (one !== undefined) {
        const isOne = new Intl.PluralRules(language).select(Number(value)) === 'one';
        return isOne ? one : many;
      }
      return typeof value === 'number' ? value.toLocaleString(language) : String(value ?? '');
    },
  );
}

/** French sets a space that does not break the line before ; : ? ! and inside « »; messages are written with plain ones. */
export function typeset(language: Language, text: string): string {
  return language === 'fr' ? text.replaceAll(/ (?=[;:?!»])|(?<=«) /g, '\u00a0') : text;
}

/** The translator of the language that is chosen now. */
export function useTranslate(): Translate {
  const language = useStore((state) => state.language);
  return useCallback((key, values) => translate(language, key, values), [language]);
}
