import './register.css';
import { useEffect, useState } from 'react';
import type { PlaceProps } from '../delineate/slots.tsx';
import { surfacesOf, useMapStore } from '../map/map-store.ts';
import { readPalette, watchPalette } from '../map/palette.ts';
import { startOffline } from '../offline/start-offline.ts';
import { useIsConnected } from '../shell/connection.ts';
import { clearShapes, drawShapes } from './draw-shapes.ts';
import { loadRegister } from './register-store.ts';
import { useShapes } from './shapes.ts';
import { useCandidateClicks } from './use-candidate-clicks.ts';

/** How often the register is asked whether somebody else has changed it. */
const LOOK_EVERY_MS = 30_000;

/** Over the map while parcels are delineated: shapes of the register. */
export default function RegisterOnMap(_: PlaceProps) {
  useFreshRegister();
  useEffect(() => void startOffline(), []);
  useDrawnShapes();
  useCandidateClicks();
  return null;
}

/** Asks for the register at first, whenever the connection comes back, and now and then. */
function useFreshRegister(): void {
  const isConnected = useIsConnected();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a connection that is back brings news
  useEffect(() => {
    void loadRegister();
    const timer = setInterval(() => document.visibilityState === 'visible' && void loadRegister(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isConnected]);
}

function useDrawnShapes(): void {
  const surfaces = useMapStore((state) => state.surfaces);
  const shapes = useShapes((state) => state.shapes);
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => watchPalette(setPalette), []);
  useEffect(() => {
    const all = Object.values(shapes).flat();
    const ends = surfacesOf({ surfaces }).map(({ map }) => drawShapes(map, all, palette.casing));
    return () => {
      for (const end of ends) end();
    };
  }, [surfaces, shapes, palette]);
  useEffect(() => {
    const maps = surfacesOf({ surfaces }).map(({ map }) => map);
    return () => {
      for (const map of maps) if (map.getStyle?.()) clearShapes(map);
    };
  }, [surfaces]);
}
