import { inputError } from '../../../shared/errors.ts';
import { shownText } from './findings.ts';
import { decodeText } from './text.ts';

/** An element, names without their prefix: `gx:Track` is `Track`. */
export interface XmlElement {
  readonly name: string;
  /** By name without prefix; null without any. */
  readonly attributes: ReadonlyMap<string, string> | null;
  readonly children: readonly XmlElement[];
  /** Its own text and CDATA, not that of its children. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string> | null;
  readonly children: XmlElement[];
  text: string;
}

const DEEPEST = 40;
const MOST_ELEMENTS = 1_000_000;
const NONE: readonly XmlElement[] = [];
const MOST_REFERENCES = 200_000;
const NAME = /[A-Za-z_:\u00b7-\uffff][\w:.\-\u00b7-\uffff]*/y;
const ATTRIBUTE =
  /[ \t\r\n]+([A-Za-z_:\u00b7-\uffff][\w:.\-\u00b7-\uffff]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([A-Za-z]{2,4}));/g;
const TAG_END = /[ \t\r\n]*(\/?)>/y;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The root element of an XML text, in one pass over it. A document type or an entity is refused where it begins, so that
 * there is nothing to expand and nothing to fetch. Throws E_XML_DOCTYPE, and E_XML with line and column.
 */
export function readXml(bytes: Uint8Array, source: string): { root: XmlElement; note: string | null } {
  const { text, note } = decodeText(bytes, source, statedEncoding(bytes));
  return { root: new Reader(text, source).read(), note };
}

/** What the first line says, such as `ISO-8859-1`. */
function statedEncoding(bytes: Uint8Array): string | null {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  return /^[^<]{0,3}<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(start)?.[1] ?? null;
}

class Reader {
  readonly #text: string;
  readonly #source: string;
  readonly #open: Open[] = [];
  #at = 0;
  #elements = 0;
  #references = 0;

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  read(): XmlElement {
    const text = this.#text;
    for (;;) {
      const next = text.indexOf('<', this.#at);
      this.#takeText(text.slice(this.#at, next === -1 ? text.length : next));
      if (next === -1) throw this.#fault('the text ends before the last element is closed', text.length);
      this.#at = next;
      const root = this.#takeMarkup(text.charCodeAt(next + 1));
      if (root) return this.#end(root);
    }
  }

  /** Reads what the `<` here begins, `after` being the character behind it; the root once it is closed. */
  #takeMarkup(after: number): XmlElement | null {
    if (after === 0x2f) return this.#close();
    if (after === 0x3f) this.#skipPast('?>', 'n instruction');
    else if (after !== 0x21) return this.#openTag();
    else if (this.#text.startsWith('<![CDATA[', this.#at)) this.#takeCdata();
    else if (this.#text.startsWith('<!--', this.#at)) this.#skipPast('-->', ' comment');
    else throw this.#refuseDeclaration();
    return null;
  }

  /** A document type or an entity, with which XML can be made to grow or to fetch files; text in CDATA is none. */
  #refuseDeclaration(): Error {
    const declared = /<![A-Za-z]{0,20}/.exec(this.#text.slice(this.#at, this.#at + 30))?.[0] ?? '<!';
    const what = `${this.#source} declares a document type or an entity (${declared})`;
    const why = 'with which XML can be made to grow or to fetch files; no parcel file needs that';
    return inputError('E_XML_DOCTYPE', `${what}, ${why}. Take the line out and try again.`, this.#source);
  }

  /** Sees to it that nothing but comments follows. */
  #end(root: XmlElement): XmlElement {
    for (;;) {
      const next = this.#text.indexOf('<', this.#at);
      const between = this.#text.slice(this.#at, next === -1 ? this.#text.length : next);
      if (/[^\s\0]/.test(between)) throw this.#fault('there is text behind the last element', this.#at);
      if (next === -1) return root;
      this.#at = next;
      if (this.#text.startsWith('<!--', next)) this.#skipPast('-->', ' comment');
      else if (this.#text.startsWith('<?', next)) this.#skipPast('?>', 'n instruction');
      else throw this.#fault('there is something behind the last element', next);
    }
  }

  #skipPast(end: string, what: string): string {
    const start = this.#at;
    const found = this.#text.indexOf(end, start + 2);
    if (found === -1) throw this.#fault(`a${what} is not closed`, start);
    this.#at = found + end.length;
    return this.#text.slice(start, found);
  }

  #takeCdata(): void {
    const text = this.#skipPast(']]>', ' CDATA section').slice('<![CDATA['.length);
    const parent = this.#open.at(-1);
    if (!parent) throw this.#fault('there is text outside the first element', this.#at);
    parent.text += text;
  }

  #takeText(text: string): void {
    const parent = this.#open.at(-1);
    if (parent) {
      if (text !== '') parent.text += text.includes('&') ? this.#unescape(text) : text;
    } else if (/[^\s\uFEFF]/.test(text)) throw this.#fault('there is text outside the first element', this.#at);
  }

  #openTag(): XmlElement | null {
    const start = this.#at;
    this.#at += 1;
    const tag = this.#match(NAME)?.[0];
    if (tag === undefined) throw this.#fault('"<" is not followed by the name of an element', start);
    const attributes = this.#readAttributes(start);
    const end = this.#match(TAG_END);
    if (!end) throw this.#fault(`the element <${shownText(tag)}> is not written as XML wants it`, start);
    this.#elements += 1;
    if (this.#elements > MOST_ELEMENTS) throw this.#fault('there are more than 1,000,000 elements', start);
    const element: Open = { name: localName(tag), tag, attributes, children: [], text: '' };
    this.#open.push(element);
    if (this.#open.length > DEEPEST) throw this.#fault(`elements are nested more than ${DEEPEST} levels deep`, start);
    return end[1] === '/' ? this.#finish(element) : null;
  }

  #readAttributes(start: number): ReadonlyMap<string, string> | null {
    let attributes: Map<string, string> | null = null;
    for (let match = this.#match(ATTRIBUTE); match; match = this.#match(ATTRIBUTE)) {
      const value = match[2] ?? match[3] ?? '';
      attributes ??= new Map();
      if (attributes.size >= 200) throw this.#fault('an element has more than 200 attributes', start);
      attributes.set(localName(match[1]!), value.includes('&') ? this.#unescape(value) : value);
    }
    return attributes;
  }

  #close(): XmlElement | null {
    const start = this.#at;
    this.#at += 2;
    const tag = this.#match(NAME)?.[0] ?? '';
    const end = this.#match(TAG_END);
    const element = this.#open.at(-1);
    if (end?.[1] !== '' || element?.tag !== tag) {
      const wanted = element ? `</${shownText(element.tag)}>` : 'no more element';
      throw this.#fault(`</${shownText(tag)}> stands where ${wanted} was wanted`, start);
    }
    return this.#finish(element);
  }

  /** Hands a finished element to its parent; gives it back where it is the root. */
  #finish({ name, attributes, children, text }: Open): XmlElement | null {
    this.#open.pop();
    const element = { name, attributes, children: children.length === 0 ? NONE : children, text };
    const parent = this.#open.at(-1);
    parent?.children.push(element);
    return parent ? null : element;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  /** An `&` that begins no reference stands for itself: many programs forget to write &amp;, in links above all. */
  #unescape(text: string): string {
    let unescaped = '';
    let copied = 0;
    for (const match of text.matchAll(REFERENCE)) {
      this.#references += 1;
      if (this.#references > MOST_REFERENCES) throw this.#fault('there are more than 200,000 references', this.#at);
      unescaped += text.slice(copied, match.index) + this.#resolve(match);
      copied = match.index + match[0].length;
    }
    return unescaped + text.slice(copied);
  }

  #resolve([all, hex, decimal, name]: RegExpExecArray): string {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const isChar = code >= 0x20 ? code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) : [9, 10, 13].includes(code);
    if (!isChar) throw this.#fault(`${all} is no character`, this.#at);
    return String.fromCodePoint(code);
  }

  #fault(what: string, offset: number): Error {
    let line = 1;
    let lineStart = 0;
    for (let at = this.#text.indexOf('\n'); at !== -1 && at < offset; at = this.#text.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = at + 1;
    }
    const column = offset - lineStart + 1;
    const text = `${this.#source} is not well-formed XML: at line ${line}, column ${column} ${what}. Write it again with the program it came from.`;
    return inputError('E_XML', text, this.#source);
  }
}

function localName(tag: string): string {
  const colon = tag.lastIndexOf(':');
  return colon === -1 ? tag : tag.slice(colon + 1);
}

/** The first child of this name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** Trimmed text of the first child of this name; null where it is missing or empty. */
export function textOf(element: XmlElement, name: string): string | null {
  const text = childOf(element, name)?.text.trim();
  return text === undefined || text === '' ? null : text;
}
