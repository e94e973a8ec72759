import { surfacesOf } from './map-store.ts';

const CALM_FRAMES = 3;
/** While something is on its way the map is left in peace: drawn without a pause, it would take the time of what it waits for. */
const PAUSE_MS = 150;

/** Resolves when every tile of the present view of every map is loaded and drawn; rejects after `timeoutMs`. */
export function mapsAtRest(timeoutMs = 30_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    let calm = 0;
    const look = () => {
      const surfaces = surfacesOf();
      const isIdle = surfaces.length > 0 && surfaces.every((surface) => surface.isIdle);
      calm = isIdle ? calm + 1 : 0;
      if (calm >= CALM_FRAMES) return resolve();
      if (performance.now() > end) return reject(new Error(`The map is not idle after ${timeoutMs} ms.`));
      for (const { map } of surfaces) map.triggerRepaint();
      if (isIdle) requestAnimationFrame(look);
      else setTimeout(look, PAUSE_MS);
    };
    look();
  });
}
