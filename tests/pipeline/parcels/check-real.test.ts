import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readParcelFile } from '../../../pipeline/parcels/formats/read-file.ts';
import { findPairsByIndex } from '../../../pipeline/parcels/overlaps.ts';
import { checkParcels } from '../../../shared/checks/check.ts';
import { checkContext } from '../../../shared/checks/context.ts';
import { mendParcels } from '../../../shared/checks/mend.ts';
import { reportOf } from '../../../shared/checks/report.ts';
import type { CheckFinding, CheckReport } from '../../../shared/parcel-check.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

const context = checkContext({ today: '2026-11-29', findPairs: findPairsByIndex });

function read(name: string) {
  const options = { name, assumeCrs: null, layer: null, idField: null };
  return readParcelFile(readFileSync(join(sharedData, 'data/parcels', name)), options);
}

async function checkFile(file: string): Promise<CheckReport> {
  const { format, candidates, notes } = await read(file);
  return reportOf(await checkParcels(candidates, context), { file, format, limits: context.limits, notes });
}

function found({ parcels }: CheckReport, rule: string): (CheckFinding & { readonly id: string })[] {
  return parcels.flatMap(({ id, findings }) =>
    findings.filter((finding) => finding.rule === rule).map((finding) => ({ ...finding, id })),
  );
}

// Counts were found first by shapely 1.8 on GEOS 3.11 in a local frame of metres, and areas by GeographicLib's Planimeter.
describeWithData('the 346 reforestation parcels of Madagascar', () => {
  const report = checkFile('madagascar-reforestation.geojson');

  it('have 469.204 ha that can be measured; 1 is refused, 1 can be mended, 344 are to be looked at', async () => {
    const { summary } = await report;
    expect(summary).toMatchObject({ format: 'geojson', parcels: 346 });
    expect(summary.verdicts).toEqual({ accepted: 0, warned: 344, mendable: 1, refused: 1 });
    expect(summary.totalHa).toBeCloseTo(469.2045, 3);
  });

  it.each([
    ['self-crossing', 1, 'GEOS calls one ring invalid: Self-intersection[47.948707 -21.645121]'],
    ['too-small', 1, 'the smallest measures 0.0272 ha, the next one 0.101 ha'],
    ['narrower-than-pixel', 1, 'of the same one nothing is left 5 m inside its border'],
    [
      'overlap',
      40,
      '45 pairs: 4 parcels share ground with two before them, one of these pairs is the invalid ring’s none',
    ],
    ['overlapped', 38, 'the same 45 pairs seen from the earlier parcel'],
    ['spike', 5, '14 corners are sharper than 10°, of which 5 have no side shorter than 1 m'],
    ['stated-area', 7, 'the column of the surveyed area, SurfacePre, is off by more than a quarter'],
    ['duplicate-points', 15, 'one corner each is written twice in a row'],
    ['winding', 346, 'all outlines run clockwise, as shapefiles want them'],
    ['z-dropped', 346, 'all corners have a height'],
    ['missing-attribute', 346, 'the file has neither names nor interventions, days, tenure or consent'],
  ])('%s: %i parcels, because %s', async (rule, count) => {
    expect((await report).summary.rules[rule]).toBe(count);
  });

  it('hold 1 ring that crosses itself, SAN_AMB_T11_L01_01 near 47.948707 E 21.645121 S, 0.2511 ha when mended', async () => {
    const [crossing, ...more] = found(await report, 'self-crossing');
    expect(more).toEqual([]);
    expect(crossing!.id).toBe('SAN_AMB_T11_L01_01');
    expect(crossing!.place!.map((degrees) => Number(degrees.toFixed(6)))).toEqual([47.948707, -21.645121]);
    expect(crossing!.proposal!.haAfter).toBeCloseTo(0.2511, 4);
  });

  it('overlap in 45 pairs; 2 more run into each other by 1e-11 degrees only: 0.001 and 0.002 m² along 200 m and 450 m', async () => {
    const overlaps = found(await report, 'overlap');
    expect(overlaps).toHaveLength(45);
    const squareMetres = overlaps.map(({ values }) => Number(values.overlapHa) * 10_000).sort((a, b) => a - b);
    // shapely: 0.0972 m² the least, 264.22 m² the most; all below 3 % of the smaller parcel.
    expect(squareMetres[0]).toBeCloseTo(0.0972, 3);
    expect(squareMetres.at(-1)).toBeCloseTo(264.2, 0);
    expect(overlaps.every(({ severity, proposal }) => severity === 'warning' && proposal !== null)).toBe(true);
    expect((await report).summary.notes).toContainEqual(expect.stringMatching(/^45 pairs of parcels share ground/));
  });

  it('hold 1 of 0.0272 ha, below 0.05 ha: SAN_SAH_T02_T02_02, also the only one narrower than a pixel (6.8 m)', async () => {
    const [small] = found(await report, 'too-small');
    const [narrow] = found(await report, 'narrower-than-pixel');
    expect([small!.id, narrow!.id]).toEqual(['SAN_SAH_T02_T02_02', 'SAN_SAH_T02_T02_02']);
    expect(small!.values.parcelHa).toBeCloseTo(0.02722, 4);
    expect(Number(narrow!.values.widthM)).toBeCloseTo(6.8, 1);
    expect((await report).summary.notes).not.toContainEqual(expect.stringMatching(/narrower/));
  });

  it('mended share no ground, cross nowhere, and only the one that is too small is left out', async () => {
    const { candidates } = await read('madagascar-reforestation.geojson');
    const mended = await mendParcels(candidates, context);
    const good = mended.filter(({ checked }) => !checked.findings.some(({ severity }) => severity === 'error'));
    expect(good).toHaveLength(345);
    expect(mended.filter(({ steps }) => steps.length > 0)).toHaveLength(58);
    const again = await checkParcels(
      good.map(({ candidate }) => candidate),
      context,
    );
    const rules = new Set(again.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
    for (const rule of ['overlap', 'overlapped', 'self-crossing', 'spike', 'sliver-part', 'duplicate-points'])
      expect(rules).not.toContain(rule);
    // shapely: the 45 pairs share 1,632 m²; cut spikes take and give some square metres.
    const [before, after] = [good.map(({ haBefore }) => haBefore ?? 0.25114), good.map(({ haAfter }) => haAfter!)].map(
      (each) => each.reduce((a, b) => a + b),
    );
    expect(before! - after!).toBeCloseTo(0.163, 3);
  }, 30_000);
});

describeWithData('the other real files', () => {
  it('181 grevillea plots: 17 below 0.05 ha, 4 of them narrower than a pixel, 2 spikes, ids as written (422.0)', async () => {
    const { summary, parcels } = await checkFile('madagascar-grevillea.geojson');
    expect(summary.verdicts).toEqual({ accepted: 0, warned: 164, mendable: 0, refused: 17 });
    expect(summary.rules).toMatchObject({
      'too-small': 17,
      'narrower-than-pixel': 4,
      spike: 2,
      'duplicate-points': 4,
      winding: 181,
    });
    expect(summary.rules).not.toHaveProperty('overlap');
    expect(summary.notes).toContainEqual(expect.stringMatching(/^4 of 181 parcels are narrower than a pixel/));
    expect(parcels[0]!.id).toBe('422.0');
    expect(summary.totalHa).toBeCloseTo(304.0475, 1);
  });

  it('grevillea 530 has a needle of 17.7 m (0.45°) that is offered cut off; 559 is a wedge of 145 m² and is not', async () => {
    const spikes = found(await checkFile('madagascar-grevillea.geojson'), 'spike');
    expect(spikes.map(({ id, proposal }) => [id, proposal?.kind])).toEqual([
      ['559.0', undefined],
      ['530.0', 'cut-spike'],
    ]);
    expect(Number(spikes[1]!.values.lengthM)).toBeCloseTo(17.65, 0);
  });

  it('50 Whisp plots: 2 above 1,000 ha (1,409.7 and 1,432.9), called by their row as they have only a user_id', async () => {
    const report = await checkFile('whisp-plots.geojson');
    expect(report.summary.verdicts).toEqual({ accepted: 0, warned: 48, mendable: 0, refused: 2 });
    const large = found(report, 'too-large');
    expect(large.map(({ id }) => id)).toEqual(['row-1', 'row-24']);
    expect(large.map(({ values }) => Number(values.parcelHa).toFixed(1))).toEqual(['1409.7', '1432.9']);
  });

  it('the TerraMatch zip: one parcel of 3 parts that are apart, 91.07 ha, start 2022-06-01; intervention and tenure are missing', async () => {
    const report = await checkFile('terramatch-shapefile.zip');
    expect(report.summary).toMatchObject({ format: 'shapefile', parcels: 1 });
    expect(report.summary.totalHa).toBeCloseTo(91.07, 2);
    expect(report.summary.verdicts.warned).toBe(1);
    expect(found(report, 'missing-attribute').map(({ values }) => values.attribute)).toEqual([
      'intervention',
      'tenureOrConsent',
    ]);
  });

  it('the incomplete zip cannot be read, and what is missing is said', async () => {
    await expect(checkFile('incomplete-shapefile.zip')).rejects.toThrow(
      /holds only POLYGON\.shx.*POLYGON\.shp.*missing/s,
    );
  });

  it('bad.geojson: polygon coordinates under the name LineString, offered as a polygon of 304.87 ha', async () => {
    const report = await checkFile('bad.geojson');
    expect(report.summary.verdicts.mendable).toBe(1);
    const { proposal, values } = found(report, 'geometry-kind')[0]!;
    expect(values.kind).toBe('called LineString with the coordinates of a Polygon');
    // Planimeter on the same corners: 304.86965 ha.
    expect(proposal).toMatchObject({ kind: 'read-as-polygon', haBefore: null });
    expect(proposal!.haAfter).toBeCloseTo(304.86965, 4);
  });

  it('huge.geojson: 7,078,435,398 ha between geodesics (Planimeter), too large by a factor of 7 million', async () => {
    const report = await checkFile('huge.geojson');
    expect(report.summary.verdicts.refused).toBe(1);
    expect(report.summary.totalHa! / 7_078_435_398.47).toBeCloseTo(1, 9);
  });
});
