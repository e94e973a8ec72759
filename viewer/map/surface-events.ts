import { useStore } from '../state.ts';
import { setTiles, setView, surfacesOf, useMapStore } from './map-store.ts';
import type { SurfaceEvents } from './map-surface.ts';
import type { Side } from './raster-plan.ts';

/** What a surface tells, written to the view state; the other surface, if there is one, follows. */
export function surfaceEvents(side: Side): Omit<SurfaceEvents, 'onContext'> {
  const set = useStore.getState().set;
  return {
    onView(view) {
      setView(side, view);
      const { surfaces } = useMapStore.getState();
      const [moved, ...others] = [surfaces[side], ...surfacesOf().filter((one) => one !== surfaces[side])];
      if (!moved || moved.isFollowing) return;
      for (const other of others) other.goTo(view, { follow: true });
    },
    onRest(camera) {
      const known = useStore.getState().camera;
      if (known?.lon === camera.lon && known.lat === camera.lat && known.zoom === camera.zoom) return;
      set({ camera });
    },
    onHover(found) {
      // Where parcels are drawn the pointer is for drawing; results are looked at on the other page.
      const hover = isDelineating() ? null : found;
      useMapStore.setState({ hover: hover && { ...hover, side } });
      const hovered = hover?.id ?? null;
      if (useStore.getState().hovered !== hovered) set({ hovered });
    },
    onPointer: (pointer) => useMapStore.setState({ pointer }),
    onClick(place, parcelId) {
      if (useStore.getState().tool === 'measure') {
        useMapStore.setState(({ measured }) => ({ measured: [...measured, place] }));
        return;
      }
      if (isDelineating()) return;
      useMapStore.setState({ chosenOnMap: parcelId });
      set({ parcel: parcelId });
    },
    onTiles: (state) => setTiles(side, state),
    onUnreachable: () => set({ isConnected: false }),
  };
}

function isDelineating(): boolean {
  return useStore.getState().page === 'delineate';
}
