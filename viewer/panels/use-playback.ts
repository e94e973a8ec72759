import { useEffect, useRef } from 'react';
import { mapsAtRest } from '../map/at-rest.ts';
import { useStore } from '../state.ts';

const FRAME_MS = 700;
/** For people who asked for less motion. */
const CALM_FRAME_MS = 1500;
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
        // A map that does not come to rest in its own time says so; the animation goes on either way.
        await mapsAtRest(LONGEST_WAIT_MS).catch(() => undefined);
      }
    };
    void play();
    return () => {
      isOver = true;
    };
  }, [isPlaying]);
}
