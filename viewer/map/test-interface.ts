import { mapsAtRest } from './at-rest.ts';
import { useMapStore } from './map-store.ts';
import type { Side } from './raster-plan.ts';

/**
 * What browser tests read the map with: no part of the product, and data only. Pixels are CSS pixels of the window,
 * `side` is the map in question where two stand side by side.
 */
interface CanopyMapTest {
  /** Where a place is drawn, CSS pixels of the window; null without a map. */
  project(lon: number, lat: number, side?: Side): [x: number, y: number] | null;
  /** Resolves when every tile of the present view is loaded and drawn; rejects after `timeoutMs`. */
  idle(timeoutMs?: number): Promise<void>;
  /** Colour that the map canvas shows at a place of the window, 0 to 255. */
  readPixel(x: number, y: number, side?: Side): [red: number, green: number, blue: number, alpha: number] | null;
}

declare global {
  interface Window {
    __canopyMap?: CanopyMapTest;
  }
}

/** Puts the test interface on the window; returns what takes it away. */
export function exposeTestInterface(): () => void {
  window.__canopyMap = { project, idle: mapsAtRest, readPixel };
  return () => {
    delete window.__canopyMap;
  };
}

function mapOf(side: Side) {
  return useMapStore.getState().surfaces[side]?.map;
}

function project(lon: number, lat: number, side: Side = 'left'): [number, number] | null {
  const map = mapOf(side);
  if (!map) return null;
  const { left, top } = map.getCanvas().getBoundingClientRect();
  const { x, y } = map.project([lon, lat]);
  return [left + x, top + y];
}

function readPixel(x: number, y: number, side: Side = 'left'): [number, number, number, number] | null {
  const map = mapOf(side);
  if (!map) return null;
  map.redraw();
  const canvas = map.getCanvas();
  const box = canvas.getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.drawImage(canvas, -Math.floor((x - box.left) * ratio), -Math.floor((y - box.top) * ratio));
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha];
}
