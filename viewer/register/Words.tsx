import type { Said } from './finding-words.ts';

/** A sentence in the chosen language, or one in English that says so to who reads it aloud. Always text, never markup. */
export function Words({ said }: { readonly said: Said }) {
  return said.isEnglish ? <span lang="en">{said.text}</span> : said.text;
}
