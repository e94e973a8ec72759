import { readPlace } from '../../shared/parcel-place.ts';
import { translateNote } from '../i18n/file-notes.ts';
import { translateFileRefusal } from '../i18n/file-refusals.ts';
import { translateRowFault } from '../i18n/row-faults.ts';
import { typeset } from '../i18n/translate.ts';
import type { Said, Speaker } from './finding-words.ts';

/** Where a row stands in its file, such as `ligne 12` or `repère 3 (Champ nord)`; as it was sent where its form is not known. */
export function sayPlace(place: string, { t }: Speaker): string {
  const read = readPlace(place);
  if (read === null) return place;
  const { kind, n, to, name } = read;
  const said = t(`place.${kind}`, { n, to });
  return name === null ? said : `${said} (${name})`;
}

/** A note about a file as a whole; in English, and marked so, where its form is not known. */
export function sayNote(note: string, { language }: Speaker): Said {
  if (language === 'en') return { text: note, isEnglish: false };
  const text = translateNote(language, note);
  return text === null ? { text: note, isEnglish: true } : { text, isEnglish: false };
}

/** Why a whole file was refused and what to do next, by its error code; null in English and for a code unknown here. */
export function sayFileRefusal(
  refusal: { readonly code: string; readonly message: string },
  { language }: Speaker,
): string | null {
  if (language === 'en') return null;
  const text = translateFileRefusal(language, refusal);
  return text === null ? null : typeset(language, text);
}

/** Why a row cannot be read, as the rest of a sentence without its full stop; null where its form is not known. */
export function sayRowFault(fault: string, { language }: Speaker): string | null {
  return language === 'en' ? fault.replace(/\.$/, '') : translateRowFault(language, fault);
}
