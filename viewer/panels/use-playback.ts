import { useEffect, useRef } from 'react';
import { useStore } from '../state.ts';

const FRAME_MS = 700;
/** For people who asked for less motion. */
const CALM_FRAME_MS = 1500;
const WITHOUT_MAP_MS = 1000;
/** A map that never comes to rest does not hold the animation for ever. */
const LONGEST_WAIT_MS = 8000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Calls `step` again and again while the animation plays, each time once the map has drawn what it was shown last. */
export function usePlayback(step: () => void): void {
  const isPlaying = useStore((state) => state.isPlaying);
  const newest = useRef(step);
  newest.current = step;
  useEffect(() => {
    if (!isPlaying) return;
    let isOver = false;
    const play = async () => {
      while (!isOver) {
        newest.current();
        await pause(window.matchMedia('(prefers-reduced-motion: reduce)').matches ? CALM_FRAME_MS : FRAME_MS);
        await mapAtRest();
      }
    };
    void play();
    return () => {
      isOver = true;
    };
  }, [isPlaying]);
}

/** Resolves when the map, if there is one, has nothing left to load or draw. */
async function mapAtRest(): Promise<void> {
  const { __canopyMap: map } = window as unknown as { __canopyMap?: { idle?: unknown } };
  if (typeof map?.idle !== 'function') return pause(WITHOUT_MAP_MS - FRAME_MS);
  // A map that does not come to rest in its own time says so; the animation goes on either way.
  const rest = Promise.resolve(map.idle() as unknown).catch(() => undefined);
  await Promise.race([rest, pause(LONGEST_WAIT_MS)]);
}
