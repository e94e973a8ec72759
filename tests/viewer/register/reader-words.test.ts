import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { READER_RULES } from '../../../pipeline/parcels/formats/findings.ts';
import { CHECK_RULES } from '../../../shared/checks/rules.ts';
import type { CheckFinding } from '../../../shared/parcel-check.ts';
import { PLACE_FORMS, readPlace } from '../../../shared/parcel-place.ts';
import { ROW_FAULTS } from '../../../viewer/i18n/row-faults.ts';
import { MESSAGES, type MessageKey, translate, type Values } from '../../../viewer/i18n/translate.ts';
import { sayPlace } from '../../../viewer/register/file-words.ts';
import { type Speaker, sayFinding } from '../../../viewer/register/finding-words.ts';
import type { Language } from '../../../viewer/state.ts';
import { leftOutKind, readAllKinds } from './reader-files.ts';

const LANGUAGES = ['en', 'fr', 'de'] as const;
const run = resolve(import.meta.dirname, '../../../pipeline/run');

/** Remembers with which key and values a sentence was made. */
function listener(language: Language) {
  const heard: { key: MessageKey; values: Values }[] = [];
  const speaker: Speaker = {
    language,
    t: (key, values = {}) => {
      heard.push({ key, values });
      return translate(language, key, values);
    },
  };
  return { speaker, heard };
}

/** Names of the rules that the register itself finds parcels by, as its source has them. */
function registerRules(): string[] {
  const sources = readdirSync(run)
    .filter((file) => /^register-.*\.ts$/.test(file))
    .map((file) => readFileSync(join(run, file), 'utf8'));
  const text = sources.join('\n');
  const table = /const RULE_OF = \{([^}]*)\}/.exec(text)?.[1] ?? '';
  const found = [...text.matchAll(/errorOf\(\s*'([\w-]+)'|\brule: '([\w-]+)'/g)].map(([, a, b]) => a ?? b!);
  return [...new Set([...found, ...[...table.matchAll(/: '([\w-]+)'/g)].map(([, rule]) => rule!)])];
}

const wordsOf = (rule: string) =>
  Object.keys(MESSAGES.en).filter((key) => key === `finding.${rule}` || key.startsWith(`finding.${rule}.`));

const files = await readAllKinds();
const findings: readonly CheckFinding[] = [
  ...files.flatMap(({ candidates }) => candidates.flatMap((candidate) => candidate.findings)),
  ...leftOutKind(),
];

describe('what readers find', () => {
  const rules = [...Object.keys(READER_RULES), ...Object.keys(CHECK_RULES), ...registerRules()];

  it(`has words for each of the ${rules.length} rules that a reader, the check or the register can name`, () => {
    expect(registerRules()).toEqual(expect.arrayContaining(['id-taken', 'draft-used', 'duplicate', 'withdrawn-since']));
    expect(rules.filter((rule) => wordsOf(rule).length === 0)).toEqual([]);
  });

  it(`comes in files of every format: all ${Object.keys(READER_RULES).length} rules, in every kind that has words`, () => {
    expect(Object.keys(READER_RULES).filter((rule) => !findings.some((found) => found.rule === rule))).toEqual([]);
    const { speaker, heard } = listener('fr');
    for (const found of findings) sayFinding(found, speaker);
    const said = new Set<string>(heard.map(({ key }) => key));
    const wanted = Object.keys(READER_RULES).flatMap(wordsOf);
    expect(wanted.filter((key) => !said.has(key))).toEqual(['finding.id.register']);
  });

  it.each(LANGUAGES)('is said in %s with every value filled in', (language) => {
    for (const found of findings) {
      const { speaker, heard } = listener(language);
      const { text, isEnglish } = sayFinding(found, speaker);
      expect([found.rule, isEnglish]).toEqual([found.rule, false]);
      expect(text).not.toMatch(/[{}]|undefined|NaN/);
      for (const { key, values } of heard.filter((one) => one.key.startsWith(`finding.${found.rule}`))) {
        const asked = [...MESSAGES[language][key].matchAll(/\{(\w+)/g)].map(([, name]) => name!);
        expect(asked.filter((name) => values[name] === undefined || values[name] === '')).toEqual([]);
      }
    }
  });

  it('has no value that its rule does not name', () => {
    for (const { rule, values } of findings)
      expect([rule, READER_RULES[rule as keyof typeof READER_RULES]]).toEqual([
        rule,
        expect.arrayContaining(Object.keys(values)),
      ]);
  });

  it(`says in 2 languages why a row cannot be read, by ${ROW_FAULTS.length} patterns that real files meet`, () => {
    const faults = findings.flatMap(({ rule, values }) => (rule === 'unreadable-row' ? [String(values.what)] : []));
    expect(ROW_FAULTS.filter(({ en }) => !faults.some((fault) => en.test(fault)))).toEqual([]);
  });

  it.each([
    [
      'unreadable-row',
      { where: 'line 3', what: 'its geometry has no two numbers at character 12.' },
      'Cette parcelle ne peut pas être lue (ligne 3)\u00a0: sa géométrie n’a pas deux nombres au caractère 12.',
    ],
    [
      'start-date-unclear',
      { property: 'début', said: '2025-02-31', why: 'calendar' },
      '«\u00a02025-02-31\u00a0» dans «\u00a0début\u00a0» n’est pas un jour du calendrier',
    ],
    ['line-as-outline', { gapM: 4.2 }, 'C’est une ligne qui finit à 4,2\u00a0m de son début'],
    ['id-repeated', { id: 'row-1', firstPlace: 'Placemark 3 (Champ)' }, 'l’identifiant row-1 (repère 3 (Champ))'],
    ['duplicate', { id: 'P-1' }, 'Une parcelle du registre a exactement ce contour.'],
    ['id', { id: ' x' }, 'L’identifiant «\u00a0 x\u00a0» ne peut pas être utilisé.'],
  ])('says %s with %o in French as people do', (rule, values, part) => {
    expect(sayFinding({ rule, values, message: '' }, listener('fr').speaker).text).toContain(part);
  });
});

describe('where a row stands in its file', () => {
  const places = files.flatMap(({ candidates }) => candidates.map(({ place }) => place));

  it(`is of one of ${Object.keys(PLACE_FORMS).length} forms, and files show each of them`, () => {
    expect(places.filter((place) => readPlace(place) === null)).toEqual([]);
    expect(new Set(places.map((place) => readPlace(place)!.kind))).toEqual(new Set(Object.keys(PLACE_FORMS)));
  });

  it.each([
    ['feature 1234', 'objet 1234', 'Objekt 1234'],
    ['Placemark 3 (Champ (nord))', 'repère 3 (Champ (nord))', 'Ortsmarke 3 (Champ (nord))'],
    ['row 7', 'ligne 7 de la table', 'Tabellenzeile 7'],
    ['lines 2 to 7', 'lignes 2 à 7', 'Zeilen 2 bis 7'],
    ['the waypoints', 'les points de passage', 'die Wegpunkte'],
    ['a place of tomorrow', 'a place of tomorrow', 'a place of tomorrow'],
  ])('%s is %s in French and %s in German, in English as it is', (place, fr, de) => {
    const said = LANGUAGES.map((language) => sayPlace(place, listener(language).speaker));
    expect(said).toEqual([place, fr, de]);
  });
});
