import { beforeEach, describe, expect, it } from 'vitest';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { measureAreaHa } from '../../../shared/geometry/area.ts';
import { overlapHa } from '../../../shared/geometry/overlap.ts';
import { readRings } from '../../../shared/geometry/rings.ts';
import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';
import type { ParcelVersion } from '../../../shared/register.ts';
import { beginDraft, editParcel, provenanceOf } from '../../../viewer/delineate/begin-draft.ts';
import { IDLE, useBoard } from '../../../viewer/delineate/board.ts';
import { changeDraft, dropDraft, useDrafts } from '../../../viewer/delineate/drafts.ts';
import { crossingsOf, figuresOf } from '../../../viewer/delineate/figures.ts';
import { HISTORY_DEPTH, redo, undo, useHistory } from '../../../viewer/delineate/history.ts';
import { cutHole, mergeWith, splitDraft } from '../../../viewer/delineate/operations.ts';
import { geometryOf, type Position, type Ring, shapeOf } from '../../../viewer/delineate/shape.ts';
import { addPoint, cancelSketch, chooseTool, finishSketch, removePoint } from '../../../viewer/delineate/sketching.ts';
import { neighboursIn } from '../../../viewer/delineate/surroundings.ts';
import { useRegister } from '../../../viewer/register/register-store.ts';

const square = (lon: number, lat: number, side = 0.01): Ring => [
  [lon, lat],
  [lon + side, lat],
  [lon + side, lat + side],
  [lon, lat + side],
];
const area = (ring: Ring): GeoJsonGeometry => geometryOf([[ring]])!;
const rings = (one: GeoJsonGeometry) => readRings(one).value!;
const ha = (one: GeoJsonGeometry) => measureAreaHa(rings(one));
const typed = { isTyped: true };
const drafts = () => [...useDrafts.getState().drafts.values()];
const open = () => useDrafts.getState().drafts.get(useDrafts.getState().openId ?? '');

const registered = (id: string, geometry: GeoJsonGeometry, version = 1): ParcelVersion => ({
  id,
  regionId: 'copargo',
  version,
  state: 'active',
  geometry,
  attributes: {
    name: id,
    intervention: 'planting',
    startDate: null,
    tenure: null,
    consent: null,
    statedHa: 5,
    more: {},
  },
  parcelHa: ha(geometry),
  bboxDeg: [0, 1, 2, 3].map((i) => {
    const values = shapeOf(geometry)
      .flat(2)
      .map((place) => place[i % 2]!);
    return i < 2 ? Math.min(...values) : Math.max(...values);
  }) as unknown as ParcelVersion['bboxDeg'],
  author: 'Awa',
  reason: 'first',
  at: '2026-11-01T00:00:00Z',
  provenance: provenanceOf('drawn'),
  geometrySha256: '',
});

function register(...all: ParcelVersion[]): void {
  useRegister.setState({ parcels: new Map(all.map((one) => [one.id, one])) });
}

beforeEach(() => {
  useDrafts.setState({ drafts: new Map(), openId: null });
  useBoard.setState({ ...IDLE, chosen: null });
  useHistory.setState({ past: [], future: [] });
  register();
});

function draw(ring: Ring): void {
  chooseTool('polygon');
  for (const place of ring) addPoint(place, typed);
  finishSketch();
}

describe('drawing point by point', () => {
  it('has the parcel in its draft from the 3rd corner on, before it is finished', () => {
    chooseTool('polygon');
    const [a, b, c] = square(1.5, 9.8) as [Position, Position, Position];
    addPoint(a, typed);
    addPoint(b, typed);
    expect(open()!.geometry).toBeNull();
    addPoint(c, typed);
    expect(open()!.geometry).toEqual(area([a, b, c]));
    expect(open()).toMatchObject({ edits: null, state: 'open', provenance: { kind: 'drawn', from: [] } });
  });

  it('finishes with its outline counter-clockwise and its corners ready to be moved', () => {
    draw(square(1.5, 9.8).toReversed());
    expect(useBoard.getState()).toMatchObject({ tool: 'edit', sketch: [] });
    expect(ha(open()!.geometry!)).toBeCloseTo(121.34, 0);
    const ring = shapeOf(open()!.geometry)[0]![0]!;
    expect(signedAreaOfRings([Float64Array.from([...ring, ring[0]!].flat())])).toBeGreaterThan(0);
  });

  it('says that 1 more point is needed instead of finishing a line', () => {
    chooseTool('polygon');
    for (const place of square(1.5, 9.8).slice(0, 2)) addPoint(place, typed);
    finishSketch();
    expect(useBoard.getState().refusal).toMatchObject({ key: 'draw.refuse.corners', values: { count: 1 } });
    expect(useBoard.getState().tool).toBe('polygon');
  });

  it('finishes at a second point of a rectangle, and of a circle with the area of 64 sides', () => {
    chooseTool('rectangle');
    addPoint([1.5, 9.8], typed);
    addPoint([1.51, 9.81], typed);
    expect(open()!.geometry).toEqual(area(square(1.5, 9.8)));
    chooseTool('circle');
    addPoint([1.55, 9.85], typed);
    addPoint([1.55, 9.851], typed);
    const radiusM = 110.606;
    const sides = (64 / 2) * Math.sin((2 * Math.PI) / 64) * radiusM ** 2;
    expect(ha(open()!.geometry!)).toBeCloseTo(sides / 10_000, 3);
    expect(drafts()).toHaveLength(2);
  });

  it('leaves nothing behind when it is given up', () => {
    chooseTool('polygon');
    for (const place of square(1.5, 9.8)) addPoint(place, typed);
    cancelSketch();
    expect(drafts()).toEqual([]);
    undo();
    expect(useBoard.getState()).toMatchObject({ tool: 'polygon', sketch: square(1.5, 9.8) });
    expect(open()!.geometry).toEqual(area(square(1.5, 9.8)));
  });
});

describe('undo and redo', () => {
  it('take 60 points back one by one and set them again', () => {
    chooseTool('polygon');
    const points = Array.from({ length: 60 }, (_, i): Position => [1.5 + i * 1e-4, 9.8 + (i % 7) * 1e-3]);
    for (const place of points) addPoint(place, typed);
    for (let i = 60; i > 0; i--) {
      expect(useBoard.getState().sketch).toHaveLength(i);
      undo();
    }
    expect(useBoard.getState().sketch).toEqual([]);
    for (let i = 0; i < 60; i++) redo();
    expect(useBoard.getState().sketch).toEqual(points);
    expect(shapeOf(open()!.geometry)[0]![0]).toHaveLength(60);
  });

  it(`keep ${HISTORY_DEPTH} steps, at least the 50 that are promised`, () => {
    expect(HISTORY_DEPTH).toBeGreaterThanOrEqual(50);
    chooseTool('polygon');
    for (let i = 0; i < HISTORY_DEPTH + 20; i++) addPoint([1.5 + i * 1e-5, 9.8], typed);
    expect(useHistory.getState().past).toHaveLength(HISTORY_DEPTH);
  });

  it('leave a name alone that was written since', () => {
    draw(square(1.5, 9.8));
    const { draftId, attributes } = open()!;
    cutHole(square(1.502, 9.802, 0.002));
    changeDraft(draftId, { attributes: { ...attributes, name: 'Champ nord' } });
    undo();
    expect(open()).toMatchObject({ geometry: area(square(1.5, 9.8)), attributes: { name: 'Champ nord' } });
  });

  it('do not bring back a draft that the register has taken', () => {
    draw(square(1.5, 9.8));
    cutHole(square(1.502, 9.802, 0.002));
    dropDraft(open()!.draftId);
    undo();
    expect(drafts()).toEqual([]);
  });

  it('forget nothing of Backspace: a point that was removed comes back', () => {
    chooseTool('polygon');
    for (const place of square(1.5, 9.8)) addPoint(place, typed);
    removePoint();
    expect(useBoard.getState().sketch).toHaveLength(3);
    undo();
    expect(useBoard.getState().sketch).toHaveLength(4);
  });
});

describe('splitting, cutting and joining', () => {
  it('splits into the draft and 1 new draft of the same attributes; undo makes them one again', async () => {
    register(registered('COP-001', area(square(1.5, 9.8)), 3));
    editParcel(useRegister.getState().parcels.get('COP-001')!);
    const line: Ring = [
      [1.503, 9.79],
      [1.503, 9.82],
    ];
    expect(await splitDraft(line)).toBeNull();
    const [largest, other] = drafts();
    expect(largest).toMatchObject({ edits: { id: 'COP-001', version: 3 }, provenance: { kind: 'split' } });
    expect(other).toMatchObject({ edits: null, provenance: { kind: 'split', from: [{ id: 'COP-001', version: 3 }] } });
    expect(other!.attributes).toMatchObject({ name: 'COP-001', statedHa: null });
    expect(ha(largest!.geometry!) / ha(other!.geometry!)).toBeCloseTo(7 / 3, 4);
    expect(overlapHa(rings(largest!.geometry!), rings(other!.geometry!))).toBe(0);
    undo();
    expect(drafts().map(({ geometry }) => geometry)).toEqual([area(square(1.5, 9.8))]);
    redo();
    expect(drafts()).toHaveLength(2);
  });

  it('keep the file and 1 mend that the outline came from, in each of 2 pieces and once they are merged', async () => {
    const file = { name: 'parcels.kml', sha256: 'ab', format: 'kml', place: 'placemark 3' } as const;
    const mends = [{ rule: 'self-crossing', kind: 'untangle', haBefore: null, haAfter: 121 }];
    draw(square(1.5, 9.8));
    changeDraft(open()!.draftId, { provenance: { kind: 'imported', file, from: [], mends } });
    const line: Ring = [
      [1.504, 9.79],
      [1.504, 9.82],
    ];
    expect(await splitDraft(line)).toBeNull();
    expect(drafts().map(({ provenance }) => provenance)).toEqual(
      Array(2).fill({ kind: 'split', file, from: [], mends }),
    );
    const [neighbour] = neighboursIn([1.49, 9.79, 1.52, 9.82]);
    expect(mergeWith(neighbour!)).toBeNull();
    expect(open()!.provenance).toMatchObject({ kind: 'merged', file, mends: [...mends] });
  });

  it('says why a line does not split, and changes nothing', async () => {
    draw(square(1.5, 9.8));
    const before = drafts();
    expect(
      await splitDraft([
        [1.49, 9.805],
        [1.505, 9.805],
      ]),
    ).toMatchObject({ key: 'draw.refuse.split' });
    expect(drafts()).toEqual(before);
  });

  it('cuts a hole of a hundredth: 99 % are left; refuses one outside and one over all', () => {
    draw(square(1.5, 9.8));
    const before = ha(open()!.geometry!);
    expect(cutHole(square(1.504, 9.804, 0.001))).toBeNull();
    expect(shapeOf(open()!.geometry)[0]).toHaveLength(2);
    expect(ha(open()!.geometry!) / before).toBeCloseTo(0.99, 5);
    expect(cutHole(square(1.6, 9.8))).toMatchObject({ key: 'draw.refuse.hole-outside' });
    expect(cutHole(square(1.49, 9.79, 0.05))).toMatchObject({ key: 'draw.refuse.hole-all' });
  });

  it('joins a registered neighbour: one outline, both named, and the area of both', () => {
    register(registered('COP-002', area(square(1.51, 9.8)), 2));
    draw(square(1.5, 9.8));
    const [neighbour] = neighboursIn([1.5, 9.8, 1.53, 9.81]);
    expect(mergeWith(neighbour!)).toBeNull();
    expect(shapeOf(open()!.geometry)).toHaveLength(1);
    expect(open()!.provenance).toMatchObject({ kind: 'merged', from: [{ id: 'COP-002', version: 2 }] });
    expect(ha(open()!.geometry!)).toBeCloseTo(ha(area(square(1.5, 9.8))) + ha(area(square(1.51, 9.8))), 4);
    expect(neighboursIn([1.5, 9.8, 1.53, 9.81])).toEqual([]);
  });

  it('joins another draft, which goes; undo brings both back; a draft that is apart is refused', () => {
    beginDraft({ kind: 'drawn', geometry: area(square(1.51, 9.8)) });
    beginDraft({ kind: 'drawn', geometry: area(square(1.6, 9.8)) });
    draw(square(1.5, 9.8));
    const all = neighboursIn([1.4, 9.7, 1.7, 9.9]);
    expect(mergeWith(all[1]!)).toMatchObject({ key: 'draw.refuse.merge' });
    expect(mergeWith(all[0]!)).toBeNull();
    expect(drafts()).toHaveLength(2);
    undo();
    expect(drafts()).toHaveLength(3);
  });
});

describe('live figures', () => {
  const region = {
    id: 'copargo',
    name: 'Copargo',
    side: 'sink',
    boundary: area(square(1.505, 9.7, 0.5)),
    measuredHa: 94_909,
    statedHa: 87_600,
  } as const;

  it('give true hectares, percent of 87,600 ha stated and 94,909 ha measured, and the half inside', () => {
    const geometry = area(square(1.5, 9.8));
    const figures = figuresOf(geometry, { region, isCrossing: false });
    expect(figures.ha).toBe(ha(geometry));
    expect(figures.statedSharePct).toBeCloseTo((ha(geometry) / 87_600) * 100, 12);
    expect(figures.measuredSharePct).toBeCloseTo((ha(geometry) / 94_909) * 100, 12);
    expect(figures.insidePct).toBeCloseTo(50, 4);
  });

  it('give the overlap with each neighbour in hectares, none with one that only shares a border', () => {
    register(registered('COP-003', area(square(1.509, 9.8))), registered('COP-004', area(square(1.49, 9.8))));
    const figures = figuresOf(area(square(1.5, 9.8)), { region: undefined, isCrossing: false });
    expect(figures.overlaps.map(({ neighbour }) => neighbour.id)).toEqual(['COP-003']);
    expect(figures.overlaps[0]!.ha / ha(area(square(1.5, 9.8)))).toBeCloseTo(0.1, 4);
  });

  it('give no area of a bow-tie, and the place where it crosses itself', () => {
    const bowTie = area([
      [1.5, 9.8],
      [1.51, 9.81],
      [1.51, 9.8],
      [1.5, 9.81],
    ]);
    const [place, ...more] = crossingsOf(bowTie);
    expect(more).toEqual([]);
    expect(place![0]).toBeCloseTo(1.505, 12);
    expect(place![1]).toBeCloseTo(9.805, 12);
    expect(figuresOf(bowTie, { region, isCrossing: true })).toMatchObject({ ha: null, overlaps: [], insidePct: null });
  });
});
