import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Register } from '../../../pipeline/run/register-contract.ts';
import { openRegisterHere } from '../../../pipeline/run/register-here.ts';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import type { ParcelCandidate } from '../../../shared/parcel-check.ts';
import type { NewParcel, Provenance } from '../../../shared/register.ts';
import { fieldAt, SAMPLE_ATTRIBUTES, sampleEdit, sampleParcel } from '../../register-sample.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-register-parents-'));
let register: Register;
beforeAll(() => {
  register = openRegisterHere({ url: null, folder: root });
});
afterAll(async () => {
  await register.close();
  rmSync(root, { recursive: true, force: true });
});

const AT = '2026-03-01T10:00:00.000Z';
let drafts = 0;
const add = (parcels: readonly Partial<NewParcel>[]) =>
  register.call('add', {
    parcels: parcels.map((parcel) => sampleParcel(0, { draftId: `d-${++drafts}`, ...parcel })),
    regions: [],
    at: AT,
  });
const of = (kind: Provenance['kind'], ...from: [id: string, version: number][]): Provenance => ({
  kind,
  file: null,
  from: from.map(([id, version]) => ({ id, version })),
  mends: [],
});
/** Part of the square of a number, from one share of its width to another. */
function partOf(number: number, start: number, end: number): GeoJsonGeometry {
  const [[west, south], , [, north]] = fieldAt(number).coordinates[0] as [number, number][] as [
    [number, number],
    unknown,
    [number, number],
  ];
  const [left, right] = [west + 0.001 * start, west + 0.001 * end];
  const ring = [
    [left, south],
    [right, south],
    [right, north],
    [left, north],
    [left, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}
const stateOf = async (id: string) => {
  const parcel = await register.call('parcel', { id });
  return parcel && `${parcel.state} ${parcel.version} ${parcel.reason}`;
};

describe('a parcel that is split from or merged of others', () => {
  it('does not lie on a parcel that it names, at version 99 or at the current 1, whatever kind it says', async () => {
    await add([{ id: 'A', geometry: fieldAt(1) }]);
    for (const kind of ['drawn', 'split', 'merged'] as const)
      for (const version of [99, 1]) {
        const answer = await add([{ geometry: partOf(1, 0.1, 0.7), provenance: of(kind, ['A', version]) }]);
        expect([kind, version, answer.kind]).toEqual([kind, version, 'refused']);
        if (answer.kind === 'refused') expect(answer.message).toContain('hand in all pieces together');
      }
    expect(await stateOf('A')).toBe('active 1 walked round it');
  });

  it('takes the place of its parent where 2 pieces of 1 request cover it, and the same request again changes nothing', async () => {
    const pieces = [partOf(1, 0, 0.4), partOf(1, 0.4, 1)].map((geometry, i) => ({
      id: `A-${i}`,
      draftId: `piece-${i}`,
      geometry,
      provenance: of('split', ['A', 1]),
    }));
    const answer = await add(pieces);
    expect(answer.kind).toBe('added');
    expect(await stateOf('A')).toBe('withdrawn 2 split into A-0, A-1');
    expect(await add(pieces)).toEqual(answer);
    expect((await register.call('state', {})).parcels).toBe(2);
  });

  it('is refused where 1 of 3 pieces is missing, and taken by and by where an edit of the parent goes first', async () => {
    await add([{ id: 'B', geometry: fieldAt(2) }]);
    const provenance = of('split', ['B', 1]);
    const two = [partOf(2, 0, 0.3), partOf(2, 0.3, 0.6)].map((geometry) => ({ geometry, provenance }));
    expect((await add(two)).kind).toBe('refused');
    const edit = sampleEdit(2, { geometry: partOf(2, 0.6, 1), provenance });
    expect((await register.call('edit', { id: 'B', version: 1, edit, regions: [], at: AT })).kind).toBe('saved');
    for (const piece of two) expect((await add([piece])).kind).toBe('added');
    expect(await stateOf('B')).toBe('active 2 walked round it');
  });

  it('withdraws the 1 neighbour that an edit has merged, but not one that was changed meanwhile', async () => {
    await add([
      { id: 'C', geometry: partOf(3, 0, 0.5) },
      { id: 'D', geometry: partOf(3, 0.5, 1) },
    ]);
    const merge = (version: number) => {
      const edit = sampleEdit(3, { provenance: of('merged', ['C', 1], ['D', version]) });
      return register.call('edit', { id: 'C', version: 1, edit, regions: [], at: AT });
    };
    expect((await merge(7)).kind).toBe('refused');
    expect((await merge(1)).kind).toBe('saved');
    expect(await stateOf('D')).toBe('withdrawn 2 merged into C');
  });
});

describe('a file imported again', () => {
  const candidate = (geometry: GeoJsonGeometry, id: string, index = 0): ParcelCandidate => ({
    index,
    id,
    geometry,
    attributes: SAMPLE_ATTRIBUTES,
    place: `feature ${index + 1}`,
    findings: [],
  });
  const importFile = (
    candidates: readonly ParcelCandidate[],
    { layer = null as string | null, region = 'sink' } = {},
  ) =>
    register.call('import', {
      candidates,
      file: { name: 'a.gpkg', sha256: 'a'.repeat(64), format: 'geopackage' },
      reading: { layer, assumedCrs: null, idField: null },
      regionId: region,
      regions: [],
      author: 'Awa',
      reason: 'list',
      acceptMends: true,
      at: AT,
    });
  const outcomes = async (...of: Parameters<typeof importFile>) =>
    (await importFile(...of)).rows.map(({ id, outcome }) => `${id} ${outcome}`);

  it('registers its second layer too, whose row 1 is another parcel, and keeps the stated id row-7', async () => {
    expect(await outcomes([candidate(fieldAt(50), 'la-1')], { layer: 'la' })).toEqual(['la-1 registered']);
    expect(await outcomes([candidate(fieldAt(51), 'row-7')], { layer: 'lb' })).toEqual(['row-7 registered']);
    expect(await outcomes([candidate(fieldAt(50), 'la-1')], { layer: 'la' })).toEqual(['la-1 before']);
  });

  it('says of 2 rows that their parcels were changed and withdrawn since', async () => {
    const edit = sampleEdit(52);
    await register.call('edit', { id: 'la-1', version: 1, edit, regions: [], at: AT });
    const by = { author: 'Awa', reason: 'sold' };
    await register.call('withdraw', { id: 'row-7', version: 1, by, at: AT });
    const changed = await importFile([candidate(fieldAt(50), 'la-1')], { layer: 'la' });
    expect(changed.rows[0]).toMatchObject({ id: 'la-1', outcome: 'refused', findings: [{ rule: 'changed-since' }] });
    const withdrawn = await importFile([candidate(fieldAt(51), 'row-7')], { layer: 'lb' });
    expect(withdrawn.rows[0]).toMatchObject({ outcome: 'refused', findings: [{ rule: 'withdrawn-since' }] });
  });

  it('leaves out the 1 swapped parcel that lies on a registered one when it is mended, and registers the other 2', async () => {
    const swapped = (number: number): GeoJsonGeometry => ({
      type: 'Polygon',
      coordinates: [(fieldAt(number).coordinates[0] as number[][]).map(([x, y]) => [y!, x!])],
    });
    const boundary: GeoJsonGeometry = {
      type: 'Polygon',
      coordinates: [
        [
          [2, 0],
          [2.2, 0],
          [2.2, 0.1],
          [2, 0.1],
          [2, 0],
        ],
      ],
    };
    await add([{ id: 'there', geometry: fieldAt(60) }]);
    const { rows } = await register.call('import', {
      candidates: [
        candidate(fieldAt(61), 's-1', 0),
        candidate(swapped(60), 's-2', 1),
        candidate(fieldAt(62), 's-3', 2),
      ],
      file: { name: 'b.csv', sha256: 'b'.repeat(64), format: 'csv' },
      reading: { layer: null, assumedCrs: null, idField: null },
      regionId: 'sink',
      regions: [{ id: 'sink', name: 'Sink', side: 'sink', boundary, measuredHa: null, statedHa: null }],
      author: 'Awa',
      reason: 'list',
      acceptMends: true,
      at: AT,
    });
    expect(rows.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      's-1 registered',
      's-2 refused',
      's-3 registered',
    ]);
  });
});
