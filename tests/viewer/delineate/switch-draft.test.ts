import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { beginDraft } from '../../../viewer/delineate/begin-draft.ts';
import { IDLE, useBoard } from '../../../viewer/delineate/board.ts';
import { changeDraft, dropDraft, useDrafts } from '../../../viewer/delineate/drafts.ts';
import { undo, useHistory } from '../../../viewer/delineate/history.ts';
import { mindDrawing } from '../../../viewer/delineate/mind-drawing.ts';
import { geometryOf, type Position, type Ring, shapeOf } from '../../../viewer/delineate/shape.ts';
import { addPoint, cancelSketch, chooseTool, finishSketch, finishWalk } from '../../../viewer/delineate/sketching.ts';
import { followDraft, switchTo } from '../../../viewer/delineate/switch-draft.ts';
import { READY, useWalking } from '../../../viewer/delineate/walk-store.ts';
import { pauseWalk, startWalk } from '../../../viewer/delineate/walking.ts';

const square = (lon: number, lat: number, side = 0.01): Ring => [
  [lon, lat],
  [lon + side, lat],
  [lon + side, lat + side],
  [lon, lat + side],
];
const FIELD = square(1.5, 9.8);
const area = (ring: Ring): GeoJsonGeometry => geometryOf([[ring]])!;
const draftOf = (id: string) => useDrafts.getState().drafts.get(id);
const drafts = () => [...useDrafts.getState().drafts.values()];
const openId = () => useDrafts.getState().openId;
const board = () => useBoard.getState();
const set = (...places: Position[]) => {
  for (const place of places) addPoint(place, { isTyped: true });
};

/** A draft that has been handed in and waits for a connection. */
function waitingDraft(): string {
  const id = beginDraft({ kind: 'drawn', geometry: area(square(1.6, 9.8)) });
  changeDraft(id, { state: 'waiting' });
  switchTo(null);
  return id;
}

let stop: () => void;

beforeEach(() => {
  useDrafts.setState({ drafts: new Map(), openId: null });
  useBoard.setState({ ...IDLE, chosen: null });
  useHistory.setState({ past: [], future: [] });
  useWalking.setState(READY);
  stop = useDrafts.subscribe(mindDrawing);
});

afterEach(() => stop());

describe('another draft that is opened while an outline is drawn', () => {
  it('gets none of its points when it waits to be sent, neither 2 before nor 2 after', () => {
    const waiting = waitingDraft();
    const before = draftOf(waiting);
    chooseTool('polygon');
    set(...FIELD.slice(0, 2));
    switchTo(waiting);
    set(...FIELD.slice(2));
    finishSketch();
    expect(draftOf(waiting)).toBe(before);
    expect(board()).toMatchObject({ tool: 'none', refusal: { key: 'draw.ended.put-away' } });
  });

  it('leaves 3 points in their own draft, and says so', () => {
    const other = beginDraft({ kind: 'drawn', geometry: area(square(1.6, 9.8)) });
    const before = draftOf(other);
    chooseTool('polygon');
    const drawn = openId()!;
    set(...FIELD.slice(0, 3));
    switchTo(other);
    set(FIELD[3]!);
    expect(draftOf(other)).toBe(before);
    expect(draftOf(drawn)!.geometry).toEqual(area(FIELD.slice(0, 3)));
    expect(board().refusal).toMatchObject({ key: 'draw.ended.kept', values: { name: '#2' } });
  });

  it('is left by Undo, which brings 2 points back with the draft that they were set in', () => {
    const other = beginDraft({ kind: 'drawn', geometry: area(square(1.6, 9.8)) });
    chooseTool('polygon');
    const drawn = openId()!;
    set(...FIELD.slice(0, 2));
    // As the board does with a draft in which nothing is.
    const stopForgetting = useDrafts.subscribe((now, was) => {
      if (now.openId !== was.openId && was.openId === drawn) dropDraft(drawn);
    });
    switchTo(other);
    stopForgetting();
    expect(draftOf(drawn)).toBeUndefined();
    undo();
    expect(openId()).toBe(drawn);
    expect(board()).toMatchObject({ tool: 'polygon', draftId: drawn, sketch: FIELD.slice(0, 2) });
    set(...FIELD.slice(2));
    finishSketch();
    expect(draftOf(drawn)!.geometry).toEqual(area(FIELD));
  });

  it('is none at all, as where a registered parcel is pressed: the outline of 3 points ends too', () => {
    chooseTool('polygon');
    const drawn = openId()!;
    set(...FIELD.slice(0, 3));
    switchTo(null);
    expect(board()).toMatchObject({ tool: 'none', sketch: [], refusal: { key: 'draw.ended.kept' } });
    expect(drafts()).toEqual([expect.objectContaining({ draftId: drawn, geometry: area(FIELD.slice(0, 3)) })]);
  });

  it('is opened by 1 suggestion that is taken over, too', () => {
    chooseTool('polygon');
    set(...FIELD.slice(0, 3));
    beginDraft({ kind: 'suggested', geometry: area(square(1.6, 9.8)) });
    expect(board()).toMatchObject({ tool: 'edit', draftId: null, refusal: { key: 'draw.ended.kept' } });
  });
});

describe('a draft that goes while an outline is drawn in it', () => {
  it('is followed by a new one when another tab discarded it: none of 4 points is lost, and it is said', () => {
    chooseTool('polygon');
    const gone = openId()!;
    set(...FIELD.slice(0, 3));
    useDrafts.setState({ drafts: new Map(), openId: null });
    expect(board().refusal).toMatchObject({ key: 'draw.ended.gone' });
    set(FIELD[3]!);
    finishSketch();
    expect(drafts()).toEqual([expect.objectContaining({ geometry: area(FIELD), state: 'open' })]);
    expect(openId()).not.toBe(gone);
    expect(openId()).toBe(drafts()[0]!.draftId);
  });

  it('is written no more once it was handed in with 3 points', () => {
    chooseTool('polygon');
    const drawn = openId()!;
    set(...FIELD.slice(0, 3));
    changeDraft(drawn, { state: 'waiting' });
    expect(board()).toMatchObject({ tool: 'none', refusal: { key: 'draw.ended.handed-in' } });
    set(FIELD[3]!);
    undo();
    expect(draftOf(drawn)!.geometry).toEqual(area(FIELD.slice(0, 3)));
  });

  it('goes on under the id of its copy: the 4th point is in that', () => {
    chooseTool('polygon');
    const drawn = openId()!;
    set(...FIELD.slice(0, 3));
    const copy = { ...draftOf(drawn)!, draftId: 'copy' };
    followDraft(drawn, 'copy');
    useDrafts.setState({ drafts: new Map([['copy', copy]]), openId: 'copy' });
    set(FIELD[3]!);
    expect(drafts()).toEqual([expect.objectContaining({ draftId: 'copy', geometry: area(FIELD) })]);
  });

  it('takes a line to split by with it: the tool is laid down after 1 point', () => {
    beginDraft({ kind: 'drawn', geometry: area(FIELD) });
    chooseTool('split');
    set([1.49, 9.805]);
    useDrafts.setState({ drafts: new Map(), openId: null });
    expect(board()).toMatchObject({ tool: 'none', sketch: [], refusal: { key: 'draw.ended.lost' } });
  });
});

describe('a walk', () => {
  let position: (place: Position) => void;
  let watches: number;

  beforeEach(() => {
    watches = 0;
    vi.stubGlobal('isSecureContext', true);
    vi.stubGlobal('navigator', {
      geolocation: {
        watchPosition: (take: (fix: object) => void) => {
          watches += 1;
          position = ([longitude, latitude]) => take({ coords: { longitude, latitude, accuracy: 4 }, timestamp: 0 });
          return 1;
        },
        clearWatch: () => {
          watches -= 1;
        },
      },
    });
  });

  afterEach(() => {
    useWalking.setState(READY);
    vi.unstubAllGlobals();
  });

  function walk(...places: readonly Position[]): string {
    chooseTool('walk');
    startWalk();
    for (const place of places) position(place);
    return openId()!;
  }

  it('goes on in its own draft while one that waits is looked at: 4 positions here, none there', () => {
    const waiting = waitingDraft();
    const before = draftOf(waiting);
    const walked = walk(...FIELD.slice(0, 2));
    switchTo(waiting);
    expect(board().tool).toBe('none');
    for (const place of FIELD.slice(2)) position(place);
    expect(draftOf(waiting)).toBe(before);
    expect(draftOf(walked)!.geometry).toEqual(area(FIELD));
    switchTo(walked);
    expect(board()).toMatchObject({ tool: 'walk', draftId: walked, sketch: FIELD });
    finishWalk();
    expect(shapeOf(draftOf(walked)!.geometry)).toEqual([[FIELD]]);
    expect(board().tool).toBe('edit');
    expect(watches).toBe(0);
  });

  it('is not thrown away by another tool: 1 other parcel is drawn meanwhile, and its tool leads back to it', () => {
    const walked = walk(...FIELD.slice(0, 3));
    chooseTool('rectangle');
    set([1.6, 9.8], [1.61, 9.81]);
    position(FIELD[3]!);
    expect(drafts().map(({ geometry }) => geometry)).toEqual([area(FIELD), area(square(1.6, 9.8))]);
    chooseTool('walk');
    expect(openId()).toBe(walked);
    expect(drafts()).toHaveLength(2);
    pauseWalk();
    chooseTool('edit');
    expect(board().tool).toBe('edit');
    expect(draftOf(walked)!.geometry).toEqual(area(FIELD));
  });

  it('that is given up comes back by Undo with its 4 positions, as an outline', () => {
    const walked = walk(...FIELD);
    cancelSketch();
    expect(drafts()).toEqual([]);
    undo();
    expect(draftOf(walked)!.geometry).toEqual(area(FIELD));
    expect(board().tool).toBe('edit');
  });

  it('whose draft is discarded in another tab goes on in a new one with all 4 positions', () => {
    walk(...FIELD.slice(0, 3));
    useDrafts.setState({ drafts: new Map(), openId: null });
    position(FIELD[3]!);
    expect(drafts()).toEqual([expect.objectContaining({ geometry: area(FIELD), provenance: expect.anything() })]);
    expect(drafts()[0]!.provenance.kind).toBe('walked');
    expect(board()).toMatchObject({ tool: 'walk', refusal: { key: 'draw.ended.gone' } });
  });

  it('ends once its draft is handed in with 3 positions', () => {
    const walked = walk(...FIELD.slice(0, 3));
    changeDraft(walked, { state: 'waiting' });
    expect(watches).toBe(0);
    expect(board()).toMatchObject({ tool: 'none', refusal: { key: 'draw.ended.handed-in' } });
    expect(draftOf(walked)!.geometry).toEqual(area(FIELD.slice(0, 3)));
  });
});
