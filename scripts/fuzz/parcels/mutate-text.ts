import type { Random } from '../../demo/random.ts';
import { below, pick } from '../choose.ts';
import type { Mutate } from './mutate-bytes.ts';

const NUMBERS = [
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '-1e-999',
  '0',
  '-0',
  '1e308',
  '181',
  '-91',
  '99999999999999999999',
  '1.7976931348623157e309',
  '0x10',
  '1_000',
  '',
  'null',
  '1,5',
  '٣',
  '1'.repeat(400),
];
const SNIPPETS = [
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '&#0;',
  '&#xD800;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?xml version="1.0"?>',
  '</kml>',
  '<kml>',
  '<Folder>',
  '<MultiGeometry>',
  '<NetworkLink><Link><href>http://127.0.0.1:9/</href></Link></NetworkLink>',
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '{"type":"Feature"},',
  '[[[[',
  ']]]]',
  '{',
  '}',
  '"',
  '""',
  '\\u0000',
  '\\ud800',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\0',
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  ' '.repeat(5000),
  '\n'.repeat(5000),
  "'",
  'SRID=0;',
  'EMPTY',
  'POLYGON((',
  ')',
  '=HYPERLINK("http://127.0.0.1:9/")',
];

/** Mutations of a text that leave most of it well-formed. Patterns have bounds: harmed texts hold long runs. */
export const TEXT_MUTATORS: Readonly<Record<string, Mutate>> = {
  'number replaced': (bytes, random) => replaceOne(bytes, random, /-?\d+(?:\.\d+)?/g, () => pick(random, NUMBERS)),
  'word replaced': (bytes, random, other) =>
    replaceOne(bytes, random, /[A-Za-z_]{2,}/g, () => pick(random, wordsOf(textOf(pick(random, [bytes, other()]))))),
  'snippet put in': (bytes, random) => {
    const [text, at] = cut(bytes, random);
    const times = pick(random, [1, 1, 1, 30, 3000]);
    return bufferOf(text.slice(0, at) + pick(random, SNIPPETS).repeat(times) + text.slice(at));
  },
  'element repeated': (bytes, random) =>
    replaceOne(
      bytes,
      random,
      /<([A-Za-z:]{1,40})[^<>]{0,200}>[^<>]{0,500}<\/\1>|\{[^{}]{0,500}\}|\[[^[\]]{0,500}\]|[^\n]{0,500}\n/g,
      (found) => found.repeat(pick(random, found.length > 200 ? [2, 3, 50] : [2, 3, 50, 2000])),
    ),
  'element nested': (bytes, random) => {
    const [open, close] = pick(random, [
      ['[', ']'],
      ['<Folder>', '</Folder>'],
      ['<MultiGeometry>', '</MultiGeometry>'],
      ['{"a":', '}'],
    ] as const);
    const times = pick(random, [2, 15, 60, 20_000]);
    return replaceOne(
      bytes,
      random,
      /<([A-Za-z:]{1,40})[^<>]{0,200}>[^<>]{0,500}<\/\1>|\[[^[\]]{0,500}\]/g,
      (found) => open.repeat(times) + found + close.repeat(times),
    );
  },
  'element left out': (bytes, random) =>
    replaceOne(bytes, random, /<\/?[A-Za-z:]{1,40}[^<>]{0,200}>|[{}[\]",;:]/g, () => ''),
  'quotes changed': (bytes, random) =>
    replaceOne(bytes, random, /["']/g, () => pick(random, ['', '"', "'", '""', '\\"'])),
  'long text': (bytes, random) =>
    replaceOne(bytes, random, /[A-Za-z]{3,}/g, (found) => found.slice(0, 20).repeat(pick(random, [100, 5000, 20_000]))),
};

function replaceOne(bytes: Buffer, random: Random, pattern: RegExp, replacement: (found: string) => string): Buffer {
  const text = textOf(bytes);
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return bytes;
  const match = pick(random, found);
  const end = match.index + match[0].length;
  return bufferOf(text.slice(0, match.index) + replacement(match[0]) + text.slice(end));
}

function cut(bytes: Buffer, random: Random): [text: string, at: number] {
  const text = textOf(bytes);
  return [text, below(random, text.length + 1)];
}

function wordsOf(text: string): string[] {
  return text.slice(0, 20_000).match(/[A-Za-z_]{2,}/g) ?? ['x'];
}

/** Bytes above 127 come back as they were. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function bufferOf(text: string): Buffer {
  // What was put in may hold letters beyond one byte.
  return /[^\0-\xff]/.test(text) ? Buffer.from(text, 'utf8') : Buffer.from(text, 'latin1');
}
