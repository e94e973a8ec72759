import { describe, expect, it } from 'vitest';
import { attributesOf } from '../../../../pipeline/parcels/formats/attributes.ts';
import { parseDay } from '../../../../pipeline/parcels/formats/date-text.ts';
import { readProperties } from '../../../../pipeline/parcels/formats/properties.ts';

const read = (properties: object) => attributesOf(readProperties(Object.entries(properties)).properties);
const rules = (properties: object) => read(properties).findings.map(({ rule, severity }) => `${severity} ${rule}`);

describe('what properties say of a parcel', () => {
  it('is found under the headings of TerraMatch, whole and cut to 10 letters', () => {
    const whole = {
      poly_name: 'A',
      plantstart: '2022-06-01',
      practice: 'tree-planting',
      target_sys: 'agroforest',
      calc_area: 1.5,
      num_trees: 5,
    };
    const { attributes, findings } = read(whole);
    expect(attributes).toMatchObject({ name: 'A', startDate: '2022-06-01', intervention: 'planting', statedHa: 1.5 });
    expect(Object.keys(attributes.more)).toEqual(['target_sys', 'num_trees']);
    expect(findings).toEqual([]);
    expect(read({ poly_nam: 'A', plantsta: '2022-06-01', target_s: 'agroforest' }).attributes).toMatchObject({
      name: 'A',
      startDate: '2022-06-01',
      intervention: 'agroforestry',
    });
  });

  it('is found in French and German, with accents and capitals', () => {
    const french = {
      'Nom de la parcelle': 'x',
      NOM: 'Champ',
      Pratique: 'Régénération naturelle assistée',
      'Date début': '15-juil-24',
      'Titre foncier': 'TF 12',
      CLIP: true,
    };
    expect(read(french).attributes).toMatchObject({
      name: 'Champ',
      intervention: 'assisted-natural-regeneration',
      startDate: '2024-07-15',
      tenure: 'TF 12',
      consent: 'yes',
    });
    const german = {
      Bezeichnung: 'Wald',
      Maßnahme: 'Aufforstung',
      Pflanzdatum: '1.4.2025',
      Eigentum: 'Gemeinde',
      'Größe (ha)': '1.234,5',
    };
    expect(read(german).attributes).toMatchObject({
      name: 'Wald',
      intervention: 'planting',
      startDate: '2025-04-01',
      tenure: 'Gemeinde',
      statedHa: 1234.5,
    });
  });

  const words: [word: string, intervention: string | null][] = [
    ['Reboisement', 'planting'],
    ['direct-seeding', 'direct-seeding'],
    ['Semis direct', 'direct-seeding'],
    ['RNA', 'assisted-natural-regeneration'],
    ['mise en défens', 'natural-regeneration'],
    ['Naturverjüngung', 'natural-regeneration'],
    ['Agroforesterie', 'agroforestry'],
    ['Schutz', 'conservation'],
    ['tree-planting,direct-seeding', null],
    ['mangrove', null],
  ];
  it.each(words)('the work called %s is %s', (word, intervention) => {
    const { attributes, findings } = read({ practice: word });
    expect(attributes.intervention).toBe(intervention);
    expect(findings.map(({ rule }) => rule)).toEqual(intervention === null ? ['intervention-unclear'] : []);
    expect('practice' in attributes.more).toBe(intervention === null);
  });

  const areas: [heading: string, value: unknown, statedHa: number | null][] = [
    ['Surface (h', 1.37, 1.37],
    ['Surface (m', 13_700, 1.37],
    ['Superficie [ha]', '1,37', 1.37],
    ['area_m2', '13 700', 1.37],
    ['Flaeche', '1,37 ha', 1.37],
    ['area', '13700 m²', 1.37],
    ['SurfacePre', 1.37, 1.37],
    ['area', 1.37, null],
    ['Surface (ha)', '1,370', null],
    ['Surface (ha)', '1.370', null],
    ['Surface (ha)', '12.345 ha', null],
    ['Surface (ha)', '1.37', 1.37],
    ['Surface (ha)', '0.123', 0.123],
    ['Surface (ha)', 1.234, 1.234],
    ['Surface (ha)', 0, null],
    ['Surface (ha)', 'large', null],
    ['Surface (ha)', '1 234,5', 1234.5],
    ['Surface (ha)', '0,123', 0.123],
  ];
  it.each(areas)('the area of "%s" %j is %j ha', (heading, value, statedHa) => {
    const { attributes, findings } = read({ [heading]: value });
    expect(attributes.statedHa).toBe(statedHa);
    expect(findings.map(({ rule }) => rule)).toEqual(statedHa === null ? ['stated-area-unclear'] : []);
  });

  it('takes hectares before square metres and keeps the other among the rest', () => {
    const { attributes } = read({ 'Surface (m': 2765, 'Surface (h': 0.27648 });
    expect([attributes.statedHa, { ...attributes.more }]).toEqual([0.27648, { 'Surface (m': 2765 }]);
  });

  const days: [value: string | number, day: string | null][] = [
    ['2025-06-01', '2025-06-01'],
    ['2025-06-01T00:00:00+03:00', '2025-06-01'],
    ['2025/6/1', '2025-06-01'],
    ['20250601', '2025-06-01'],
    [20_250_601, '2025-06-01'],
    ['1.6.2025', '2025-06-01'],
    ['15/06/2025', '2025-06-15'],
    ['06/15/2025', '2025-06-15'],
    ['05/05/2025', '2025-05-05'],
    ['24-août-22', '2022-08-24'],
    ['21-déc-24', '2024-12-21'],
    ['08-janv-25', '2025-01-08'],
    ['1. März 2025', '2025-03-01'],
    ['June 1, 2025', '2025-06-01'],
    [1_654_041_600_000, '2022-06-01'],
    ['01/06/2025', null],
    ['2025', null],
    [2025, null],
    ['31.02.2025', null],
    ['next spring', null],
    ['32/01/2025', null],
  ];
  it.each(days)('the day of %j is %j', (value, day) => {
    const said = parseDay(value);
    expect('day' in said ? said.day : null).toBe(day);
  });

  it('leaves a day that can be read in two ways among the rest, with a note', () => {
    const { attributes, findings } = read({ plantstart: '01/06/2025' });
    expect([attributes.startDate, attributes.more.plantstart]).toEqual([null, '01/06/2025']);
    expect(findings[0]!.message).toBe(
      '"01/06/2025" in "plantstart" can be read in two ways, day or month first; write the start as 2025-06-01.',
    );
  });

  it('takes invisible letters out of a name with a note, and refuses one of 1 MB or of nothing that can be seen', () => {
    const turned = read({ name: 'Ch\u202eamp\u200b' });
    expect([turned.attributes.name, turned.findings[0]!.rule]).toEqual(['Champ', 'name-cleaned']);
    expect(read({ name: 'a'.repeat(600) }).attributes.name).toBeNull();
    expect(read({ name: '\u200b\u200b' }).attributes.name).toBeNull();
    const { findings } = readProperties([['name', 'x'.repeat(1_000_000)]]);
    expect(findings[0]).toMatchObject({ rule: 'property-left-out', severity: 'warning' });
  });

  it('takes nothing from an empty record', () => {
    expect(rules({})).toEqual([]);
  });
});
