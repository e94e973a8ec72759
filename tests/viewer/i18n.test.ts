import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MESSAGES, type MessageKey, type Messages, translate } from '../../viewer/i18n/translate.ts';

const folder = resolve(import.meta.dirname, '../../viewer/i18n');
const OTHERS = ['fr', 'de'] as const;

/** Texts that are right although they are the same as in English, and why. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  'names of things, the same everywhere': ['NDVI', 'Viridis', 'Cividis'],
  units: ['ha'],
  'French words that English has borrowed': [
    'Actions',
    'Cirrus',
    'Date',
    'Distance',
    'Gain',
    'Observations',
    'Pages',
    'Position',
    'Sources',
    'Stable',
    'Versions',
    'Pause',
    'Population',
    'Rectangle',
    'Latitude, longitude',
    'dates',
    'fraction',
    'points',
  ],
  'German words that English shares': ['Pause', 'Link', 'Live', 'Index', 'Position', 'Register'],
};
const allowed = new Set(Object.values(SAME).flat());

async function messageFiles(): Promise<[string, Messages][]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const found: [string, Messages][] = [];
  for (const file of files) {
    const exported = (await import(join(folder, file))) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported)) {
      if (name.endsWith('Messages')) found.push([`${file} ${name}`, value as Messages]);
    }
  }
  return found;
}

const namesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

describe('the words of the viewer', async () => {
  const files = await messageFiles();

  it('are merged from every message file, and no key is in two', () => {
    const withWords = readdirSync(folder).filter((file) =>
      /export const \w+Messages\b/.test(readFileSync(join(folder, file), 'utf8')),
    );
    expect(files.map(([name]) => name.split(' ')[0]).sort()).toEqual(withWords.sort());
    for (const [, messages] of files)
      expect(Object.keys(MESSAGES.en)).toEqual(expect.arrayContaining(Object.keys(messages.en)));
  });

  it.each(files)('of %s have the same keys in English, French and German, and no empty text', (_, messages) => {
    for (const language of OTHERS) {
      expect(Object.keys(messages[language]).sort()).toEqual(Object.keys(messages.en).sort());
    }
    const empty = Object.values(messages).flatMap((texts) =>
      Object.entries(texts).filter(([, text]) => text.trim() === ''),
    );
    expect(empty).toEqual([]);
  });

  it.each(files)('of %s fill in the same {names} in each language', (_, messages) => {
    for (const [key, text] of Object.entries(messages.en)) {
      for (const language of OTHERS) expect([key, namesIn(messages[language][key]!)]).toEqual([key, namesIn(text)]);
    }
  });

  it('are translated: what is the same as in English is on the list of those that may be', () => {
    const left = OTHERS.flatMap((language) =>
      Object.entries(MESSAGES.en)
        .filter(([key, text]) => MESSAGES[language][key as keyof typeof MESSAGES.en] === text)
        .filter(([, text]) => !allowed.has(text) && /\p{L}{2}/u.test(text.replaceAll(/\{[^}]*\}/g, '')))
        .map(([key, text]) => `${language} ${key}: ${text}`),
    );
    expect(left).toEqual([]);
  });

  it('put a French space that does not break the line before ; : ? ! and inside « »', () => {
    const keys = Object.keys(MESSAGES.fr) as MessageKey[];
    expect(keys.filter((key) => / [;:?!»]|« /.test(translate('fr', key)))).toEqual([]);
    expect(translate('fr', 'shell.colour.of', { kind: 'NDVI' })).toBe('Couleurs\u00a0: NDVI');
  });

  it('choose by number as the language does: 0 is singular in French, plural in German', () => {
    expect(translate('en', 'shell.run.notices', { count: 1 })).toBe('1 notice');
    expect(translate('en', 'shell.run.notices', { count: 0 })).toBe('0 notices');
    expect(translate('fr', 'shell.run.notices', { count: 0 })).toBe('0 remarque');
    expect(translate('de', 'shell.run.notices', { count: 1234 })).toBe('1.234 Hinweise');
  });

  it('keep what is filled in as it is, braces and all', () => {
    expect(translate('en', 'shell.title.parcel', { id: '{count|a|b} <b>$&' })).toBe('Parcel {count|a|b} <b>$&');
  });
});
