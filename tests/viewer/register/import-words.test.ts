import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { CheckFinding } from '../../../shared/parcel-check.ts';
import type { ImportAnswer } from '../../../shared/register.ts';
import { CrsOfReport } from '../../../viewer/register/CrsQuestion.tsx';
import { ImportFailed } from '../../../viewer/register/ImportFailed.tsx';
import { beginChoices } from '../../../viewer/register/import-plan.ts';
import type { ImportState, SentFile } from '../../../viewer/register/import-store.ts';
import { ReadAs } from '../../../viewer/register/ReadAs.tsx';

type Failed = Extract<ImportState, { step: 'failed' }>;

const LAYERS = { code: 'E_PARCELS_LAYER', message: 'Which?', fields: { layers: ['vide', 'champs'] } };
const answered: SentFile = {
  file: new File(['x'], 'a.gpkg'),
  answers: { crs: null, layer: 'vide' },
  asked: LAYERS,
};
const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const sayFailed = (failed: Omit<Failed, 'step'>) =>
  textOf(renderToStaticMarkup(createElement(ImportFailed, { failed: { step: 'failed', ...failed } })));

describe('a file that was refused', () => {
  it('with the 1 layer that was answered says so and offers to change it', () => {
    const text = sayFailed({ sent: answered, failure: { code: 'E_PARCELS_EMPTY', message: 'It holds no parcel.' } });
    expect(text).toContain('You said: layer vide. Change');
    expect(text).not.toContain('Try again');
  });

  it('with 0 answers offers nothing to change', () => {
    const sent = { ...answered, asked: null, answers: { crs: null, layer: null } };
    expect(sayFailed({ sent, failure: { code: 'E_JSON', message: 'no' } })).not.toContain('Change');
  });

  it('because the register is not open says so in 1 sentence, with a way to try again', () => {
    const text = sayFailed({ sent: answered, failure: 'no-register' });
    expect(text).toContain('The register cannot be opened yet');
    expect(text).toContain('Try again');
  });
});

describe('a report of rows in metres', () => {
  const finding: CheckFinding = {
    rule: 'projected',
    severity: 'error',
    message: 'not degrees',
    values: {},
    place: null,
    proposal: null,
  };
  const answer = {
    file: { name: 'a.geojson', format: 'geojson' },
    report: { parcels: [{ index: 0, id: 'P-1', verdict: 'refused', findings: [finding], parcelHa: null }] },
    parcels: [{ index: 0, geometry: null }],
  } as unknown as ImportAnswer;
  const choices = beginChoices(answer, () => 'd');
  const say = (crs: string | null) => {
    const sent = { ...answered, answers: { crs, layer: null } };
    const report = { step: 'report' as const, id: 'r', sent, answer, regionId: 'sink', choices };
    return textOf(renderToStaticMarkup(createElement(CrsOfReport, { report })));
  };

  it('asks for the CRS at its head and says why, until 1 is answered', () => {
    expect(say(null)).toContain('Rows of this file are not in degrees');
    expect(say(null)).toContain('Coordinate system (EPSG)');
    expect(say('EPSG:32631')).toBe('');
  });

  it('says whether the CRS that was answered was used: of 2 files one names its own', () => {
    const sent = { ...answered, answers: { crs: 'EPSG:32631', layer: null } };
    const readAs = (file: object) =>
      textOf(renderToStaticMarkup(createElement(ReadAs, { sent, file: { ...answer.file, ...file } })));
    expect(readAs({ assumedCrs: 'EPSG:32631' })).toContain('Read as EPSG:32631');
    expect(readAs({})).toContain('EPSG:32631 was not used');
  });
});
