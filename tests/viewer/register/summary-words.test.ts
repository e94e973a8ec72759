import { expect, it } from 'vitest';
import { type CheckSummary, DEFAULT_CHECK_LIMITS } from '../../../shared/parcel-check.ts';
import { translate } from '../../../viewer/i18n/translate.ts';
import { sayCounts } from '../../../viewer/register/summary-words.ts';

const summary: CheckSummary = {
  file: 'a.kml',
  format: 'kml',
  parcels: 2,
  verdicts: { accepted: 1, warned: 0, mendable: 0, refused: 1 },
  rules: {},
  totalHa: 3.1,
  unmeasuredParcels: 0,
  notes: [],
  limits: DEFAULT_CHECK_LIMITS,
};

const say = (language: 'en' | 'fr' | 'de', of: Partial<CheckSummary>) =>
  sayCounts({ ...summary, ...of }, { language, t: (key, values) => translate(language, key, values) }).replaceAll(
    /[\u00a0\u202f]/g,
    ' ',
  );

it.each([
  [{}, '2 parcels, 3.10 ha, KML', '2 parcelles, 3,10 ha, KML', '2 Parzellen, 3,10 ha, KML'],
  [
    { unmeasuredParcels: 1 },
    '2 parcels, 3.10 ha; 1 of them not measured (KML)',
    '2 parcelles, 3,10 ha ; 1 d’entre elles non mesurée (KML)',
    '2 Parzellen, 3,10 ha; 1 davon nicht messbar (KML)',
  ],
  [
    { parcels: 1, totalHa: null, unmeasuredParcels: 1 },
    '1 parcel, not measured (KML)',
    '1 parcelle non mesurée (KML)',
    '1 Parzelle, nicht messbar (KML)',
  ],
  [
    { totalHa: null, unmeasuredParcels: 2 },
    '2 parcels, not measured (KML)',
    '2 parcelles non mesurées (KML)',
    '2 Parzellen, nicht messbar (KML)',
  ],
])('%o is said in 3 languages, and no area that is not known is told as 0', (of, en, fr, de) => {
  expect([say('en', of), say('fr', of), say('de', of)]).toEqual([en, fr, de]);
});
