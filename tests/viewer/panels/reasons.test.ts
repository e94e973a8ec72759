import { describe, expect, it } from 'vitest';
import { parseParcels } from '../../../pipeline/parcels.ts';
import { formatPlace } from '../../../shared/geometry/rings.ts';
import { translateReason } from '../../../viewer/i18n/reasons.ts';
import type { Language } from '../../../viewer/state.ts';

const LANGUAGES: readonly Language[] = ['en', 'fr', 'de'];
const inAll = (reason: string) => LANGUAGES.map((language) => translateReason(language, reason).text);

describe('fixed reasons', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    [
      'no clear pixels: cloud, shadow or snow',
      [
        'no clear pixels: cloud, shadow or snow',
        'aucun pixel clair : nuage, ombre ou neige',
        'keine klaren Pixel: Wolken, Schatten oder Schnee',
      ],
    ],
    [
      'no valid pixels in the scene',
      ['no valid pixels in the scene', 'aucun pixel valide dans la scène', 'keine gültigen Pixel in der Szene'],
    ],
    [
      'outside every scene of the two periods',
      [
        'outside every scene of the two periods',
        'en dehors de toutes les scènes des deux périodes',
        'außerhalb aller Szenen der beiden Zeiträume',
      ],
    ],
    [
      'left out: its unit has no result',
      [
        'left out: its unit has no result',
        'non traitée : son unité de calcul n’a pas de résultat',
        'ausgelassen: die Recheneinheit hat kein Ergebnis',
      ],
    ],
    [
      'clear fraction 0.004, 0.70 needed',
      ['clear fraction 0.004, 0.70 needed', 'part claire 0,004, il faut 0,70', 'klarer Anteil 0,004, nötig sind 0,70'],
    ],
    [
      '0 clear observations, 3 needed',
      ['0 clear observations, 3 needed', '0 observation claire, il en faut 3', '0 klare Beobachtungen, nötig sind 3'],
    ],
    [
      '1 clear observations, 3 needed',
      ['1 clear observation, 3 needed', '1 observation claire, il en faut 3', '1 klare Beobachtung, nötig sind 3'],
    ],
    [
      '2 clear observations, 3 needed',
      ['2 clear observations, 3 needed', '2 observations claires, il en faut 3', '2 klare Beobachtungen, nötig sind 3'],
    ],
    [
      'low confidence: 1 clear observations',
      [
        'low confidence: 1 clear observation',
        'confiance faible : 1 observation claire',
        'geringe Verlässlichkeit: 1 klare Beobachtung',
      ],
    ],
    [
      'low confidence: 2 clear observations',
      [
        'low confidence: 2 clear observations',
        'confiance faible : 2 observations claires',
        'geringe Verlässlichkeit: 2 klare Beobachtungen',
      ],
    ],
  ];

  it.each(table)('says "%s" in 3 languages', (reason, words) => {
    expect(inAll(reason)).toEqual(words);
    for (const language of LANGUAGES) expect(translateReason(language, reason).rest).toBeNull();
  });
});

describe('reasons with a cause of their own', () => {
  it('translates the beginning and leaves the cause of a left-out scene as it is', () => {
    const reason = 'scene left out: B04.tif is cut off at byte 4096.';
    expect(translateReason('fr', reason)).toEqual({
      text: 'scène écartée :',
      rest: 'B04.tif is cut off at byte 4096.',
    });
    expect(translateReason('de', reason)).toEqual({
      text: 'Szene ausgelassen:',
      rest: 'B04.tif is cut off at byte 4096.',
    });
    expect(translateReason('en', 'left out: The worker took more than 120 s.')).toEqual({
      text: 'left out: The worker took more than 120 s.',
      rest: null,
    });
    expect(translateReason('de', 'left out: The worker took more than 120 s.').text).toBe('ausgelassen:');
  });

  it('hands an unknown sentence back whole, and nothing for no sentence', () => {
    expect(translateReason('fr', 'a new kind of reason, 3 needed')).toEqual({
      text: '',
      rest: 'a new kind of reason, 3 needed',
    });
    expect(translateReason('fr', '')).toEqual({ text: '', rest: null });
  });
});

describe('refused parcels', () => {
  const ring = (...corners: readonly (readonly unknown[])[]) => [...corners, corners[0]!];
  const square = (lon: number, lat: number, side = 0.01) =>
    ring([lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side]);
  const polygon = (...rings: readonly unknown[]) => ({ type: 'Polygon', coordinates: rings });
  const multi = (...polygons: readonly unknown[]) => ({ type: 'MultiPolygon', coordinates: polygons });
  const broken: readonly (readonly [string, unknown])[] = [
    ['no geometry', null],
    ['a point', { type: 'Point', coordinates: [1, 9] }],
    ['no coordinates', { type: 'Polygon', coordinates: [] }],
    ['an empty part', multi([square(1, 9)], [])],
    [
      'too few corners',
      polygon([
        [1, 9],
        [1.1, 9],
        [1, 9],
      ]),
    ],
    ['a text as position', polygon(ring([1, 9], ['x', 9], [1.1, 9.1]))],
    ['swapped coordinates', polygon(square(9, 120))],
    ['projected coordinates', polygon(square(350000, 1080000))],
    [
      'an open ring',
      polygon([
        [1, 9],
        [1.01, 9],
        [1.01, 9.01],
        [1, 9.01],
      ]),
    ],
    ['the 180° meridian', polygon(ring([179, 1], [-179, 1], [-179, 2], [179, 2]))],
    ['a line', polygon(ring([1, 9], [1.01, 9.01], [1.02, 9.02]))],
    ['a bow-tie', polygon(ring([1, 9], [1.01, 9.01], [1.01, 9], [1, 9.01]))],
    ['a hole outside', polygon(square(1, 9), square(2, 9, 0.001))],
    ['a hole in a hole', polygon(square(1, 9, 0.1), square(1.01, 9.01, 0.05), square(1.02, 9.02, 0.01))],
    ['a part in a part', multi([square(1, 9, 0.1)], [square(1.02, 9.02, 0.01)])],
    ['the same part twice', multi([square(1, 9)], [square(1, 9)])],
    ['a tiny speck', polygon(square(1, 9, 1e-9))],
    ['half a country', polygon(square(1, 9, 8))],
  ];

  it.each(broken)('says in French and German why %s is refused, nothing left in English', async (_, geometry) => {
    const text = JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { id: 'P 1; has no area' }, geometry }],
    });
    const { refused } = await parseParcels(text, { source: 'broken.geojson' });
    expect(refused).toHaveLength(1);
    for (const language of ['fr', 'de'] as const) {
      const words = translateReason(language, `refused: ${refused[0]!.reason}`);
      expect(words.rest).toBeNull();
      expect(words.text).toMatch(language === 'fr' ? /^refusée : ./ : /^abgelehnt: ./);
      expect(words.text).not.toMatch(/undefined|NaN|\{|\bthe\b|\bring (of|has)\b|; (re)?draw/);
    }
  });

  it('says it of an id that 2 features share and of an id with 5,000 characters', async () => {
    const feature = (id: string, lon: number) => ({
      type: 'Feature',
      id,
      properties: { name: id },
      geometry: polygon(square(lon, 9)),
    });
    const text = JSON.stringify({ type: 'FeatureCollection', features: [feature('x'.repeat(5000), 1)] });
    const { refused } = await parseParcels(text, { source: 'long.geojson' });
    expect(translateReason('de', `refused: ${refused[0]!.reason}`).text).toContain('Kennung hat 5.000 Zeichen');
    expect(translateReason('fr', 'refused: Parcel A has the id of feature 7 too; give it one of its own.').text).toBe(
      'refusée : même identifiant que l’objet 7 ; donnez-lui le sien.',
    );
  });

  it('turns the points of the compass: 1 W is 1 O in French, 1 E is 1 O in German', () => {
    const cross = (lon: number) =>
      `refused: Parcel A crosses itself near ${formatPlace(lon, 9)}; redraw the boundary there.`;
    expect(translateReason('fr', cross(-1)).text).toContain('1.000000 O 9.000000 N');
    expect(translateReason('fr', cross(1)).text).toContain('1.000000 E 9.000000 N');
    expect(translateReason('de', cross(1)).text).toContain('1.000000 O 9.000000 N');
    expect(translateReason('de', cross(-1)).text).toContain('1.000000 W 9.000000 N');
  });
});
