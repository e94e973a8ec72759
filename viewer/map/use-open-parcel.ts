import { useEffect, useRef } from 'react';
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
