import { useMemo } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import type { Speaker } from './finding-words.ts';

/** Translator and language of the page, for sentences that are put together. */
export function useSpeaker(): Speaker {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  return useMemo(() => ({ t, language }), [t, language]);
}
