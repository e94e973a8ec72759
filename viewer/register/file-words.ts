import type { Speaker } from './finding-words.ts';

/** Why a whole file was refused and what to do next, by its error code; null in English and for a code unknown here. */
export function sayFileRefusal(
  _refusal: { readonly code: string; readonly message: string },
  _speaker: Speaker,
): string | null {
  return null;
}
