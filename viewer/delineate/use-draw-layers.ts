import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { surfacesOf, useMapStore } from '../map/map-store.ts';
import { readPalette, watchPalette } from '../map/palette.ts';
import { useRegister } from '../register/register-store.ts';
import { useStore } from '../state.ts';
import { useBoard } from './board.ts';
import { isSame, middlesOf } from './corners.ts';
import { useDrafts } from './drafts.ts';
import { addDrawLayers, type DrawFeature, type DrawSource, drawFeatures, removeDrawLayers } from './draw-layers.ts';
import { sketchedRing, useLive } from './live.ts';
import { listenTo } from './pointer.ts';
import { cornersOf, type Position } from './shape.ts';
import { draftName, prepare } from './surroundings.ts';
import { useWalking } from './walk-store.ts';

/** Beyond so many corners their handles would hide the outline; they come when fewer are in view. */
const MOST_HANDLES = 1500;

/** The layers of the drawing board on every map of the page, and its pointer. */
export function useDrawLayers(): void {
  const surfaces = useMapStore(useShallow(surfacesOf));
  useEffect(() => {
    const stops = surfaces.map((surface) => {
      let isThere = true;
      const paint = () => addDrawLayers(surface.map, readPalette());
      surface.whenReady(() => {
        if (!isThere) return;
        paint();
        drawAll();
      });
      const stopPalette = watchPalette(paint);
      const stopPointer = listenTo(surface);
      surface.map.doubleClickZoom.disable();
      return () => {
        isThere = false;
        stopPalette();
        stopPointer();
        // A map that is gone has no layers to take away.
        if (surfacesOf().includes(surface)) {
          removeDrawLayers(surface.map);
          surface.map.doubleClickZoom.enable();
        }
      };
    });
    const follow = [
      useRegister.subscribe(drawSurroundings),
      useDrafts.subscribe(drawAll),
      useBoard.subscribe(drawBoard),
      useLive.subscribe(drawBoard),
      useWalking.subscribe(drawBoard),
    ];
    return () => {
      for (const stop of [...follow, ...stops]) stop();
    };
  }, [surfaces]);
}

/** Parcels of the results step aside for those of the register. */
export function useResultParcels(): void {
  const surfaces = useMapStore(useShallow(surfacesOf));
  const hasRegister = useRegister(({ parcels }) => parcels.size > 0);
  const showParcels = useStore((state) => state.showParcels);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map itself shows them again when that is switched
  useEffect(() => {
    if (!hasRegister) return;
    for (const surface of surfaces) surface.setVisible('parcels-', false);
    return () => {
      for (const surface of surfacesOf()) surface.setVisible('parcels-', useStore.getState().showParcels);
    };
  }, [surfaces, hasRegister, showParcels]);
}

function show(source: DrawSource, features: readonly DrawFeature[]): void {
  for (const { map } of surfacesOf()) drawFeatures(map, source, features);
}

function drawAll(): void {
  drawSurroundings();
  drawBoard();
}

function drawSurroundings(): void {
  const { drafts, openId } = useDrafts.getState();
  const edited = new Set([...drafts.values()].map(({ edits }) => edits?.id));
  const registered = [...useRegister.getState().parcels.values()].filter(({ id }) => !edited.has(id));
  show(
    'registered',
    registered.map(({ id, geometry }) => ({ properties: { name: id }, geometry })),
  );
  const others = [...drafts.values()].filter(({ draftId, geometry }) => draftId !== openId && geometry !== null);
  show(
    'drafts',
    others.map((draft) => ({ properties: { name: draftName(draft) }, geometry: draft.geometry! })),
  );
}

function drawBoard(): void {
  const { overlap, faults } = useLive.getState();
  const board = useBoard.getState();
  const { drafts, openId } = useDrafts.getState();
  const draft = openId === null ? undefined : drafts.get(openId);
  const geometry = draft?.geometry ?? null;
  // What was handed in has no corners to take hold of.
  const held = draft?.state === 'waiting' ? null : geometry;
  const isOutline = !['split', 'hole', 'edit', 'move', 'merge', 'none'].includes(board.tool);
  const ring = sketchedRing(board);
  const isDrawing = isOutline && board.sketch.length > 0;
  const shown = isDrawing ? (ring.length >= 3 ? polygonOf(ring) : null) : geometry;
  show('open', shown ? [{ properties: {}, geometry: shown }] : []);
  show(
    'overlap',
    overlap.map((one) => ({ properties: {}, geometry: one })),
  );
  show('sketch', sketchOf(board.tool, ring, board.sketch.length));
  show('points', [...handles(held), ...pointsOf(board.sketch), ...marks(faults)]);
}

function polygonOf(ring: readonly Position[]) {
  return { type: 'Polygon', coordinates: [[...ring, ring[0]]] };
}

/** Lines that are no border yet: the first side, the line to split by, the hole. */
function sketchOf(tool: string, ring: readonly Position[], set: number): DrawFeature[] {
  if (set === 0 || ring.length < 2) return [];
  const isClosed = tool === 'hole' && ring.length >= 3;
  const isLine = tool === 'split' || tool === 'hole' || ring.length === 2 || tool === 'freehand';
  if (!isLine) return [];
  return [{ properties: {}, geometry: { type: 'LineString', coordinates: isClosed ? [...ring, ring[0]] : ring } }];
}

const point = (kind: string, coordinates: Position): DrawFeature => ({
  properties: { kind },
  geometry: { type: 'Point', coordinates },
});

function handles(geometry: Parameters<typeof prepare>[0] | null): DrawFeature[] {
  const { tool, corner, isCarrying } = useBoard.getState();
  if (tool !== 'edit' || !geometry) return [];
  const { shape } = prepare(geometry);
  const corners = cornersOf(shape);
  if (corners.length > MOST_HANDLES) return [];
  const kindOf = (isChosen: boolean) => (isChosen ? (isCarrying ? 'carried' : 'chosen') : 'corner');
  return [
    ...middlesOf(shape).map(({ place }) => point('middle', place)),
    ...corners.map(({ ref, place }) => point(kindOf(isSame(ref, corner)), place)),
  ];
}

function pointsOf(sketch: readonly Position[]): DrawFeature[] {
  const { tool } = useBoard.getState();
  if (tool === 'freehand') return [];
  const walker = tool === 'walk' ? useWalking.getState().last : null;
  const corners = tool === 'walk' ? [] : sketch.map((place) => point('corner', place));
  return walker ? [...corners, point('walker', walker.place)] : corners;
}

function marks(faults: readonly Position[]): DrawFeature[] {
  const { snap } = useBoard.getState();
  return [
    ...faults.flatMap((place) => [point('fault', place), point('fault-dot', place)]),
    ...(snap ? [point(`snap-${snap.kind}`, snap.place)] : []),
  ];
}
