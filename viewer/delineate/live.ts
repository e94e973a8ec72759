import { useEffect } from 'react';
import { create } from 'zustand';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import { intersectAreas } from '../../shared/geometry/overlay.ts';
import { locateGeometryFault } from '../../shared/geometry/validity.ts';
import { useRegister } from '../register/register-store.ts';
import { type BoardState, useBoard } from './board.ts';
import { type Draft, useDrafts } from './drafts.ts';
import { crossingsOf, type Figures, figuresOf } from './figures.ts';
import { regionsNow } from './regions.ts';
import { cornerCount, geometryOf, type Position, type Ring, type Shape } from './shape.ts';
import { circle, distanceM, rectangle } from './shapes-drawn.ts';
import { prepare } from './surroundings.ts';

interface Live {
  /** The parcel as it would be if the next point were set where the pointer is; null of nothing. */
  readonly geometry: GeoJsonGeometry | null;
  readonly figures: Figures | null;
  /** Where the outline is at fault: it crosses or touches itself there, or a hole lies outside. */
  readonly faults: readonly Position[];
  /** Ground that others have too. */
  readonly overlap: readonly GeoJsonGeometry[];
}

const NOTHING: Live = { geometry: null, figures: null, faults: [], overlap: [] };

/** What is said of the open draft while it is drawn, at most once a frame. */
export const useLive = create<Live>()(() => NOTHING);

/** Up to so many corners every pair of sides is looked at in each frame. */
const AT_ONCE = 600;
const PAUSE_MS = 150;

/** Keeps `useLive` in step with drafts and board while the drawing board is there. */
export function useLiveFigures(): void {
  useEffect(() => {
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      const isLarge = cornerCount(shapeShown() ?? []) > AT_ONCE;
      clearTimeout(timer);
      if (isLarge) timer = setTimeout(update, PAUSE_MS);
      else
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          update();
        });
    };
    ask();
    const stops = [useBoard.subscribe(ask), useDrafts.subscribe(ask), useRegister.subscribe(ask)];
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      for (const stop of stops) stop();
      useLive.setState(NOTHING);
    };
  }, []);
}

function openDraft(): Draft | undefined {
  const { drafts, openId } = useDrafts.getState();
  return openId === null ? undefined : drafts.get(openId);
}

/** The outline that is being drawn with the next point where the pointer is. */
export function sketchedRing({ tool, sketch, pointer }: Pick<BoardState, 'tool' | 'sketch' | 'pointer'>): Ring {
  const [first] = sketch;
  if (tool === 'rectangle') return first && pointer ? rectangle(first, pointer) : sketch;
  if (tool === 'circle') return first && pointer ? circle(first, distanceM(first, pointer)) : sketch;
  return pointer && tool !== 'freehand' && tool !== 'walk' ? [...sketch, pointer] : sketch;
}

function shapeShown(): Shape | null {
  const board = useBoard.getState();
  const isSketching = board.sketch.length > 0 && !['split', 'hole', 'none', 'edit'].includes(board.tool);
  if (isSketching) return [[sketchedRing(board)]];
  const geometry = openDraft()?.geometry;
  return geometry ? prepare(geometry).shape : null;
}

function update(): void {
  const shape = shapeShown();
  const draft = openDraft();
  const isDrafts = draft?.geometry && prepare(draft.geometry).shape === shape;
  const geometry = isDrafts ? draft.geometry : shape && geometryOf(shape);
  if (!geometry) {
    useLive.setState(NOTHING);
    return;
  }
  const crossings = crossingsOf(geometry);
  const region = regionsNow().find(({ id }) => id === draft?.regionId);
  const figures = figuresOf(geometry, { region, isCrossing: crossings.length > 0 });
  useLive.setState({ geometry, figures, faults: crossings, overlap: overlapOf(geometry, figures) });
  if (crossings.length === 0) void judge(geometry);
}

function overlapOf(geometry: GeoJsonGeometry, { overlaps }: Figures): GeoJsonGeometry[] {
  const { rings } = prepare(geometry);
  if (!rings) return [];
  return overlaps.flatMap(({ neighbour }) => {
    const others = prepare(neighbour.geometry).rings;
    return (others && intersectAreas(rings, others)) ?? [];
  });
}

/** Touching rings and misplaced holes take a closer look, which may have to be waited for. */
async function judge(geometry: GeoJsonGeometry): Promise<void> {
  const { rings } = prepare(geometry);
  const fault = rings && (await locateGeometryFault(rings)?.catch(() => null));
  if (!fault || useLive.getState().geometry !== geometry) return;
  useLive.setState(({ figures }) => ({
    faults: fault.place ? [[fault.place[0], fault.place[1]]] : [],
    figures: figures && { ...figures, ha: null, overlaps: [] },
  }));
}
