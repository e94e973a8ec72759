import { inputError } from '../../../shared/errors.ts';

/**
 * Text of a file that does not have to be UTF-8: by its byte-order mark, by the encoding that it states (`stated`), as
 * UTF-8, and else as Windows-1252, which is noted. Throws E_TEXT_ENCODING where nothing fits.
 */
export function decodeText(
  bytes: Uint8Array,
  source: string,
  stated: string | null = null,
): { readonly text: string; readonly note: string | null } {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), note: null };
  if (a === 0xfe && b === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), note: null };
  if (stated !== null && !/^utf-?8$/i.test(stated)) return { text: decodeAs(stated, bytes, source), note: null };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), note: null };
  } catch {
    const note = `${source} is not UTF-8; its text was read as Windows-1252. Look whether letters with accents are right.`;
    return { text: new TextDecoder('windows-1252').decode(bytes), note };
  }
}

function decodeAs(encoding: string, bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    const text = `${source} says that its text is in ${encoding.slice(0, 40)}, and cannot be read so. Save it as UTF-8 and try again.`;
    throw inputError('E_TEXT_ENCODING', text, source, cause);
  }
}
