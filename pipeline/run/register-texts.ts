import { IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import { faultOfId, quoteId } from '../parcels/ids.ts';

/** A database keeps neither of them. */
const isUnkept = (text: string) => text.includes('\0') || /\p{Cs}/u.test(text);
const LONGEST_ID = 128;

/** Of the body, the list, the parcel and its attributes, in which properties of files arrive. */
const ENVELOPE_LEVELS = 4;

/** Whether a body is nested deeper than what files may hold; looks no deeper than that. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= IMPORT_LIMITS.nesting + ENVELOPE_LEVELS) return true;
  return Object.values(value).some((member) => isTooDeep(member, depth + 1));
}

/** Where in a JSON value a text stands that no database can keep (NUL, half a character), as a path; null without one. Of a value that `isTooDeep` lets through. */
export function findUnkeptText(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return isUnkept(value) ? path || 'the text' : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (isUnkept(name)) return `a name in ${path || 'the body'}`;
    // Coordinates are numbers, and many.
    if (name === 'coordinates' && path.endsWith('geometry')) continue;
    const found = findUnkeptText(member, at);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Why the register does not take an id, as the rest of a sentence whose subject is the id, or null: an id has to come
 * back as it was given, look like no other one, and be harmless as a part of an address or of a record.
 */
export function faultOfRegisterId(id: string): string | null {
  const fault = faultOfId(id);
  if (fault !== null) return `cannot be kept: ${fault}`;
  if (id.length > LONGEST_ID) return `has ${id.length} characters; at most ${LONGEST_ID} are accepted`;
  if (id !== id.trim() || id === '') return 'is empty, or begins or ends with a blank';
  if (/\p{Cf}/u.test(id)) return 'holds a character that cannot be seen';
  if (id in {}) return 'is a word that programs keep for themselves';
  if (/(?:^|[\\/])\.{0,2}(?:[\\/]|$)/.test(id)) return 'looks like a path of folders';
  return null;
}

/** The whole sentence. */
export function describeIdFault(id: string, fault: string): string {
  return `The id ${quoteId(id)} ${fault}. Give the parcel another id, or none: the register gives one.`;
}
