import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sniffFormat } from '../../../pipeline/parcels/formats/sniff.ts';
import { isCanopyError } from '../../../shared/errors.ts';
import { FILE_NOTES, translateNote } from '../../../viewer/i18n/file-notes.ts';
import { FILE_REFUSALS, OTHER_FILES } from '../../../viewer/i18n/file-refusals.ts';
import { translate } from '../../../viewer/i18n/translate.ts';
import { sayFileRefusal, sayNote } from '../../../viewer/register/file-words.ts';
import type { Speaker } from '../../../viewer/register/finding-words.ts';
import type { Language } from '../../../viewer/state.ts';
import { makeZip } from '../../pipeline/parcels/formats/zip-maker.ts';
import { readAllKinds } from './reader-files.ts';

const root = resolve(import.meta.dirname, '../../..');
const OTHERS = ['fr', 'de'] as const;
const speaker = (language: Language): Speaker => ({ language, t: (key, values) => translate(language, key, values) });

describe('notes about a file', async () => {
  const notes = [...new Set((await readAllKinds()).flatMap((file) => file.notes))];

  it(`are of one of ${FILE_NOTES.length} forms, and a file shows each of them`, () => {
    expect(notes.filter((note) => !FILE_NOTES.some(({ en }) => en.test(note)))).toEqual([]);
    expect(FILE_NOTES.filter(({ en }) => !notes.some((note) => en.test(note)))).toEqual([]);
  });

  it.each(OTHERS)('are said in %s with every name filled in', (language) => {
    for (const { en, ...said } of FILE_NOTES) {
      const groups = [...en.source.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name!);
      const asked = [...said[language].matchAll(/\{(\w+)/g)].map(([, name]) => name!);
      expect(asked.filter((name) => !groups.includes(name))).toEqual([]);
    }
    for (const note of notes) {
      expect(translateNote(language, note)).not.toMatch(/[{}]|undefined|NaN|\b(?:the|were|not|left out)\b/);
      expect(sayNote(note, speaker(language)).isEnglish).toBe(false);
    }
  });

  it.each([
    [
      '1 placemark is a point and was left out: placemark 2.',
      '1 repère est un point et a été laissé de côté\u00a0: repère 2.',
      '1 Ortsmarke ist ein Punkt und wurde weggelassen: Ortsmarke 2.',
    ],
    [
      '7 placemarks are points and were left out: P, P, P, P, P and 2 more.',
      '7 repères sont des points et ont été laissés de côté\u00a0: P, P, P, P, P et 2 de plus.',
      '7 Ortsmarken sind Punkte und wurden weggelassen: P, P, P, P, P und 2 weitere.',
    ],
    [
      'p.dbf says it has 4,000,000 rows and has 2.',
      'p.dbf annonce 4\u202f000\u202f000 lignes et en a 2.',
      'p.dbf gibt 4.000.000 Zeilen an und hat 2.',
    ],
  ])('%s', (note, fr, de) => {
    expect(OTHERS.map((language) => sayNote(note, speaker(language)).text)).toEqual([fr, de]);
  });

  it('stay English, and marked so, where their form is not known', () => {
    expect(sayNote('A note of tomorrow.', speaker('fr'))).toEqual({ text: 'A note of tomorrow.', isEnglish: true });
  });
});

/** Codes of the errors that reading a file can end with, as the sources have them. */
function codesOfReaders(): string[] {
  const inFolder = (folder: string, name: RegExp) =>
    readdirSync(join(root, folder))
      .filter((file) => name.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8'));
  const text = [
    ...inFolder('pipeline/parcels/formats', /\.ts$/),
    ...inFolder('pipeline/run', /^import-.*\.ts$/),
    ...inFolder('pipeline/parcels', /^(?:features|json-text)\.ts$/),
    ...inFolder('pipeline/server', /^register-upload\.ts$/),
  ].join('\n');
  const codes = [...text.matchAll(/(?:inputError|new HttpFailure)\(\s*(?:\d+,\s*)?'(E_\w+)'|code: '(E_\w+)'/g)];
  return [...new Set(codes.map(([, a, b]) => a ?? b!))].sort();
}

describe('a file that is refused', () => {
  const codes = codesOfReaders().filter((code) => !code.startsWith('E_PARCEL_'));

  it(`is told why in French and German for each of ${codes.length} codes`, () => {
    expect(codes).toEqual(expect.arrayContaining(['E_PARCELS_CRS_MISSING', 'E_ZIP', 'E_XML', 'E_IMPORT_TIMEOUT']));
    expect(codes.filter((code) => !Object.hasOwn(FILE_REFUSALS, code))).toEqual([]);
    for (const language of OTHERS) {
      for (const code of codes) {
        const text = sayFileRefusal({ code, message: 'x' }, speaker(language));
        expect(text).toMatch(/\.$/);
        if (language === 'fr') expect(text).not.toMatch(/ [;:?!»]|« /);
      }
    }
  });

  it('is told nothing more in English, or of a code that is not known', () => {
    expect(sayFileRefusal({ code: 'E_ZIP', message: '' }, speaker('en'))).toBeNull();
    expect(sayFileRefusal({ code: 'E_TOMORROW', message: '' }, speaker('fr'))).toBeNull();
    expect(sayFileRefusal({ code: 'toString', message: '' }, speaker('fr'))).toBeNull();
  });

  const hex = (text: string) => Buffer.from(text.padEnd(40, '0'), 'hex');
  const zip = (...names: string[]) => makeZip(names.map((name) => ({ name, data: Buffer.from('x') })));
  const others: readonly (readonly [name: string, bytes: Uint8Array, part: string])[] = [
    ['a.csv', Buffer.alloc(0), 'Le fichier est vide.'],
    ['a.shp', hex('0000270a'), 'qu’un des fichiers d’un shapefile'],
    ['a.xls', hex('d0cf11e0'), 'un document de bureautique'],
    ['a.xlsx', zip('[Content_Types].xml'), 'un document de bureautique'],
    ['a.pdf', hex('25504446'), 'une image ou un PDF'],
    ['a.png', hex('89504e47'), 'une image ou un PDF'],
    ['a.tif', hex('49492a00'), 'une image ou un PDF'],
    ['a.rar', hex('52617221'), 'n’est pas un zip'],
    ['a.gz', hex('1f8b'), 'n’est pas un zip'],
    ['a.dwg', hex('41433130'), 'un dessin DWG'],
    ['a.zip', zip('b.csv'), 'un fichier .csv. Décompressez-le'],
    ['a.kml.html', Buffer.from('<html><p>'), 'une page web'],
    ['a.bin', hex('00'), 'Le fichier n’est d’aucun format'],
  ];

  it.each(others)('%s is told apart by what it is: %#', (name, bytes, part) => {
    expect(sayFileRefusal(refusalOf(bytes, name), speaker('fr'))).toContain(part);
  });

  it(`has files for each of the ${OTHER_FILES.length} other kinds`, () => {
    const messages = others.map(([name, bytes]) => refusalOf(bytes, name).message);
    expect(OTHER_FILES.filter(({ en }) => !messages.some((message) => en.test(message)))).toEqual([]);
  });
});

function refusalOf(bytes: Uint8Array, name: string): { readonly code: string; readonly message: string } {
  try {
    sniffFormat(bytes, name);
  } catch (error) {
    if (isCanopyError(error)) return error;
    throw error;
  }
  throw new Error(`${name} was taken for a parcel file.`);
}
