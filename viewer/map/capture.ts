import { useStore } from '../state.ts';
import { surfacesOf } from './map-store.ts';
import type { MapSurface } from './map-surface.ts';

/**
 * The map as it is drawn now, at the screen's resolution: both maps where they stand beside or above one another, and
 * the swipe line. Labels, scale and sources are not part of it.
 * @throws Error when there is no map to copy (no WebGL, or not made yet)
 */
export async function captureMap(): Promise<HTMLCanvasElement> {
  const surfaces = surfacesOf();
  const [first] = surfaces;
  if (!first) throw new Error('There is no map to copy.');
  const ratio = first.map.getCanvas().width / first.map.getContainer().clientWidth;
  const boxes = surfaces.map(boxOf);
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((Math.max(...boxes.map((box) => box.right)) - left) * ratio);
  canvas.height = Math.round((Math.max(...boxes.map((box) => box.bottom)) - top) * ratio);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const [index, { map }] of surfaces.entries()) {
    const box = boxes[index]!;
    // The drawing is gone once the browser has shown it: draw and copy in one go.
    map.redraw();
    context.drawImage(map.getCanvas(), Math.round((box.left - left) * ratio), Math.round((box.top - top) * ratio));
  }
  drawSwipeLine(context, ratio);
  return canvas;
}

function boxOf({ map }: MapSurface): DOMRect {
  return map.getContainer().getBoundingClientRect();
}

function drawSwipeLine(context: CanvasRenderingContext2D, ratio: number): void {
  const { compare, swipeFraction } = useStore.getState();
  if (compare !== 'swipe') return;
  const { width, height } = context.canvas;
  const x = Math.round(width * swipeFraction);
  context.fillStyle = 'rgb(0 0 0 / 45%)';
  context.fillRect(x - 2 * ratio, 0, 4 * ratio, height);
  context.fillStyle = 'white';
  context.fillRect(x - ratio, 0, 2 * ratio, height);
}
