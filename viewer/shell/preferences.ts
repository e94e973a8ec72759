import { useEffect } from 'react';
import { readPermalink } from '../permalink.ts';
import { type Language, type Theme, useStore } from '../state.ts';
import { keepChoice, readChoice } from './storage.ts';

export const LANGUAGES = ['en', 'fr', 'de'] as const satisfies readonly Language[];
export const THEMES = ['auto', 'light', 'dark'] as const satisfies readonly Theme[];

/** Each language in its own words: someone who cannot read the page must find the way out. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', de: 'Deutsch' };

/** The link's language and theme, else the stored choice, else the browser's. Called once, before the first picture. */
export function setFirstPreferences(): void {
  const { view } = readPermalink(location.search);
  const { set } = useStore.getState();
  const stored = { language: readChoice('language'), theme: readChoice('theme') };
  const language =
    view.language ?? LANGUAGES.find((one) => one === stored.language) ?? firstKnown(navigator.languages) ?? 'en';
  const theme = view.theme ?? THEMES.find((one) => one === stored.theme) ?? 'auto';
  set({ language, theme, ...(view.page ? { page: view.page } : {}) });
}

export function firstKnown(wanted: readonly string[]): Language | undefined {
  for (const tag of wanted) {
    const known = LANGUAGES.find((one) => tag.toLowerCase().split('-')[0] === one);
    if (known) return known;
  }
  return undefined;
}

export function chooseLanguage(language: Language): void {
  keepChoice('language', language);
  useStore.getState().set({ language });
}

export function chooseTheme(theme: Theme): void {
  keepChoice('theme', theme);
  useStore.getState().set({ theme });
}

/** `lang` and `data-theme` of the document follow the choices, and the system's theme where that is the choice. */
export function usePreferences(): void {
  const language = useStore((state) => state.language);
  const theme = useStore((state) => state.theme);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset.theme = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme]);
}
