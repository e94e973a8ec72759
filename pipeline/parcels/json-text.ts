import { inputError } from '../../shared/errors.ts';

/** Decodes UTF-8 and drops a byte-order mark. Throws `E_TEXT_ENCODING` when the bytes are no UTF-8 text. */
export function decodeUtf8(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw inputError(
      'E_TEXT_ENCODING',
      `${source} is not UTF-8 text, which JSON has to be. Save it as UTF-8 and try again.`,
      source,
      cause,
    );
  }
}

/** Parses JSON. Throws `E_JSON` with the line and column of the first fault. */
export function parseJsonText(text: string, source: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const offset = findJsonFault(text);
    const before = text.slice(0, offset).split('\n');
    const line = before.length;
    const column = (before.at(-1) ?? '').length + 1;
    const found =
      offset >= text.length ? 'the text ends' : `there is ${JSON.stringify(text.slice(offset, offset + 1))}`;
    throw inputError(
      'E_JSON',
      `${source} is not JSON: at line ${line}, column ${column} ${found} where JSON wants something else. ` +
        'Write the file again with the program it came from.',
      source,
      cause,
    );
  }
}

/**
 * Puts the numbers that stand as values of the named members in quotes, as they are written, so that an id such as
 * `422.0` or `12345678901234567890` is read as the text it was given as. `text` has to be valid JSON.
 */
export function quoteMemberNumbers(text: string, names: ReadonlySet<string>): string {
  const number = /\s*:\s*(-?\d[\d.eE+-]*)/y;
  let quoted = '';
  let copied = 0;
  // Outside strings JSON holds no quotation mark, so stepping from string to string never loses its place.
  for (let start = text.indexOf('"'); start !== -1; ) {
    const end = endOfString(text, start);
    number.lastIndex = end;
    const match = number.exec(text);
    if (match?.[1] !== undefined && names.has(JSON.parse(text.slice(start, end)) as string)) {
      quoted += `${text.slice(copied, number.lastIndex - match[1].length)}"${match[1]}"`;
      copied = number.lastIndex;
    }
    start = text.indexOf('"', end);
  }
  return quoted + text.slice(copied);
}

/**
 * Whether the numbers that stand as values of the named members come back digit for digit from the parsed document, so
 * that `quoteMemberNumbers` has nothing to do. May say no where it could say yes, never the other way round.
 */
export function keepsNumbersAsWritten(text: string, names: ReadonlySet<string>): boolean {
  // Without a backslash every quotation mark opens or closes a string, and a name stands there as it is.
  if (text.includes('\\')) return false;
  for (const name of names) {
    const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    for (const [, number] of text.matchAll(new RegExp(`"${escaped}"\\s*:\\s*(-?\\d[\\d.eE+-]*)`, 'g'))) {
      if (String(Number(number)) !== number) return false;
    }
  }
  return true;
}

/** Offset behind the string that starts at `start`, or the text's length where it is not closed. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charAt(quote - 1 - backslashes) === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

const spacePattern = /[ \t\n\r]*/y;
const tokenPattern = /[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escapePattern = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or end' | 'nothing';

/** Offset of the first character that cannot belong to a JSON document. Runs only after JSON.parse has refused. */
function findJsonFault(text: string): number {
  const open: string[] = [];
  let expected: Expected | null = 'value';
  for (let offset = 0; ; ) {
    offset += (matchAt(spacePattern, text, offset) ?? '').length;
    const isString = text.charAt(offset) === '"';
    const token = isString ? text.slice(offset, endOfString(text, offset)) : matchAt(tokenPattern, text, offset);
    if (token === null) return offset;
    const fault = isString ? faultInString(token) : -1;
    if (fault !== -1) return offset + fault;
    expected = step(expected, token, open);
    if (expected === null) return offset;
    offset += token.length;
  }
}

function matchAt(pattern: RegExp, text: string, offset: number): string | null {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? null;
}

/** Offset of the first fault in a string with its quotation marks, or -1. */
function faultInString(token: string): number {
  for (let i = 1; i < token.length - 1; i++) {
    if (token.charCodeAt(i) < 0x20) return i;
    if (token.charAt(i) !== '\\') continue;
    const sequence = matchAt(escapePattern, token, i);
    if (sequence === null) return i;
    i += sequence.length - 1;
  }
  return token.length > 1 && token.endsWith('"') ? -1 : token.length;
}

/** What may follow a token, or null when the token may not stand here. `open` holds the brackets not yet closed. */
function step(expected: Expected, token: string, open: string[]): Expected | null {
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'comma or end');
  const wantsValue = expected === 'value' || expected === 'value or ]';
  if (token === ':') return expected === 'colon' ? 'value' : null;
  if (token === ',') {
    if (expected !== 'comma or end') return null;
    return open.at(-1) === '{' ? 'key' : 'value';
  }
  if (token === '{' || token === '[') {
    if (!wantsValue) return null;
    open.push(token);
    return token === '{' ? 'key or }' : 'value or ]';
  }
  if (token === '}' || token === ']') {
    const mayEnd = expected === 'comma or end' || expected === (token === '}' ? 'key or }' : 'value or ]');
    return mayEnd && open.pop() === (token === '}' ? '{' : '[') ? afterValue() : null;
  }
  if (wantsValue) return afterValue();
  return token.startsWith('"') && (expected === 'key' || expected === 'key or }') ? 'colon' : null;
}
