import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { useEffect } from 'react';
import { useBoard } from '../delineate/board.ts';
import { useDrafts } from '../delineate/drafts.ts';
import { surfacesOf, useMapStore } from '../map/map-store.ts';
import { candidateAt } from './draw-shapes.ts';
import { showRegisterView } from './import-store.ts';
import { type Shape, showShapes } from './shapes.ts';
import { chooseCandidate, useSuggestions } from './suggestions-store.ts';

/** Draws the suggestions while they are shown, and lets a click on one tell about it; never while something is drawn. */
export function useCandidateClicks(): void {
  const { isShown, candidates, chosen } = useSuggestions();
  const surfaces = useMapStore((state) => state.surfaces);
  useEffect(() => {
    const count = candidates?.length ?? 1;
    const shapes = (candidates ?? []).map(
      ({ id, geometry, rank }): Shape => ({
        look: id === chosen ? 'candidate-chosen' : 'candidate',
        geometry,
        id,
        // The last one still has to be seen.
        weight: 1 - (0.75 * (rank - 1)) / Math.max(1, count - 1),
      }),
    );
    showShapes('suggestions', isShown ? shapes : []);
    return () => showShapes('suggestions', []);
  }, [isShown, candidates, chosen]);
  useEffect(() => {
    if (!isShown) return;
    const ends = surfacesOf({ surfaces }).map(({ map }) => listen(map));
    return () => {
      for (const end of ends) end();
    };
  }, [isShown, surfaces]);
}

function listen(map: MapLibreMap): () => void {
  const onClick = ({ point }: MapMouseEvent) => {
    const isDrawing = useBoard.getState().tool !== 'none' || useDrafts.getState().openId !== null;
    const id = isDrawing ? null : candidateAt(map, point);
    if (id === null) return;
    chooseCandidate(id);
    showRegisterView('list');
  };
  map.on('click', onClick);
  return () => {
    map.off('click', onClick);
  };
}
