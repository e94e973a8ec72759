import { useEffect, useRef } from 'react';
import type { RunInfo } from '../../shared/api.ts';
import { api } from '../api.ts';
import { useStore } from '../state.ts';
import { surfacesOf, useMapStore, wantsCalm } from './map-store.ts';

/** Fetches the outline of the open parcel, and moves the map there when it was chosen elsewhere and cannot be seen. */
export function useOpenParcel(): void {
  const parcel = useStore((state) => state.parcel);
  // A permalink brings its own camera along with its parcel.
  const isFirst = useRef(useStore.getState().camera !== null);
  useEffect(() => {
    const keepsCamera = isFirst.current;
    isFirst.current = false;
    useMapStore.setState({ openGeometry: null });
    if (parcel === null) return;
    const abort = new AbortController();
    api.parcel(parcel, useStore.getState().query, abort.signal).then(
      ({ geometry, parcel: row }) => {
        useMapStore.setState({ openGeometry: geometry });
        const [surface] = surfacesOf();
        const isElsewhere = useMapStore.getState().chosenOnMap !== parcel;
        if (isElsewhere && !keepsCamera && surface && !surface.isVisible(row.bboxDeg)) {
          surface.fit(row.bboxDeg, wantsCalm());
        }
      },
      () => {
        // The parcel panel says what went wrong; the map goes on without the outline.
      },
    );
    return () => abort.abort();
  }, [parcel]);
}

/** Fetches where the control areas of the open parcel lie, while they are to be seen. */
export function useControlAreas(run: RunInfo): void {
  const parcel = useStore((state) => state.parcel);
  const isWanted = useStore((state) => state.showControls) && run.change !== null;
  useEffect(() => {
    useMapStore.setState({ controlGeometries: [] });
    if (parcel === null || !isWanted) return;
    const abort = new AbortController();
    api.parcelChange(parcel, abort.signal).then(
      ({ controls }) => {
        const controlGeometries = controls.flatMap(({ geometry }) => geometry ?? []);
        useMapStore.setState({ controlGeometries });
      },
      () => {
        // The parcel panel says what went wrong.
      },
    );
    return () => abort.abort();
  }, [parcel, isWanted]);
}

/** How long a parcel has to be pointed at before its outline is asked for. */
const HOVER_MS = 70;

/**
 * Fetches the outline of the parcel that is pointed at, on the map or in the table. Marking it among the map's own
 * tiles instead would upload all outlines of a tile again: seconds with 100,000 parcels.
 */
export function useHoveredParcel(): void {
  const hovered = useStore((state) => state.hovered);
  useEffect(() => {
    useMapStore.setState({ hoverGeometry: null });
    if (hovered === null) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.parcel(hovered, useStore.getState().query, abort.signal).then(
        ({ geometry }) => useMapStore.setState({ hoverGeometry: geometry }),
        () => {
          // Without the outline the tooltip still names the parcel.
        },
      );
    }, HOVER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [hovered]);
}
